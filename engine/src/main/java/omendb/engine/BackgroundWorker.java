package omendb.engine;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A platform thread that repeats one job: at once after [#wake], else after its interval.
///
/// A job that throws is logged and tried again after the interval. Never interrupted (it may be in file I/O): it ends
/// between two runs, and long jobs ask [#proceed].
/// Threading: any thread may wake or stop it.
final class BackgroundWorker {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundWorker.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private final long intervalMillis;
    private boolean woken;
    private volatile boolean stopping;
    private String lastFailure = "";

    /// @param job returns whether to run again at once
    BackgroundWorker(String name, long intervalMillis, BooleanSupplier job) {
        this.intervalMillis = intervalMillis;
        this.thread = Thread.ofPlatform().name("omendb-" + name).daemon(true).unstarted(() -> run(name, job));
    }

    void start() {
        thread.start();
    }

    private void run(String name, BooleanSupplier job) {
        while (!stopping) {
            boolean again = false;
            try {
                again = job.getAsBoolean();
                lastFailure = "";
            } catch (RuntimeException failed) {
                report(name, failed);
            }
            if (!again) {
                sleep();
            }
        }
    }

    /// Logs a failure once, not at every try.
    private void report(String name, RuntimeException failed) {
        if (!stopping && !lastFailure.equals(failed.toString())) {
            lastFailure = failed.toString();
            LOG.error("background work \"{}\" failed and will be tried again", name, failed);
        }
    }

    private void sleep() {
        lock.lock();
        try {
            long left = intervalMillis * 1_000_000;
            while (!woken && !stopping && left > 0) {
                left = changed.awaitNanos(left);
            }
            woken = false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /// Runs the job soon.
    void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// False once it should end.
    boolean proceed() {
        return !stopping;
    }

    /// Asks it to end and waits until it has.
    void stop() {
        stopping = true;
        wake();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
