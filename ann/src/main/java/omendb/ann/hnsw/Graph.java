package omendb.ann.hnsw;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// The links of all nodes, off-heap. A node's number is its slot.
///
/// A *list* is one node's neighbours on one level:
///
///     offset size field
///     0      4    head: neighbour count in bits 0..15, flags above
///     4      4    on level 0: number + 1 of the node's first upper list, 0 = the node has level 0 alone;
///                 on upper levels: the node's slot
///     8      4c   neighbours, c = 2m on level 0, m above; the first is the node's parent in the level's spanning
///                 tree, see [NodeLinker]
///
/// Level 0 is an array of lists by slot; the upper lists of a node follow each other, level 1 first, in a second
/// array.
///
/// Threading: readers take no lock. A writer of a list holds the lock bit of its head. What a neighbour's number
/// leads
/// to (vector, code, own lists) is complete before the number is stored with release; the count is raised after it
/// by a
/// compare-and-set. A reader that meets a list while it is rewritten sees a mix of old and new neighbours, all of
/// them
/// good nodes: it loses nothing but a little recall. Numbers of nodes are never reused while the graph lives.
/// The flags of level 0 are changed by compare-and-set and may change while the list is locked.
final class Graph implements AutoCloseable {
    static final int LOCKED = 1 << 31;

    /// A tombstone: walked through, never returned.
    static final int DEAD = 1 << 30;

    /// All links of the node are made.
    static final int LINKED = 1 << 29;

    /// Some thread makes, or made, the node's links. Set and, on failure, taken back under the read side of
    /// [IndexMemory#writing].
    static final int CLAIMED = 1 << 28;

    static final int COUNT_MASK = 0xffff;
    static final int IDS_OFFSET = 8;

    /// Slots that address space is reserved for, at least.
    private static final long LEAST_RESERVED_SLOTS = 1L << 27;

    private static final MemoryTag TAG = MemoryTag.of("ann graph");
    private static final int SPINS_BEFORE_YIELD = 200;

    final int m;
    final Levels levels;
    final GrowingRange level0;
    final GrowingRange upper;
    private final long level0Address;
    private final long upperAddress;
    private final int level0Stride;
    private final int upperStride;

    /// Entry point: level in the upper, slot in the lower half; -1 = the graph is empty.
    final AtomicLong entry = new AtomicLong(-1);

    final AtomicInteger upperCount = new AtomicInteger();
    final AtomicLong linkedCount = new AtomicLong();

    /// Tombstones among the linked nodes.
    final AtomicLong deadCount = new AtomicLong();

    /// One more than the highest slot that has a flag or a link.
    final AtomicLong slotCount = new AtomicLong();

    /// All slots below are linked or dead.
    final AtomicLong indexedLimit = new AtomicLong();

    /// @param slots that will be mapped at once
    Graph(int m, long seed, long slots) {
        this.m = m;
        this.levels = new Levels(seed, m);
        this.level0Stride = level0Stride(m);
        this.upperStride = upperStride(m);
        long reserved = reservedSlots(slots);
        this.level0 = new GrowingRange(TAG, level0Stride, reserved, 0);
        this.upper = new GrowingRange(TAG, upperStride, reserved, 0);
        this.level0Address = level0.address();
        this.upperAddress = upper.address();
    }

    /// For how many slots address space is reserved when an index starts with `slots`.
    static long reservedSlots(long slots) {
        return Math.min(Integer.MAX_VALUE, Math.max(LEAST_RESERVED_SLOTS, slots * 4));
    }

    static int level0Stride(int m) {
        return IDS_OFFSET + 4 * 2 * m;
    }

    static int upperStride(int m) {
        return IDS_OFFSET + 4 * ((m + 1) / 2 * 2);
    }

    /// Most neighbours of a node on a level.
    int room(int level) {
        return level == 0 ? 2 * m : m;
    }

    // ---- lists ----

    /// Address of a node's list; the node has that level.
    long list(int slot, int level) {
        long list = level0Address + (long) slot * level0Stride;
        if (level == 0) {
            return list;
        }
        long number = (long) NativeMemory.getInt(list + 4) - 1 + level - 1;
        if (number < 0 || number >= upper.capacity()) {
            throw new IllegalStateException(
                    "graph is damaged: slot " + slot + " has upper list " + number + " of " + upper.capacity());
        }
        return upperAddress + number * upperStride;
    }

