package omendb.engine;

/// How many rows a table has, without a lock on it.
///
/// @param live        rows, counted at commits
/// @param dead        row versions that are not the newest, or deleted, and not yet taken away
/// @param vectorBytes bytes of the vector columns' files
public record RowFigures(long live, long dead, long vectorBytes) {
    /// Of a table that is not there.
    public static final RowFigures NONE = new RowFigures(0, 0, 0);
}
