package omendb.engine.lsm;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import omendb.memory.NativeMemory;

/// A node of a [MemtableRun] in the arena of a memtable, at a multiple of 64 bytes:
///
///     offset size field
///     0      8    version: odd while a writer holds the node, two more after each change
///     8      4    count of entries
///     12     4    height above the leaves, never changes
///     16     4    leaf: reference to the next leaf, 0 = none; inner node: to the child before all separators
///     24     512  prefixes of the entries' keys, ascending
///     536    256  references to the entries ([MemtableEntry])
///     792    256  inner nodes only: references to the children from each entry on
///
/// The entries of an inner node are separators: each is the first entry of the leaf that was split off at
/// it, and stays the first. So the lower end of what a node covers never changes, the upper end only sinks,
/// and what a node lost is to its right. Nothing is ever removed.
///
/// Threading: optimistic lock coupling (Leis, Haubenschild, Neumann, "Optimistic Lock Coupling", IEEE Data
/// Engineering Bulletin 42, 2019). A reader takes a version ([#stableVersion]), reads, and uses what it
/// read only if the version is still the same ([#isAt]); entries and children may be followed only after
/// that, since their content is sure to be visible only then. A writer locks by compare-and-set from the
/// version it read.
final class MemtableNode {
    static final int CAPACITY = 64;
    static final int LEAF_BYTES = 832;
    static final int INNER_BYTES = 1088;

    /// Room that a run takes at once: its first leaf, and the root above it after the first split.
    static final int FIRST_BYTES = LEAF_BYTES + INNER_BYTES;

    /// Room for nodes that each entry of a run brings, beside [#FIRST_BYTES].
    ///
    /// Why it suffices: leaves split into halves or into a full leaf and its successor with one entry, so all
    /// leaves but the last hold 32 entries at least, and s splits need more than 32 s entries. (Not 64 for
    /// the first: the full leaf of such a split may be halved by the very next entry.) A split takes
    /// [#LEAF_BYTES]; inner nodes split into halves only, so once in 32 splits below them at most, and take
    /// [#INNER_BYTES], the root twice that. 832 + 2 * 1088 / 32 <= 32 * 32.
    static final int BYTES_PER_ENTRY = 32;

    private static final int COUNT = 8;
    private static final int HEIGHT = 12;
    private static final int LINK = 16;
    private static final int PREFIXES = 24;
    private static final int ENTRIES = PREFIXES + CAPACITY * Long.BYTES;
    private static final int CHILDREN = ENTRIES + CAPACITY * Integer.BYTES;
    private static final int SPINS = 500;
    private static final long PARK_NANOS = 20_000;
    private static final long LOCKED = 1;

    private MemtableNode() {}

    // ---- versions ----

