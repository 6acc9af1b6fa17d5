package omendb.engine.lsm;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Spreads the writes of compactions over time, so that a merge does not fill the disk's queue before the
/// log's next sync: a bucket of a tenth of a second's worth that refills evenly.
///
/// Threading: any thread; those that ask at once share the rate.
final class RateLimiter {
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final double nanosPerByte;
    private long paidUntil = System.nanoTime() - BURST_NANOS; // what was granted is paid for up to this moment

    /// @param bytesPerSecond positive
    RateLimiter(long bytesPerSecond) {
        this.nanosPerByte = 1e9 / bytesPerSecond;
    }

    /// Waits until `bytes` more may be written, or `hurry` says that waiting must end.
    void acquire(long bytes, BooleanSupplier hurry) {
        long until = charge(bytes);
        long left;
        while ((left = until - System.nanoTime()) > 0 && !hurry.getAsBoolean()) {
            LockSupport.parkNanos(Math.min(left, SLICE_NANOS));
        }
    }

    /// The moment at which the bytes charged so far may have been written.
    synchronized long charge(long bytes) {
        paidUntil = Math.max(paidUntil, System.nanoTime() - BURST_NANOS) + (long) (bytes * nanosPerByte);
        return paidUntil;
    }
}
