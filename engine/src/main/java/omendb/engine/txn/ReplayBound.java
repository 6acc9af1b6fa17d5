package omendb.engine.txn;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Keeps the log that a restart would have to replay from growing faster than checkpoints can follow.
///
/// While more than the limit was logged since the last checkpoint, each commit waits for the next one, though not for
/// ever: writers slow down to one commit a second and session instead of standing still. After a checkpoint that
/// failed nobody waits until one succeeds: the reason may be a full disk, which commits are told by the log itself.
///
/// Threading: any thread.
public final class ReplayBound {
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// For a database without checkpoints of its own.
    public static final ReplayBound NONE = new ReplayBound(Long.MAX_VALUE, () -> {});

    private final long limitBytes;
    private final Runnable requestCheckpoint;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile long checkpointLsn;
    private volatile boolean failing;

    /// @param limitBytes of log since the last checkpoint
    /// @param requestCheckpoint asks for a checkpoint soon
    public ReplayBound(long limitBytes, Runnable requestCheckpoint) {
        this.limitBytes = limitBytes;
        this.requestCheckpoint = requestCheckpoint;
    }

    /// Waits while the log up to `lsn` is too long, for a second at most.
    void await(long lsn) {
        if (!isExceeded(lsn)) {
            return;
        }
        requestCheckpoint.run();
        lock.lock();
        try {
            long left = LONGEST_WAIT_NANOS;
            while (isExceeded(lsn) && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt(); // the caller's next blocking call will see it; the commit may go on
        } finally {
            lock.unlock();
        }
    }

    private boolean isExceeded(long lsn) {
        return lsn - checkpointLsn > limitBytes && !failing;
    }

    /// A restart would replay from `lsn` on.
    public void checkpointed(long lsn) {
        change(lsn, false);
    }

    /// A checkpoint failed.
    public void checkpointFailed() {
        change(checkpointLsn, true);
    }

    private void change(long lsn, boolean nowFailing) {
        lock.lock();
        try {
            checkpointLsn = lsn;
            failing = nowFailing;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
