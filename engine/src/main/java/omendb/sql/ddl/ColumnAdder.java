package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.StoredValue;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.AlterTableCommand;
import omendb.sql.ast.TableElement.Constraint;
import omendb.sql.bind.Binder;
import omendb.sql.exec.RowProgram;
import omendb.sql.parse.SqlParser;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalars;
import org.jspecify.annotations.Nullable;

/// ADD COLUMN: without touching rows where one value suits them all, else by a rewrite.
final class ColumnAdder {
    private static final int MOST_COLUMNS = 1600;

    private final DdlContext context;

    ColumnAdder(DdlContext context) {
        this.context = context;
    }

    void add(TableDef table, AlterTableCommand.AddColumn add) {
        String name = add.column().name();
        if (table.column(name) != null) {
            String message = "column \"" + name + "\" of relation \"" + table.name() + "\" already exists";
            if (!add.ifNotExists()) {
                throw DdlErrors.error(SqlState.DUPLICATE_COLUMN, message);
            }
            context.notice(SqlState.DUPLICATE_COLUMN, message + ", skipping");
            return;
        }
        int attnum = table.columns().size() + 1;
        if (attnum > MOST_COLUMNS) {
            throw DdlErrors.error(SqlState.TOO_MANY_COLUMNS, "tables can have at most " + MOST_COLUMNS + " columns");
        }
        SchemaDef schema = Objects.requireNonNull(context.catalog().schema(table.schemaOid()));
        ColumnDefiner definer = new ColumnDefiner(context, schema, table.name());
        List<ColumnDef> columns = new ArrayList<>(table.columns());
        columns.add(definer.define(add.column(), attnum));
        columns = definer.withGenerated(columns);
        ColumnDef column = columns.getLast();
        Scalar value = column.defaultSql() == null ? null : defaultValue(column);
        if (needsRewrite(column, value)) {
            rewrite(table, table.withColumns(columns), column, value);
        } else {
            StoredValue missing = value == null ? null : evaluate(value, column.type());
            if (missing == null && column.notNull()) {
                requireNoRows(table, column);
            }
            columns.set(attnum - 1, column.withMissing(missing));
            context.editor().changeTable(table.withColumns(columns));
        }
        definer.own(table.oid());
        ConstraintCreator constraints = new ConstraintCreator(context);
        for (Map.Entry<Constraint, String> pending : definer.pending().entrySet()) {
            constraints.add(table.oid(), pending.getKey(), pending.getValue(), true);
        }
    }

    private Scalar defaultValue(ColumnDef column) {
        Binder binder = context.binder();
        return binder.constant(
                SqlParser.parseExpression(Objects.requireNonNull(column.defaultSql())),
                column.type(),
                column.typmod(),
                "DEFAULT");
    }

    /// A value for each row, or vectors, which lie in files of the table's storage.
    private static boolean needsRewrite(ColumnDef column, @Nullable Scalar value) {
        boolean slots = column.type() == Types.VECTOR && column.typmod() > 0;
        return column.isGenerated() || slots || (value != null && Scalars.isVolatile(value));
    }

    private void rewrite(TableDef table, TableDef changed, ColumnDef column, @Nullable Scalar value) {
        RowRewrite rewrite = new RowRewrite(context, table, changed);
        if (column.isGenerated()) {
            rewrite.generate(column.attnum());
        } else if (value != null) {
            rewrite.set(column.attnum(), value);
        }
        if (column.notNull()) {
            rewrite.verifyNotNull(column);
        }
        rewrite.run(context.catalog().indexesOf(table.oid()));
    }

    /// The value as rows store it; null = NULL.
    private @Nullable StoredValue evaluate(Scalar value, SqlType type) {
        try (RowProgram program = context.program(List.of(), List.of(value));
                Batch none = Batch.allocate(List.of())) {
            none.setRowCount(1);
            program.start(none);
            ColumnVector result = program.values(0, 1);
            if (result.isNull(0)) {
                return null;
            }
            return type.storageWidth() > 0
                    ? StoredValue.ofLane(result.getLong(0))
                    : new StoredValue(result.getBytes(0));
        }
    }

    private void requireNoRows(TableDef table, ColumnDef column) {
        context.editor().readRows(table.oid(), rows -> {
            throw new RowValidation(context).containsNull(table, column);
        });
    }
}
