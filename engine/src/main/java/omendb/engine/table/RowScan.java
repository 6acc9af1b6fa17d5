package omendb.engine.table;

import omendb.engine.type.Batch;

/// All rows of a table that a transaction sees, in row id order, its own writes included.
///
/// Rows the transaction writes while the scan runs may or may not appear (the executor of INSERT ... SELECT from
/// the same
/// table, UPDATE and DELETE bounds a scan by [Table#scan]'s snapshot of the write set: rows written later never
/// appear).
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"}) // signatures first, bodies follow
public final class RowScan implements AutoCloseable {
    /// Resets `batch` and fills it with up to [Batch#CAPACITY] rows; false = no more.
    public boolean next(Batch batch) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
