package omendb.ann.kernel;

import static omendb.ann.kernel.Everything.MEMORY;
import static omendb.ann.kernel.Everything.ORDER;
import static omendb.ann.kernel.Everything.getFloat;
import static omendb.ann.kernel.Species.FLOATS;
import static omendb.ann.kernel.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// One query against four vectors at a time. The loads of a step do not depend on each other, so that the memory
/// system
/// works on four vectors at once: this is what rescoring and neighbour selection spend their time on. Results go to
/// `out[0..3]` and are the same to the last bit as those of [FloatKernels], which also says why tails are as they
/// are.
///
/// Sums of lanes go by way of `out`, which has [#ROOM] floats: eight sums by exchange of lanes are more than the
/// compiler
/// is willing to put into one method.
public final class FloatKernelsX4 {
    /// Length of the array of results.
    public static final int ROOM = 8 * LANES;

    private FloatKernelsX4() {}

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER);
    }

    /// The lanes that the mask names, the others zero; all zero where tails are added one by one.
    private static FloatVector load(long address, VectorMask<Float> mask) {
        return Species.MASKED_TAIL
                ? FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER, mask)
                : FloatVector.zero(FLOATS);
    }

    private static FloatVector square(FloatVector d) {
        return d.mul(d);
    }

    private static FloatVector addSquare(FloatVector d, FloatVector sum) {
        return d.fma(d, sum);
    }

    private static float addSquare(float d, float sum) {
        return Math.fma(d, d, sum);
    }

    /// Sums of squared differences.
    public static void l2Squared(long q, long v0, long v1, long v2, long v3, int n, float[] out) {
        int whole = n & -LANES;
        VectorMask<Float> mask = FLOATS.indexInRange(whole, n);
        long tail = (long) whole << 2;
        FloatVector t = load(q + tail, mask);
        FloatVector s0 = square(t.sub(load(v0 + tail, mask)));
        FloatVector s1 = square(t.sub(load(v1 + tail, mask)));
        FloatVector s2 = square(t.sub(load(v2 + tail, mask)));
        FloatVector s3 = square(t.sub(load(v3 + tail, mask)));
        for (long o = 0; o < tail; o += Species.BYTES) {
            FloatVector x = load(q + o);
            s0 = addSquare(x.sub(load(v0 + o)), s0);
            s1 = addSquare(x.sub(load(v1 + o)), s1);
            s2 = addSquare(x.sub(load(v2 + o)), s2);
            s3 = addSquare(x.sub(load(v3 + o)), s3);
        }
        store4(s0, s1, s2, s3, out, 0);
        sum4(out, 0, 0);
        if (!Species.MASKED_TAIL) {
            for (int i = whole; i < n; i++) {
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
        VectorMask<Float> mask = FLOATS.indexInRange(whole, n);
        long tail = (long) whole << 2;
        FloatVector t = load(q + tail, mask);
        FloatVector s0 = t.mul(load(v0 + tail, mask));
        FloatVector s1 = t.mul(load(v1 + tail, mask));
        FloatVector s2 = t.mul(load(v2 + tail, mask));
        FloatVector s3 = t.mul(load(v3 + tail, mask));
        for (long o = 0; o < tail; o += Species.BYTES) {
            FloatVector x = load(q + o);
            s0 = x.fma(load(v0 + o), s0);
            s1 = x.fma(load(v1 + o), s1);
            s2 = x.fma(load(v2 + o), s2);
            s3 = x.fma(load(v3 + o), s3);
        }
        store4(s0, s1, s2, s3, out, 0);
        sum4(out, 0, 0);
        if (!Species.MASKED_TAIL) {
            for (int i = whole; i < n; i++) {
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
        VectorMask<Float> mask = FLOATS.indexInRange(whole, n);
        long tail = (long) whole << 2;
        FloatVector t = load(q + tail, mask);
        FloatVector s0 = t.sub(load(v0 + tail, mask)).abs();
        FloatVector s1 = t.sub(load(v1 + tail, mask)).abs();
        FloatVector s2 = t.sub(load(v2 + tail, mask)).abs();
        FloatVector s3 = t.sub(load(v3 + tail, mask)).abs();
        for (long o = 0; o < tail; o += Species.BYTES) {
            FloatVector x = load(q + o);
            s0 = s0.add(x.sub(load(v0 + o)).abs());
            s1 = s1.add(x.sub(load(v1 + o)).abs());
            s2 = s2.add(x.sub(load(v2 + o)).abs());
            s3 = s3.add(x.sub(load(v3 + o)).abs());
        }
        store4(s0, s1, s2, s3, out, 0);
        sum4(out, 0, 0);
        if (!Species.MASKED_TAIL) {
            for (int i = whole; i < n; i++) {
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
        VectorMask<Float> mask = FLOATS.indexInRange(whole, n);
        long tail = (long) whole << 2;
        FloatVector t = load(q + tail, mask);
        FloatVector n0 = load(v0 + tail, mask);
        FloatVector n1 = load(v1 + tail, mask);
        FloatVector n2 = load(v2 + tail, mask);
        FloatVector n3 = load(v3 + tail, mask);
        FloatVector s0 = t.mul(n0);
        FloatVector s1 = t.mul(n1);
        FloatVector s2 = t.mul(n2);
        FloatVector s3 = t.mul(n3);
        n0 = square(n0);
        n1 = square(n1);
        n2 = square(n2);
        n3 = square(n3);
        for (long o = 0; o < tail; o += Species.BYTES) {
            FloatVector x = load(q + o);
            FloatVector y0 = load(v0 + o);
            FloatVector y1 = load(v1 + o);
            FloatVector y2 = load(v2 + o);
            FloatVector y3 = load(v3 + o);
            s0 = x.fma(y0, s0);
            s1 = x.fma(y1, s1);
            s2 = x.fma(y2, s2);
            s3 = x.fma(y3, s3);
            n0 = addSquare(y0, n0);
            n1 = addSquare(y1, n1);
            n2 = addSquare(y2, n2);
            n3 = addSquare(y3, n3);
        }
        store4(s0, s1, s2, s3, out, 0);
        store4(n0, n1, n2, n3, out, 4 * LANES);
        sum4(out, 0, 0);
        sum4(out, 4 * LANES, 4);
        if (!Species.MASKED_TAIL) {
            for (int i = whole; i < n; i++) {
                long o = (long) i << 2;
                float x = getFloat(q + o);
                addDotAndNorm(x, getFloat(v0 + o), out, 0);
                addDotAndNorm(x, getFloat(v1 + o), out, 1);
                addDotAndNorm(x, getFloat(v2 + o), out, 2);
                addDotAndNorm(x, getFloat(v3 + o), out, 3);
            }
        }
    }

    private static void store4(FloatVector s0, FloatVector s1, FloatVector s2, FloatVector s3, float[] out, int from) {
        s0.intoArray(out, from);
        s1.intoArray(out, from + LANES);
        s2.intoArray(out, from + 2 * LANES);
        s3.intoArray(out, from + 3 * LANES);
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

    private static void addDotAndNorm(float x, float y, float[] out, int at) {
        out[at] = Math.fma(x, y, out[at]);
        out[at + 4] = Math.fma(y, y, out[at + 4]);
    }
}
