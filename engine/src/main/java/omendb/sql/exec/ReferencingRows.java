package omendb.sql.exec;

import java.util.List;
import java.util.function.Function;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.TableDef;
import omendb.engine.table.Table;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.ModifySpec;
import omendb.sql.plan.PhysicalPlan;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// Sets columns of rows that a foreign key's action changes, under the table's CHECK constraints: compiled
/// once, used for many.
///
/// Threading: one session. Close it: it holds memory.
public final class ReferencingRows implements AutoCloseable {
    private static final ColumnVector[] NO_INPUT = {};

    /// What is set.
    ///
    /// @param input   the fields of the new key, empty if the values need none
    /// @param attnums the columns
    /// @param values  one expression for each, over `input`
    /// @param newRow  one field per column of the table, which the checks refer to
    public record Target(
            TableDef table,
            String schema,
            List<Field> input,
            List<Integer> attnums,
            List<Scalar> values,
            List<Field> newRow,
            List<ModifySpec.Check> checks) {
        public Target {
            input = List.copyOf(input);
            attnums = List.copyOf(attnums);
            values = List.copyOf(values);
            newRow = List.copyOf(newRow);
            checks = List.copyOf(checks);
        }
    }

    private final ExecutionContext context = new ExecutionContext();
    private final int[] attnums;
    private final int[] allAttnums;
    private final Program values;
    private final RowChecks checks;
    private final int[] generated;
    private final Batch changes;
    private final Batch row;
    private final ColumnVector[] rowColumns;

    public ReferencingRows(Target target, Catalog catalog, Function<LogicalPlan, PhysicalPlan> planner) {
        this.attnums = target.attnums().stream().mapToInt(Integer::intValue).toArray();
        this.allAttnums = ModifyOperators.allAttnums(target.table());
        PlanCompiler compiler = new PlanCompiler(context, catalog, planner);
        this.values = compiler.overRow(target.input(), target.values());
        this.checks = compiler.checks(target.table(), target.checks(), target.newRow());
        this.generated = checks.generated();
        this.changes = Batch.allocate(values.types());
        this.row = Batch.allocate(
                target.table().columns().stream().map(column -> column.type()).toList());
        this.rowColumns = ModifyOperators.columnsOf(row);
    }

    /// Sets the columns of locked rows.
    ///
    /// @param input row 0 holds the new key, null if the values need none
    public void set(Execution.Statement statement, Table table, @Nullable Batch input, List<Long> rowIds) {
        context.begin(statement);
        ColumnVector[] inputColumns = input == null ? NO_INPUT : ModifyOperators.columnsOf(input);
        for (long rowId : rowIds) {
            context.checkCancelled();
            changes.reset();
            values.reset();
            for (int i = 0; i < attnums.length; i++) {
                values.evaluator(i).into(inputColumns, 1, changes.column(i));
            }
            changes.setRowCount(1);
            if (checks.any()) {
                verify(table, rowId);
            }
            if (generated.length == 0) {
                table.update(context.transaction(), rowId, attnums, changes, 0);
            } else {
                table.update(context.transaction(), rowId, allAttnums, row, 0);
            }
        }
    }

    private void verify(Table table, long rowId) {
        row.reset();
        table.fetch(context.transaction(), allAttnums).appendLatest(rowId, row);
        for (int i = 0; i < attnums.length; i++) {
            rowColumns[attnums[i] - 1].copyValueFrom(changes.column(i), 0, 0);
        }
        checks.verify(row, rowColumns);
    }

    @Override
    public void close() {
        values.close();
        checks.close();
        changes.close();
        row.close();
    }
}
