package omendb.engine.lsm;

import java.util.Arrays;

/// Sequence numbers of a transaction whose versions were undone, as intervals (`low`, `high`], ascending
/// and apart.
/// Immutable.
final class DeadSequences {
    static final DeadSequences NONE = new DeadSequences(new long[0], new long[0]);

    private final long[] lows;
    private final long[] highs;

    private DeadSequences(long[] lows, long[] highs) {
        this.lows = lows;
        this.highs = highs;
    }

    /// The greatest sequence number up to `sequence` that is not dead; may be 0, which no version has.
    long floor(long sequence) {
        for (int i = lows.length - 1; i >= 0; i--) {
            if (sequence > highs[i]) {
                return sequence;
            }
            if (sequence > lows[i]) {
                return lows[i];
            }
        }
        return sequence;
    }

    boolean contains(long sequence) {
        return floor(sequence) != sequence;
    }

    /// Whether any number from `first` to `last` is dead.
    boolean meets(long first, long last) {
        return floor(last) < last || floor(first) < first || anyBetween(first, last);
    }

    private boolean anyBetween(long first, long last) {
        for (int i = 0; i < lows.length; i++) {
            if (lows[i] >= first && highs[i] <= last) {
                return true;
            }
        }
        return false;
    }

    /// Whether all numbers from `first` to `last` are dead.
    boolean covers(long first, long last) {
        return floor(last) < first;
    }

    /// With (`low`, `high`] more, which ends after all others.
    DeadSequences with(long low, long high) {
        int kept = lows.length;
        long begin = low;
        while (kept > 0 && highs[kept - 1] >= begin) {
            kept--;
            begin = Math.min(begin, lows[kept]);
        }
        long[] newLows = Arrays.copyOf(lows, kept + 1);
        long[] newHighs = Arrays.copyOf(highs, kept + 1);
        newLows[kept] = begin;
        newHighs[kept] = high;
        return new DeadSequences(newLows, newHighs);
    }
}
