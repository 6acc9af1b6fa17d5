package omendb.ann.kernel;

import static omendb.ann.kernel.Everything.MEMORY;
import static omendb.ann.kernel.Everything.ORDER;
import static omendb.ann.kernel.Everything.getLong;
import static omendb.ann.kernel.Everything.putLong;
import static omendb.ann.kernel.Species.FLOATS;
import static omendb.ann.kernel.Species.INTS;
import static omendb.ann.kernel.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// Turns rotated float vectors into bit planes. Lengths are multiples of 64, so that planes are whole longs and no
/// kernel has a tail.
public final class CodeKernels {
    /// Length of the arrays that sums are returned in; the rest of them is scratch.
    public static final int ROOM = 2 * LANES;

    private CodeKernels() {}

    /// Smallest and largest of `n` floats, to `out[0]` and `out[1]`.
    public static void range(long x, int n, float[] out) {
        FloatVector low = FloatVector.fromMemorySegment(FLOATS, MEMORY, x, ORDER);
        FloatVector high = low;
        for (int i = LANES; i < n; i += LANES) {
            FloatVector v = FloatVector.fromMemorySegment(FLOATS, MEMORY, x + ((long) i << 2), ORDER);
            low = low.min(v);
            high = high.max(v);
        }
        out[0] = low.reduceLanes(VectorOperators.MIN);
        out[1] = high.reduceLanes(VectorOperators.MAX);
    }

    /// Quantizes `v[i] = round((x[i] - low) * scale)` to `planes` bits and writes them as bit planes, `planeStride`
    /// bytes apart.
    ///
    /// @return the sum of all `v`
    public static long quantizeToPlanes(long x, int n, float low, float scale, int planes, long out, int planeStride) {
        int most = (1 << planes) - 1;
        IntVector sum = IntVector.zero(INTS);
        for (int i = 0; i < n; i += 64) {
            for (int b = 0; b < planes; b++) {
                putLong(out + (long) b * planeStride + (i >> 3), 0);
            }
            for (int part = 0; part < 64; part += LANES) {
                IntVector v = ((IntVector)
                                FloatVector.fromMemorySegment(FLOATS, MEMORY, x + ((long) (i + part) << 2), ORDER)
                                        .sub(low)
                                        .mul(scale)
                                        .add(0.5f)
                                        .convertShape(VectorOperators.F2I, INTS, 0))
                        .max(0)
                        .min(most);
                sum = sum.add(v);
                for (int b = 0; b < planes; b++) {
                    long bits = v.lanewise(VectorOperators.AND, 1 << b)
                            .compare(VectorOperators.NE, 0)
                            .toLong();
                    long address = out + (long) b * planeStride + (i >> 3);
                    putLong(address, getLong(address) | bits << part);
                }
            }
        }
        return sum.reduceLanesToLong(VectorOperators.ADD);
    }

    /// One bit a dimension: writes the signs of `r` (1 = positive) as one plane, with `sum(|r|)` to `sums[0]` and
    /// `sum(sign(r) * c)` to `sums[1]`.
    ///
    /// @return number of ones
    public static int signs(long r, long c, int n, long out, float[] sums) {
        FloatVector absolute = FloatVector.zero(FLOATS);
        FloatVector signed = absolute;
        int ones = 0;
        for (int i = 0; i < n; i += 64) {
            long word = 0;
            for (int part = 0; part < 64; part += LANES) {
                long o = (long) (i + part) << 2;
                FloatVector x = FloatVector.fromMemorySegment(FLOATS, MEMORY, r + o, ORDER);
                FloatVector y = FloatVector.fromMemorySegment(FLOATS, MEMORY, c + o, ORDER);
                absolute = absolute.add(x.abs());
                var positive = x.compare(VectorOperators.GT, 0f);
                signed = signed.add(y.neg().blend(y, positive));
                word |= positive.toLong() << part;
            }
            putLong(out + (i >> 3), word);
            ones += Long.bitCount(word);
        }
        absolute.intoArray(sums, 0);
        signed.intoArray(sums, LANES);
        sumTwo(sums);
        return ones;
    }

    /// How well `r` fits the grid of `2^bits` values at scale `t`: `<g, r> / |g|`, where `g[i]` is the grid value
    /// nearest to `t * r[i]`, an odd multiple of one half.
    public static float gridFit(long r, int n, float t, int bits, float[] sums) {
        float most = (1 << bits) - 1;
        float half = most / 2;
        FloatVector product = FloatVector.zero(FLOATS);
        FloatVector norm = product;
        for (int i = 0; i < n; i += LANES) {
            FloatVector x = FloatVector.fromMemorySegment(FLOATS, MEMORY, r + ((long) i << 2), ORDER);
            // truncation of a non-negative value is its floor
            IntVector u =
                    (IntVector) x.mul(t).add(half + 0.5f).max(0f).min(most).convertShape(VectorOperators.F2I, INTS, 0);
            FloatVector g = ((FloatVector) u.convertShape(VectorOperators.I2F, FLOATS, 0)).sub(half);
            product = g.fma(x, product);
            norm = g.fma(g, norm);
        }
        product.intoArray(sums, 0);
        norm.intoArray(sums, LANES);
        sumTwo(sums);
        return (float) (sums[0] / Math.sqrt(sums[1]));
    }

    /// Codes of `bits` planes at scale `t`, planes `n / 8` bytes apart; `<g, r>` to `sums[0]`, `<g, c>` to
    /// `sums[1]`
    /// with `g` as in [#gridFit].
    ///
    /// @return the sum of the codes
    public static long gridCodes(long r, long c, int n, float t, int bits, long out, float[] sums) {
        float most = (1 << bits) - 1;
        float half = most / 2;
        int planeBytes = n >> 3;
        FloatVector product = FloatVector.zero(FLOATS);
        FloatVector shift = product;
        long sum = 0;
        for (int i = 0; i < n; i += 64) {
            for (int b = 0; b < bits; b++) {
                putLong(out + (long) b * planeBytes + (i >> 3), 0);
            }
            for (int part = 0; part < 64; part += LANES) {
                long o = (long) (i + part) << 2;
                FloatVector x = FloatVector.fromMemorySegment(FLOATS, MEMORY, r + o, ORDER);
                // truncation of a non-negative value is its floor
                IntVector u = (IntVector)
                        x.mul(t).add(half + 0.5f).max(0f).min(most).convertShape(VectorOperators.F2I, INTS, 0);
                FloatVector g = ((FloatVector) u.convertShape(VectorOperators.I2F, FLOATS, 0)).sub(half);
                product = g.fma(x, product);
                shift = g.fma(FloatVector.fromMemorySegment(FLOATS, MEMORY, c + o, ORDER), shift);
                sum += u.reduceLanes(VectorOperators.ADD);
                for (int b = 0; b < bits; b++) {
                    long word = u.lanewise(VectorOperators.AND, 1 << b)
                            .compare(VectorOperators.NE, 0)
                            .toLong();
                    long address = out + (long) b * planeBytes + (i >> 3);
                    putLong(address, getLong(address) | word << part);
                }
            }
        }
        product.intoArray(sums, 0);
        shift.intoArray(sums, LANES);
        sumTwo(sums);
        return sum;
    }

    private static void sumTwo(float[] sums) {
        float first = Lanes.sum(sums, 0);
        float second = Lanes.sum(sums, LANES);
        sums[0] = first;
        sums[1] = second;
    }
}
