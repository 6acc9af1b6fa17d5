package omendb.engine.lsm;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The active memtable and those that wait for their flush.
///
/// Threading: batches are inserted without a lock, between [Memtable#enter] and [Memtable#exit]. The state
/// lock guards the queue of frozen memtables, their maps of runs and the states of all trees; it is held
/// for pointer work only, never for I/O.
final class Memtables {
    private final LsmOptions options;
    private final ReentrantLock stateLock;
    private final Condition flushed;
    private final ArrayDeque<Memtable> frozen = new ArrayDeque<>(); // oldest first; under the state lock
    private final AtomicLong highestLsn = new AtomicLong();
    private volatile Memtable active;
    private volatile int frozenCount;

    Memtables(LsmOptions options, ReentrantLock stateLock, long flushedLsn) {
        this.options = options;
        this.stateLock = stateLock;
        this.flushed = stateLock.newCondition();
        this.active = new Memtable(1, options.memtableBytes());
        this.highestLsn.set(flushedLsn);
    }

    /// Inserts a batch, into a new memtable if the active one has no room.
    ///
    /// @return whether a memtable was frozen
    boolean insert(BatchInserter batch, long lsn) {
        boolean rotated = false;
        while (true) {
            Memtable memtable = active;
            if (memtable.enter()) {
                try {
                    if (batch.insert(memtable, this)) {
                        highestLsn.accumulateAndGet(lsn, Math::max);
                        return rotated;
                    }
                } finally {
                    memtable.exit();
                }
                rotated |= rotate(memtable, batch.bytesWithNodes(), Long.MIN_VALUE);
            } else {
                Thread.onSpinWait(); // frozen a moment ago: its successor is about to be set
            }
        }
    }

    /// The run of a tree in a memtable that the caller has entered; null if there is no room for a new
    /// one.
    @Nullable
    MemtableRun run(LsmTree tree, Memtable memtable) {
        TreeState seen = tree.stateOrNull();
        MemtableRun current = seen == null ? null : seen.active();
        if (current != null && current.memtable() == memtable) {
            return current;
        }
        stateLock.lock();
        try {
            MemtableRun run = memtable.runLocked(tree);
            if (run == null) {
                run = memtable.createRunLocked(tree);
                if (run != null && !tree.isDropped()) {
                    TreeState state = tree.state();
                    tree.setStateLocked(memtable == active ? state.withActive(run) : state.withFrozen(run));
                }
            }
            return run;
        } finally {
            stateLock.unlock();
        }
    }

    /// Freezes the active memtable unless it is empty.
    ///
    /// @param appliedLsn the caller vouches that every batch up to it has been applied
    /// @return whether a memtable was frozen
    boolean freezeActive(long appliedLsn) {
        Memtable memtable = active;
        return !memtable.isEmpty() && rotate(memtable, 0, appliedLsn);
    }

    private boolean rotate(Memtable full, long neededBytes, long appliedLsn) {
        // asked before the freeze: what was applied by now is in this memtable or an older one
        long safeLsn = Math.max(appliedLsn, safeLsn());
        stateLock.lock();
        try {
            if (active != full) {
                return false;
            }
            var next = new Memtable(full.sequence() + 1, Math.max(options.memtableBytes(), neededBytes));
            full.freeze(safeLsn);
            frozen.addLast(full);
            frozenCount = frozen.size();
            for (Map.Entry<LsmTree, MemtableRun> entry : full.sortedRunsLocked()) {
                LsmTree tree = entry.getKey();
                if (!tree.isDropped()) {
                    tree.setStateLocked(tree.state().freeze());
                }
            }
            active = next;
            return true;
        } finally {
            stateLock.unlock();
        }
    }

    /// Up to this LSN every batch has been applied.
    private long safeLsn() {
        long applied = options.appliedLsn().getAsLong();
        return Math.min(applied, highestLsn.get());
    }

    Memtable active() {
        return active;
    }

    int frozenCount() {
        return frozenCount;
    }

    @Nullable
    Memtable oldestFrozen() {
        stateLock.lock();
        try {
            return frozen.peekFirst();
        } finally {
            stateLock.unlock();
        }
    }

    long frozenBytes() {
        stateLock.lock();
        try {
            return frozen.stream().mapToLong(Memtable::usedBytes).sum();
        } finally {
            stateLock.unlock();
        }
    }

    /// The oldest frozen memtable has been flushed.
    void removeLocked(Memtable memtable) {
        Memtable oldest = frozen.removeFirst();
        assert oldest == memtable : "memtables are flushed in order";
        frozenCount = frozen.size();
        flushed.signalAll();
    }

    /// Waits up to `nanos` until fewer than `limit` memtables wait for their flush; returns whether that is
    /// so.
    boolean awaitFlush(int limit, long nanos) throws InterruptedException {
        stateLock.lock();
        try {
            long left = nanos;
            while (frozen.size() >= limit && left > 0) {
                left = flushed.awaitNanos(left);
            }
            return frozen.size() < limit;
        } finally {
            stateLock.unlock();
        }
    }

    /// Frees all memory; no reader or writer may be left.
    void free() {
        active.free();
        frozen.forEach(Memtable::free);
        frozen.clear();
    }
}
