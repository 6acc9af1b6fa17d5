package omendb.sql.exec;

import java.util.List;
import java.util.function.Function;
import omendb.engine.catalog.Catalog;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.sql.function.EvalContext;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.PhysicalPlan;
import omendb.sql.plan.Scalar;

/// Expressions over rows of one table, compiled for DDL that looks at existing rows or rewrites them.
///
/// Threading: one session. Close it: it holds memory.
public final class RowProgram implements AutoCloseable {
    private final ExecutionContext context = new ExecutionContext();
    private final Program program;
    private ColumnVector[] columns = {};

    /// @param row what the expressions call the columns of the rows, in their order
    public RowProgram(
            Execution.Statement statement,
            List<Field> row,
            List<Scalar> expressions,
            Function<LogicalPlan, PhysicalPlan> planner) {
        context.begin(statement);
        this.program = new PlanCompiler(context, statement.catalog(), planner).overRow(row, expressions);
    }

    /// Immutable expressions, which need no session.
    public RowProgram(Catalog catalog, EvalContext functions, List<Field> row, List<Scalar> expressions) {
        context.beginDetached(catalog, functions);
        this.program = new PlanCompiler(context, catalog, _ -> {
                    throw new IllegalArgumentException("a subquery in a stored expression");
                })
                .overRow(row, expressions);
    }

    /// The rows to compute over from here on; results for those before are gone.
    public void start(Batch rows) {
        context.checkCancelled();
        program.reset();
        columns = ModifyOperators.columnsOf(rows);
    }

    /// Writes an expression's values for the first `count` rows.
    public void into(int expression, int count, ColumnVector out) {
        program.evaluator(expression).into(columns, count, out);
    }

    /// An expression's values; valid until the next [#start].
    public ColumnVector values(int expression, int count) {
        return program.evaluator(expression).value(columns, count);
    }

    @Override
    public void close() {
        program.close();
    }
}
