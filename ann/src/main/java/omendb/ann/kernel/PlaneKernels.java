package omendb.ann.kernel;

import static omendb.ann.kernel.Everything.MEMORY;
import static omendb.ann.kernel.Everything.ORDER;
import static omendb.ann.kernel.Species.BYTES;
import static omendb.ann.kernel.Species.INTS;
import static omendb.ann.kernel.Species.LANES;
import static omendb.ann.kernel.Species.LONGS;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/// Inner products of small integers by bit planes: `sum(u[i] * v[i])` where plane `j` of a code holds bit `j` of
/// every
/// `u`, plane `b` of the query bit `b` of
/// every `v`; one AND and one population count take 64 dimensions.
///
/// Query planes: `planes` of them, [#planeStride] bytes apart, zero from the last dimension to the end of the
/// plane, so
/// that whatever follows a code in
/// memory is masked away and no kernel needs a tail. Code rows: planes of `codePlaneBytes` (a multiple of 8), the
/// lowest bit first; up to 64 bytes after the last plane are read
/// (not used) and must be mapped.
public final class PlaneKernels {
    /// Bytes that a query plane is padded to.
    public static final int PLANE_ALIGNMENT = 64;

    /// Vectors in a transposed block.
    public static final int BLOCK_LANES = 16;

    private PlaneKernels() {}

    /// Bytes of a query plane of `codePlaneBytes`.
    public static int planeStride(int codePlaneBytes) {
        return (codePlaneBytes + PLANE_ALIGNMENT - 1) / PLANE_ALIGNMENT * PLANE_ALIGNMENT;
    }

    private static LongVector load(long address) {
        return LongVector.fromMemorySegment(LONGS, MEMORY, address, ORDER);
    }

    private static LongVector count(LongVector code, LongVector plane) {
        return code.lanewise(VectorOperators.AND, plane).lanewise(VectorOperators.BIT_COUNT);
    }

    private static LongVector shifted(LongVector x, int by) {
        return x.lanewise(VectorOperators.LSHL, by);
    }

    private static LongVector weigh(LongVector s0, LongVector s1, LongVector s2, LongVector s3) {
        return s0.add(shifted(s1, 1)).add(shifted(s2, 2)).add(shifted(s3, 3));
    }

    /// Products of one query with rows of one bit a dimension at `rows + ids[i] * stride`, for `i < count`, to
    /// `out[i]`; the query has four planes.
    public static void oneBitRows(
            long rows, long stride, int[] ids, int count, long query, int codePlaneBytes, int[] out) {
        int vectors = (codePlaneBytes + BYTES - 1) / BYTES;
        int planeStride = planeStride(codePlaneBytes);
        switch (vectors) {
            case 1 -> oneBitRows1(rows, stride, ids, count, query, planeStride, out);
            case 2 -> oneBitRows2(rows, stride, ids, count, query, planeStride, out);
            // the planes of three do not fit into the registers any more: the compiler spills, onto the heap
            default -> oneBitRowsAny(rows, stride, ids, count, query, planeStride, vectors, out);
        }
    }

    private static void oneBitRows1(
            long rows, long stride, int[] ids, int count, long query, int planeStride, int[] out) {
        LongVector p0 = load(query);
        LongVector p1 = load(query + planeStride);
        LongVector p2 = load(query + planeStride * 2L);
        LongVector p3 = load(query + planeStride * 3L);
        for (int i = 0; i < count; i++) {
            LongVector code = load(rows + ids[i] * stride);
            LongVector sum = weigh(count(code, p0), count(code, p1), count(code, p2), count(code, p3));
            out[i] = (int) sum.reduceLanes(VectorOperators.ADD);
        }
    }

    private static void oneBitRows2(
            long rows, long stride, int[] ids, int count, long query, int planeStride, int[] out) {
        LongVector p0 = load(query);
        LongVector p1 = load(query + planeStride);
        LongVector p2 = load(query + planeStride * 2L);
        LongVector p3 = load(query + planeStride * 3L);
        LongVector r0 = load(query + BYTES);
        LongVector r1 = load(query + BYTES + planeStride);
        LongVector r2 = load(query + BYTES + planeStride * 2L);
        LongVector r3 = load(query + BYTES + planeStride * 3L);
        for (int i = 0; i < count; i++) {
            long row = rows + ids[i] * stride;
            LongVector c = load(row);
            LongVector d = load(row + BYTES);
            LongVector sum = weigh(
                    count(c, p0).add(count(d, r0)),
                    count(c, p1).add(count(d, r1)),
                    count(c, p2).add(count(d, r2)),
                    count(c, p3).add(count(d, r3)));
            out[i] = (int) sum.reduceLanes(VectorOperators.ADD);
        }
    }

