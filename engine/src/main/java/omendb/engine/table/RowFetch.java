package omendb.engine.table;

import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import org.jspecify.annotations.Nullable;

/// Rows by row id, appended to a batch whose columns are the attnums given to [Table#fetch].
///
/// Threading: the transaction's thread.
public final class RowFetch {
    private final RowLookup lookup;
    private final BatchFiller filler;
    private final Transaction transaction;
    private final long storageId;
    private final TableActivity activity;
    private @Nullable Batch filled;

    RowFetch(Table table, Transaction transaction, int[] attnums) {
        this.transaction = transaction;
        this.activity = table.activity();
        this.storageId = table.storage().storageId();
        this.lookup = new RowLookup(transaction, table.storage().rows());
        this.filler = new BatchFiller(table, attnums);
    }

    /// Appends the row as the statement sees it; false = not visible.
    public boolean append(long rowId, Batch batch) {
        transaction.requireStatement();
        transaction.readsRow(storageId, rowId);
        use(batch);
        boolean found = lookup.findRow(rowId);
        if (found) {
            activity.indexRows.increment();
            filler.append(lookup.address(), rowId, batch);
        }
        return found;
    }

    /// Appends the newest version, own or committed, whatever the snapshot: for a row just locked with
    /// [Table#lockRow]. False = deleted.
    public boolean appendLatest(long rowId, Batch batch) {
        transaction.requireStatement();
        use(batch);
        boolean found = lookup.findLatestRow(rowId);
        if (found) {
            filler.append(lookup.address(), rowId, batch);
        }
        return found;
    }

    private void use(Batch batch) {
        if (filled != batch) {
            filled = batch;
            lookup.useMemoryOf(batch);
        }
    }

    /// Appends a row whose address is known.
    void appendAt(long address, long rowId, Batch batch) {
        filler.append(address, rowId, batch);
    }
}
