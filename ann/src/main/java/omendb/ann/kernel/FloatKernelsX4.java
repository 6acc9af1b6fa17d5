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

/// One query against four vectors at a time. The loads of a step do not depend on each other, so that the memory
/// system
/// works on four vectors at once: this is what rescoring and neighbour selection spend their time on. Results go to
/// `out[0..3]` and are the same to the last bit as those of [FloatKernels].
///
/// Sums of lanes go by way of `out`, which has [#ROOM] floats: eight sums by exchange of lanes are more than the
/// compiler
/// is willing to put into one method. How kernels must be written to be fast: see the package.
public final class FloatKernelsX4 {
    /// Length of the array of results.
    public static final int ROOM = 8 * LANES;

    private FloatKernelsX4() {}

    /// Sums of squared differences.
    public static void l2Squared(long q, long v0, long v1, long v2, long v3, int n, float[] out) {
        int whole = n & -LANES;
        long tail = (long) whole << 2;
        VectorMask<Float> mask = FLOATS.indexInRange(whole, n);
        FloatVector t = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, q + tail, ORDER, mask) : ZERO;
        FloatVector t0 = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, v0 + tail, ORDER, mask) : ZERO;
        FloatVector t1 = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, v1 + tail, ORDER, mask) : ZERO;
        FloatVector t2 = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, v2 + tail, ORDER, mask) : ZERO;
        FloatVector t3 = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, v3 + tail, ORDER, mask) : ZERO;
        t0 = t.sub(t0);
        t1 = t.sub(t1);
        t2 = t.sub(t2);
        t3 = t.sub(t3);
        FloatVector s0 = t0.mul(t0);
        FloatVector s1 = t1.mul(t1);
        FloatVector s2 = t2.mul(t2);
        FloatVector s3 = t3.mul(t3);
        int i = 0;
        for (; i < whole; i += LANES) {
            long o = (long) i << 2;
            FloatVector x = FloatVector.fromMemorySegment(FLOATS, MEMORY, q + o, ORDER);
            FloatVector y0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, v0 + o, ORDER);
            FloatVector y1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, v1 + o, ORDER);
            FloatVector y2 = FloatVector.fromMemorySegment(FLOATS, MEMORY, v2 + o, ORDER);
            FloatVector y3 = FloatVector.fromMemorySegment(FLOATS, MEMORY, v3 + o, ORDER);
            FloatVector d0 = x.sub(y0);
            FloatVector d1 = x.sub(y1);
            FloatVector d2 = x.sub(y2);
            FloatVector d3 = x.sub(y3);
            s0 = d0.fma(d0, s0);
            s1 = d1.fma(d1, s1);
            s2 = d2.fma(d2, s2);
            s3 = d3.fma(d3, s3);
        }
        s0.intoArray(out, 0);
        s1.intoArray(out, LANES);
        s2.intoArray(out, 2 * LANES);
        s3.intoArray(out, 3 * LANES);
        sum4(out, 0, 0);
        if (!MASKED_TAIL) {
            for (; i < n; i++) {
                long o = (long) i << 2;
                float x = getFloat(q + o);
                out[0] = addSquare(x - getFloat(v0 + o), out[0]);
                out[1] = addSquare(x - getFloat(v1 + o), out[1]);
                out[2] = addSquare(x - getFloat(v2 + o), out[2]);
                out[3] = addSquare(x - getFloat(v3 + o), out[3]);
            }
        }
    }

    /// Inner products.
    public static void dot(long q, long v0, long v1, long v2, long v3, int n, float[] out) {
        int whole = n & -LANES;
        long tail = (long) whole << 2;
        VectorMask<Float> mask = FLOATS.indexInRange(whole, n);
        FloatVector t = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, q + tail, ORDER, mask) : ZERO;
        FloatVector t0 = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, v0 + tail, ORDER, mask) : ZERO;
        FloatVector t1 = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, v1 + tail, ORDER, mask) : ZERO;
        FloatVector t2 = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, v2 + tail, ORDER, mask) : ZERO;
        FloatVector t3 = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, v3 + tail, ORDER, mask) : ZERO;
        FloatVector s0 = t.mul(t0);
        FloatVector s1 = t.mul(t1);
        FloatVector s2 = t.mul(t2);
        FloatVector s3 = t.mul(t3);
        int i = 0;
        for (; i < whole; i += LANES) {
            long o = (long) i << 2;
            FloatVector x = FloatVector.fromMemorySegment(FLOATS, MEMORY, q + o, ORDER);
            FloatVector y0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, v0 + o, ORDER);
            FloatVector y1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, v1 + o, ORDER);
            FloatVector y2 = FloatVector.fromMemorySegment(FLOATS, MEMORY, v2 + o, ORDER);
            FloatVector y3 = FloatVector.fromMemorySegment(FLOATS, MEMORY, v3 + o, ORDER);
            s0 = x.fma(y0, s0);
            s1 = x.fma(y1, s1);
            s2 = x.fma(y2, s2);
            s3 = x.fma(y3, s3);
        }
        s0.intoArray(out, 0);
        s1.intoArray(out, LANES);
        s2.intoArray(out, 2 * LANES);
        s3.intoArray(out, 3 * LANES);
        sum4(out, 0, 0);
        if (!MASKED_TAIL) {
            for (; i < n; i++) {
                long o = (long) i << 2;
                float x = getFloat(q + o);
                out[0] = Math.fma(x, getFloat(v0 + o), out[0]);
                out[1] = Math.fma(x, getFloat(v1 + o), out[1]);
                out[2] = Math.fma(x, getFloat(v2 + o), out[2]);
                out[3] = Math.fma(x, getFloat(v3 + o), out[3]);
            }
        }
    }

    /// Sums of absolute differences.
    public static void l1(long q, long v0, long v1, long v2, long v3, int n, float[] out) {
        int whole = n & -LANES;
        long tail = (long) whole << 2;
        VectorMask<Float> mask = FLOATS.indexInRange(whole, n);
        FloatVector t = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, q + tail, ORDER, mask) : ZERO;
        FloatVector t0 = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, v0 + tail, ORDER, mask) : ZERO;
        FloatVector t1 = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, v1 + tail, ORDER, mask) : ZERO;
        FloatVector t2 = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, v2 + tail, ORDER, mask) : ZERO;
        FloatVector t3 = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, v3 + tail, ORDER, mask) : ZERO;
        FloatVector s0 = t.sub(t0).abs();
        FloatVector s1 = t.sub(t1).abs();
        FloatVector s2 = t.sub(t2).abs();
        FloatVector s3 = t.sub(t3).abs();
        int i = 0;
        for (; i < whole; i += LANES) {
            long o = (long) i << 2;
            FloatVector x = FloatVector.fromMemorySegment(FLOATS, MEMORY, q + o, ORDER);
            FloatVector y0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, v0 + o, ORDER);
            FloatVector y1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, v1 + o, ORDER);
            FloatVector y2 = FloatVector.fromMemorySegment(FLOATS, MEMORY, v2 + o, ORDER);
            FloatVector y3 = FloatVector.fromMemorySegment(FLOATS, MEMORY, v3 + o, ORDER);
            s0 = s0.add(x.sub(y0).abs());
            s1 = s1.add(x.sub(y1).abs());
            s2 = s2.add(x.sub(y2).abs());
            s3 = s3.add(x.sub(y3).abs());
        }
        s0.intoArray(out, 0);
        s1.intoArray(out, LANES);
        s2.intoArray(out, 2 * LANES);
        s3.intoArray(out, 3 * LANES);
        sum4(out, 0, 0);
        if (!MASKED_TAIL) {
            for (; i < n; i++) {
                long o = (long) i << 2;
                float x = getFloat(q + o);
                out[0] = out[0] + Math.abs(x - getFloat(v0 + o));
                out[1] = out[1] + Math.abs(x - getFloat(v1 + o));
                out[2] = out[2] + Math.abs(x - getFloat(v2 + o));
                out[3] = out[3] + Math.abs(x - getFloat(v3 + o));
            }
        }
    }

    /// Inner products to `out[0..3]` and squared norms of the four vectors to `out[4..7]`, in one pass over them.
    public static void dotAndNorm(long q, long v0, long v1, long v2, long v3, int n, float[] out) {
        int whole = n & -LANES;
        long tail = (long) whole << 2;
        VectorMask<Float> mask = FLOATS.indexInRange(whole, n);
        FloatVector t = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, q + tail, ORDER, mask) : ZERO;
        FloatVector t0 = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, v0 + tail, ORDER, mask) : ZERO;
        FloatVector t1 = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, v1 + tail, ORDER, mask) : ZERO;
        FloatVector t2 = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, v2 + tail, ORDER, mask) : ZERO;
        FloatVector t3 = MASKED_TAIL ? FloatVector.fromMemorySegment(FLOATS, MEMORY, v3 + tail, ORDER, mask) : ZERO;
        FloatVector s0 = t.mul(t0);
        FloatVector s1 = t.mul(t1);
        FloatVector s2 = t.mul(t2);
        FloatVector s3 = t.mul(t3);
        FloatVector n0 = t0.mul(t0);
        FloatVector n1 = t1.mul(t1);
        FloatVector n2 = t2.mul(t2);
        FloatVector n3 = t3.mul(t3);
        int i = 0;
        for (; i < whole; i += LANES) {
            long o = (long) i << 2;
            FloatVector x = FloatVector.fromMemorySegment(FLOATS, MEMORY, q + o, ORDER);
            FloatVector y0 = FloatVector.fromMemorySegment(FLOATS, MEMORY, v0 + o, ORDER);
            FloatVector y1 = FloatVector.fromMemorySegment(FLOATS, MEMORY, v1 + o, ORDER);
            FloatVector y2 = FloatVector.fromMemorySegment(FLOATS, MEMORY, v2 + o, ORDER);
            FloatVector y3 = FloatVector.fromMemorySegment(FLOATS, MEMORY, v3 + o, ORDER);
            s0 = x.fma(y0, s0);
            s1 = x.fma(y1, s1);
            s2 = x.fma(y2, s2);
            s3 = x.fma(y3, s3);
            n0 = y0.fma(y0, n0);
            n1 = y1.fma(y1, n1);
            n2 = y2.fma(y2, n2);
            n3 = y3.fma(y3, n3);
        }
        s0.intoArray(out, 0);
        s1.intoArray(out, LANES);
        s2.intoArray(out, 2 * LANES);
        s3.intoArray(out, 3 * LANES);
        n0.intoArray(out, 4 * LANES);
        n1.intoArray(out, 5 * LANES);
        n2.intoArray(out, 6 * LANES);
        n3.intoArray(out, 7 * LANES);
        sum4(out, 0, 0);
        sum4(out, 4 * LANES, 4);
        if (!MASKED_TAIL) {
            for (; i < n; i++) {
                long o = (long) i << 2;
                float x = getFloat(q + o);
                addDotAndNorm(x, getFloat(v0 + o), out, 0);
                addDotAndNorm(x, getFloat(v1 + o), out, 1);
                addDotAndNorm(x, getFloat(v2 + o), out, 2);
                addDotAndNorm(x, getFloat(v3 + o), out, 3);
            }
        }
    }

    private static void sum4(float[] out, int from, int to) {
        float t0 = Lanes.sum(out, from);
        float t1 = Lanes.sum(out, from + LANES);
        float t2 = Lanes.sum(out, from + 2 * LANES);
        float t3 = Lanes.sum(out, from + 3 * LANES);
        out[to] = t0;
        out[to + 1] = t1;
        out[to + 2] = t2;
        out[to + 3] = t3;
    }

    private static float addSquare(float d, float sum) {
        return Math.fma(d, d, sum);
    }

    private static void addDotAndNorm(float x, float y, float[] out, int at) {
        out[at] = Math.fma(x, y, out[at]);
        out[at + 4] = Math.fma(y, y, out[at + 4]);
    }
}
