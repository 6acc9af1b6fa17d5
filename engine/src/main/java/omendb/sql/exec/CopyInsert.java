package omendb.sql.exec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.table.Table;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.sql.copy.CopyRows;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.ModifySpec;
import omendb.sql.plan.PhysicalPlan;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// Inserts the rows of a COPY FROM: fills in the columns that COPY does not name, checks the constraints, and
/// hands row
/// after row to the table, a batch at a time.
///
/// Threading: one session. Close it: it holds memory.
public final class CopyInsert implements CopyRows, AutoCloseable {
    /// What COPY writes to.
    ///
    /// @param schema   name of the table's schema, for errors
    /// @param listed   columns that the data hold, in their order
    /// @param defaults one expression per column of the table
    /// @param newRow   one field per column of the table, which the checks and the condition refer to
    /// @param where    which rows are inserted, or null
    public record Target(
            TableDef table,
            String schema,
            List<ColumnDef> listed,
            List<Scalar> defaults,
            List<Field> newRow,
            @Nullable Scalar where,
            List<ModifySpec.Check> checks) {
        public Target {
            listed = List.copyOf(listed);
            defaults = List.copyOf(defaults);
            newRow = List.copyOf(newRow);
            checks = List.copyOf(checks);
        }
    }

    private static final ColumnVector[] NO_INPUT = {};

    private final ExecutionContext context = new ExecutionContext();
    private final Target target;
    private final Table table;
    private final Batch read;
    private final Batch rows;
    private final ColumnVector[] rowColumns;
    private final Program missingValues;
    private final int[] missing;
    private final RowChecks checks;
    private final @Nullable Program condition;
    private long skipped;

    public CopyInsert(Execution.Statement statement, Target target, Function<LogicalPlan, PhysicalPlan> planner) {
        context.begin(statement);
        this.target = target;
        this.table = statement
                .database()
                .table(statement.transaction(), target.table().oid());
        PlanCompiler compiler = new PlanCompiler(context, statement.catalog(), planner);
        this.read = Batch.allocate(types(target.listed()));
        this.rows = Batch.allocate(types(target.table().columns()));
        this.rowColumns = ModifyOperators.columnsOf(rows);
        this.missing = missing(target);
        List<Scalar> scalars = new ArrayList<>();
        for (int index : missing) {
            scalars.add(target.defaults().get(index));
        }
        this.missingValues = compiler.constants(scalars);
        this.checks = compiler.checks(target.table(), target.checks(), target.newRow());
        this.condition = target.where() == null ? null : compiler.overRow(target.newRow(), target.where());
    }

    private static List<SqlType> types(List<ColumnDef> columns) {
        return columns.stream().map(ColumnDef::type).toList();
    }

    /// Indexes of the columns that the data do not hold.
    private static int[] missing(Target target) {
        return target.table().columns().stream()
                .filter(column -> !target.listed().contains(column))
                .mapToInt(column -> column.attnum() - 1)
                .toArray();
    }

    @Override
    public Batch batch() {
        return read;
    }

    @Override
    public void flush(long firstLine) {
        context.checkCancelled();
        int count = read.rowCount();
        rows.reset();
        for (int i = 0; i < target.listed().size(); i++) {
            rowColumns[target.listed().get(i).attnum() - 1].copyAll(read.column(i), count);
        }
        missingValues.reset();
        for (int i = 0; i < missing.length; i++) {
            missingValues.evaluator(i).into(NO_INPUT, count, rowColumns[missing[i]]);
        }
        rows.setRowCount(count);
        boolean[] wanted = wanted(count);
        checks.verify(rows, rowColumns, wanted);
        for (int row = 0; row < count; row++) {
            if (!wanted[row]) {
                skipped++;
                continue;
            }
            try {
                table.insert(context.transaction(), rows, row);
            } catch (OmenException e) {
                throw e.withWhere("COPY " + target.table().name() + ", line " + (firstLine + row));
            }
        }
        read.reset();
    }

    /// Which rows WHERE lets in.
    private boolean[] wanted(int count) {
        boolean[] wanted = new boolean[count];
        if (condition == null) {
            Arrays.fill(wanted, true);
            return wanted;
        }
        condition.reset();
        ColumnVector holds = condition.values(rowColumns, count)[0];
        for (int row = 0; row < count; row++) {
            wanted[row] = !holds.isNull(row) && holds.getBoolean(row);
        }
        return wanted;
    }

    /// Rows that WHERE has left out so far.
    public long skipped() {
        return skipped;
    }

    @Override
    public void close() {
        if (condition != null) {
            condition.close();
        }
        read.close();
        rows.close();
        missingValues.close();
        checks.close();
    }
}
