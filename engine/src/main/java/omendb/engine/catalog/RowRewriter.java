package omendb.engine.catalog;

import omendb.engine.type.Batch;

/// Turns a table's rows into those of its changed definition.
@FunctionalInterface
public interface RowRewriter {
    /// @param old  rows of the table, one column per attnum
    /// @param into empty, one column per attnum of the changed definition; filled with as many rows
    void rewrite(Batch old, Batch into);
}
