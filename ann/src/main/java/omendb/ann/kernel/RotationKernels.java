package omendb.ann.kernel;

import static omendb.ann.kernel.Everything.MEMORY;
import static omendb.ann.kernel.Everything.ORDER;
import static omendb.ann.kernel.Everything.getFloat;
import static omendb.ann.kernel.Everything.putFloat;
import static omendb.ann.kernel.Species.FLOATS;
import static omendb.ann.kernel.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// Steps of the random rotation, in place on float32 memory whose length is a multiple of 16: each is orthogonal up
/// to
/// a scale that the caller applies.
public final class RotationKernels {
    // the upper of two partners takes the difference
    private static final FloatVector SIGN_1 = signs(1);
    private static final FloatVector SIGN_2 = signs(2);
    private static final FloatVector SIGN_4 = signs(4);
    private static final FloatVector SIGN_8 = signs(8);

    private RotationKernels() {}

    private static FloatVector signs(int h) {
        float[] signs = new float[LANES];
        for (int i = 0; i < LANES; i++) {
            signs[i] = (i & h) == 0 ? 1 : -1;
        }
        return FloatVector.fromArray(FLOATS, signs, 0);
    }

    /// Walsh-Hadamard transform of `n` floats, a power of two of at least 16; the result is `sqrt(n)` times an
    /// orthogonal transform.
    public static void hadamard(long x, int n) {
        for (int i = 0; i < n; i += LANES) {
            long address = x + ((long) i << 2);
            FloatVector v = FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER);
            v = v.fma(SIGN_1, v.rearrange(Lanes.SWAP_1));
            v = v.fma(SIGN_2, v.rearrange(Lanes.SWAP_2));
            if (LANES > 4) {
                v = v.fma(SIGN_4, v.rearrange(Lanes.SWAP_4));
            }
            if (LANES > 8) {
                v = v.fma(SIGN_8, v.rearrange(Lanes.SWAP_8));
            }
            v.intoMemorySegment(MEMORY, address, ORDER);
        }
        for (int h = LANES; h < n; h <<= 1) {
            for (int block = 0; block < n; block += h << 1) {
                butterflies(x + ((long) block << 2), h);
            }
        }
    }

    /// `x[i], x[i + h]` becomes `x[i] + x[i + h], x[i] - x[i + h]` for all `i < h`; `h` is a multiple of the lanes.
    static void butterflies(long x, int h) {
        long distance = (long) h << 2;
        for (long address = x; address < x + distance; address += Species.BYTES) {
            FloatVector a = FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(FLOATS, MEMORY, address + distance, ORDER);
            a.add(b).intoMemorySegment(MEMORY, address, ORDER);
            a.sub(b).intoMemorySegment(MEMORY, address + distance, ORDER);
        }
    }

    /// Mixes the first half of `n` floats with the second (`n` a multiple of 32): sqrt(2) times orthogonal.
    public static void mixHalves(long x, int n) {
        butterflies(x, n / 2);
    }

    /// `x[i] *= factors[i] * scale`, `n` a multiple of 16.
    public static void multiply(long x, long factors, float scale, int n) {
        for (int i = 0; i < n; i += LANES) {
            long o = (long) i << 2;
            FloatVector.fromMemorySegment(FLOATS, MEMORY, x + o, ORDER)
                    .mul(FloatVector.fromMemorySegment(FLOATS, MEMORY, factors + o, ORDER))
                    .mul(scale)
                    .intoMemorySegment(MEMORY, x + o, ORDER);
        }
    }

    /// `x[i] *= scale`, `n` a multiple of 16.
    public static void multiply(long x, float scale, int n) {
        for (int i = 0; i < n; i += LANES) {
            long o = (long) i << 2;
            FloatVector.fromMemorySegment(FLOATS, MEMORY, x + o, ORDER)
                    .mul(scale)
                    .intoMemorySegment(MEMORY, x + o, ORDER);
        }
    }

    /// `out[i] = a[i] * scale - b[i]` for `i < n`, any `n`.
    public static void scaledDifference(long a, float scale, long b, long out, int n) {
        int i = 0;
        for (int end = n - LANES; i <= end; i += LANES) {
            long o = (long) i << 2;
            FloatVector.fromMemorySegment(FLOATS, MEMORY, a + o, ORDER)
                    .mul(scale)
                    .sub(FloatVector.fromMemorySegment(FLOATS, MEMORY, b + o, ORDER))
                    .intoMemorySegment(MEMORY, out + o, ORDER);
        }
        for (; i < n; i++) {
            long o = (long) i << 2;
            putFloat(out + o, getFloat(a + o) * scale - getFloat(b + o));
        }
    }

    /// `sums[i] += x[i] * scale` for `i < n`, any `n`.
    public static void accumulate(long sums, long x, float scale, int n) {
        int i = 0;
        for (int end = n - LANES; i <= end; i += LANES) {
            long o = (long) i << 2;
            FloatVector.fromMemorySegment(FLOATS, MEMORY, sums + o, ORDER)
                    .lanewise(
                            VectorOperators.ADD,
                            FloatVector.fromMemorySegment(FLOATS, MEMORY, x + o, ORDER)
                                    .mul(scale))
                    .intoMemorySegment(MEMORY, sums + o, ORDER);
        }
        for (; i < n; i++) {
            long o = (long) i << 2;
            putFloat(sums + o, getFloat(sums + o) + getFloat(x + o) * scale);
        }
    }
}
