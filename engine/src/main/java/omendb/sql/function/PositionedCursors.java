package omendb.sql.function;

/// The cursors of a session, as `WHERE CURRENT OF` sees them.
public interface PositionedCursors {
    /// Row id of the row of a table that a cursor stands on.
    ///
    /// @param tableName for the errors
    /// @throws omendb.engine.error.UserException 34000 if there is no such cursor, 24000 if it stands on no row
    ///         of that table
    long rowId(String cursor, int tableOid, String tableName);
}