    /// The version of a node that no writer holds; waits for one that does, which is busy for less than a
    /// microsecond.
    static long stableVersion(long node) {
        long version = NativeMemory.getLongAcquire(node);
        for (int spins = 0; (version & LOCKED) != 0; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(PARK_NANOS); // the writer has lost its processor
            }
            version = NativeMemory.getLongAcquire(node);
        }
        return version;
    }

    /// Whether what was read from the node since its version was taken belongs together.
    static boolean isAt(long node, long version) {
        VarHandle.acquireFence();
        return NativeMemory.getLongAcquire(node) == version;
    }

    static boolean tryLock(long node, long version) {
        boolean locked = NativeMemory.compareAndSetLong(node, version, version | LOCKED);
        VarHandle.storeStoreFence(); // no change may be seen before the lock
        return locked;
    }

    /// @param version as it was locked
    static void unlock(long node, long version) {
        NativeMemory.putLongRelease(node, version + 2);
    }

    // ---- fields ----

    static int count(long node) {
        return NativeMemory.getInt(node + COUNT);
    }

    static int height(long node) {
        return NativeMemory.getInt(node + HEIGHT);
    }

    /// Next leaf.
    static int next(long leaf) {
        return NativeMemory.getInt(leaf + LINK);
    }

    static long prefix(long node, int index) {
        return NativeMemory.getLong(node + PREFIXES + (long) index * Long.BYTES);
    }

    static int entry(long node, int index) {
        return NativeMemory.getInt(node + ENTRIES + (long) index * Integer.BYTES);
    }

    /// Child that covers what lies after `index` separators.
    static int child(long node, int index) {
        return NativeMemory.getInt(index == 0 ? node + LINK : node + CHILDREN + (index - 1L) * Integer.BYTES);
    }

    // ---- search ----

    /// How many entries stand before (`key`, `commitTs`), with `inclusive` also one that equals it; -1 if
    /// the node has changed since `version`.
    static int rank(
            long node,
            long version,
            long base,
            long key,
            int keyLength,
            long prefix,
            long commitTs,
            boolean inclusive) {
        int count = count(node);
        int low = 0;
        for (int length = count; length > 0; ) {
            int half = length >>> 1;
            if (Long.compareUnsigned(prefix(node, low + half), prefix) < 0) {
                low += half + 1;
                length -= half + 1;
            } else {
                length = half;
            }
        }
        return low == count || prefix(node, low) != prefix
                ? low
                : rankAmongEqual(node, version, base, low, count, key, keyLength, prefix, commitTs, inclusive);
    }

    private static int rankAmongEqual(
            long node,
            long version,
            long base,
            int first,
            int count,
            long key,
            int keyLength,
            long prefix,
            long commitTs,
            boolean inclusive) {
        int low = first;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int order = 1;
            if (prefix(node, middle) == prefix) {
                int reference = entry(node, middle);
                if (!isAt(node, version)) {
                    return -1;
                }
                order = MemtableEntry.compareTails(MemtableEntry.address(base, reference), key, keyLength, commitTs);
            }
            if (order < 0 || (order == 0 && inclusive)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    // ---- changes: of a node that the caller holds or nobody knows yet ----

    /// Makes an inner node over `child`, which covers all there is.
    static void initRoot(long node, int height, int child) {
        NativeMemory.putInt(node + HEIGHT, height);
        NativeMemory.putInt(node + LINK, child);
    }

    /// Puts an entry into a leaf that has room.
    static void insert(long node, int index, long prefix, int entry) {
        int count = count(node);
        openGap(node + PREFIXES, index, count, Long.BYTES);
        openGap(node + ENTRIES, index, count, Integer.BYTES);
        NativeMemory.putLong(node + PREFIXES + (long) index * Long.BYTES, prefix);
        NativeMemory.putInt(node + ENTRIES + (long) index * Integer.BYTES, entry);
        NativeMemory.putInt(node + COUNT, count + 1);
    }

    /// Puts a separator and the child after it into an inner node that has room.
    static void insertChild(long node, int index, long prefix, int entry, int child) {
        openGap(node + CHILDREN, index, count(node), Integer.BYTES);
        NativeMemory.putInt(node + CHILDREN + (long) index * Integer.BYTES, child);
        insert(node, index, prefix, entry);
    }

    /// Sets what a leaf under construction holds at `index`.
    static void set(long node, int index, long prefix, int entry) {
        NativeMemory.putLong(node + PREFIXES + (long) index * Long.BYTES, prefix);
        NativeMemory.putInt(node + ENTRIES + (long) index * Integer.BYTES, entry);
    }

    /// As [#set], and the child from there on.
    static void setChild(long node, int index, long prefix, int entry, int child) {
        set(node, index, prefix, entry);
        NativeMemory.putInt(node + CHILDREN + (long) index * Integer.BYTES, child);
    }

    static void setCount(long node, int count) {
        NativeMemory.putInt(node + COUNT, count);
    }

    static void setNext(long leaf, int next) {
        NativeMemory.putInt(leaf + LINK, next);
    }

    private static void openGap(long column, int index, int count, int width) {
        if (index < count) {
            long at = column + (long) index * width;
            NativeMemory.copy(at, at + width, (long) (count - index) * width);
        }
    }

    /// Moves the entries of a leaf from `from` on into `right`, a new leaf after it.
    static void splitLeaf(long leaf, int from, long right, int rightReference) {
        moveEntries(leaf, from, right);
        NativeMemory.putInt(right + LINK, next(leaf));
        NativeMemory.putInt(leaf + LINK, rightReference);
        NativeMemory.putInt(leaf + COUNT, from);
    }

    /// Moves what lies after the separator `middle` into `right`, a new inner node; the separator belongs
    /// to neither.
    static void splitInner(long node, int middle, long right) {
        int from = middle + 1;
        moveEntries(node, from, right);
        NativeMemory.copy(
                node + CHILDREN + (long) from * Integer.BYTES,
                right + CHILDREN,
                (long) (count(node) - from) * Integer.BYTES);
        NativeMemory.putInt(right + HEIGHT, height(node));
        NativeMemory.putInt(right + LINK, child(node, from));
        NativeMemory.putInt(node + COUNT, middle);
    }

    private static void moveEntries(long node, int from, long right) {
        int moved = count(node) - from;
        NativeMemory.copy(node + PREFIXES + (long) from * Long.BYTES, right + PREFIXES, (long) moved * Long.BYTES);
        NativeMemory.copy(node + ENTRIES + (long) from * Integer.BYTES, right + ENTRIES, (long) moved * Integer.BYTES);
        NativeMemory.putInt(right + COUNT, moved);
    }
}
