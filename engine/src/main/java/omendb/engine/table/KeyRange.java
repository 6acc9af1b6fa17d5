package omendb.engine.table;

import java.lang.foreign.MemorySegment;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.type.ColumnVector;

/// A range of encoded index keys: values for the leading columns, then at most one lower and one upper bound on
/// the next.
///
/// Reusable: [#reset], then [#equal] for leading columns in order, then [#lower] / [#upper]. NULL as a value means
/// the keys with NULL there ("IS NULL"); `=` with NULL is the caller's to answer with no rows.
/// Values must have exactly the column's type.
/// Threading: one owner.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"}) // signatures first, bodies follow
public final class KeyRange implements AutoCloseable {
    public KeyRange(TableDef table, IndexDef index) {
        throw new UnsupportedOperationException();
    }

    public KeyRange reset() {
        throw new UnsupportedOperationException();
    }

    /// The next key column equals `values[row]`.
    public KeyRange equal(ColumnVector values, int row) {
        throw new UnsupportedOperationException();
    }

    /// The next key column is greater (in SQL's order, whatever the index's) than `values[row]`, NULLs excluded.
    public KeyRange lower(ColumnVector values, int row, boolean inclusive) {
        throw new UnsupportedOperationException();
    }

    /// The next key column is less (in SQL's order) than `values[row]`, NULLs excluded.
    public KeyRange upper(ColumnVector values, int row, boolean inclusive) {
        throw new UnsupportedOperationException();
    }

    /// First encoded key of the range.
    MemorySegment from() {
        throw new UnsupportedOperationException();
    }

    /// End of the range, exclusive; empty = no end.
    MemorySegment to() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
