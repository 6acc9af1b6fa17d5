package omendb.torture;

import java.sql.Connection;
import java.sql.SQLException;

/// Somebody who works on a server, step by step.
interface Client {
    /// One random thing.
    ///
    /// @throws SQLException  if it did not work
    /// @throws Violation     if an answer was wrong
    void step(Connection connection) throws SQLException;

    /// Transactions of its own that were answered as committed.
    long transactions();

    /// What was tried last, for messages.
    String lastStep();
}
