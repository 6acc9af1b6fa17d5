package omendb.sql.ast;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// An item of FROM.
public sealed interface TableRef {

    int position();

    /// A table, view or common table expression by name.
    ///
    /// @param only   `ONLY t`: without children
    /// @param sample TABLESAMPLE or null
    record Table(
            QualifiedName name,
            boolean only,
            @Nullable Alias alias,
            @Nullable Sample sample,
            int position) implements TableRef {}

    /// `TABLESAMPLE method (args) [REPEATABLE (seed)]`.
    record Sample(
            QualifiedName method, List<Expr> args, @Nullable Expr seed, int position) {}

    /// `[LATERAL] (query) alias`; since PostgreSQL 16 the alias may be missing.
    ///
    /// @param viewOid the view whose query it is, 0 = none: written as it stands
    record Derived(Query query, boolean lateral, @Nullable Alias alias, int viewOid, int position) implements TableRef {
        /// The same item over another query.
        public Derived withQuery(Query other) {
            return new Derived(other, lateral, alias, viewOid, position);
        }
    }

    /// `[LATERAL] f(...) [WITH ORDINALITY] alias`, or `ROWS FROM (f(...), g(...))` with several
    /// functions.
    ///
    /// @param columns the column definition list of `AS t(a int, b text)`, else empty (names without
    ///        types are in
    ///         the alias)
    record Function(
            List<FunctionItem> functions,
            boolean rowsFrom,
            boolean lateral,
            boolean ordinality,
            @Nullable Alias alias,
            List<ColumnDefinition> columns,
            int position)
            implements TableRef {}

    /// One function of [Function]; usually an [Expr.FunctionCall], else one of the forms that PostgreSQL
    /// allows there (CAST, COALESCE, CURRENT_DATE, ...).
    record FunctionItem(Expr call, List<ColumnDefinition> columns) {}

    /// `name type [COLLATE c]` in a column definition list.
    record ColumnDefinition(
            String name, TypeName type, @Nullable QualifiedName collation) {}

    /// A join. Exactly one of `natural`, `using` (not empty), `on` is there, none for a cross join.
    ///
    /// @param usingAlias `USING (...) AS alias`
    /// @param alias      alias of a parenthesised join, `(a JOIN b ON ...) AS j`
    record Join(
            JoinKind kind,
            boolean natural,
            TableRef left,
            TableRef right,
            @Nullable Expr on,
            List<String> using,
            @Nullable String usingAlias,
            @Nullable Alias alias,
            int position)
            implements TableRef {
        /// The same join of other items.
        public Join withSides(TableRef newLeft, TableRef newRight) {
            return new Join(kind, natural, newLeft, newRight, on, using, usingAlias, alias, position);
        }
    }

    /// Kinds of [Join].
    enum JoinKind {
        INNER,
        LEFT,
        RIGHT,
        FULL,
        CROSS
    }
}
