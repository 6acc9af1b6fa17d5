package omendb.engine.table;

import java.util.List;
import omendb.engine.catalog.TableDef;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import org.jspecify.annotations.Nullable;

/// A table as it can be read and written. One instance per definition; obtained from `Database.table`.
///
/// Columns are named by attnum. `attnums` given to a scan or fetch say what the columns of its batches are, in
/// that order;
/// [#ROW_ID] stands for the hidden row id (a LONG lane; type int8).
/// Values must have exactly the column's type (coerced, typmod applied). NOT NULL is checked here (23502), CHECK
/// by the caller.
/// Statement rule: rows a statement writes are not seen by scans that the same statement opened before.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"}) // signatures first, bodies follow
public final class Table {
    /// Pseudo attnum of the hidden row id.
    public static final int ROW_ID = -1;

    public TableDef def() {
        throw new UnsupportedOperationException();
    }

    /// All visible rows.
    public RowScan scan(Transaction transaction, int[] attnums) {
        throw new UnsupportedOperationException();
    }

    /// Rows by row id.
    public RowFetch fetch(Transaction transaction, int[] attnums) {
        throw new UnsupportedOperationException();
    }

    /// Inserts row `row` of `values` (one column per table column, in attnum order); returns its row id.
    /// Duplicate keys: waits for a transaction that holds the key, then 23505.
    public long insert(Transaction transaction, Batch values, int row) {
        throw new UnsupportedOperationException();
    }

    /// Inserts, unless a row with the same key exists in one of `arbiters` (oids of unique indexes; empty = all):
    /// ON CONFLICT.
    /// Duplicates in other indexes are 23505. A conflict leaves nothing written.
    public InsertOutcome insertOrFind(Transaction transaction, Batch values, int row, List<Integer> arbiters) {
        throw new UnsupportedOperationException();
    }

    /// Takes the row's lock, waiting for its holder (40P01 on deadlock), before update or delete or for SELECT
    /// FOR UPDATE.
    /// At REPEATABLE READ a row changed since the snapshot is 40001.
    public RowLock lockRow(Transaction transaction, long rowId) {
        throw new UnsupportedOperationException();
    }

    /// Sets the columns `attnums` of a locked row to row `row` of `values` (columns in the order of `attnums`).
    public void update(Transaction transaction, long rowId, int[] attnums, Batch values, int row) {
        throw new UnsupportedOperationException();
    }

    /// Deletes a locked row.
    public void delete(Transaction transaction, long rowId) {
        throw new UnsupportedOperationException();
    }

    /// A btree index of this table by oid.
    public IndexAccess index(int indexOid) {
        throw new UnsupportedOperationException();
    }

    /// An hnsw index of this table by oid.
    public VectorIndexAccess vectorIndex(int indexOid) {
        throw new UnsupportedOperationException();
    }

    /// The slots of a `vector(n)` column; null if the column's vectors lie in the rows (`vector` without dimensions).
    public omendb.engine.vector.@Nullable VectorColumn vectorColumn(int attnum) {
        throw new UnsupportedOperationException();
    }

    /// Rows, estimated from commits (exact when nothing runs).
    public long estimatedRowCount() {
        throw new UnsupportedOperationException();
    }

    /// Bytes of the row tree (pg_relation_size).
    public long sizeBytes() {
        throw new UnsupportedOperationException();
    }

    /// Bytes of the vector columns' files.
    public long vectorBytes() {
        throw new UnsupportedOperationException();
    }
}
