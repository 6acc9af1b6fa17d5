package omendb.ann.kernel;

import static omendb.ann.kernel.Everything.MEMORY;
import static omendb.ann.kernel.Everything.ORDER;
import static omendb.ann.kernel.Everything.getByte;
import static omendb.ann.kernel.Everything.getLong;
import static omendb.ann.kernel.Species.BYTES;
import static omendb.ann.kernel.Species.LONGS;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/// Distances of two bit strings of whole bytes.
public final class BitKernels {
    private BitKernels() {}

    /// Number of different bits in `bytes` bytes.
    public static long hamming(long a, long b, long bytes) {
        LongVector sum = LongVector.zero(LONGS);
        long i = 0;
        for (; i + BYTES <= bytes; i += BYTES) {
            sum = sum.add(LongVector.fromMemorySegment(LONGS, MEMORY, a + i, ORDER)
                    .lanewise(VectorOperators.XOR, LongVector.fromMemorySegment(LONGS, MEMORY, b + i, ORDER))
                    .lanewise(VectorOperators.BIT_COUNT));
        }
        long count = sum.reduceLanes(VectorOperators.ADD);
        for (; i + Long.BYTES <= bytes; i += Long.BYTES) {
            count += Long.bitCount(getLong(a + i) ^ getLong(b + i));
        }
        for (; i < bytes; i++) {
            count += Integer.bitCount((getByte(a + i) ^ getByte(b + i)) & 0xff);
        }
        return count;
    }

    /// One minus the number of common bits over the number of bits set in either; 1 if none is common.
    public static double jaccard(long a, long b, long bytes) {
        LongVector and = LongVector.zero(LONGS);
        LongVector or = and;
        long i = 0;
        for (; i + BYTES <= bytes; i += BYTES) {
            LongVector x = LongVector.fromMemorySegment(LONGS, MEMORY, a + i, ORDER);
            LongVector y = LongVector.fromMemorySegment(LONGS, MEMORY, b + i, ORDER);
            and = and.add(x.lanewise(VectorOperators.AND, y).lanewise(VectorOperators.BIT_COUNT));
            or = or.add(x.lanewise(VectorOperators.OR, y).lanewise(VectorOperators.BIT_COUNT));
        }
        long common = and.reduceLanes(VectorOperators.ADD);
        long either = or.reduceLanes(VectorOperators.ADD);
        for (; i + Long.BYTES <= bytes; i += Long.BYTES) {
            long x = getLong(a + i);
            long y = getLong(b + i);
            common += Long.bitCount(x & y);
            either += Long.bitCount(x | y);
        }
        for (; i < bytes; i++) {
            int x = getByte(a + i) & 0xff;
            int y = getByte(b + i) & 0xff;
            common += Integer.bitCount(x & y);
            either += Integer.bitCount(x | y);
        }
        return common == 0 ? 1 : 1 - (double) common / (double) either;
    }
}
