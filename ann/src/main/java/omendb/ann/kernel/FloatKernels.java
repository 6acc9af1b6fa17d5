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
/// operator, an exact scan or an index computed it: two accumulators that take turns, then the tail.
public final class FloatKernels {
    private static final int STEP = LANES * 2;

    private FloatKernels() {}

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER);
    }

    private static FloatVector load(long address, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER, mask);
    }

    /// Sum of squared differences.
    public static float l2Squared(long a, long b, int n) {
        FloatVector s0 = FloatVector.zero(FLOATS);
        FloatVector s1 = s0;
        int i = 0;
        for (int end = n - STEP; i <= end; i += STEP) {
            long o = (long) i << 2;
            FloatVector d0 = load(a + o).sub(load(b + o));
            FloatVector d1 = load(a + o + LANES * 4L).sub(load(b + o + LANES * 4L));
            s0 = d0.fma(d0, s0);
            s1 = d1.fma(d1, s1);
        }
        if (i <= n - LANES) {
            long o = (long) i << 2;
            FloatVector d = load(a + o).sub(load(b + o));
            s0 = d.fma(d, s0);
            i += LANES;
        }
        if (Species.MASKED_TAIL && i < n) {
            long o = (long) i << 2;
            VectorMask<Float> mask = FLOATS.indexInRange(i, n);
            FloatVector d = load(a + o, mask).sub(load(b + o, mask));
            s1 = d.fma(d, s1);
            i = n;
        }
        float sum = s0.add(s1).reduceLanes(VectorOperators.ADD);
        for (; i < n; i++) {
            float d = getFloat(a + ((long) i << 2)) - getFloat(b + ((long) i << 2));
            sum = Math.fma(d, d, sum);
        }
        return sum;
    }

    /// Inner product.
    public static float dot(long a, long b, int n) {
        FloatVector s0 = FloatVector.zero(FLOATS);
        FloatVector s1 = s0;
        int i = 0;
        for (int end = n - STEP; i <= end; i += STEP) {
            long o = (long) i << 2;
            s0 = load(a + o).fma(load(b + o), s0);
            s1 = load(a + o + LANES * 4L).fma(load(b + o + LANES * 4L), s1);
        }
        if (i <= n - LANES) {
            long o = (long) i << 2;
            s0 = load(a + o).fma(load(b + o), s0);
            i += LANES;
        }
        if (Species.MASKED_TAIL && i < n) {
            long o = (long) i << 2;
            VectorMask<Float> mask = FLOATS.indexInRange(i, n);
            s1 = load(a + o, mask).fma(load(b + o, mask), s1);
            i = n;
        }
        float sum = s0.add(s1).reduceLanes(VectorOperators.ADD);
        for (; i < n; i++) {
            sum = Math.fma(getFloat(a + ((long) i << 2)), getFloat(b + ((long) i << 2)), sum);
        }
        return sum;
    }

    /// Sum of absolute differences.
    public static float l1(long a, long b, int n) {
        FloatVector s0 = FloatVector.zero(FLOATS);
        FloatVector s1 = s0;
        int i = 0;
        for (int end = n - STEP; i <= end; i += STEP) {
            long o = (long) i << 2;
            s0 = s0.add(load(a + o).sub(load(b + o)).abs());
            s1 = s1.add(load(a + o + LANES * 4L).sub(load(b + o + LANES * 4L)).abs());
        }
        if (i <= n - LANES) {
            long o = (long) i << 2;
            s0 = s0.add(load(a + o).sub(load(b + o)).abs());
            i += LANES;
        }
        if (Species.MASKED_TAIL && i < n) {
            long o = (long) i << 2;
            VectorMask<Float> mask = FLOATS.indexInRange(i, n);
            s1 = s1.add(load(a + o, mask).sub(load(b + o, mask)).abs());
            i = n;
        }
        float sum = s0.add(s1).reduceLanes(VectorOperators.ADD);
        for (; i < n; i++) {
            sum += Math.abs(getFloat(a + ((long) i << 2)) - getFloat(b + ((long) i << 2)));
        }
        return sum;
    }

    /// Sum of squares, added up as [#cosineDistance] does.
    public static float normSquared(long a, int n) {
        FloatVector s = FloatVector.zero(FLOATS);
        int i = 0;
        for (int end = n - LANES; i <= end; i += LANES) {
            FloatVector x = load(a + ((long) i << 2));
            s = x.fma(x, s);
        }
        if (Species.MASKED_TAIL && i < n) {
            FloatVector x = load(a + ((long) i << 2), FLOATS.indexInRange(i, n));
            s = x.fma(x, s);
            i = n;
        }
        float sum = s.reduceLanes(VectorOperators.ADD);
        for (; i < n; i++) {
            float x = getFloat(a + ((long) i << 2));
            sum = Math.fma(x, x, sum);
        }
        return sum;
    }

    /// One minus the cosine of the angle, within [0, 2] as in pgvector; NaN if a vector is zero.
    public static double cosineDistance(long a, long b, int n) {
        FloatVector ab = FloatVector.zero(FLOATS);
        FloatVector aa = ab;
        FloatVector bb = ab;
        int i = 0;
        for (int end = n - LANES; i <= end; i += LANES) {
            long o = (long) i << 2;
            FloatVector x = load(a + o);
            FloatVector y = load(b + o);
            ab = x.fma(y, ab);
            aa = x.fma(x, aa);
            bb = y.fma(y, bb);
        }
        if (Species.MASKED_TAIL && i < n) {
            long o = (long) i << 2;
            VectorMask<Float> mask = FLOATS.indexInRange(i, n);
            FloatVector x = load(a + o, mask);
            FloatVector y = load(b + o, mask);
            ab = x.fma(y, ab);
            aa = x.fma(x, aa);
            bb = y.fma(y, bb);
            i = n;
        }
        float dot = ab.reduceLanes(VectorOperators.ADD);
        float normA = aa.reduceLanes(VectorOperators.ADD);
        float normB = bb.reduceLanes(VectorOperators.ADD);
        for (; i < n; i++) {
            float x = getFloat(a + ((long) i << 2));
            float y = getFloat(b + ((long) i << 2));
            dot = Math.fma(x, y, dot);
            normA = Math.fma(x, x, normA);
            normB = Math.fma(y, y, normB);
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
        int i = 0;
        for (int end = n - LANES; i <= end; i += LANES) {
            if (!load(a + ((long) i << 2)).test(VectorOperators.IS_FINITE).allTrue()) {
                return false;
            }
        }
        for (; i < n; i++) {
            if (!Float.isFinite(getFloat(a + ((long) i << 2)))) {
                return false;
            }
        }
        return true;
    }
}
