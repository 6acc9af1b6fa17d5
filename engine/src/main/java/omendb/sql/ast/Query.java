package omendb.sql.ast;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A query: a body with the clauses that may stand around any body. `TABLE t` is `SELECT * FROM t`.
///
/// @param with     WITH clause or null
/// @param orderBy  ORDER BY of the whole body (for a [SetOperation]: of its result)
/// @param limit    LIMIT/FETCH count or null (also null for LIMIT ALL)
/// @param withTies `FETCH FIRST n ROWS WITH TIES`
/// @param offset   OFFSET or null
/// @param locking  FOR UPDATE and its kin, in order
public record Query(
        @Nullable With with,
        Body body,
        List<SortItem> orderBy,
        @Nullable Expr limit,
        boolean withTies,
        @Nullable Expr offset,
        List<Locking> locking,
        int position)
        implements Statement {

    /// The query with other locking clauses.
    public Query withLocking(List<Locking> other) {
        return new Query(with, body, orderBy, limit, withTies, offset, other, position);
    }

    /// A query of nothing but its body.
    public static Query of(Body body, int position) {
        return new Query(null, body, List.of(), null, false, null, List.of(), position);
    }

    /// What yields the rows.
    public sealed interface Body permits Select, SetOperation, Values {}

    /// SELECT.
    ///
    /// @param distinct null = no DISTINCT; empty = DISTINCT; else the expressions of DISTINCT ON
    /// @param into     SELECT INTO (only on the leftmost SELECT of a top-level query) or null
    /// @param from     comma-separated items, joined by cross join
    /// @param groupBy  null = no GROUP BY
    public record Select(
            @Nullable List<Expr> distinct,
            List<SelectItem> items,
            @Nullable Into into,
            List<TableRef> from,
            @Nullable Expr where,
            @Nullable GroupBy groupBy,
            @Nullable Expr having,
            List<Window> windows,
            int position)
            implements Body {}

    /// `left UNION|INTERSECT|EXCEPT [ALL] right`; an operand has clauses of its own only if it was
    /// parenthesised.
    public record SetOperation(SetOperator operator, boolean all, Query left, Query right, int position)
            implements Body {}

    /// Kinds of [SetOperation]; INTERSECT binds tighter.
    public enum SetOperator {
        UNION,
        INTERSECT,
        EXCEPT
    }

    /// `VALUES (...), (...)`; rows may differ in length (the binder complains, as PostgreSQL does).
    public record Values(List<List<Expr>> rows, int position) implements Body {}

    /// `GROUP BY [DISTINCT] elements`.
    public record GroupBy(boolean distinct, List<GroupingElement> elements) {}

    /// An element of GROUP BY.
    public sealed interface GroupingElement {
        /// An expression; an integer constant is an output column, a bare name an input or output column.
        record Simple(Expr expr) implements GroupingElement {}

        /// `()`.
        record Empty(int position) implements GroupingElement {}

        /// `ROLLUP (...)`; a [Expr.Row] element groups several columns.
        record Rollup(List<Expr> exprs, int position) implements GroupingElement {}

        /// `CUBE (...)`.
        record Cube(List<Expr> exprs, int position) implements GroupingElement {}

        /// `GROUPING SETS (...)`.
        record Sets(List<GroupingElement> elements, int position) implements GroupingElement {}
    }

    /// `INTO [TEMPORARY|UNLOGGED] table`.
    public record Into(QualifiedName table, Ddl.Persistence persistence) {}

    /// `FOR UPDATE|NO KEY UPDATE|SHARE|KEY SHARE [OF tables] [NOWAIT|SKIP LOCKED]`.
    public record Locking(LockStrength strength, List<QualifiedName> tables, LockWait waiting) {}

    /// Row lock strength, weakest first.
    public enum LockStrength {
        KEY_SHARE,
        SHARE,
        NO_KEY_UPDATE,
        UPDATE
    }

    /// What to do about a locked row.
    public enum LockWait {
        BLOCK,
        SKIP_LOCKED,
        NOWAIT
    }

    /// `WITH [RECURSIVE] tables`.
    public record With(boolean recursive, List<CommonTable> tables, int position) {}

    /// A common table expression.
    ///
    /// @param statement a [Query] or a [Dml] statement
    public record CommonTable(
            String name,
            List<String> columns,
            Materialization materialization,
            Statement statement,
            @Nullable Search search,
            @Nullable Cycle cycle,
            int position) {}

    /// `AS [NOT] MATERIALIZED`.
    public enum Materialization {
        DEFAULT,
        ALWAYS,
        NEVER
    }

    /// `SEARCH DEPTH|BREADTH FIRST BY columns SET column`.
    public record Search(boolean breadthFirst, List<String> columns, String sequenceColumn) {}

    /// `CYCLE columns SET mark [TO value DEFAULT value] USING path`.
    public record Cycle(
            List<String> columns,
            String markColumn,
            @Nullable Expr markValue,
            @Nullable Expr markDefault,
            String pathColumn) {}
}
