package omendb.engine.table;

import omendb.engine.type.Batch;

/// Rows by row id, appended to a batch whose columns are the attnums given to [Table#fetch].
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"}) // signatures first, bodies follow
public final class RowFetch {
    /// Appends the row as the transaction's snapshot (or its own write) has it; false = not visible.
    public boolean append(long rowId, Batch batch) {
        throw new UnsupportedOperationException();
    }

    /// Appends the newest committed version (or own write), whatever the snapshot: for a row just locked with
    /// [Table#lockRow]. False = deleted.
    public boolean appendLatest(long rowId, Batch batch) {
        throw new UnsupportedOperationException();
    }
}
