package omendb.sql.copy;

import omendb.engine.type.Batch;

/// Where a [CopyReader] puts rows: batches whose columns are those of the COPY, in its order.
public interface CopyRows {
    /// The batch to fill; not full.
    Batch batch();

    /// Takes the rows of [#batch] over and leaves it empty. Called when the batch is full and at the end.
    ///
    /// @param firstLine number of the first row's line (binary: its row number), from 1 on
    void flush(long firstLine);
}
