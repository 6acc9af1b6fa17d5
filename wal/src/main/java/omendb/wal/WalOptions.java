package omendb.wal;

import java.time.Duration;

/// Settings of a [Wal].
///
/// @param directory where the segments lie, relative to the file store
/// @param segmentBytes size of a segment file, a multiple of 4,096, at least 16,384; counts for a new log only,
///     an existing one keeps its size
/// @param ringBytes size of the memory between appenders and writer, a power of two, at least 16,384; records
///     larger than a quarter of it are split
/// @param flushInterval how long a record that nobody waits for may stay unsynced
/// @param keepSegments most released segments kept for reuse; the rest are deleted
public record WalOptions(String directory, long segmentBytes, int ringBytes, Duration flushInterval, int keepSegments) {
    /// 64-MiB segments, a 16-MiB ring, 200 ms, 4 segments kept.
    public static final WalOptions DEFAULTS = new WalOptions("wal", 64L << 20, 16 << 20, Duration.ofMillis(200), 4);

    public WalOptions {
        if (segmentBytes < 16_384 || segmentBytes % 4096 != 0) {
            throw new IllegalArgumentException("segmentBytes " + segmentBytes);
        }
        if (ringBytes < 16_384 || Integer.bitCount(ringBytes) != 1) {
            throw new IllegalArgumentException("ringBytes " + ringBytes);
        }
        if (flushInterval.isNegative() || flushInterval.isZero()) {
            throw new IllegalArgumentException("flushInterval " + flushInterval);
        }
        if (keepSegments < 0) {
            throw new IllegalArgumentException("keepSegments " + keepSegments);
        }
    }

    public WalOptions withSegmentBytes(long bytes) {
        return new WalOptions(directory, bytes, ringBytes, flushInterval, keepSegments);
    }

    public WalOptions withRingBytes(int bytes) {
        return new WalOptions(directory, segmentBytes, bytes, flushInterval, keepSegments);
    }

    public WalOptions withFlushInterval(Duration interval) {
        return new WalOptions(directory, segmentBytes, ringBytes, interval, keepSegments);
    }
}
