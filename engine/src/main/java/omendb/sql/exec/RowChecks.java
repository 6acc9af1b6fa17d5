package omendb.sql.exec;

import java.util.List;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.TypeContext;
import org.jspecify.annotations.Nullable;

/// NOT NULL and CHECK constraints on rows about to be written.
final class RowChecks implements AutoCloseable {
    private static final int SHOWN_BYTES = 64;

    private final TableDef table;
    private final String schema;
    private final List<String> names;
    private final Program conditions;

    /// @param conditions one per name, over the table's columns
    RowChecks(TableDef table, String schema, List<String> names, Program conditions) {
        this.table = table;
        this.schema = schema;
        this.names = names;
        this.conditions = conditions;
    }

    void verify(Batch rows, ColumnVector[] columns) {
        verify(rows, columns, null);
    }

    /// @param wanted which rows count; null = all
    void verify(Batch rows, ColumnVector[] columns, boolean @Nullable [] wanted) {
        int count = rows.rowCount();
        for (int i = 0; i < columns.length; i++) {
            ColumnDef column = table.columns().get(i);
            for (int row = 0; column.notNull() && row < count; row++) {
                if (columns[i].isNull(row) && (wanted == null || wanted[row])) {
                    throw notNull(column, columns, row);
                }
            }
        }
        conditions.reset();
        for (int i = 0; i < names.size(); i++) {
            ColumnVector holds = conditions.evaluator(i).value(columns, count);
            for (int row = 0; row < count; row++) {
                if (!holds.isNull(row) && !holds.getBoolean(row) && (wanted == null || wanted[row])) {
                    throw checkViolated(names.get(i), columns, row);
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
    private static String failingRow(ColumnVector[] columns, int row) {
        StringBuilder text = new StringBuilder("Failing row contains (");
        for (int i = 0; i < columns.length; i++) {
            text.append(i == 0 ? "" : ", ");
            if (columns[i].isNull(row)) {
                text.append("null");
                continue;
            }
            String value = columns[i].type().io().toText(TypeContext.DEFAULT, columns[i], row);
            text.append(value.length() <= SHOWN_BYTES ? value : value.substring(0, SHOWN_BYTES) + "...");
        }
        return text.append(").").toString();
    }

    @Override
    public void close() {
        conditions.close();
    }
}
