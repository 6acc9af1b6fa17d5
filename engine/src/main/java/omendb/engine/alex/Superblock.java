package omendb.engine.alex;

import static omendb.memory.NativeMemory.getInt;
import static omendb.memory.NativeMemory.getLong;
import static omendb.memory.NativeMemory.putInt;
import static omendb.memory.NativeMemory.putLong;

import omendb.memory.NativeMemory;

/// The first page of an index's range: root, counters and the allocator's lists.
///
///     offset size field
///     0      4    root: pointer; alone in its cache lines, since every look-up reads it
///     128    4    end of the blocks, in units
///     132    1    1 if the last block in front of `end` is free
///     136    8    entries
///     144    8n   counters, see [Counter]
///     320    32   which free lists have blocks, a bit each
///     512    1024 heads of the free lists: pointers, 0 = none
///     1536   4    block that lists the retired blocks of a checkpoint, 0 = none
final class Superblock {
    static final int BYTES = 4096;
    static final int FIRST_UNIT = BYTES / NodeSpace.UNIT_BYTES;

    private static final int ROOT = 0;
    private static final int END = 128;
    private static final int LAST_FREE = 132;
    private static final int ENTRIES = 136;
    private static final int COUNTERS = 144;
    static final int LIST_BITS = 320;
    static final int LIST_HEADS = 512;
    private static final int RETIRED = 1536;

    /// What an index counts; events since it was created, or things there are now.
    enum Counter {
        MODEL_NODES(0),
        SEPARATOR_NODES(1),
        GAPPED_NODES(2),
        COMPACT_NODES(3),
        EXPANDS(4),
        RETRAINS(5),
        SIDEWAYS_SPLITS(6),
        DOWNWARD_SPLITS(7),
        SEPARATOR_SPLITS(8),
        SEALS(9),
        UNPACKS(10),
        CONTRACTIONS(11),
        MODEL_BYTES(12),
        DATA_BYTES(13),
        CHECKPOINTS(14),
        PACKS(15);

        private final int offset;

        Counter(int place) {
            this.offset = COUNTERS + Long.BYTES * place;
        }
    }

    static {
        assert COUNTERS + Long.BYTES * Counter.values().length <= LIST_BITS;
    }

    private Superblock() {}

    /// For readers: what the root leads to is complete.
    static int root(long base) {
        return NativeMemory.getIntAcquire(base + ROOT);
    }

    static void publishRoot(long base, int pointer) {
        NativeMemory.putIntRelease(base + ROOT, pointer);
    }

    static int end(long base) {
        return getInt(base + END);
    }

    static void setEnd(long base, int unit) {
        putInt(base + END, unit);
    }

    static boolean isLastFree(long base) {
        return NativeMemory.getByte(base + LAST_FREE) != 0;
    }

    static void setLastFree(long base, boolean free) {
        NativeMemory.putByte(base + LAST_FREE, (byte) (free ? 1 : 0));
    }

    static long entries(long base) {
        return getLong(base + ENTRIES);
    }

    static void addEntries(long base, long delta) {
        putLong(base + ENTRIES, entries(base) + delta);
    }

    static long get(long base, Counter counter) {
        return getLong(base + counter.offset);
    }

    static void add(long base, Counter counter, long delta) {
        putLong(base + counter.offset, getLong(base + counter.offset) + delta);
    }

    static int retiredBlock(long base) {
        return getInt(base + RETIRED);
    }

    static void setRetiredBlock(long base, int pointer) {
        putInt(base + RETIRED, pointer);
    }
}
