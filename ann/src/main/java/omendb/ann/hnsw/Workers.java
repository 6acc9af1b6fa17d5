package omendb.ann.hnsw;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Runs one job over a range of slots on several threads; the calling thread is one of them. Not interruptible: a
/// thread
/// that is interrupted in file I/O closes the file under everyone.
final class Workers {
    /// Slots a thread takes at a time; a multiple of 64, so that words of a bitmap belong to one thread.
    static final int CHUNK = 64;

    /// Handles slots `[from, to)`; one for each thread.
    interface Job extends AutoCloseable {
        void run(long from, long to);

        @Override
        default void close() {}
    }

    /// Makes the job of a thread, on that thread.
    interface JobFactory {
        Job make();
    }

    private Workers() {}

    /// @param goOn asked before each chunk by the thread that is about to take it; false ends all threads early
    /// @return false if ended early
    static boolean forEach(long slots, int threads, BooleanSupplier goOn, JobFactory factory) {
        var next = new AtomicLong();
        var stopped = new AtomicBoolean();
        var failure = new AtomicReference<@Nullable Throwable>();
        Runnable work = () -> {
            try (Job job = factory.make()) {
                for (long from = next.getAndAdd(CHUNK); from < slots; from = next.getAndAdd(CHUNK)) {
                    if (stopped.get() || !goOn.getAsBoolean()) {
                        stopped.set(true);
                        return;
                    }
                    job.run(from, Math.min(slots, from + CHUNK));
                }
            } catch (Throwable e) { // handed to the caller below, whatever it is
                failure.compareAndSet(null, e);
                stopped.set(true);
            }
        };
        List<Thread> others = new ArrayList<>();
        for (int i = 1; i < threads && (long) i * CHUNK < slots; i++) {
            others.add(Thread.ofPlatform().daemon().name("ann-build-" + i).start(work));
        }
        work.run();
        others.forEach(Workers::joinUninterruptibly);
        rethrow(failure.get());
        return !stopped.get();
    }

    private static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void rethrow(@Nullable Throwable failure) {
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }
}
