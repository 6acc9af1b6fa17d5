package omendb.engine.table;

import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;

/// The expressions and the predicate of one index, ready to be computed for single rows.
///
/// Threading: one thread at a time. Close it: it holds memory.
public interface IndexExpressions extends AutoCloseable {
    /// Attnums of the columns that are read.
    int[] attnums();

    /// Computes for row 0 of a batch with one column per attnum; results hold until the next call.
    void compute(Batch row);

    /// Whether the row belongs to the index: its predicate is true, or there is none.
    boolean holds();

    /// Value of the key, an expression, in row 0.
    ColumnVector key(int keyNumber);

    @Override
    void close();
}
