package omendb.engine.lsm;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A thread that writes to the disk or waits for it while somebody else builds tables: does what it is given, in
/// order. After
/// a failure it does no more of it, but still cleans up.
///
/// Threading: belongs to one caller. The thread starts with the first task and ends by [#close].
final class TableSyncer implements AutoCloseable {
    private record Task(Runnable work, Runnable cleanUp) {}

    private final String name;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Task> tasks = new ArrayDeque<>(); // the one at work stays at its head; under the lock
    private volatile @Nullable Throwable failure;
    private boolean closed;
    private @Nullable Thread thread;

    /// @param name of the thread
    TableSyncer(String name) {
        this.name = name;
    }

    void submit(Runnable work) {
        submit(work, () -> {});
    }

    /// @param cleanUp done after the work, whatever became of it
    void submit(Runnable work, Runnable cleanUp) {
        lock.lock();
        try {
            tasks.add(new Task(work, cleanUp));
            changed.signalAll();
            if (thread == null) {
                thread = Thread.ofPlatform().daemon().name(name).start(this::run);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits until everything is done.
    ///
    /// @throws RuntimeException what the first failing task threw
    void await() {
        drain();
        throwFailure();
    }

    /// Throws what the first task threw that has failed so far.
    void throwFailure() {
        Throwable first = failure;
        if (first instanceof RuntimeException thrown) {
            throw thrown;
        }
        if (first instanceof Error thrown) {
            throw thrown;
        }
    }

    /// Waits until everything is done or, after a failure, cleaned up.
    void drain() {
        lock.lock();
        try {
            while (!tasks.isEmpty()) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        for (Task task = next(); task != null; task = next()) {
            Throwable thrown = null;
            try {
                if (failure == null) {
                    task.work().run();
                }
            } catch (RuntimeException | Error e) {
                thrown = e;
            }
            try {
                task.cleanUp().run();
            } catch (RuntimeException | Error e) {
                thrown = thrown == null ? e : thrown;
            }
            done(thrown);
        }
    }

    private @Nullable Task next() {
        lock.lock();
        try {
            while (tasks.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            return tasks.peek();
        } finally {
            lock.unlock();
        }
    }

    private void done(@Nullable Throwable thrown) {
        lock.lock();
        try {
            failure = failure == null ? thrown : failure;
            tasks.remove();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until everything is done and ends the thread. Idempotent.
    @Override
    public void close() {
        drain();
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
