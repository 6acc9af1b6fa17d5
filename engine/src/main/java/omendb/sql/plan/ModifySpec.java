package omendb.sql.plan;

import java.util.List;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import org.jspecify.annotations.Nullable;

/// What a statement does to a table's rows.
public sealed interface ModifySpec {
    TableDef table();

    /// The rows to insert, or the target rows to change (old columns, row id, then whatever the expressions
    /// need).
    LogicalPlan source();

    /// CHECK constraints bound against the new row.
    List<Check> checks();

    /// RETURNING over the new row (for DELETE the old row) and, for UPDATE and DELETE, the source's other
    /// fields; null =
    /// none.
    @Nullable
    List<LogicalPlan.Item> returning();

    /// What holds for a new row: a CHECK constraint, or the value of a generated column.
    ///
    /// @param name      the constraint's name
    /// @param condition over the new row; of a generated column its value
    /// @param generates attnum of the generated column, 0 = it is a constraint
    record Check(String name, Scalar condition, int generates) {}

    /// @param newRow     one field per table column: what the checks, RETURNING and the conflict action refer
    /// to
    /// @param values     one expression per table column over the source's output
    /// @param conflict   ON CONFLICT or null
    record Insert(
            TableDef table,
            LogicalPlan source,
            List<Scalar> values,
            List<Field> newRow,
            List<Check> checks,
            @Nullable Conflict conflict,
            @Nullable List<LogicalPlan.Item> returning)
            implements ModifySpec {}

    /// ON CONFLICT.
    ///
    /// @param arbiters    the unique indexes that decide; empty = any (DO NOTHING only)
    /// @param assignments null = DO NOTHING; else one expression per table column over `existing` and
    /// `excluded`
    /// @param where       over the same
    /// @param existing    fields of the row in the table
    /// @param excluded    fields of the row proposed
    record Conflict(
            List<IndexDef> arbiters,
            @Nullable List<Scalar> assignments,
            @Nullable Scalar where,
            List<Field> existing,
            List<Field> excluded) {}

    /// @param changed    attnums that are assigned
    /// @param values     one expression per changed column, over the source's output
    /// @param oldRow     the source's fields of the table's columns, in attnum order
    /// @param rowId      the source's field of the row id
    record Update(
            TableDef table,
            LogicalPlan source,
            List<Integer> changed,
            List<Scalar> values,
            List<Field> oldRow,
            Field rowId,
            List<Field> newRow,
            List<Check> checks,
            @Nullable List<LogicalPlan.Item> returning)
            implements ModifySpec {}

    record Delete(
            TableDef table,
            LogicalPlan source,
            List<Field> oldRow,
            Field rowId,
            @Nullable List<LogicalPlan.Item> returning)
            implements ModifySpec {
        @Override
        public List<Check> checks() {
            return List.of();
        }
    }
}
