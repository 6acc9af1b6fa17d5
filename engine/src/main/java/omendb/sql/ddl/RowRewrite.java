package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Types;
import omendb.sql.bind.Binder;
import omendb.sql.exec.RowProgram;
import omendb.sql.parse.SqlParser;
import omendb.sql.plan.Field;
import omendb.sql.plan.Scalar;

/// Rewrites a table's rows under a changed definition: columns are kept, computed from the old row, or generated.
final class RowRewrite {
    private final DdlContext context;
    private final Binder binder;
    private final TableDef old;
    private final TableDef changed;
    private final List<Field> oldRow;

    /// Attnums with what they get, over the old row.
    private final Map<Integer, Scalar> values = new LinkedHashMap<>();

    private final List<Integer> generated = new ArrayList<>();
    private final List<ColumnDef> notNull = new ArrayList<>();
    private final List<ConstraintDef.Check> checks = new ArrayList<>();

    RowRewrite(DdlContext context, TableDef old, TableDef changed) {
        this.context = context;
        this.binder = context.binder();
        this.old = old;
        this.changed = prepared(changed);
        this.oldRow = binder.row(old);
    }

    /// Every column is written now: nothing is missing, and dropped ones need no room.
    private static TableDef prepared(TableDef changed) {
        List<ColumnDef> columns = new ArrayList<>();
        for (ColumnDef column : changed.columns()) {
            columns.add(column.dropped() ? column.withType(Types.BOOL, -1) : column.withMissing(null));
        }
        return changed.withColumns(columns);
    }

    List<Field> oldRow() {
        return oldRow;
    }

    /// What a column gets, over the old row.
    void set(int attnum, Scalar value) {
        values.put(attnum, value);
    }

    void generate(int attnum) {
        generated.add(attnum);
    }

    void verifyNotNull(ColumnDef column) {
        notNull.add(column);
    }

    void verify(ConstraintDef.Check check) {
        checks.add(check);
    }

    /// @param indexes the table's indexes as they shall be
    TableDef run(List<IndexDef> indexes) {
        List<Field> newRow = binder.row(changed);
        List<Scalar> derived = new ArrayList<>();
        for (int attnum : generated) {
            derived.add(generation(changed.column(attnum), newRow));
        }
        for (ConstraintDef.Check check : checks) {
            derived.add(binder.overRow(
                    changed, SqlParser.parseExpression(check.expressionSql()), newRow, Binder.RowExpression.CHECK));
        }
        try (RowProgram given = context.program(oldRow, List.copyOf(values.values()));
                RowProgram later = context.program(newRow, derived)) {
            return context.editor().rewriteTable(changed, indexes, (from, into) -> {
                copy(from, into, given);
                derive(into, later);
            });
        }
    }

    private Scalar generation(ColumnDef column, List<Field> newRow) {
        String sql = java.util.Objects.requireNonNull(column.generatedSql());
        Scalar bound = binder.overRow(changed, SqlParser.parseExpression(sql), newRow, Binder.RowExpression.GENERATED);
        return java.util.Objects.requireNonNull(binder.assigned(bound, column.type(), column.typmod()));
    }

    private void copy(Batch from, Batch into, RowProgram given) {
        int count = from.rowCount();
        given.start(from);
        List<Integer> computed = List.copyOf(values.keySet());
        for (ColumnDef column : changed.columns()) {
            int at = column.attnum() - 1;
            int expression = computed.indexOf(column.attnum());
            if (expression >= 0) {
                given.into(expression, count, into.column(at));
            } else if (at < old.columns().size() && !column.dropped()) {
                into.column(at).copyAll(from.column(at), count);
            } else {
                for (int row = 0; row < count; row++) {
                    into.column(at).setNull(row);
                }
            }
        }
        into.setRowCount(count);
    }

    private void derive(Batch rows, RowProgram later) {
        int count = rows.rowCount();
        later.start(rows);
        for (int i = 0; i < generated.size(); i++) {
            later.into(i, count, rows.column(generated.get(i) - 1));
        }
        RowValidation validation = new RowValidation(context);
        for (ColumnDef column : notNull) {
            ColumnVector vector = rows.column(column.attnum() - 1);
            for (int row = 0; row < count; row++) {
                if (vector.isNull(row)) {
                    throw validation.containsNull(changed, column);
                }
            }
        }
        for (int i = 0; i < checks.size(); i++) {
            ColumnVector holds = later.values(generated.size() + i, count);
            for (int row = 0; row < count; row++) {
                if (!holds.isNull(row) && !holds.getBoolean(row)) {
                    throw validation.violated(changed, checks.get(i));
                }
            }
        }
    }
}
