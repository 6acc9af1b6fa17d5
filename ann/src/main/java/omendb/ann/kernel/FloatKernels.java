package omendb.ann.kernel;

import static omendb.ann.kernel.Everything.MEMORY;
import static omendb.ann.kernel.Everything.ORDER;
import static omendb.ann.kernel.Everything.getFloat;
import static omendb.ann.kernel.Species.FLOATS;
import static omendb.ann.kernel.Species.LANES;
import static omendb.ann.kernel.Species.MASKED_TAIL;
import static omendb.ann.kernel.Species.ZERO;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Distances of two float32 vectors. Sums are float32; against an exact sum the error is below
/// `n * 2^-24 * sum(|terms|)`, in practice far below.
///
/// The order of additions is the same as in [FloatKernelsX4], so that a distance is the same to the last bit
/// whether an
/// operator, an exact scan or an index computed it. How kernels must be written to be fast: see the package.
public final class FloatKernels {
    private FloatKernels() {}

    /// Sum of squared differences.
    public static float l2Squared(long a, long b, int n) {
        int whole = n & -LANES;
        long tail = (long) whole << 2;
        VectorMask<Float> mask = FLOATS.indexInRange(whole, n);
        FloatVector u = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, a + tail, ORDER, mask) : ZERO;
        FloatVector v = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, b + tail, ORDER, mask) : ZERO;
        FloatVector t = u.sub(v);
        FloatVector s = t.mul(t);
        int i = 0;
        for (; i < whole; i += LANES) {
            long o = (long) i << 2;
            FloatVector x = FloatVector.fromMemorySegment(FLOATS, MEMORY, a + o, ORDER);
            FloatVector y = FloatVector.fromMemorySegment(FLOATS, MEMORY, b + o, ORDER);
            FloatVector d = x.sub(y);
            s = d.fma(d, s);
        }
        s = LANES > 8 ? s.add(s.rearrange(Lanes.SWAP_8)) : s;
        s = LANES > 4 ? s.add(s.rearrange(Lanes.SWAP_4)) : s;
        s = s.add(s.rearrange(Lanes.SWAP_2));
        float sum = s.add(s.rearrange(Lanes.SWAP_1)).lane(0);
        if (!MASKED_TAIL) {
            for (; i < n; i++) {
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
        long tail = (long) whole << 2;
        VectorMask<Float> mask = FLOATS.indexInRange(whole, n);
        FloatVector u = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, a + tail, ORDER, mask) : ZERO;
        FloatVector v = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, b + tail, ORDER, mask) : ZERO;
        FloatVector s = u.mul(v);
        int i = 0;
        for (; i < whole; i += LANES) {
            long o = (long) i << 2;
            FloatVector x = FloatVector.fromMemorySegment(FLOATS, MEMORY, a + o, ORDER);
            FloatVector y = FloatVector.fromMemorySegment(FLOATS, MEMORY, b + o, ORDER);
            s = x.fma(y, s);
        }
        s = LANES > 8 ? s.add(s.rearrange(Lanes.SWAP_8)) : s;
        s = LANES > 4 ? s.add(s.rearrange(Lanes.SWAP_4)) : s;
        s = s.add(s.rearrange(Lanes.SWAP_2));
        float sum = s.add(s.rearrange(Lanes.SWAP_1)).lane(0);
        if (!MASKED_TAIL) {
            for (; i < n; i++) {
                long o = (long) i << 2;
                sum = Math.fma(getFloat(a + o), getFloat(b + o), sum);
            }
        }
        return sum;
    }

    /// Sum of absolute differences.
    public static float l1(long a, long b, int n) {
        int whole = n & -LANES;
        long tail = (long) whole << 2;
        VectorMask<Float> mask = FLOATS.indexInRange(whole, n);
        FloatVector u = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, a + tail, ORDER, mask) : ZERO;
        FloatVector v = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, b + tail, ORDER, mask) : ZERO;
        FloatVector s = u.sub(v).abs();
        int i = 0;
        for (; i < whole; i += LANES) {
            long o = (long) i << 2;
            FloatVector x = FloatVector.fromMemorySegment(FLOATS, MEMORY, a + o, ORDER);
            FloatVector y = FloatVector.fromMemorySegment(FLOATS, MEMORY, b + o, ORDER);
            s = s.add(x.sub(y).abs());
        }
        s = LANES > 8 ? s.add(s.rearrange(Lanes.SWAP_8)) : s;
        s = LANES > 4 ? s.add(s.rearrange(Lanes.SWAP_4)) : s;
        s = s.add(s.rearrange(Lanes.SWAP_2));
        float sum = s.add(s.rearrange(Lanes.SWAP_1)).lane(0);
        if (!MASKED_TAIL) {
            for (; i < n; i++) {
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
        long tail = (long) whole << 2;
        VectorMask<Float> mask = FLOATS.indexInRange(whole, n);
        FloatVector u = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, a + tail, ORDER, mask) : ZERO;
        FloatVector v = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, b + tail, ORDER, mask) : ZERO;
        FloatVector ab = u.mul(v);
        FloatVector aa = u.mul(u);
        FloatVector bb = v.mul(v);
        int i = 0;
        for (; i < whole; i += LANES) {
            long o = (long) i << 2;
            FloatVector x = FloatVector.fromMemorySegment(FLOATS, MEMORY, a + o, ORDER);
            FloatVector y = FloatVector.fromMemorySegment(FLOATS, MEMORY, b + o, ORDER);
            ab = x.fma(y, ab);
            aa = x.fma(x, aa);
            bb = y.fma(y, bb);
        }
        ab = LANES > 8 ? ab.add(ab.rearrange(Lanes.SWAP_8)) : ab;
        ab = LANES > 4 ? ab.add(ab.rearrange(Lanes.SWAP_4)) : ab;
        ab = ab.add(ab.rearrange(Lanes.SWAP_2));
        float dot = ab.add(ab.rearrange(Lanes.SWAP_1)).lane(0);
        aa = LANES > 8 ? aa.add(aa.rearrange(Lanes.SWAP_8)) : aa;
        aa = LANES > 4 ? aa.add(aa.rearrange(Lanes.SWAP_4)) : aa;
        aa = aa.add(aa.rearrange(Lanes.SWAP_2));
        float normA = aa.add(aa.rearrange(Lanes.SWAP_1)).lane(0);
        bb = LANES > 8 ? bb.add(bb.rearrange(Lanes.SWAP_8)) : bb;
        bb = LANES > 4 ? bb.add(bb.rearrange(Lanes.SWAP_4)) : bb;
        bb = bb.add(bb.rearrange(Lanes.SWAP_2));
        float normB = bb.add(bb.rearrange(Lanes.SWAP_1)).lane(0);
        if (!MASKED_TAIL) {
            for (; i < n; i++) {
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
            FloatVector x = FloatVector.fromMemorySegment(FLOATS, MEMORY, a + ((long) i << 2), ORDER);
            if (!x.test(VectorOperators.IS_FINITE).allTrue()) {
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
