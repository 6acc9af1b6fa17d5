package omendb.engine.table;

import omendb.engine.type.Batch;

/// Visible rows nearest first. Hits whose row the snapshot does not see, or whose row meanwhile holds another
/// vector, are
/// skipped.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"}) // signatures first, bodies follow
public final class VectorSearch implements AutoCloseable {
    /// Advances to the next visible row; false = the whole index is exhausted.
    public boolean next() {
        throw new UnsupportedOperationException();
    }

    public long rowId() {
        throw new UnsupportedOperationException();
    }

    /// As the operator returns it (L2 is not squared, inner product is negative).
    public double distance() {
        throw new UnsupportedOperationException();
    }

    /// Appends the current row to `batch` with `fetch`'s columns (the row was read for the visibility check anyway).
    public void appendTo(RowFetch fetch, Batch batch) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
