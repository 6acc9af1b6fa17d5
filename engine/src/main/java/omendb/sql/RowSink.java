package omendb.sql;

import omendb.engine.type.Batch;

/// Takes the rows of a result, up to [Batch#CAPACITY] at a time.
@FunctionalInterface
public interface RowSink {
    /// Encodes the rows of a batch, in order. Blocks while the client does not read (back-pressure).
    ///
    /// @param batch its columns are those of [Portal#columns]; valid during the call only
    void batch(Batch batch);
}
