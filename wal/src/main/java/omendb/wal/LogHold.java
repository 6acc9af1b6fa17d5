package omendb.wal;

/// Keeps the log after an LSN: no segment that holds any of it is recycled. What it gives up goes with the next
/// release.
///
/// Threading: any thread may read; one moves and closes it.
final class LogHold implements AutoCloseable {
    private final SegmentFiles files;
    private volatile long lsn;

    LogHold(SegmentFiles files, long lsn) {
        this.files = files;
        this.lsn = lsn;
    }

    long lsn() {
        return lsn;
    }

    /// Gives up what lies before `to`; never goes back.
    void advance(long to) {
        if (to > lsn) {
            lsn = to;
        }
    }

    @Override
    public void close() {
        files.endHold(this);
    }
}
