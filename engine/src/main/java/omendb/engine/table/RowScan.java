package omendb.engine.table;

import omendb.engine.txn.StorageFailures;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;

/// All rows of a table that a statement sees, in row id order, its transaction's earlier writes included.
/// What the same statement writes while the scan runs is not seen.
///
/// Threading: the transaction's thread.
public final class RowScan implements AutoCloseable {
    private final MergedCursor cursor;
    private final BatchFiller filler;
    private final TableActivity activity;
    private long read;
    private boolean exhausted;

    RowScan(Table table, Transaction transaction, int[] attnums) {
        this.filler = new BatchFiller(table, attnums);
        this.activity = table.activity();
        activity.sequentialScans.increment();
        transaction.readsAll(table.storage().storageId());
        this.cursor = MergedCursor.of(transaction, table.storage().rows(), null, null, false);
    }

    /// Resets `batch` and fills it with up to [Batch#CAPACITY] rows; false = no more. Values are good until the next
    /// call.
    public boolean next(Batch batch) {
        batch.reset();
        cursor.releasePassed();
        try {
            fill(batch);
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
        return batch.rowCount() > 0;
    }

    private void fill(Batch batch) {
        while (!exhausted && !batch.isFull()) {
            if (cursor.next()) {
                read++;
                filler.append(cursor.valueAddress(), RowKey.read(cursor.keyAddress()), batch);
            } else {
                exhausted = true;
            }
        }
    }

    @Override
    public void close() {
        activity.sequentialRows.add(read);
        read = 0;
        cursor.close();
    }
}
