package omendb.sql.ddl;

import java.util.List;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.type.ColumnVector;
import omendb.sql.bind.Binder;
import omendb.sql.exec.RowProgram;
import omendb.sql.parse.SqlParser;
import omendb.sql.plan.Field;
import omendb.sql.plan.Scalar;

/// Looks whether a table's rows satisfy a new constraint, under a lock that keeps writers away.
final class RowValidation {
    private final DdlContext context;

    RowValidation(DdlContext context) {
        this.context = context;
    }

    /// @throws omendb.engine.error.UserException 23514
    void check(TableDef table, ConstraintDef.Check check) {
        Binder binder = context.binder();
        List<Field> row = binder.row(table);
        Scalar condition = binder.overRow(
                table, SqlParser.parseExpression(check.expressionSql()), row, Binder.RowExpression.CHECK);
        try (RowProgram program = context.program(row, List.of(condition))) {
            context.editor().readRows(table.oid(), rows -> {
                program.start(rows);
                ColumnVector holds = program.values(0, rows.rowCount());
                for (int i = 0; i < rows.rowCount(); i++) {
                    if (!holds.isNull(i) && !holds.getBoolean(i)) {
                        throw violated(table, check);
                    }
                }
            });
        }
    }

    OmenException violated(TableDef table, ConstraintDef.Check check) {
        return DdlErrors.error(
                        SqlState.CHECK_VIOLATION,
                        "check constraint \"" + check.name() + "\" of relation \"" + table.name()
                                + "\" is violated by some row")
                .withTable(schemaName(table), table.name())
                .withConstraint(check.name());
    }

    /// @throws omendb.engine.error.UserException 23502
    void notNull(TableDef table, ColumnDef column) {
        context.editor().readRows(table.oid(), rows -> {
            ColumnVector values = rows.column(column.attnum() - 1);
            for (int i = 0; i < rows.rowCount(); i++) {
                if (values.isNull(i)) {
                    throw containsNull(table, column);
                }
            }
        });
    }

    OmenException containsNull(TableDef table, ColumnDef column) {
        return DdlErrors.error(
                        SqlState.NOT_NULL_VIOLATION,
                        "column \"" + column.name() + "\" of relation \"" + table.name() + "\" contains null values")
                .withTable(schemaName(table), table.name())
                .withColumn(column.name());
    }

    private String schemaName(TableDef table) {
        SchemaDef schema = context.catalog().schema(table.schemaOid());
        return schema == null ? "" : schema.name();
    }
}