    private static void oneBitRowsAny(
            long rows, long stride, int[] ids, int count, long query, int planeStride, int vectors, int[] out) {
        for (int i = 0; i < count; i++) {
            // as fourPlanes, but written out: called, it takes twice as long
            long row = rows + ids[i] * stride;
            LongVector s0 = LongVector.zero(LONGS);
            LongVector s1 = s0;
            LongVector s2 = s0;
            LongVector s3 = s0;
            for (int v = 0; v < vectors; v++) {
                long o = (long) v * BYTES;
                LongVector c = load(row + o);
                s0 = s0.add(count(c, load(query + o)));
                s1 = s1.add(count(c, load(query + o + planeStride)));
                s2 = s2.add(count(c, load(query + o + planeStride * 2L)));
                s3 = s3.add(count(c, load(query + o + planeStride * 3L)));
            }
            out[i] = (int) weigh(s0, s1, s2, s3).reduceLanes(VectorOperators.ADD);
        }
    }

    /// One plane of a code against four planes of a query.
    private static int fourPlanes(long code, long query, int planeStride, int vectors) {
        LongVector s0 = LongVector.zero(LONGS);
        LongVector s1 = s0;
        LongVector s2 = s0;
        LongVector s3 = s0;
        for (int v = 0; v < vectors; v++) {
            long o = (long) v * BYTES;
            LongVector c = load(code + o);
            s0 = s0.add(count(c, load(query + o)));
            s1 = s1.add(count(c, load(query + o + planeStride)));
            s2 = s2.add(count(c, load(query + o + planeStride * 2L)));
            s3 = s3.add(count(c, load(query + o + planeStride * 3L)));
        }
        return (int) weigh(s0, s1, s2, s3).reduceLanes(VectorOperators.ADD);
    }

    /// One plane of a code against one plane of a query.
    private static int onePlane(long code, long query, int vectors) {
        LongVector sum = LongVector.zero(LONGS);
        for (int v = 0; v < vectors; v++) {
            long o = (long) v * BYTES;
            sum = sum.add(count(load(code + o), load(query + o)));
        }
        return (int) sum.reduceLanes(VectorOperators.ADD);
    }

    /// As [#oneBitRows] for codes of `bits` planes and queries of `queryPlanes` planes, at least four.
    public static void rows(
            long rows,
            long stride,
            int[] ids,
            int count,
            long query,
            int queryPlanes,
            int codePlaneBytes,
            int bits,
            int[] out) {
        int vectors = (codePlaneBytes + BYTES - 1) / BYTES;
        int planeStride = planeStride(codePlaneBytes);
        for (int i = 0; i < count; i++) {
            long row = rows + ids[i] * stride;
            int sum = 0;
            for (int j = 0; j < bits; j++) {
                long plane = row + (long) j * codePlaneBytes;
                int weighted = fourPlanes(plane, query, planeStride, vectors);
                for (int b = 4; b < queryPlanes; b++) {
                    weighted += onePlane(plane, query + (long) b * planeStride, vectors) << b;
                }
                sum += weighted << j;
            }
            out[i] = sum;
        }
    }

    /// Products of one query (four planes) with the sixteen codes of a transposed block, one bit a dimension: word
    /// `w`
    /// of lane `l` is the 32-bit integer
    /// at `block + 64 * w + 4 * l`. The layout is the same whatever the width of the vectors.
    public static void oneBitBlock(long block, long query, int codePlaneBytes, int[] out) {
        int words = codePlaneBytes / Integer.BYTES;
        int planeStride = planeStride(codePlaneBytes);
        for (int lane = 0; lane < BLOCK_LANES; lane += LANES) {
            blockLanes(block + lane * 4L, query, planeStride, words, out, lane);
        }
    }

    private static void blockLanes(long block, long query, int planeStride, int words, int[] out, int lane) {
        IntVector s0 = IntVector.zero(INTS);
        IntVector s1 = s0;
        IntVector s2 = s0;
        IntVector s3 = s0;
        for (int w = 0; w < words; w++) {
            IntVector code = IntVector.fromMemorySegment(INTS, MEMORY, block + w * (BLOCK_LANES * 4L), ORDER);
            long q = query + w * 4L;
            s0 = s0.add(count(code, q));
            s1 = s1.add(count(code, q + planeStride));
            s2 = s2.add(count(code, q + planeStride * 2L));
            s3 = s3.add(count(code, q + planeStride * 3L));
        }
        s0.add(s1.lanewise(VectorOperators.LSHL, 1))
                .add(s2.lanewise(VectorOperators.LSHL, 2))
                .add(s3.lanewise(VectorOperators.LSHL, 3))
                .intoArray(out, lane);
    }

    private static IntVector count(IntVector code, long word) {
        return code.lanewise(VectorOperators.AND, Everything.getInt(word)).lanewise(VectorOperators.BIT_COUNT);
    }
}
