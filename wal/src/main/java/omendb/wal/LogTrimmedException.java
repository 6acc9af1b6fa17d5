package omendb.wal;

/// The log no longer holds what was asked for: its segments were recycled.
public final class LogTrimmedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LogTrimmedException(long lsn, long oldestLsn) {
        super("the write-ahead log after " + lsn + " is no longer kept; it begins at " + oldestLsn);
    }
}