    /// Slots that a walk which begins now may look at: all that have links, and vectors and code rows.
    int walkLimit(@Nullable CodeTable codes) {
        long slots = slotCount.get();
        return (int) (codes == null ? slots : Math.min(slots, codes.rows.capacity()));
    }

    /// Number of neighbours; what it counts may be read after it.
    static int count(long list) {
        return NativeMemory.getIntAcquire(list) & COUNT_MASK;
    }

    /// Reads a byte of each cache line of a level-0 list; Java has no other prefetch. Nothing happens for slot -1.
    int touch(int slot, int level) {
        if (slot < 0 || level > 0) {
            return 0;
        }
        long list = level0Address + (long) slot * level0Stride;
        return NativeMemory.getInt(list)
                ^ NativeMemory.getInt(list + 64)
                ^ NativeMemory.getInt(list + level0Stride - 4);
    }

    static int neighbour(long list, int index) {
        return NativeMemory.getInt(list + IDS_OFFSET + 4L * index);
    }

    /// Stores a neighbour so that who reads its number finds the node complete. The list is locked or not yet
    /// shared.
    static void putNeighbour(long list, int index, int slot) {
        NativeMemory.putIntRelease(list + IDS_OFFSET + 4L * index, slot);
    }

    @SuppressWarnings("ThreadPriorityCheck") // the holder may be off the processor: two cores, many threads
    static void lock(long list) {
        for (int spins = 1; ; spins++) {
            int head = NativeMemory.getInt(list);
            if (head >= 0 && NativeMemory.compareAndSetInt(list, head, head | LOCKED)) {
                return;
            }
            if (spins % SPINS_BEFORE_YIELD == 0) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
        }
    }

    /// Sets the count and unlocks in one step.
    static void unlock(long list, int count) {
        int head;
        do {
            head = NativeMemory.getIntVolatile(list);
        } while (!NativeMemory.compareAndSetInt(list, head, (head & ~(LOCKED | COUNT_MASK)) | count));
    }

    // ---- nodes ----

    /// Flags of a slot; none if the slot was never seen.
    int flags(long slot) {
        return slot < level0.capacity() ? NativeMemory.getIntAcquire(level0Address + slot * level0Stride) : 0;
    }

    boolean isDead(long slot) {
        return (flags(slot) & DEAD) != 0;
    }

    /// Sets flags and returns those that were set before.
    int setFlags(long slot, int flags) {
        level0.ensure(slot + 1);
        slotCount.accumulateAndGet(slot + 1, Math::max);
        long list = level0Address + slot * level0Stride;
        for (; ; ) {
            int head = NativeMemory.getInt(list);
            if ((head & flags) == flags || NativeMemory.compareAndSetInt(list, head, head | flags)) {
                return head;
            }
        }
    }

    /// Takes back a claim whose links could not be made.
    void unclaim(long slot) {
        long list = level0Address + slot * level0Stride;
        int head;
        do {
            head = NativeMemory.getInt(list);
        } while (!NativeMemory.compareAndSetInt(list, head, head & ~CLAIMED));
    }

    /// Gives a claimed node the lists of its upper levels.
    void allocateUpper(int slot, int level) {
        long list = list(slot, 0);
        if (level == 0 || NativeMemory.getInt(list + 4) != 0) {
            return;
        }
        int first = upperCount.getAndAdd(level);
        upper.ensure((long) first + level);
        for (int i = 0; i < level; i++) {
            NativeMemory.putInt(upperAddress + (long) (first + i) * upperStride + 4, slot);
        }
        NativeMemory.putIntRelease(list + 4, first + 1);
    }

    static long entryOf(int slot, int level) {
        return (long) level << 32 | slot;
    }

    static int entrySlot(long entry) {
        return (int) entry;
    }

    static int entryLevel(long entry) {
        return (int) (entry >> 32);
    }

    /// Moves [#indexedLimit] over everything that is linked or dead.
    void advanceIndexedLimit() {
        long limit = indexedLimit.get();
        for (; ; ) {
            long next = limit;
            while ((flags(next) & (LINKED | DEAD)) != 0) {
                next++;
            }
            if (next == limit || indexedLimit.compareAndSet(limit, next)) {
                return;
            }
            limit = indexedLimit.get();
        }
    }

    @Override
    public void close() {
        level0.close();
        upper.close();
    }
}
