package omendb.ann.kernel;

import static omendb.ann.kernel.Everything.MEMORY;
import static omendb.ann.kernel.Everything.ORDER;
import static omendb.ann.kernel.Everything.getFloat;
import static omendb.ann.kernel.Species.FLOATS;
import static omendb.ann.kernel.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// One query against four vectors at a time. The four loads of a step do not depend on each other, so that the
/// memory
/// system works on four vectors at once:
/// this is what rescoring and neighbour selection spend their time on. Results go to `out[at..at+3]`.
public final class FloatKernelsX4 {
    private FloatKernelsX4() {}

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER);
    }

    private static FloatVector load(long address, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER, mask);
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
            FloatVector d0 = x.sub(load(v0 + o));
            FloatVector d1 = x.sub(load(v1 + o));
            FloatVector d2 = x.sub(load(v2 + o));
            FloatVector d3 = x.sub(load(v3 + o));
            s0 = d0.fma(d0, s0);
            s1 = d1.fma(d1, s1);
            s2 = d2.fma(d2, s2);
            s3 = d3.fma(d3, s3);
        }
        if (Species.MASKED_TAIL && i < n) {
            long o = (long) i << 2;
            VectorMask<Float> mask = FLOATS.indexInRange(i, n);
            FloatVector x = load(q + o, mask);
            FloatVector d0 = x.sub(load(v0 + o, mask));
            FloatVector d1 = x.sub(load(v1 + o, mask));
            FloatVector d2 = x.sub(load(v2 + o, mask));
            FloatVector d3 = x.sub(load(v3 + o, mask));
            s0 = d0.fma(d0, s0);
            s1 = d1.fma(d1, s1);
            s2 = d2.fma(d2, s2);
            s3 = d3.fma(d3, s3);
            i = n;
        }
        float t0 = s0.reduceLanes(VectorOperators.ADD);
        float t1 = s1.reduceLanes(VectorOperators.ADD);
        float t2 = s2.reduceLanes(VectorOperators.ADD);
        float t3 = s3.reduceLanes(VectorOperators.ADD);
        for (; i < n; i++) {
            long o = (long) i << 2;
            float x = getFloat(q + o);
            t0 += square(x - getFloat(v0 + o));
            t1 += square(x - getFloat(v1 + o));
            t2 += square(x - getFloat(v2 + o));
            t3 += square(x - getFloat(v3 + o));
        }
        out[at] = t0;
        out[at + 1] = t1;
        out[at + 2] = t2;
        out[at + 3] = t3;
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
        if (Species.MASKED_TAIL && i < n) {
            long o = (long) i << 2;
            VectorMask<Float> mask = FLOATS.indexInRange(i, n);
            FloatVector x = load(q + o, mask);
            s0 = x.fma(load(v0 + o, mask), s0);
            s1 = x.fma(load(v1 + o, mask), s1);
            s2 = x.fma(load(v2 + o, mask), s2);
            s3 = x.fma(load(v3 + o, mask), s3);
            i = n;
        }
        float t0 = s0.reduceLanes(VectorOperators.ADD);
        float t1 = s1.reduceLanes(VectorOperators.ADD);
        float t2 = s2.reduceLanes(VectorOperators.ADD);
        float t3 = s3.reduceLanes(VectorOperators.ADD);
        for (; i < n; i++) {
            long o = (long) i << 2;
            float x = getFloat(q + o);
            t0 += x * getFloat(v0 + o);
            t1 += x * getFloat(v1 + o);
            t2 += x * getFloat(v2 + o);
            t3 += x * getFloat(v3 + o);
        }
        out[at] = t0;
        out[at + 1] = t1;
        out[at + 2] = t2;
        out[at + 3] = t3;
    }

    /// Inner products to `out[at..at+3]` and squared norms of the four vectors to `out[at+4..at+7]`, in one pass
    /// over
    /// them.
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
            n0 = y0.fma(y0, n0);
            n1 = y1.fma(y1, n1);
            n2 = y2.fma(y2, n2);
            n3 = y3.fma(y3, n3);
        }
        out[at] = s0.reduceLanes(VectorOperators.ADD);
        out[at + 1] = s1.reduceLanes(VectorOperators.ADD);
        out[at + 2] = s2.reduceLanes(VectorOperators.ADD);
        out[at + 3] = s3.reduceLanes(VectorOperators.ADD);
        out[at + 4] = n0.reduceLanes(VectorOperators.ADD);
        out[at + 5] = n1.reduceLanes(VectorOperators.ADD);
        out[at + 6] = n2.reduceLanes(VectorOperators.ADD);
        out[at + 7] = n3.reduceLanes(VectorOperators.ADD);
        for (; i < n; i++) {
            long o = (long) i << 2;
            float x = getFloat(q + o);
            addDotAndNorm(x, getFloat(v0 + o), out, at);
            addDotAndNorm(x, getFloat(v1 + o), out, at + 1);
            addDotAndNorm(x, getFloat(v2 + o), out, at + 2);
            addDotAndNorm(x, getFloat(v3 + o), out, at + 3);
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
        float t0 = s0.reduceLanes(VectorOperators.ADD);
        float t1 = s1.reduceLanes(VectorOperators.ADD);
        float t2 = s2.reduceLanes(VectorOperators.ADD);
        float t3 = s3.reduceLanes(VectorOperators.ADD);
        for (; i < n; i++) {
            long o = (long) i << 2;
            float x = getFloat(q + o);
            t0 += Math.abs(x - getFloat(v0 + o));
            t1 += Math.abs(x - getFloat(v1 + o));
            t2 += Math.abs(x - getFloat(v2 + o));
            t3 += Math.abs(x - getFloat(v3 + o));
        }
        out[at] = t0;
        out[at + 1] = t1;
        out[at + 2] = t2;
        out[at + 3] = t3;
    }

    private static float square(float x) {
        return x * x;
    }

    private static void addDotAndNorm(float x, float y, float[] out, int at) {
        out[at] += x * y;
        out[at + 4] += y * y;
    }
}
