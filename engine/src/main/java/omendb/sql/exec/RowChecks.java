package omendb.sql.exec;

import java.util.List;
import java.util.StringJoiner;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.TypeContext;
import omendb.sql.plan.ModifySpec;
import org.jspecify.annotations.Nullable;

/// NOT NULL and CHECK constraints on rows about to be written, after their generated columns are computed.
final class RowChecks implements AutoCloseable {
    private static final int SHOWN_BYTES = 64;

    private final TableDef table;
    private final String schema;
    private final List<ModifySpec.Check> checks;
    private final Program conditions;

    /// @param conditions one per check, over the table's columns
    RowChecks(TableDef table, String schema, List<ModifySpec.Check> checks, Program conditions) {
        this.table = table;
        this.schema = schema;
        this.checks = checks;
        this.conditions = conditions;
    }

    /// Whether there is more than NOT NULL.
    boolean any() {
        return !checks.isEmpty();
    }

    /// Attnums of the generated columns.
    int[] generated() {
        return checks.stream()
                .mapToInt(ModifySpec.Check::generates)
                .filter(attnum -> attnum > 0)
                .toArray();
    }

    void verify(Batch rows, ColumnVector[] columns) {
        verify(rows, columns, null);
    }

    /// @param wanted which rows count; null = all
    void verify(Batch rows, ColumnVector[] columns, boolean @Nullable [] wanted) {
        int count = rows.rowCount();
        conditions.reset();
        for (int i = 0; i < checks.size(); i++) {
            int attnum = checks.get(i).generates();
            if (attnum > 0) {
                conditions.evaluator(i).into(columns, count, columns[attnum - 1]);
            }
        }
        for (int i = 0; i < columns.length; i++) {
            ColumnDef column = table.columns().get(i);
            for (int row = 0; column.notNull() && row < count; row++) {
                if (columns[i].isNull(row) && (wanted == null || wanted[row])) {
                    throw notNull(column, columns, row);
                }
            }
        }
        for (int i = 0; i < checks.size(); i++) {
            if (checks.get(i).generates() > 0) {
                continue;
            }
            ColumnVector holds = conditions.evaluator(i).value(columns, count);
            for (int row = 0; row < count; row++) {
                if (!holds.isNull(row) && !holds.getBoolean(row) && (wanted == null || wanted[row])) {
                    throw checkViolated(checks.get(i).name(), columns, row);
                }
            }
        }
    }

    private OmenException notNull(ColumnDef column, ColumnVector[] columns, int row) {
        return new UserException(
                        SqlState.NOT_NULL_VIOLATION,
                        "null value in column \"" + column.name() + "\" of relation \"" + table.name()
                                + "\" violates not-null constraint")
                .withDetail(failingRow(columns, row))
                .withTable(schema, table.name())
                .withColumn(column.name());
    }

    private OmenException checkViolated(String name, ColumnVector[] columns, int row) {
        return new UserException(
                        SqlState.CHECK_VIOLATION,
                        "new row for relation \"" + table.name() + "\" violates check constraint \"" + name + "\"")
                .withDetail(failingRow(columns, row))
                .withTable(schema, table.name())
                .withConstraint(name);
    }

    /// `Failing row contains (1, abc, null).`, long values cut as PostgreSQL does.
    private String failingRow(ColumnVector[] columns, int row) {
        StringJoiner text = new StringJoiner(", ", "Failing row contains (", ").");
        for (int i = 0; i < columns.length; i++) {
            if (table.columns().get(i).dropped()) {
                continue;
            }
            if (columns[i].isNull(row)) {
                text.add("null");
                continue;
            }
            String value = columns[i].type().io().toText(TypeContext.DEFAULT, columns[i], row);
            text.add(value.length() <= SHOWN_BYTES ? value : value.substring(0, SHOWN_BYTES) + "...");
        }
        return text.toString();
    }

    @Override
    public void close() {
        conditions.close();
    }
}
