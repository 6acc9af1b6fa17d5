package omendb.sql.ast;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A window: of an OVER clause or of the WINDOW clause.
///
/// @param name  in `WINDOW w AS (...)` the window's own name; in `OVER w` the name it stands for; else null
/// @param base  the window this one extends, `OVER (w ROWS ...)`, else null
/// @param frame null when none is written: RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
public record Window(
        @Nullable String name,
        @Nullable String base,
        List<Expr> partitionBy,
        List<SortItem> orderBy,
        @Nullable Frame frame,
        int position) {

    /// `mode BETWEEN start AND end EXCLUDE exclusion`; without BETWEEN the end is CURRENT ROW.
    public record Frame(Mode mode, Bound start, Bound end, Exclusion exclusion) {}

    /// @param offset of `n PRECEDING` and `n FOLLOWING`, else null
    public record Bound(BoundKind kind, @Nullable Expr offset) {}

    /// Unit of the frame.
    public enum Mode {
        ROWS,
        RANGE,
        GROUPS
    }

    /// Where a frame starts or ends.
    public enum BoundKind {
        UNBOUNDED_PRECEDING,
        PRECEDING,
        CURRENT_ROW,
        FOLLOWING,
        UNBOUNDED_FOLLOWING
    }

    /// EXCLUDE clause; NO_OTHERS is the default.
    public enum Exclusion {
        NO_OTHERS,
        CURRENT_ROW,
        GROUP,
        TIES
    }
}
