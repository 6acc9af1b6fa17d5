package omendb.ann.kernel;

import static omendb.ann.kernel.Everything.MEMORY;
import static omendb.ann.kernel.Everything.ORDER;
import static omendb.ann.kernel.Everything.getFloat;
import static omendb.ann.kernel.Species.FLOATS;
import static omendb.ann.kernel.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// One query against four vectors at a time. The loads of a step do not depend on each other, so that the memory
/// system
/// works on four vectors at once: this is what rescoring and neighbour selection spend their time on. Results go to
/// `out[at..at+3]` and are the same to the last bit as those of [FloatKernels], which also says why tails are as
/// they are.
public final class FloatKernelsX4 {
    private FloatKernelsX4() {}

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER);
    }

    private static FloatVector load(long address, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER, mask);
    }

    private static float sum(FloatVector v) {
        return v.reduceLanes(VectorOperators.ADD);
    }

    private static FloatVector squared(FloatVector d) {
        return d.mul(d);
    }

    private static FloatVector addSquare(FloatVector d, FloatVector sum) {
        return d.fma(d, sum);
    }

    private static float addSquare(float d, float sum) {
        return Math.fma(d, d, sum);
    }

    /// Sums of squared differences.
    public static void l2Squared(long q, long v0, long v1, long v2, long v3, int n, float[] out, int at) {
        FloatVector s0 = FloatVector.zero(FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (int end = n - LANES; i <= end; i += LANES) {
            long o = (long) i << 2;
            FloatVector x = load(q + o);
            s0 = addSquare(x.sub(load(v0 + o)), s0);
            s1 = addSquare(x.sub(load(v1 + o)), s1);
            s2 = addSquare(x.sub(load(v2 + o)), s2);
            s3 = addSquare(x.sub(load(v3 + o)), s3);
        }
        out[at] = sum(s0);
        out[at + 1] = sum(s1);
        out[at + 2] = sum(s2);
        out[at + 3] = sum(s3);
        if (Species.MASKED_TAIL && i < n) {
            long o = (long) i << 2;
            VectorMask<Float> mask = FLOATS.indexInRange(i, n);
            FloatVector x = load(q + o, mask);
            out[at] += sum(squared(x.sub(load(v0 + o, mask))));
            out[at + 1] += sum(squared(x.sub(load(v1 + o, mask))));
            out[at + 2] += sum(squared(x.sub(load(v2 + o, mask))));
            out[at + 3] += sum(squared(x.sub(load(v3 + o, mask))));
            i = n;
        }
        for (; i < n; i++) {
            long o = (long) i << 2;
            float x = getFloat(q + o);
            out[at] = addSquare(x - getFloat(v0 + o), out[at]);
            out[at + 1] = addSquare(x - getFloat(v1 + o), out[at + 1]);
            out[at + 2] = addSquare(x - getFloat(v2 + o), out[at + 2]);
            out[at + 3] = addSquare(x - getFloat(v3 + o), out[at + 3]);
        }
    }

    /// Inner products.
    public static void dot(long q, long v0, long v1, long v2, long v3, int n, float[] out, int at) {
        FloatVector s0 = FloatVector.zero(FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (int end = n - LANES; i <= end; i += LANES) {
            long o = (long) i << 2;
            FloatVector x = load(q + o);
            s0 = x.fma(load(v0 + o), s0);
            s1 = x.fma(load(v1 + o), s1);
            s2 = x.fma(load(v2 + o), s2);
            s3 = x.fma(load(v3 + o), s3);
        }
        out[at] = sum(s0);
        out[at + 1] = sum(s1);
        out[at + 2] = sum(s2);
        out[at + 3] = sum(s3);
        if (Species.MASKED_TAIL && i < n) {
            long o = (long) i << 2;
            VectorMask<Float> mask = FLOATS.indexInRange(i, n);
            FloatVector x = load(q + o, mask);
            out[at] += sum(x.mul(load(v0 + o, mask)));
            out[at + 1] += sum(x.mul(load(v1 + o, mask)));
            out[at + 2] += sum(x.mul(load(v2 + o, mask)));
            out[at + 3] += sum(x.mul(load(v3 + o, mask)));
            i = n;
        }
        for (; i < n; i++) {
            long o = (long) i << 2;
            float x = getFloat(q + o);
            out[at] = Math.fma(x, getFloat(v0 + o), out[at]);
            out[at + 1] = Math.fma(x, getFloat(v1 + o), out[at + 1]);
            out[at + 2] = Math.fma(x, getFloat(v2 + o), out[at + 2]);
            out[at + 3] = Math.fma(x, getFloat(v3 + o), out[at + 3]);
        }
    }

    /// Sums of absolute differences.
    public static void l1(long q, long v0, long v1, long v2, long v3, int n, float[] out, int at) {
        FloatVector s0 = FloatVector.zero(FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int i = 0;
        for (int end = n - LANES; i <= end; i += LANES) {
            long o = (long) i << 2;
            FloatVector x = load(q + o);
            s0 = s0.add(x.sub(load(v0 + o)).abs());
            s1 = s1.add(x.sub(load(v1 + o)).abs());
            s2 = s2.add(x.sub(load(v2 + o)).abs());
            s3 = s3.add(x.sub(load(v3 + o)).abs());
        }
        out[at] = sum(s0);
        out[at + 1] = sum(s1);
        out[at + 2] = sum(s2);
        out[at + 3] = sum(s3);
        if (Species.MASKED_TAIL && i < n) {
            long o = (long) i << 2;
            VectorMask<Float> mask = FLOATS.indexInRange(i, n);
            FloatVector x = load(q + o, mask);
            out[at] += sum(x.sub(load(v0 + o, mask)).abs());
            out[at + 1] += sum(x.sub(load(v1 + o, mask)).abs());
            out[at + 2] += sum(x.sub(load(v2 + o, mask)).abs());
            out[at + 3] += sum(x.sub(load(v3 + o, mask)).abs());
            i = n;
        }
        for (; i < n; i++) {
            long o = (long) i << 2;
            float x = getFloat(q + o);
            out[at] = out[at] + Math.abs(x - getFloat(v0 + o));
            out[at + 1] = out[at + 1] + Math.abs(x - getFloat(v1 + o));
            out[at + 2] = out[at + 2] + Math.abs(x - getFloat(v2 + o));
            out[at + 3] = out[at + 3] + Math.abs(x - getFloat(v3 + o));
        }
    }

    /// Inner products to `out[at..at+3]` and squared norms of the four vectors to `out[at+4..at+7]`, in one pass
    /// over them.
    public static void dotAndNorm(long q, long v0, long v1, long v2, long v3, int n, float[] out, int at) {
        FloatVector s0 = FloatVector.zero(FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector n0 = s0;
        FloatVector n1 = s0;
        FloatVector n2 = s0;
        FloatVector n3 = s0;
        int i = 0;
        for (int end = n - LANES; i <= end; i += LANES) {
            long o = (long) i << 2;
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
        out[at] = sum(s0);
        out[at + 1] = sum(s1);
        out[at + 2] = sum(s2);
        out[at + 3] = sum(s3);
        out[at + 4] = sum(n0);
        out[at + 5] = sum(n1);
        out[at + 6] = sum(n2);
        out[at + 7] = sum(n3);
        if (Species.MASKED_TAIL && i < n) {
            long o = (long) i << 2;
            VectorMask<Float> mask = FLOATS.indexInRange(i, n);
            FloatVector x = load(q + o, mask);
            FloatVector y0 = load(v0 + o, mask);
            FloatVector y1 = load(v1 + o, mask);
            FloatVector y2 = load(v2 + o, mask);
            FloatVector y3 = load(v3 + o, mask);
            out[at] += sum(x.mul(y0));
            out[at + 1] += sum(x.mul(y1));
            out[at + 2] += sum(x.mul(y2));
            out[at + 3] += sum(x.mul(y3));
            out[at + 4] += sum(squared(y0));
            out[at + 5] += sum(squared(y1));
            out[at + 6] += sum(squared(y2));
            out[at + 7] += sum(squared(y3));
            i = n;
        }
        for (; i < n; i++) {
            long o = (long) i << 2;
            float x = getFloat(q + o);
            addDotAndNorm(x, getFloat(v0 + o), out, at);
            addDotAndNorm(x, getFloat(v1 + o), out, at + 1);
            addDotAndNorm(x, getFloat(v2 + o), out, at + 2);
            addDotAndNorm(x, getFloat(v3 + o), out, at + 3);
        }
    }

    private static void addDotAndNorm(float x, float y, float[] out, int at) {
        out[at] = Math.fma(x, y, out[at]);
        out[at + 4] = Math.fma(y, y, out[at + 4]);
    }
}
