package omendb.engine.lsm;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import omendb.memory.Epochs;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The threads of a store: one that flushes, some that compact.
///
/// A failure (a full disk, a damaged table) is remembered for statistics and back-pressure, and the work is
/// tried again after a pause that doubles up to half a minute, so that the store recovers by itself when
/// there is room again.
///
/// Threading: own lock, below none of the store's; work runs without it.
final class Background implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Background.class);
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /// How often an idle thread looks whether retired tables and memtables can go.
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Epochs epochs;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wake = lock.newCondition();
    private final List<Thread> threads = new ArrayList<>();
    private long signals; // under the lock
    private volatile boolean closed;
    private volatile @Nullable RuntimeException flushFailure;
    private volatile @Nullable RuntimeException compactionFailure;

    Background(Epochs epochs) {
        this.epochs = epochs;
    }

    /// @param flush does one piece of work; false if there was none
    /// @param compact likewise
    void start(BooleanSupplier flush, BooleanSupplier compact, int compactionThreads) {
        launch("lsm-flush", () -> loop(flush, failure -> flushFailure = failure));
        for (int i = 0; i < compactionThreads; i++) {
            launch("lsm-compact-" + i, () -> loop(compact, failure -> compactionFailure = failure));
        }
    }

    private void launch(String name, Runnable body) {
        threads.add(Thread.ofPlatform().daemon().name(name).start(body));
    }

    private interface FailureSink {
        void accept(@Nullable RuntimeException failure);
    }

    private void loop(BooleanSupplier work, FailureSink failures) {
        long seen = 0;
        long pause = FIRST_PAUSE_NANOS;
        while (!closed) {
            try {
                seen = signals();
                while (!closed && work.getAsBoolean()) {
                    failures.accept(null);
                    pause = FIRST_PAUSE_NANOS;
                    signal(); // a flush makes work for compaction, a compaction for the next
                }
                failures.accept(null);
                await(seen, IDLE_NANOS);
                epochs.advance();
            } catch (RuntimeException | Error e) {
                LOG.warn("background work of the LSM store failed, next try in {} ms", pause / 1_000_000, e);
                failures.accept(e instanceof RuntimeException r ? r : new IllegalStateException(e));
                await(Long.MAX_VALUE, pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
            }
        }
    }

    private long signals() {
        lock.lock();
        try {
            return signals;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for a signal after the `seen`-th, a close, or the time to pass.
    private void await(long seen, long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (!closed && signals <= seen && left > 0) {
                left = wake.awaitNanos(left);
            }
        } catch (InterruptedException _) {
            closed = true; // nobody of ours interrupts these threads: whoever does wants them to end
        } finally {
            lock.unlock();
        }
    }

    /// There may be work.
    void signal() {
        lock.lock();
        try {
            signals++;
            wake.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    RuntimeException flushFailure() {
        return flushFailure;
    }

    @Nullable
    RuntimeException failure() {
        RuntimeException failure = flushFailure;
        return failure != null ? failure : compactionFailure;
    }

    /// Waits for running work and ends the threads.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            wake.signalAll();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
