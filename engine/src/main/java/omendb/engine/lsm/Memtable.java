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

/// One generation of writes of all trees: an arena of anonymous memory with a [MemtableRun] for each tree
/// that was written to. Entries grow from its beginning, nodes from its end.
///
/// Life: *active* (batches reserve room and insert), *frozen* (no new batch gets in; once the last writer
/// left, it never changes), flushed, retired through `Epochs`.
///
/// Threading: [#enter]/[#exit] bracket the insertion of a batch, by any number of threads; [#freeze] lets
/// nobody in any more and [#awaitWriters] waits for those inside. The map of runs changes under the store's
/// state lock. Readers hold an epoch pin and reach runs through the state of their tree.
final class Memtable {
    private static final MemoryTag TAG = MemoryTag.of("memtable");
    private static final long FROZEN = 1L << 62;
    private static final int FIRST_OFFSET = 64; // reference 0 means "none"
    private static final long FIRST_UNITS = FIRST_OFFSET / MemtableEntry.UNIT_BYTES;
    private static final int PROMISED_SHIFT = 32;
    private static final long ENTRIES_MASK = 0xffff_ffffL;
    private static final long PAGE_BYTES = ReservedRange.pageBytes();
    private static final int SPINS = 1000;
    private static final long HUGE_FROM_BYTES = 16 << 20;

    private final long sequence;
    private final ReservedRange range;
    private final long capacity;

    /// In units of eight bytes. Low half: where the next entry goes. High half: what is promised, entries
    /// and the nodes that they can need at most; so nodes are taken without asking.
    private final AtomicLong reserved = new AtomicLong(FIRST_UNITS << PROMISED_SHIFT | FIRST_UNITS);

    private final AtomicLong nodeBytes = new AtomicLong();
    private final AtomicLong gate = new AtomicLong();
    private final AtomicLong maxCommitTs = new AtomicLong();
    private final AtomicLong minCommitTs = new AtomicLong(Long.MAX_VALUE);
    private final Map<LsmTree, MemtableRun> runs = new LinkedHashMap<>();
    private volatile long safeLsn;
    private volatile boolean abandoned;

    /// @param sequence grows from memtable to memtable
    /// @param bytes room for entries and what [#reserve] adds for their nodes
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

    /// Bytes of entries and nodes.
    long usedBytes() {
        return (reserved.get() & ENTRIES_MASK) * MemtableEntry.UNIT_BYTES - FIRST_OFFSET + nodeBytes.get();
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

    /// Stays inside beyond the [#exit] of one who is inside, frozen or not; needs an [#exit] too.
    void hold() {
        gate.incrementAndGet();
    }

    /// Reserves room for entries and for the nodes that these may need.
    ///
    /// @param bytes for entries, a multiple of 8
    /// @param forNodes a multiple of 8
    /// @return address of `bytes` for the caller alone; 0 if there is no room
    long reserve(long bytes, long forNodes) {
        long entryUnits = bytes / MemtableEntry.UNIT_BYTES;
        long promisedUnits = entryUnits + forNodes / MemtableEntry.UNIT_BYTES;
        long now = reserved.get();
        while ((now >>> PROMISED_SHIFT) + promisedUnits <= capacity / MemtableEntry.UNIT_BYTES) {
            if (reserved.compareAndSet(now, now + (promisedUnits << PROMISED_SHIFT) + entryUnits)) {
                return range.address() + (now & ENTRIES_MASK) * MemtableEntry.UNIT_BYTES;
            }
            now = reserved.get();
        }
        return 0;
    }

    /// Address of zeroed bytes for a node, room for which has been reserved.
    long allocateNode(long bytes) {
        long taken = nodeBytes.addAndGet(bytes);
        assert usedBytes() + FIRST_OFFSET <= capacity : "nodes outgrow what was reserved for them";
        return range.address() + capacity - taken;
    }

    void noteCommitTs(long commitTs) {
        if (maxCommitTs.get() < commitTs) {
            maxCommitTs.accumulateAndGet(commitTs, Math::max);
        }
        if (minCommitTs.get() > commitTs) {
            minCommitTs.accumulateAndGet(commitTs, Math::min);
        }
    }

    /// Of all batches since; `Long.MAX_VALUE` if there were none.
    long minCommitTs() {
        return minCommitTs.get();
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

    /// Called before the [#exit] of a writer that could not insert what it had to: must never be flushed.
    void abandon() {
        abandoned = true;
    }

    /// Waits until the last writer has left a frozen memtable: writers hold it for one batch only, a replay
    /// until all of it is there.
    ///
    /// @throws IllegalStateException if a replay failed: tables made of this memtable would lack what it left out
    void awaitWriters() {
        for (int spins = 0; gate.get() != FROZEN; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(50_000);
            }
        }
        if (abandoned) {
            throw new IllegalStateException("the replay of the log failed, its memtables are not written to tables");
        }
    }

    /// The run of a tree if it was written to. Under the state lock, or frozen.
    @Nullable
    MemtableRun runLocked(LsmTree tree) {
        return runs.get(tree);
    }

    /// Makes the run of a tree; null if there is no room.
    @Nullable
    MemtableRun createRunLocked(LsmTree tree) {
        MemtableRun run = MemtableRun.create(this);
        if (run != null) {
            runs.put(tree, run);
        }
        return run;
    }

    /// Runs in the order of their trees' ids, so that flushes write files in a stable order. Under the
    /// state lock, or frozen.
    List<Map.Entry<LsmTree, MemtableRun>> sortedRunsLocked() {
        var sorted = new ArrayList<>(runs.entrySet());
        sorted.sort((a, b) -> Long.compare(a.getKey().relationId(), b.getKey().relationId()));
        return sorted;
    }

    /// Gives the arena back; no reader may be left.
    void free() {
        range.close();
    }
}
