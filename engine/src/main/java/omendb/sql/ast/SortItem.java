package omendb.sql.ast;

import org.jspecify.annotations.Nullable;

/// One element of ORDER BY.
///
/// @param using the operator of `ORDER BY x USING <`, else null
public record SortItem(
        Expr expr, Direction direction, @Nullable OperatorName using, Nulls nulls, int position) {

    /// `DEFAULT` = nothing written.
    public enum Direction {
        DEFAULT,
        ASC,
        DESC,
        USING
    }

    /// `DEFAULT` = nothing written: last for ascending, first for descending order.
    public enum Nulls {
        DEFAULT,
        FIRST,
        LAST
    }
}
