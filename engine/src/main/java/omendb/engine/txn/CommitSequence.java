package omendb.engine.txn;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Draws commit timestamps and publishes them in order.
///
///     draw     timestamp and WAL append under one mutex: timestamp order = log order
///     ...      fsync and memtables, many commits at once, no lock
///     publish  done; while the oldest pending commit is done: visible := its timestamp; wait until mine is visible
///
/// Invariants: `visible` only grows; when it is t, every commit up to t is in the memtables; everything up to
/// `appliedLsn` in the log has been applied.
/// Threading: any thread.
public final class CommitSequence {
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<PendingCommit> pending = new ArrayDeque<>();
    private long lastTimestamp = 1;
    private volatile long visible = 1;
    private volatile long appliedLsn;

    /// A commit between draw and publish; guarded by `lock`, but for `visible`.
    static final class PendingCommit {
        private final long timestamp;
        private final long lsn;
        private boolean done;
        private boolean failed;
        private @Nullable Thread waiter;
        private volatile boolean visible;

        private PendingCommit(long timestamp, long lsn) {
            this.timestamp = timestamp;
            this.lsn = lsn;
        }

        long timestamp() {
            return timestamp;
        }

        long lsn() {
            return lsn;
        }
    }

    /// Starts after recovery: commits up to `timestamp` and the log up to `lsn` are applied.
    public void recovered(long timestamp, long lsn) {
        lock.lock();
        try {
            lastTimestamp = Math.max(lastTimestamp, timestamp);
            visible = lastTimestamp;
            appliedLsn = lsn;
        } finally {
            lock.unlock();
        }
    }

    /// Newest timestamp whose commits, and all before, can be seen.
    public long visible() {
        return visible;
    }

    /// Everything up to here in the log has been applied.
    public long appliedLsn() {
        return appliedLsn;
    }

    /// Draws the next timestamp.
    ///
    /// @param append logs the commit under the timestamp it is given and returns the record's LSN
    PendingCommit draw(LongUnaryOperator append) {
        lock.lock();
        try {
            long timestamp = lastTimestamp + 1;
            long lsn = append.applyAsLong(timestamp);
            lastTimestamp = timestamp;
            PendingCommit commit = new PendingCommit(timestamp, lsn);
            pending.add(commit);
            return commit;
        } finally {
            lock.unlock();
        }
    }

    /// Makes an applied commit visible; returns when it is, so that its session sees it.
    void publish(PendingCommit commit) {
        lock.lock();
        try {
            commit.done = true;
            advanceLocked();
            if (commit.visible) {
                return;
            }
            commit.waiter = Thread.currentThread();
        } finally {
            lock.unlock();
        }
        awaitVisible(commit);
    }

    private void awaitVisible(PendingCommit commit) {
        boolean interrupted = false;
        while (!commit.visible) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted(); // a commit is not cancelled; the interrupt is kept for later
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Gives up a commit that could not be made durable. The log has failed then, so the commits after it fail as
    /// well.
    void abandon(PendingCommit commit) {
        lock.lock();
        try {
            commit.done = true;
            commit.failed = true;
            advanceLocked();
        } finally {
            lock.unlock();
        }
    }

    private void advanceLocked() {
        while (!pending.isEmpty() && pending.peek().done) {
            PendingCommit commit = pending.remove();
            if (!commit.failed) {
                appliedLsn = commit.lsn;
                visible = commit.timestamp;
            }
            commit.visible = true;
            if (commit.waiter != null) {
                LockSupport.unpark(commit.waiter);
            }
        }
    }
}
