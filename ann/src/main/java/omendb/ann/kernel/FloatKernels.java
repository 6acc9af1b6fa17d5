package omendb.ann.kernel;

import static omendb.ann.kernel.Everything.MEMORY;
import static omendb.ann.kernel.Everything.ORDER;
import static omendb.ann.kernel.Everything.getFloat;
import static omendb.ann.kernel.Species.FLOATS;
import static omendb.ann.kernel.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Distances of two float32 vectors. Sums are float32; against an exact sum the error is below
/// `n * 2^-24 * sum(|terms|)`, in practice far below.
///
/// The order of additions is the same as in [FloatKernelsX4], so that a distance is the same to the last bit
/// whether an
/// operator, an exact scan or an index computed it.
///
/// The tail comes first, by masked loads, and without a branch: a vector that comes out of a branch is put on the
/// heap by
/// the compiler, once per round of the loop, which costs more than all the rest.
public final class FloatKernels {
    private FloatKernels() {}

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER);
    }

    /// The lanes that the mask names, the others zero; all zero where tails are added one by one.
    private static FloatVector load(long address, VectorMask<Float> mask) {
        return Species.MASKED_TAIL
                ? FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER, mask)
                : FloatVector.zero(FLOATS);
    }

    /// Sum of squared differences.
    public static float l2Squared(long a, long b, int n) {
        int whole = n & -LANES;
        VectorMask<Float> mask = FLOATS.indexInRange(whole, n);
        long tail = (long) whole << 2;
        FloatVector t = load(a + tail, mask).sub(load(b + tail, mask));
        FloatVector s = t.mul(t);
        for (long o = 0; o < tail; o += Species.BYTES) {
            FloatVector d = load(a + o).sub(load(b + o));
            s = d.fma(d, s);
        }
        float sum = Lanes.sum(s);
        if (!Species.MASKED_TAIL) {
            for (int i = whole; i < n; i++) {
                long o = (long) i << 2;
                float d = getFloat(a + o) - getFloat(b + o);
                sum = Math.fma(d, d, sum);
            }
        }
        return sum;
    }

    /// Inner product.
    public static float dot(long a, long b, int n) {
        int whole = n & -LANES;
        VectorMask<Float> mask = FLOATS.indexInRange(whole, n);
        long tail = (long) whole << 2;
        FloatVector s = load(a + tail, mask).mul(load(b + tail, mask));
        for (long o = 0; o < tail; o += Species.BYTES) {
            s = load(a + o).fma(load(b + o), s);
        }
        float sum = Lanes.sum(s);
        if (!Species.MASKED_TAIL) {
            for (int i = whole; i < n; i++) {
                long o = (long) i << 2;
                sum = Math.fma(getFloat(a + o), getFloat(b + o), sum);
            }
        }
        return sum;
    }

    /// Sum of absolute differences.
    public static float l1(long a, long b, int n) {
        int whole = n & -LANES;
        VectorMask<Float> mask = FLOATS.indexInRange(whole, n);
        long tail = (long) whole << 2;
        FloatVector s = load(a + tail, mask).sub(load(b + tail, mask)).abs();
        for (long o = 0; o < tail; o += Species.BYTES) {
            s = s.add(load(a + o).sub(load(b + o)).abs());
        }
        float sum = Lanes.sum(s);
        if (!Species.MASKED_TAIL) {
            for (int i = whole; i < n; i++) {
                long o = (long) i << 2;
                sum += Math.abs(getFloat(a + o) - getFloat(b + o));
            }
        }
        return sum;
    }

    /// Sum of squares.
    public static float normSquared(long a, int n) {
        return dot(a, a, n);
    }

    /// One minus the cosine of the angle, within [0, 2] as in pgvector; NaN if a vector is zero.
    public static double cosineDistance(long a, long b, int n) {
        int whole = n & -LANES;
        VectorMask<Float> mask = FLOATS.indexInRange(whole, n);
        long tail = (long) whole << 2;
        FloatVector u = load(a + tail, mask);
        FloatVector v = load(b + tail, mask);
        FloatVector ab = u.mul(v);
        FloatVector aa = u.mul(u);
        FloatVector bb = v.mul(v);
        for (long o = 0; o < tail; o += Species.BYTES) {
            FloatVector x = load(a + o);
            FloatVector y = load(b + o);
            ab = x.fma(y, ab);
            aa = x.fma(x, aa);
            bb = y.fma(y, bb);
        }
        float dot = Lanes.sum(ab);
        float normA = Lanes.sum(aa);
        float normB = Lanes.sum(bb);
        if (!Species.MASKED_TAIL) {
            for (int i = whole; i < n; i++) {
                float x = getFloat(a + ((long) i << 2));
                float y = getFloat(b + ((long) i << 2));
                dot = Math.fma(x, y, dot);
                normA = Math.fma(x, x, normA);
                normB = Math.fma(y, y, normB);
            }
        }
        return cosineDistance(dot, normA, normB);
    }

    /// Cosine distance from an inner product and two squared norms.
    public static double cosineDistance(float dot, float normSquaredA, float normSquaredB) {
        double similarity = dot / Math.sqrt((double) normSquaredA * (double) normSquaredB);
        // clamping keeps NaN: comparisons with it are false
        if (similarity > 1) {
            similarity = 1;
        } else if (similarity < -1) {
            similarity = -1;
        }
        return 1 - similarity;
    }

    /// True if no element is NaN or infinite.
    public static boolean isFinite(long a, int n) {
        int whole = n & -LANES;
        for (int i = 0; i < whole; i += LANES) {
            if (!load(a + ((long) i << 2)).test(VectorOperators.IS_FINITE).allTrue()) {
                return false;
            }
        }
        for (int i = whole; i < n; i++) {
            if (!Float.isFinite(getFloat(a + ((long) i << 2)))) {
                return false;
            }
        }
        return true;
    }
}
