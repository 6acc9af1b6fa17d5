package omendb.engine.lsm;

import static omendb.engine.lsm.SstableFormat.*;

import omendb.memory.NativeMemory;

/// Searches in one data block (see [SstableFormat]), in place.
///
/// The column of key prefixes decides nearly every step and lies in one piece, so that a search touches two
/// or three cache lines before it goes to the entry: a first guess by interpolation, from there in doubling
/// steps.
final class BlockSearch {
    private static final int FEW = 8;
    private static final long LINE_BYTES = 64;
    private static final long MOST_HEAD_BYTES = 16 * LINE_BYTES;

    private BlockSearch() {}

    /// Bytes of a block's header, column and offsets, for [#fetch]: less than a page.
    static long headBytes(long entries) {
        return Math.min(MOST_HEAD_BYTES, BLOCK_HEADER_BYTES + LINE_BYTES + entries * (COLUMN_BYTES + Short.BYTES));
    }

    /// Loads the cache lines that a search reads before it comes to the entry, all at once: one after the other, as
    /// the search needs them, each would wait for the one before.
    static void fetch(long block, long headBytes) {
        long all = 0;
        for (long line = block; line < block + headBytes; line += LINE_BYTES) {
            all |= NativeMemory.getLong(line);
        }
        if (all == 0 && headBytes > 0) {
            Thread.onSpinWait(); // never, as a block begins with its number of entries: else the JIT drops the loads
        }
    }

    static int count(long block) {
        return NativeMemory.getInt(block + BLOCK_COUNT);
    }

    static int shared(long block) {
        return NativeMemory.getInt(block + BLOCK_SHARED);
    }

    static long column(long block) {
        return block + columnOffset(shared(block));
    }

    /// Address of an entry.
    static long entry(long block, long column, int count, int ordinal) {
        int entryBytes = NativeMemory.getInt(block + BLOCK_ENTRY_BYTES);
        long offsets = column + (long) count * COLUMN_BYTES;
        if (offsetWidth(entryBytes) == Short.BYTES) {
            return offsets + 2L * count + (NativeMemory.getShort(offsets + 2L * ordinal) & 0xffff);
        }
        return offsets + 4L * count + NativeMemory.getInt(offsets + 4L * ordinal);
    }

    /// Ordinal of the first entry at or after (`key`, `commitTs`); the number of entries if there is none.
    ///
    /// @param ageMask 0 if all entries have the timestamp `baseTs`, else -1
    static int seek(long block, long baseTs, long ageMask, long key, int keyLength, long commitTs) {
        int shared = shared(block);
        int order = compareShared(block, shared, key, keyLength);
        if (order != 0) {
            return order < 0 ? 0 : count(block);
        }
        return seekRest(block, shared, baseTs, ageMask, key, keyLength, commitTs);
    }

    /// As [#seek] for a key that has the shared bytes.
    private static int seekRest(
            long block, int shared, long baseTs, long ageMask, long key, int keyLength, long commitTs) {
        int count = count(block);
        long column = block + columnOffset(shared);
        long prefix = Keys.prefix(key + shared, keyLength - shared);
        int low = 0;
        int high = count;
        int guess = guess(column, count, prefix);
        for (int step = 1; low < high; step *= 2) { // doubling steps from the guess until it is enclosed
            if (isBefore(
                    block, column, count, guess, baseTs, ageMask, prefix, key + shared, keyLength - shared, commitTs)) {
                low = guess + 1;
                if (guess + step >= high) {
                    break;
                }
                guess += step;
            } else {
                high = guess;
                if (guess - step < low) {
                    break;
                }
                guess -= step;
            }
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (isBefore(
                    block,
                    column,
                    count,
                    middle,
                    baseTs,
                    ageMask,
                    prefix,
                    key + shared,
                    keyLength - shared,
                    commitTs)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// Compares the beginning of a key with the shared bytes: 0 = it has them.
    private static int compareShared(long block, int shared, long key, int keyLength) {
        if (shared == 0) {
            return 0;
        }
        int order = NativeMemory.compare(
                key, Math.min(keyLength, shared), block + BLOCK_HEADER_BYTES, Math.min(keyLength, shared));
        return order != 0 ? order : keyLength < shared ? -1 : 0;
    }

    /// Where the prefix would stand if the keys were evenly spread.
    private static int guess(long column, int count, long prefix) {
        if (count <= FEW) {
            return count >>> 1;
        }
        long first = NativeMemory.getLong(column);
        long last = NativeMemory.getLong(column + (count - 1L) * COLUMN_BYTES);
        if (Long.compareUnsigned(prefix, first) <= 0) {
            return 0;
        }
        if (Long.compareUnsigned(prefix, last) >= 0) {
            return count - 1;
        }
        double fraction = (double) ((prefix - first) >>> 1) / (double) (((last - first) >>> 1) | 1);
        return Math.min(count - 1, (int) (fraction * (count - 1)));
    }

    private static boolean isBefore(
            long block,
            long column,
            int count,
            int ordinal,
            long baseTs,
            long ageMask,
            long prefix,
            long rest,
            int restLength,
            long commitTs) {
        long found = NativeMemory.getLong(column + (long) ordinal * COLUMN_BYTES);
        if (found != prefix) {
            return Long.compareUnsigned(found, prefix) < 0;
        }
        long p = entry(block, column, count, ordinal);
        int length = (int) Varint.get(p);
        p += Varint.size(length);
        p += Varint.size(Varint.get(p)); // tag
        long age = Varint.get(p);
        p += Varint.size(age);
        age &= ageMask;
        int order = compareTails(p, length, rest, restLength);
        return order != 0 ? order < 0 : baseTs + age > commitTs;
    }

    /// Compares keys that agree in shared bytes and column: `tail` is what follows those of one of them,
    /// `rest` what follows the shared bytes of the other.
    private static int compareTails(long tail, int length, long rest, int restLength) {
        if (length <= COLUMN_BYTES || restLength <= COLUMN_BYTES) {
            return Integer.compare(length, restLength);
        }
        return NativeMemory.compare(tail, length - COLUMN_BYTES, rest + COLUMN_BYTES, restLength - COLUMN_BYTES);
    }

    /// Finds the newest version of the key up to `snapshotTs` in this block.
    static boolean get(long block, long baseTs, long ageMask, long key, int keyLength, long snapshotTs, LsmValue out) {
        int shared = shared(block);
        if (compareShared(block, shared, key, keyLength) != 0) {
            return false; // column and entries hold only what follows: another key may agree in that
        }
        int ordinal = seekRest(block, shared, baseTs, ageMask, key, keyLength, snapshotTs);
        int count = count(block);
        if (ordinal == count) {
            return false;
        }
        long column = block + columnOffset(shared);
        int restLength = keyLength - shared;
        if (NativeMemory.getLong(column + (long) ordinal * COLUMN_BYTES) != Keys.prefix(key + shared, restLength)) {
            return false;
        }
        long p = entry(block, column, count, ordinal);
        int length = (int) Varint.get(p);
        p += Varint.size(length);
        long tag = Varint.get(p);
        p += Varint.size(tag);
        long age = Varint.get(p);
        p += Varint.size(age);
        age &= ageMask;
        if (length != restLength || compareTails(p, length, key + shared, restLength) != 0) {
            return false;
        }
        if ((tag & KIND_MASK) == KIND_TOMBSTONE) {
            out.setTombstone(baseTs + age);
        } else {
            out.setValue(p + Math.max(0, length - COLUMN_BYTES), (int) (tag >>> KIND_BITS), baseTs + age);
        }
        return true;
    }
}
