package omendb.engine.lsm;

import omendb.memory.NativeMemory;

/// Predicts the block of a key: lines over the separators' prefixes, each at most [#ERROR] blocks off.
///
/// Built in one pass by the shrinking cone of FITing-tree (Galakatos et al., SIGMOD 2019): a line goes
/// through its first point, its slope may be anything that keeps all later points within the error; when no
/// slope is left, the next line begins. For keys whose order is that of numbers; where the lines would not be
/// few, or two separators agree in the prefix, there is none and the index is searched.
///
/// Section of a table, at a multiple of 64:
///
///     offset  size field
///     0       4    lines s, at least 1
///     4       4    error in blocks: 1
///     8       8s   first prefix of each line, ascending as unsigned numbers
///     8+8s    8s   slope: blocks for each unit of the prefix, IEEE double, not negative
///     8+16s   4s   block at the line's first prefix
final class PositionModel {
    static final int ERROR = 1;

    private static final int HEADER_BYTES = 8;
    private static final int BYTES_PER_LINE = 20;

    /// Fewer blocks are found as fast by the index alone.
    private static final int LEAST_BLOCKS = 16;

    /// A line must stand for at least so many blocks on average.
    private static final int BLOCKS_PER_LINE = 4;

    private PositionModel() {}

    // ---- building ----

    /// Appends the model of `blocks` separator prefixes, 8 bytes each at `prefixes`, to `out`, or nothing if
    /// there is none worth having.
    static void build(long prefixes, int blocks, GrowableBuffer out) {
        if (blocks < LEAST_BLOCKS) {
            return;
        }
        int most = blocks / BLOCKS_PER_LINE;
        long[] starts = new long[most];
        double[] slopes = new double[most];
        int[] firsts = new int[most];
        int lines = 0;
        int block = 0;
        while (block < blocks) {
            if (lines == most) {
                return;
            }
            int begin = block;
            long start = prefix(prefixes, begin);
            double least = 0;
            double greatest = Double.POSITIVE_INFINITY;
            for (block++; block < blocks; block++) {
                long previous = prefix(prefixes, block - 1);
                long next = prefix(prefixes, block);
                if (Long.compareUnsigned(next, previous) <= 0) {
                    return;
                }
                double run = toDouble(next - start);
                double rise = block - begin;
                if (rise / run > greatest || rise / run < least) {
                    break; // as in the paper: the slope of the point itself must lie in the cone
                }
                least = Math.max(least, (rise - ERROR) / run);
                greatest = Math.min(greatest, (rise + ERROR) / run);
            }
            starts[lines] = start;
            slopes[lines] = Double.isInfinite(greatest) ? 0 : (least + greatest) / 2;
            firsts[lines] = begin;
            lines++;
        }
        write(starts, slopes, firsts, lines, out);
    }

    private static void write(long[] starts, double[] slopes, int[] firsts, int lines, GrowableBuffer out) {
        out.appendInt(lines);
        out.appendInt(ERROR);
        for (int i = 0; i < lines; i++) {
            out.appendLong(starts[i]);
        }
        for (int i = 0; i < lines; i++) {
            out.appendLong(Double.doubleToRawLongBits(slopes[i]));
        }
        for (int i = 0; i < lines; i++) {
            out.appendInt(firsts[i]);
        }
    }

    private static long prefix(long prefixes, int block) {
        return NativeMemory.getLong(prefixes + 8L * block);
    }

    /// An unsigned number.
    private static double toDouble(long unsigned) {
        return unsigned >= 0 ? (double) unsigned : (double) (unsigned >>> 1) * 2;
    }

    // ---- use ----

    /// Whether a section of so many bytes is one that this class reads.
    static boolean isKnown(long model, long bytes) {
        return bytes > HEADER_BYTES
                && NativeMemory.getInt(model + 4) == ERROR
                && bytes == HEADER_BYTES + (long) BYTES_PER_LINE * NativeMemory.getInt(model);
    }

    static int lines(long model) {
        return NativeMemory.getInt(model);
    }

    /// The block that the lines give for a prefix; the right one is at most `ERROR + 1` away unless the
    /// table's keys are stranger than their separators. Not before block 0; may lie behind the last.
    static int predict(long model, long prefix) {
        int lines = NativeMemory.getInt(model);
        long starts = model + HEADER_BYTES;
        int low = 0;
        int high = lines - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (Long.compareUnsigned(NativeMemory.getLong(starts + 8L * middle), prefix) > 0) {
                high = middle - 1;
            } else {
                low = middle;
            }
        }
        long start = NativeMemory.getLong(starts + 8L * low);
        long blocks = starts + 16L * lines;
        int first = NativeMemory.getInt(blocks + 4L * low);
        if (Long.compareUnsigned(prefix, start) <= 0) {
            return first;
        }
        double slope = Double.longBitsToDouble(NativeMemory.getLong(starts + 8L * (lines + low)));
        int limit = low + 1 < lines ? NativeMemory.getInt(blocks + 4L * low + 4) : Integer.MAX_VALUE;
        return (int) Math.min(limit, first + slope * toDouble(prefix - start));
    }
}
