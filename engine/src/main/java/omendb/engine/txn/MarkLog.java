package omendb.engine.txn;

import java.util.Arrays;

/// Savepoints since a transaction's last spill, as pairs of (locks taken, versions written) before each: tells whether
/// a savepoint lies between a lock and a write.
///
/// Threading: the transaction's thread.
final class MarkLog {
    private long[] locks = new long[4];
    private long[] sequences = new long[4];
    private int size;

    void add(long lockPosition, long sequence) {
        if (size > 0 && locks[size - 1] == lockPosition && sequences[size - 1] == sequence) {
            return;
        }
        if (size == locks.length) {
            locks = Arrays.copyOf(locks, 2 * size);
            sequences = Arrays.copyOf(sequences, 2 * size);
        }
        locks[size] = lockPosition;
        sequences[size++] = sequence;
    }

    /// Number of savepoints before a lock.
    int beforeLock(long position) {
        return before(locks, position);
    }

    /// Number of savepoints before a version.
    int beforeVersion(long sequence) {
        return before(sequences, sequence);
    }

    /// How many of the ascending values are less than one.
    private int before(long[] values, long one) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (values[middle] < one) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    void clear() {
        size = 0;
    }
}
