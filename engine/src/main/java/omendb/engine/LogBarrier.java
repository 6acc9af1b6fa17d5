package omendb.engine;

import omendb.wal.Wal;

/// Makes the LSM store wait for the log before it writes a memtable to tables.
///
/// The memtable may hold commits that nobody waited for (`synchronous_commit = off`): their records must be durable
/// first, so that tables never hold what the log lost. A failed log fails the flush: nothing may be declared flushed
/// any more.
/// Threading: any thread; [#logIsOpen] once, before there are others.
final class LogBarrier implements Runnable {
    private final Wal wal;
    private volatile boolean logIsOpen;

    LogBarrier(Wal wal) {
        this.wal = wal;
    }

    /// The log can be waited for: replay has ended. What is replayed is durable anyway.
    void logIsOpen() {
        logIsOpen = true;
    }

    @Override
    public void run() {
        if (logIsOpen) {
            wal.awaitDurable(wal.appendedLsn());
        }
    }
}
