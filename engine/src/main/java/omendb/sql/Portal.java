package omendb.sql;

import java.util.List;

/// A bound statement, ready to execute or suspended between two executions. Dies with its transaction.
public interface Portal extends AutoCloseable {
    List<ResultColumn> columns();

    boolean returnsRows();

    /// Frees cursors and memory; idempotent.
    @Override
    void close();
}
