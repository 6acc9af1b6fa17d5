package omendb.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import omendb.engine.lsm.LsmStore;
import omendb.engine.table.Storages;
import omendb.engine.table.TableStorage;
import omendb.engine.table.VectorIndexStorage;
import omendb.engine.txn.CommitRecord;
import omendb.engine.txn.CommitSequence;
import omendb.engine.txn.ReplayBound;
import omendb.engine.txn.TransactionManager;
import omendb.wal.Wal;

/// Makes what is committed independent of the WAL, in this order:
///
///     L := everything up to here is applied; note what is resolved in the vector columns
///     list slots of transactions that rolled back
///     sync the vector files               (slots of commits up to L are durable)
///     log and apply the state rows        [StateStore]: L, oids, row counts, resolved limits
///     flush the memtables                 (rows up to L and the state rows are in tables: the manifest says so)
///     checkpoint the vector indexes       (derived: losing one costs a rebuild)
///     free vacuumed slots                 (their marks are durable now, in the indexes too)
///     release the WAL up to L
///
/// A crash in between leaves the older checkpoint in force. Writers go on all the while.
/// Threading: one at a time.
final class Checkpointer {
    private final CommitSequence sequence;
    private final TransactionManager transactions;
    private final LsmStore lsm;
    private final Wal wal;
    private final Storages storages;
    private final Vacuum vacuum;
    private final AtomicInteger nextOid;
    private volatile ReplayBound replayBound = ReplayBound.NONE;
    private volatile long lastLsn;
    private volatile long lastEndLsn; // of what the last checkpoint itself logged
    private volatile long lastNanos = System.nanoTime();

    /// @param lastLsn a restart would replay from here on
    Checkpointer(
            CommitSequence sequence,
            TransactionManager transactions,
            LsmStore lsm,
            Wal wal,
            Storages storages,
            Vacuum vacuum,
            AtomicInteger nextOid,
            long lastLsn) {
        this.sequence = sequence;
        this.transactions = transactions;
        this.lsm = lsm;
        this.wal = wal;
        this.storages = storages;
        this.vacuum = vacuum;
        this.nextOid = nextOid;
        this.lastLsn = lastLsn;
        this.lastEndLsn = lastLsn;
    }

    /// Tells how far checkpoints have come from now on.
    void announceTo(ReplayBound bound) {
        replayBound = bound;
        bound.checkpointed(lastLsn);
    }

    /// Whether a checkpoint is due.
    boolean isDue(DatabaseOptions options) {
        long applied = sequence.appliedLsn();
        long millis = (System.nanoTime() - lastNanos) / 1_000_000;
        return applied - lastLsn >= options.checkpointWalBytes()
                || (applied > lastEndLsn && millis >= options.checkpointMillis());
    }

    synchronized void checkpoint() {
        boolean done = false;
        try {
            writeCheckpoint();
            done = true;
        } finally {
            if (!done) {
                replayBound.checkpointFailed();
            }
        }
    }

    private void writeCheckpoint() {
        long lsn = sequence.appliedLsn();
        long vacuumed = vacuum.processed();
        Map<StateStore.ColumnId, Long> resolved = new HashMap<>();
        for (Storages.NamedColumn named : storages.columns()) {
            resolved.put(
                    new StateStore.ColumnId(named.storageId(), named.attnum()),
                    named.column().resolvedLimit());
        }
        vacuum.listAbandoned(); // below the limits just noted recovery does not look for them
        storages.columns().forEach(named -> named.column().sync());
        logState(lsn, resolved);
        long applied = sequence.appliedLsn();
        wal.awaitDurable(wal.appendedLsn()); // a manifest may only name what the log is sure to hold
        lsm.flush(applied);
        boolean allWritten = true;
        for (VectorIndexStorage index : storages.vectorIndexes()) {
            allWritten &= index.checkpoint();
        }
        if (allWritten) {
            vacuum.freeMarked(vacuumed);
        }
        wal.release(Math.min(lsn, lsm.flushedLsn()));
        lastLsn = lsn;
        replayBound.checkpointed(lsn);
        lastEndLsn = applied;
        lastNanos = System.nanoTime();
    }

    private void logState(long lsn, Map<StateStore.ColumnId, Long> resolved) {
        CommitRecord record = transactions.borrowRecord();
        try {
            StateStore.putCheckpoint(record.batch(), lsn);
            StateStore.putNextOid(record.batch(), nextOid.get());
            for (TableStorage table : storages.tables()) {
                StateStore.putTable(
                        record.batch(),
                        table.storageId(),
                        new StateStore.TableState(table.nextRowId(), table.rowCount()));
            }
            resolved.forEach((column, limit) -> StateStore.putColumn(record.batch(), column, limit));
            transactions.commitInternal(record, true);
        } finally {
            transactions.returnRecord(record);
        }
    }
}
