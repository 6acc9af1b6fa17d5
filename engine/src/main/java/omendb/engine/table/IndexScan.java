package omendb.engine.table;

/// Row ids in key order.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"}) // signatures first, bodies follow
public final class IndexScan implements AutoCloseable {
    /// Advances; false = no more.
    public boolean next() {
        throw new UnsupportedOperationException();
    }

    public long rowId() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
