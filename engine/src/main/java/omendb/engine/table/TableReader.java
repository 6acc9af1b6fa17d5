package omendb.engine.table;

import java.util.List;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.txn.StorageFailures;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.engine.type.SqlType;

/// Reads all rows of a table for DDL: the newest committed ones and the transaction's own, whatever the snapshot.
///
/// Threading: the transaction's thread.
final class TableReader {
    private final Transaction transaction;
    private final Table table;

    /// Gets the rows of a batch and their ids.
    interface Visitor {
        void rows(Batch rows, long[] rowIds);
    }

    TableReader(Transaction transaction, Table table) {
        this.transaction = transaction;
        this.table = table;
    }

    static List<SqlType> types(TableDef table) {
        return table.columns().stream().map(ColumnDef::type).toList();
    }

    void read(Visitor visitor) {
        BatchFiller filler = new BatchFiller(
                table,
                table.def().columns().stream().mapToInt(ColumnDef::attnum).toArray());
        long[] rowIds = new long[Batch.CAPACITY];
        try (Batch batch = Batch.allocate(types(table.def()));
                MergedCursor rows =
                        MergedCursor.ofLatest(transaction, table.storage().rows())) {
            while (rows.next()) {
                long rowId = RowKey.read(rows.keyAddress());
                rowIds[batch.rowCount()] = rowId;
                filler.append(rows.valueAddress(), rowId, batch);
                if (batch.isFull()) {
                    visitor.rows(batch, rowIds);
                    batch.reset();
                    transaction.checkCancelled();
                }
            }
            if (batch.rowCount() > 0) {
                visitor.rows(batch, rowIds);
            }
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }
}
