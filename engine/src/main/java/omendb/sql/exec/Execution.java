package omendb.sql.exec;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import omendb.engine.Database;
import omendb.engine.catalog.Catalog;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.sql.function.EvalContext;
import omendb.sql.pgcatalog.SystemState;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.PhysicalPlan;
import org.jspecify.annotations.Nullable;

/// A compiled plan: begun with the values of one execution, read batch by batch, and begun again.
///
/// Threading: one session.
public final class Execution implements AutoCloseable {
    private final ExecutionContext context = new ExecutionContext();
    private final PhysicalPlan plan;
    private final Operator root;
    private final IdentityHashMap<PhysicalPlan, Operator> operators;
    private boolean running;

    private Execution(PhysicalPlan plan, Catalog catalog, Function<LogicalPlan, PhysicalPlan> planner) {
        PlanCompiler compiler = new PlanCompiler(context, catalog, planner);
        this.plan = plan;
        this.root = compiler.compile(plan);
        this.operators = compiler.operators();
    }

    /// Compiles a plan.
    ///
    /// @param planner plans the subqueries in its expressions
    public static Execution compile(PhysicalPlan plan, Catalog catalog, Function<LogicalPlan, PhysicalPlan> planner) {
        return new Execution(plan, catalog, planner);
    }

    public PhysicalPlan plan() {
        return plan;
    }

    /// The statement an execution belongs to.
    ///
    /// @param parameters row 0 of each holds `$1`, `$2`, ...; they live until [#end]
    public record Statement(
            Database database,
            Transaction transaction,
            Catalog catalog,
            EvalContext evaluation,
            SystemState system,
            SearchSettings search,
            long workMemBytes,
            List<ColumnVector> parameters) {}

    /// Starts an execution.
    public void begin(Statement statement) {
        end();
        context.begin(statement);
        running = true;
        root.open();
    }

    /// The next rows, valid until the next call; null = no more.
    public @Nullable Batch next() {
        return root.next() ? root.out() : null;
    }

    /// Rows written so far.
    public long rowsAffected() {
        return context.rowsAffected();
    }

    /// Lets go of what the execution holds; idempotent.
    public void end() {
        if (running) {
            running = false;
            root.finish();
        }
    }

    public boolean isRunning() {
        return running;
    }

    /// Bytes held off-heap, also between executions.
    public long heldBytes() {
        return context.heldBytes();
    }

    /// Measures from now on, for EXPLAIN ANALYZE.
    public void setTimed(boolean on) {
        root.setTimed(on);
    }

    /// What a node did.
    ///
    /// @param rows  in all loops together
    /// @param removed rows its filter dropped
    /// @param details further lines by name
    public record Actual(long rows, long loops, double millis, long removed, Map<String, String> details) {}

    public @Nullable Actual actual(PhysicalPlan node) {
        Operator operator = operators.get(node);
        if (operator == null) {
            return null;
        }
        long removed = operator instanceof RowOperators.Filter filter ? filter.removed() : 0;
        return new Actual(operator.rows(), operator.loops(), operator.nanos() / 1e6, removed, operator.details());
    }

    @Override
    public void close() {
        end();
        root.close();
    }
}
