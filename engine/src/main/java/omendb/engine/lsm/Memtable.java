package omendb.engine.lsm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import omendb.memory.Advice;
import omendb.memory.MemoryTag;
import omendb.memory.ReservedRange;
import org.jspecify.annotations.Nullable;

/// One generation of writes of all trees: an arena of anonymous memory with a [SkipList] for each tree that
/// was written to.
///
/// Life: *active* (batches reserve room and insert), *frozen* (no new batch gets in; once the last writer
/// left, it never changes), flushed, retired through `Epochs`.
///
/// Threading: [#enter]/[#exit] bracket the insertion of a batch, by any number of threads; [#freeze] lets
/// nobody in any more and [#awaitWriters] waits for those inside. The map of lists changes under the
/// store's state lock. Readers hold an epoch pin and reach lists through the state of their tree.
final class Memtable {
    private static final MemoryTag TAG = MemoryTag.of("memtable");
    private static final long FROZEN = 1L << 62;
    private static final int FIRST_OFFSET = 64; // reference 0 means "none"
    private static final long PAGE_BYTES = ReservedRange.pageBytes();
    private static final int SPINS = 1000;
    private static final long HUGE_FROM_BYTES = 16 << 20;

    private final long sequence;
    private final ReservedRange range;
    private final long capacity;
    private final AtomicLong used = new AtomicLong(FIRST_OFFSET);
    private final AtomicLong gate = new AtomicLong();
    private final AtomicLong maxCommitTs = new AtomicLong();
    private final Map<LsmTree, SkipList> lists = new LinkedHashMap<>();
    private volatile long safeLsn;

    /// @param sequence grows from memtable to memtable
    /// @param bytes room for the batches' entries
    Memtable(long sequence, long bytes) {
        this.sequence = sequence;
        long rounded = (bytes + FIRST_OFFSET + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
        this.range = ReservedRange.reserve(TAG, rounded);
        this.range.commit(0, rounded);
        if (rounded >= HUGE_FROM_BYTES) {
            this.range.advise(0, rounded, Advice.HUGE_PAGES); // a search jumps all over the arena: fewer TLB misses
        }
        this.capacity = rounded;
    }

    long sequence() {
        return sequence;
    }

    long baseAddress() {
        return range.address();
    }

    long usedBytes() {
        return used.get() - FIRST_OFFSET;
    }

    boolean isEmpty() {
        return usedBytes() == 0;
    }

    /// Lets a writer in; false if the memtable is frozen. Each true needs one [#exit].
    boolean enter() {
        long state = gate.get();
        while ((state & FROZEN) == 0) {
            if (gate.compareAndSet(state, state + 1)) {
                return true;
            }
            state = gate.get();
        }
        return false;
    }

    void exit() {
        gate.decrementAndGet();
    }

    /// Address of `bytes` (a multiple of 8) for the caller alone, or 0 if they do not fit.
    long reserve(long bytes) {
        assert bytes % SkipList.UNIT_BYTES == 0 : bytes;
        long at = used.get();
        while (at + bytes <= capacity) {
            if (used.compareAndSet(at, at + bytes)) {
                return range.address() + at;
            }
            at = used.get();
        }
        return 0;
    }

    void noteCommitTs(long commitTs) {
        if (maxCommitTs.get() < commitTs) {
            maxCommitTs.accumulateAndGet(commitTs, Math::max);
        }
    }

    long maxCommitTs() {
        return maxCommitTs.get();
    }

    /// @param safeLsn every batch up to this LSN had been applied before this call
    void freeze(long safeLsn) {
        this.safeLsn = safeLsn;
        gate.accumulateAndGet(FROZEN, (state, frozen) -> state | frozen);
    }

    /// Flushing this memtable and all older ones makes everything up to this LSN part of tables.
    long safeLsn() {
        return safeLsn;
    }

    /// Waits until the last writer has left a frozen memtable: writers hold it for one batch only.
    void awaitWriters() {
        for (int spins = 0; gate.get() != FROZEN; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(50_000);
            }
        }
    }

    /// The list of a tree if it was written to. Under the state lock, or frozen.
    @Nullable
    SkipList listLocked(LsmTree tree) {
        return lists.get(tree);
    }

    /// Makes the list of a tree; null if there is no room for its head.
    @Nullable
    SkipList createListLocked(LsmTree tree) {
        long head = reserve(SkipList.HEAD_BYTES);
        if (head == 0) {
            return null;
        }
        var list = new SkipList(this, head);
        lists.put(tree, list);
        return list;
    }

    /// Lists in the order of their trees' ids, so that flushes write files in a stable order. Under the
    /// state lock, or frozen.
    List<Map.Entry<LsmTree, SkipList>> sortedListsLocked() {
        var sorted = new ArrayList<>(lists.entrySet());
        sorted.sort((a, b) -> Long.compare(a.getKey().relationId(), b.getKey().relationId()));
        return sorted;
    }

    /// Gives the arena back; no reader may be left.
    void free() {
        range.close();
    }
}
