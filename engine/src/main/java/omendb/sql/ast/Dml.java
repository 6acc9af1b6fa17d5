package omendb.sql.ast;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Statements that change rows.
public sealed interface Dml extends Statement {

    /// INSERT.
    ///
    /// @param columns   empty = all columns in order
    /// @param source    null = DEFAULT VALUES
    /// @param returning empty = no RETURNING
    record Insert(
            Query.@Nullable With with,
            QualifiedName table,
            @Nullable String alias,
            List<Target> columns,
            Overriding overriding,
            @Nullable Query source,
            @Nullable OnConflict onConflict,
            List<SelectItem> returning,
            int position)
            implements Dml {}

    /// `OVERRIDING SYSTEM|USER VALUE`.
    enum Overriding {
        NONE,
        SYSTEM,
        USER
    }

    /// `ON CONFLICT [target] DO NOTHING | DO UPDATE SET ... WHERE ...`.
    ///
    /// @param elements    columns or expressions that infer the index; empty when a constraint or nothing is
    ///         named
    /// @param indexWhere  predicate of the inference clause
    /// @param constraint  `ON CONSTRAINT name`
    /// @param assignments empty = DO NOTHING
    record OnConflict(
            List<Ddl.IndexElement> elements,
            @Nullable Expr indexWhere,
            @Nullable String constraint,
            List<Assignment> assignments,
            @Nullable Expr where,
            int position) {
        public boolean doNothing() {
            return assignments.isEmpty();
        }
    }

    /// UPDATE.
    record Update(
            Query.@Nullable With with,
            TableRef.Table table,
            List<Assignment> assignments,
            List<TableRef> from,
            @Nullable Expr where,
            List<SelectItem> returning,
            int position)
            implements Dml {}

    /// DELETE.
    record Delete(
            Query.@Nullable With with,
            TableRef.Table table,
            List<TableRef> using,
            @Nullable Expr where,
            List<SelectItem> returning,
            int position)
            implements Dml {}

    /// A column that is written, with subscripts or fields below it: `a`, `a[1]`, `a.b`.
    record Target(String column, List<Step> path, int position) {}

    /// A step below a column: either a field or a subscript.
    record Step(@Nullable String field, Expr.@Nullable Index index) {}

    /// `target = value` or, if `multiple`, `(targets) = value`, where the value is a [Expr.Row], a
    /// [Expr.ScalarSubquery] or any other row-valued expression.
    record Assignment(List<Target> targets, Expr value, boolean multiple, int position) {}

    /// MERGE.
    record Merge(
            Query.@Nullable With with,
            TableRef.Table table,
            TableRef source,
            Expr on,
            List<MergeWhen> whens,
            List<SelectItem> returning,
            int position)
            implements Dml {}

    /// `WHEN match [AND condition] THEN action`.
    record MergeWhen(MergeMatch match, @Nullable Expr condition, MergeAction action, int position) {}

    /// Which rows a [MergeWhen] is for.
    enum MergeMatch {
        MATCHED,
        NOT_MATCHED_BY_TARGET,
        NOT_MATCHED_BY_SOURCE
    }

    /// What a [MergeWhen] does.
    sealed interface MergeAction {
        /// `UPDATE SET ...`.
        record Update(List<Assignment> assignments) implements MergeAction {}

        /// `DELETE`.
        record Delete() implements MergeAction {}

        /// `INSERT (columns) [OVERRIDING ...] VALUES (...)`; `values` empty = DEFAULT VALUES.
        record Insert(List<Target> columns, Overriding overriding, List<Expr> values) implements MergeAction {}

        /// `DO NOTHING`.
        record Nothing() implements MergeAction {}
    }
}
