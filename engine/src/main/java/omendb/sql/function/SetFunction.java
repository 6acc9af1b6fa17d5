package omendb.sql.function;

import omendb.engine.type.ColumnVector;

/// The body of a set-returning function: opens a cursor over the rows that one row of arguments yields.
@FunctionalInterface
public interface SetFunction {
    /// A non-NULL result even for no rows. Arguments stay valid until the cursor is dropped.
    Cursor open(EvalContext context, ColumnVector[] args, int row);

    /// Rows on demand.
    @FunctionalInterface
    interface Cursor {
        /// Fills up to `capacity` rows from row `offset` of `out` (one vector per result column); returns how many, 0 =
        /// the end.
        int fill(ColumnVector[] out, int offset, int capacity);
    }
}
