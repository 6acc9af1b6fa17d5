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

    /// Products of one query with rows of one bit a dimension at `rows + ids[i] * stride`, for `i < count`, to
    /// `out[i]`;
    /// the query has four planes.
    ///
    /// One method for each number of vectors that a plane fills, with several rows in a round: the loads of the
    /// rows
    /// overlap, and the methods become too long to be inlined (over 325 bytes, `KernelSizeTest`). Inlined, they
    /// would share
    /// the compiler's budget with their callers, and what does not fit ends up on the heap.
    public static void oneBitRows(
            long rows, long stride, int[] ids, int count, long query, int codePlaneBytes, int[] out) {
        if (count == 0) {
            return;
        }
        int vectors = (codePlaneBytes + BYTES - 1) / BYTES;
        int planeStride = planeStride(codePlaneBytes);
        switch (vectors) {
            case 1 -> oneBitRows1(rows, stride, ids, count, query, planeStride, out);
            case 2 -> oneBitRows2(rows, stride, ids, count, query, planeStride, out);
            case 3 -> oneBitRows3(rows, stride, ids, count, query, planeStride, out);
            default -> oneBitRowsAny(rows, stride, ids, count, query, planeStride, vectors, out);
        }
    }

    // in the first two, a last round that is not full does its last row again

    private static void oneBitRows1(
            long rows, long stride, int[] ids, int count, long query, int planeStride, int[] out) {
        LongVector p0 = LongVector.fromMemorySegment(LONGS, MEMORY, query, ORDER);
        LongVector p1 = LongVector.fromMemorySegment(LONGS, MEMORY, query + planeStride, ORDER);
        LongVector p2 = LongVector.fromMemorySegment(LONGS, MEMORY, query + planeStride * 2L, ORDER);
        LongVector p3 = LongVector.fromMemorySegment(LONGS, MEMORY, query + planeStride * 3L, ORDER);
        int last = count - 1;
        for (int i = 0; i < count; i += 4) {
            int i1 = Math.min(i + 1, last);
            int i2 = Math.min(i + 2, last);
            int i3 = Math.min(i + 3, last);
            LongVector a = LongVector.fromMemorySegment(LONGS, MEMORY, rows + ids[i] * stride, ORDER);
            LongVector b = LongVector.fromMemorySegment(LONGS, MEMORY, rows + ids[i1] * stride, ORDER);
            LongVector c = LongVector.fromMemorySegment(LONGS, MEMORY, rows + ids[i2] * stride, ORDER);
            LongVector d = LongVector.fromMemorySegment(LONGS, MEMORY, rows + ids[i3] * stride, ORDER);
            LongVector sumA = a.and(p0)
                    .lanewise(VectorOperators.BIT_COUNT)
                    .add(a.and(p1).lanewise(VectorOperators.BIT_COUNT).lanewise(VectorOperators.LSHL, 1))
                    .add(a.and(p2).lanewise(VectorOperators.BIT_COUNT).lanewise(VectorOperators.LSHL, 2))
                    .add(a.and(p3).lanewise(VectorOperators.BIT_COUNT).lanewise(VectorOperators.LSHL, 3));
            LongVector sumB = b.and(p0)
                    .lanewise(VectorOperators.BIT_COUNT)
                    .add(b.and(p1).lanewise(VectorOperators.BIT_COUNT).lanewise(VectorOperators.LSHL, 1))
                    .add(b.and(p2).lanewise(VectorOperators.BIT_COUNT).lanewise(VectorOperators.LSHL, 2))
                    .add(b.and(p3).lanewise(VectorOperators.BIT_COUNT).lanewise(VectorOperators.LSHL, 3));
            LongVector sumC = c.and(p0)
                    .lanewise(VectorOperators.BIT_COUNT)
                    .add(c.and(p1).lanewise(VectorOperators.BIT_COUNT).lanewise(VectorOperators.LSHL, 1))
                    .add(c.and(p2).lanewise(VectorOperators.BIT_COUNT).lanewise(VectorOperators.LSHL, 2))
                    .add(c.and(p3).lanewise(VectorOperators.BIT_COUNT).lanewise(VectorOperators.LSHL, 3));
            LongVector sumD = d.and(p0)
                    .lanewise(VectorOperators.BIT_COUNT)
                    .add(d.and(p1).lanewise(VectorOperators.BIT_COUNT).lanewise(VectorOperators.LSHL, 1))
                    .add(d.and(p2).lanewise(VectorOperators.BIT_COUNT).lanewise(VectorOperators.LSHL, 2))
                    .add(d.and(p3).lanewise(VectorOperators.BIT_COUNT).lanewise(VectorOperators.LSHL, 3));
            out[i] = (int) sumA.reduceLanes(VectorOperators.ADD);
            out[i1] = (int) sumB.reduceLanes(VectorOperators.ADD);
            out[i2] = (int) sumC.reduceLanes(VectorOperators.ADD);
            out[i3] = (int) sumD.reduceLanes(VectorOperators.ADD);
        }
    }

    private static void oneBitRows2(
            long rows, long stride, int[] ids, int count, long query, int planeStride, int[] out) {
        LongVector p0 = LongVector.fromMemorySegment(LONGS, MEMORY, query, ORDER);
        LongVector p1 = LongVector.fromMemorySegment(LONGS, MEMORY, query + planeStride, ORDER);
        LongVector p2 = LongVector.fromMemorySegment(LONGS, MEMORY, query + planeStride * 2L, ORDER);
        LongVector p3 = LongVector.fromMemorySegment(LONGS, MEMORY, query + planeStride * 3L, ORDER);
        LongVector r0 = LongVector.fromMemorySegment(LONGS, MEMORY, query + BYTES, ORDER);
        LongVector r1 = LongVector.fromMemorySegment(LONGS, MEMORY, query + BYTES + planeStride, ORDER);
        LongVector r2 = LongVector.fromMemorySegment(LONGS, MEMORY, query + BYTES + planeStride * 2L, ORDER);
        LongVector r3 = LongVector.fromMemorySegment(LONGS, MEMORY, query + BYTES + planeStride * 3L, ORDER);
        int last = count - 1;
        for (int i = 0; i < count; i += 2) {
            int j = Math.min(i + 1, last);
            long rowA = rows + ids[i] * stride;
            long rowB = rows + ids[j] * stride;
            LongVector a = LongVector.fromMemorySegment(LONGS, MEMORY, rowA, ORDER);
            LongVector b = LongVector.fromMemorySegment(LONGS, MEMORY, rowB, ORDER);
            LongVector c = LongVector.fromMemorySegment(LONGS, MEMORY, rowA + BYTES, ORDER);
            LongVector d = LongVector.fromMemorySegment(LONGS, MEMORY, rowB + BYTES, ORDER);
            LongVector sumA = a.and(p0)
                    .lanewise(VectorOperators.BIT_COUNT)
                    .add(c.and(r0).lanewise(VectorOperators.BIT_COUNT))
                    .add(a.and(p1)
                            .lanewise(VectorOperators.BIT_COUNT)
                            .add(c.and(r1).lanewise(VectorOperators.BIT_COUNT))
                            .lanewise(VectorOperators.LSHL, 1))
                    .add(a.and(p2)
                            .lanewise(VectorOperators.BIT_COUNT)
                            .add(c.and(r2).lanewise(VectorOperators.BIT_COUNT))
                            .lanewise(VectorOperators.LSHL, 2))
                    .add(a.and(p3)
                            .lanewise(VectorOperators.BIT_COUNT)
                            .add(c.and(r3).lanewise(VectorOperators.BIT_COUNT))
                            .lanewise(VectorOperators.LSHL, 3));
            LongVector sumB = b.and(p0)
                    .lanewise(VectorOperators.BIT_COUNT)
                    .add(d.and(r0).lanewise(VectorOperators.BIT_COUNT))
                    .add(b.and(p1)
                            .lanewise(VectorOperators.BIT_COUNT)
                            .add(d.and(r1).lanewise(VectorOperators.BIT_COUNT))
                            .lanewise(VectorOperators.LSHL, 1))
                    .add(b.and(p2)
                            .lanewise(VectorOperators.BIT_COUNT)
                            .add(d.and(r2).lanewise(VectorOperators.BIT_COUNT))
                            .lanewise(VectorOperators.LSHL, 2))
                    .add(b.and(p3)
                            .lanewise(VectorOperators.BIT_COUNT)
                            .add(d.and(r3).lanewise(VectorOperators.BIT_COUNT))
                            .lanewise(VectorOperators.LSHL, 3));
            out[i] = (int) sumA.reduceLanes(VectorOperators.ADD);
            out[j] = (int) sumB.reduceLanes(VectorOperators.ADD);
        }
    }

    private static void oneBitRows3(
            long rows, long stride, int[] ids, int count, long query, int planeStride, int[] out) {
        LongVector p0 = LongVector.fromMemorySegment(LONGS, MEMORY, query, ORDER);
        LongVector p1 = LongVector.fromMemorySegment(LONGS, MEMORY, query + planeStride, ORDER);
        LongVector p2 = LongVector.fromMemorySegment(LONGS, MEMORY, query + planeStride * 2L, ORDER);
        LongVector p3 = LongVector.fromMemorySegment(LONGS, MEMORY, query + planeStride * 3L, ORDER);
        LongVector r0 = LongVector.fromMemorySegment(LONGS, MEMORY, query + BYTES, ORDER);
        LongVector r1 = LongVector.fromMemorySegment(LONGS, MEMORY, query + BYTES + planeStride, ORDER);
        LongVector r2 = LongVector.fromMemorySegment(LONGS, MEMORY, query + BYTES + planeStride * 2L, ORDER);
        LongVector r3 = LongVector.fromMemorySegment(LONGS, MEMORY, query + BYTES + planeStride * 3L, ORDER);
        LongVector t0 = LongVector.fromMemorySegment(LONGS, MEMORY, query + BYTES * 2L, ORDER);
        LongVector t1 = LongVector.fromMemorySegment(LONGS, MEMORY, query + BYTES * 2L + planeStride, ORDER);
        LongVector t2 = LongVector.fromMemorySegment(LONGS, MEMORY, query + BYTES * 2L + planeStride * 2L, ORDER);
        LongVector t3 = LongVector.fromMemorySegment(LONGS, MEMORY, query + BYTES * 2L + planeStride * 3L, ORDER);
        for (int i = 0; i < count; i++) {
            long row = rows + ids[i] * stride;
            LongVector c = LongVector.fromMemorySegment(LONGS, MEMORY, row, ORDER);
            LongVector d = LongVector.fromMemorySegment(LONGS, MEMORY, row + BYTES, ORDER);
            LongVector e = LongVector.fromMemorySegment(LONGS, MEMORY, row + BYTES * 2L, ORDER);
            LongVector s0 = c.and(p0)
                    .lanewise(VectorOperators.BIT_COUNT)
                    .add(d.and(r0).lanewise(VectorOperators.BIT_COUNT))
                    .add(e.and(t0).lanewise(VectorOperators.BIT_COUNT));
            LongVector s1 = c.and(p1)
                    .lanewise(VectorOperators.BIT_COUNT)
                    .add(d.and(r1).lanewise(VectorOperators.BIT_COUNT))
                    .add(e.and(t1).lanewise(VectorOperators.BIT_COUNT));
            LongVector s2 = c.and(p2)
                    .lanewise(VectorOperators.BIT_COUNT)
                    .add(d.and(r2).lanewise(VectorOperators.BIT_COUNT))
                    .add(e.and(t2).lanewise(VectorOperators.BIT_COUNT));
            LongVector s3 = c.and(p3)
                    .lanewise(VectorOperators.BIT_COUNT)
                    .add(d.and(r3).lanewise(VectorOperators.BIT_COUNT))
                    .add(e.and(t3).lanewise(VectorOperators.BIT_COUNT));
            LongVector low = s0.add(s1.lanewise(VectorOperators.LSHL, 1));
            LongVector high = s2.add(s3.lanewise(VectorOperators.LSHL, 1));
            out[i] = (int) low.add(high.lanewise(VectorOperators.LSHL, 2)).reduceLanes(VectorOperators.ADD);
        }
    }

    private static void oneBitRowsAny(
            long rows, long stride, int[] ids, int count, long query, int planeStride, int vectors, int[] out) {
        for (int i = 0; i < count; i++) {
            long row = rows + ids[i] * stride;
            LongVector s0 = LongVector.zero(LONGS);
            LongVector s1 = s0;
            LongVector s2 = s0;
            LongVector s3 = s0;
            for (int v = 0; v < vectors; v++) {
                long o = (long) v * BYTES;
                LongVector c = LongVector.fromMemorySegment(LONGS, MEMORY, row + o, ORDER);
                LongVector p0 = LongVector.fromMemorySegment(LONGS, MEMORY, query + o, ORDER);
                LongVector p1 = LongVector.fromMemorySegment(LONGS, MEMORY, query + o + planeStride, ORDER);
                LongVector p2 = LongVector.fromMemorySegment(LONGS, MEMORY, query + o + planeStride * 2L, ORDER);
                LongVector p3 = LongVector.fromMemorySegment(LONGS, MEMORY, query + o + planeStride * 3L, ORDER);
                s0 = s0.add(c.and(p0).lanewise(VectorOperators.BIT_COUNT));
                s1 = s1.add(c.and(p1).lanewise(VectorOperators.BIT_COUNT));
                s2 = s2.add(c.and(p2).lanewise(VectorOperators.BIT_COUNT));
                s3 = s3.add(c.and(p3).lanewise(VectorOperators.BIT_COUNT));
            }
            LongVector low = s0.add(s1.lanewise(VectorOperators.LSHL, 1));
            LongVector high = s2.add(s3.lanewise(VectorOperators.LSHL, 1));
            out[i] = (int) low.add(high.lanewise(VectorOperators.LSHL, 2)).reduceLanes(VectorOperators.ADD);
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
            LongVector c = LongVector.fromMemorySegment(LONGS, MEMORY, code + o, ORDER);
            s0 = s0.add(c.and(LongVector.fromMemorySegment(LONGS, MEMORY, query + o, ORDER))
                    .lanewise(VectorOperators.BIT_COUNT));
            s1 = s1.add(c.and(LongVector.fromMemorySegment(LONGS, MEMORY, query + o + planeStride, ORDER))
                    .lanewise(VectorOperators.BIT_COUNT));
            s2 = s2.add(c.and(LongVector.fromMemorySegment(LONGS, MEMORY, query + o + planeStride * 2L, ORDER))
                    .lanewise(VectorOperators.BIT_COUNT));
            s3 = s3.add(c.and(LongVector.fromMemorySegment(LONGS, MEMORY, query + o + planeStride * 3L, ORDER))
                    .lanewise(VectorOperators.BIT_COUNT));
        }
        return (int) s0.add(s1.lanewise(VectorOperators.LSHL, 1))
                .add(s2.lanewise(VectorOperators.LSHL, 2))
                .add(s3.lanewise(VectorOperators.LSHL, 3))
                .reduceLanes(VectorOperators.ADD);
    }

    /// One plane of a code against one plane of a query.
    private static int onePlane(long code, long query, int vectors) {
        LongVector sum = LongVector.zero(LONGS);
        for (int v = 0; v < vectors; v++) {
            long o = (long) v * BYTES;
            sum = sum.add(LongVector.fromMemorySegment(LONGS, MEMORY, code + o, ORDER)
                    .and(LongVector.fromMemorySegment(LONGS, MEMORY, query + o, ORDER))
                    .lanewise(VectorOperators.BIT_COUNT));
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
            s0 = s0.add(code.and(Everything.getInt(q)).lanewise(VectorOperators.BIT_COUNT));
            s1 = s1.add(code.and(Everything.getInt(q + planeStride)).lanewise(VectorOperators.BIT_COUNT));
            s2 = s2.add(code.and(Everything.getInt(q + planeStride * 2L)).lanewise(VectorOperators.BIT_COUNT));
            s3 = s3.add(code.and(Everything.getInt(q + planeStride * 3L)).lanewise(VectorOperators.BIT_COUNT));
        }
        s0.add(s1.lanewise(VectorOperators.LSHL, 1))
                .add(s2.lanewise(VectorOperators.LSHL, 2))
                .add(s3.lanewise(VectorOperators.LSHL, 3))
                .intoArray(out, lane);
    }
}
