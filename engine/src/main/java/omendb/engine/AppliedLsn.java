package omendb.engine;

import java.util.function.LongSupplier;
import omendb.engine.txn.CommitSequence;
import omendb.wal.Wal;
import omendb.wal.WalFailedException;

/// Tells the LSM store, when it freezes a memtable, up to where the log has been applied.
///
/// By then the memtable may hold commits that nobody waited for (`synchronous_commit = off`): it waits until their
/// records are durable, so that tables never hold what the log lost.
/// Threading: any thread; [#logIsOpen] once, before there are others.
final class AppliedLsn implements LongSupplier {
    private final CommitSequence sequence;
    private final Wal wal;
    private volatile boolean logIsOpen;

    AppliedLsn(CommitSequence sequence, Wal wal) {
        this.sequence = sequence;
        this.wal = wal;
    }

    /// The log can be waited for: replay has ended.
    void logIsOpen() {
        logIsOpen = true;
    }

    @Override
    public long getAsLong() {
        long applied = sequence.appliedLsn();
        if (logIsOpen) {
            try {
                wal.awaitDurable(wal.appendedLsn());
            } catch (WalFailedException failed) {
                return 0; // nothing may be declared flushed any more
            }
        }
        return applied;
    }
}
