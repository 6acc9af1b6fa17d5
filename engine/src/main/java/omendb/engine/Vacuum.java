package omendb.engine;

import omendb.engine.catalog.SystemTrees;
import omendb.engine.lsm.LsmCursor;
import omendb.engine.lsm.LsmStore;
import omendb.engine.lsm.WriteBatch;
import omendb.engine.table.DeadSlotKey;
import omendb.engine.table.Storages;
import omendb.engine.table.TableStorage;
import omendb.engine.table.VectorIndexStorage;
import omendb.engine.txn.CommitRecord;
import omendb.engine.txn.TransactionManager;
import omendb.engine.vector.VectorColumn;

/// Marks vector slots dead that no snapshot can see, and drops storages whose DROP has committed.
///
/// A transaction that deletes or replaces a vector leaves a row in [SystemTrees#DEAD_SLOTS] with its commit. Once the
/// oldest snapshot has passed that commit the slot is marked in the column and in its indexes; the row itself
/// goes only
/// after the next checkpoint has made those marks durable, so a crash at any point just marks it again.
/// Threading: one thread at a time (`synchronized`).
final class Vacuum {
    private static final int FORGET_BATCH = 10_000;

    private final TransactionManager transactions;
    private final LsmStore lsm;
    private final Storages storages;
    private long processed;

    Vacuum(TransactionManager transactions, LsmStore lsm, Storages storages) {
        this.transactions = transactions;
        this.lsm = lsm;
        this.storages = storages;
    }

    /// Marks what has become invisible since the last run.
    ///
    /// @return slots marked
    synchronized long run() {
        long oldest = transactions.oldestSnapshot();
        storages.dropDeferred(oldest, _ -> transactions.awaitAllDurable());
        if (oldest <= processed) {
            return 0;
        }
        // a mark may reach the disk at once: nothing may be marked for a commit that the log could still lose
        transactions.awaitAllDurable();
        long marked = 0;
        try (LsmCursor cursor = lsm.tree(SystemTrees.DEAD_SLOTS).scan(null, null, oldest, false)) {
            while (cursor.next()) {
                if (cursor.commitTs() > processed) {
                    mark(cursor.keyAddress());
                    marked++;
                }
            }
        }
        processed = oldest;
        return marked;
    }

    private void mark(long key) {
        TableStorage table = storages.findTable(DeadSlotKey.storageId(key));
        VectorColumn column = table == null ? null : table.findVectorColumn(DeadSlotKey.attnum(key));
        long slot = DeadSlotKey.slot(key);
        if (column != null && slot < column.publishedLimit()) {
            column.markDead(slot);
            for (VectorIndexStorage index : storages.vectorIndexesOf(column)) {
                index.markDead(slot);
            }
        }
    }

    /// Commit timestamp up to which slots have been marked.
    synchronized long processed() {
        return processed;
    }

    /// Removes the rows of slots marked up to `timestamp`, whose marks are durable now.
    synchronized void forget(long timestamp) {
        boolean more = true;
        while (more) {
            CommitRecord record = transactions.borrowRecord();
            try {
                more = collect(timestamp, record.batch());
                if (!record.batch().isEmpty()) {
                    transactions.commitInternal(record, false);
                }
            } finally {
                transactions.returnRecord(record);
            }
        }
    }

    /// True if there may be more.
    private boolean collect(long timestamp, WriteBatch batch) {
        int count = 0;
        try (LsmCursor cursor = lsm.tree(SystemTrees.DEAD_SLOTS).scan(null, null, transactions.visible(), false)) {
            while (cursor.next()) {
                if (cursor.commitTs() <= timestamp) {
                    batch.delete(SystemTrees.DEAD_SLOTS, cursor.keyAddress(), cursor.keyLength());
                    if (++count == FORGET_BATCH) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
