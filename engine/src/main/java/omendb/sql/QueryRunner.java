package omendb.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import omendb.engine.Database;
import omendb.engine.catalog.Catalog;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.sql.ast.Dml;
import omendb.sql.ast.Query;
import omendb.sql.ast.Statement;
import omendb.sql.bind.Binder;
import omendb.sql.bind.ParameterTypes;
import omendb.sql.exec.Execution;
import omendb.sql.exec.HeldRows;
import omendb.sql.exec.SearchSettings;
import omendb.sql.function.EvalContext;
import omendb.sql.plan.Estimate;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.Optimizer;
import omendb.sql.plan.PhysicalPlan;
import omendb.sql.plan.PhysicalPlanner;
import omendb.sql.plan.Plans;
import omendb.sql.plan.Scalar;
import omendb.sql.setting.Settings;
import org.jspecify.annotations.Nullable;

/// Plans and runs queries and DML.
final class QueryRunner {
    /// Some 20,000 rows of a sequential scan.
    private static final double LONG_COST = 200;

    private final Database database;
    private final StatementEnvironment environment;
    private final TransactionControl transactions;
    private final Settings settings;
    private final ConstraintRunner constraints;
    private final Runnable takesLong;

    QueryRunner(
            Database database,
            StatementEnvironment environment,
            TransactionControl transactions,
            Settings settings,
            ConstraintRunner constraints,
            Runnable takesLong) {
        this.database = database;
        this.environment = environment;
        this.transactions = transactions;
        this.settings = settings;
        this.constraints = constraints;
        this.takesLong = takesLong;
    }

    /// A bound statement with its inferred parameter types.
    record Bound(LogicalPlan plan, List<SqlType> parameterTypes) {}

    /// @param parameterOids null = a simple query, which has no parameters
    Bound bind(Statement statement, int @Nullable [] parameterOids) {
        ParameterTypes parameters = parameterOids == null ? ParameterTypes.none() : ParameterTypes.of(parameterOids);
        Binder binder = new Binder(environment, parameters);
        LogicalPlan plan = switch (statement) {
            case Query query -> binder.bind(query);
            case Dml dml -> binder.bind(dml);
            default -> throw new IllegalArgumentException("not a query: " + statement);
        };
        return new Bound(plan, parameters.settled());
    }

    static int[] oids(List<SqlType> types) {
        return types.stream().mapToInt(SqlType::oid).toArray();
    }

    /// Plans a bound statement; its tables are locked first.
    PhysicalPlan plan(LogicalPlan logical) {
        StatementLocks.of(logical).take(transactions.require());
        return optimized(logical);
    }

    /// Plans the query of a cursor: its first rows are to come soon.
    PhysicalPlan planCursor(LogicalPlan logical) {
        StatementLocks.of(logical).take(transactions.require());
        return new PhysicalPlanner(environment).planFirstRows(Optimizer.optimize(logical));
    }

    private PhysicalPlan optimized(LogicalPlan logical) {
        return new PhysicalPlanner(environment).plan(Optimizer.optimize(logical));
    }

    private static void checkShape(List<ResultColumn> promised, Bound bound) {
        if (!sameShape(promised, PreparedStatement.columnsOf(bound.plan().output()))) {
            throw new UserException(SqlState.FEATURE_NOT_SUPPORTED, "cached plan must not change result type");
        }
    }

    /// Rows of the tables a plan reads, as the planner saw them.
    private Map<Integer, Double> sizes(LogicalPlan plan) {
        Map<Integer, Double> sizes = new HashMap<>();
        collectSizes(plan, sizes);
        return sizes;
    }

    private void collectSizes(LogicalPlan plan, Map<Integer, Double> sizes) {
        if (plan instanceof LogicalPlan.Scan scan) {
            sizes.put(scan.table().oid(), environment.rows(scan.table().oid()));
        }
        Plans.children(plan).forEach(child -> collectSizes(child, sizes));
    }

    /// Whether a table is now so much larger or smaller that another plan may be better.
    private boolean outgrown(PreparedStatement.Compiled compiled) {
        for (Map.Entry<Integer, Double> size : compiled.sizes().entrySet()) {
            double now = environment.rows(size.getKey());
            if (now > 2 * size.getValue() + 500 || size.getValue() > 2 * now + 500) {
                return true;
            }
        }
        return false;
    }

    /// Plans a subquery of an optimized plan's expressions.
    PhysicalPlan planSubquery(LogicalPlan logical) {
        return new PhysicalPlanner(environment).plan(logical);
    }

    Execution compile(PhysicalPlan plan) {
        return Execution.compile(plan, environment.catalog(), this::planSubquery);
    }

    private static boolean sameShape(List<ResultColumn> promised, List<ResultColumn> now) {
        if (promised.size() != now.size()) {
            return false;
        }
        for (int i = 0; i < now.size(); i++) {
            if (promised.get(i).type() != now.get(i).type()) {
                return false;
            }
        }
        return true;
    }

    /// Computes expressions without columns and hands the one row over.
    void evaluate(List<Scalar> scalars, EvalContext evaluation, Consumer<Batch> row) {
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < scalars.size(); i++) {
            fields.add(new Field(i, "value", scalars.get(i).type(), -1, 0, 0));
        }
        PhysicalPlan plan = new PhysicalPlan.Values(List.of(scalars), fields, Estimate.ONE_ROW);
        try (Execution execution = compile(plan)) {
            Transaction transaction = transactions.require();
            execution.begin(statement(transaction, evaluation, List.of()));
            Batch batch = execution.next();
            if (batch != null) {
                row.accept(batch);
            }
        }
    }

    Execution.Statement statement(Transaction transaction, EvalContext evaluation, List<ColumnVector> parameters) {
        return new Execution.Statement(
                database,
                transaction,
                environment.catalog(),
                evaluation,
                environment,
                new SearchSettings(
                        settings.efSearch(),
                        settings.iterativeScan(),
                        settings.maxScanTuples(),
                        settings.probes(),
                        settings.iterativeLists()),
                1024L * settings.integer("work_mem"),
                parameters);
    }

    /// Executes a portal's query to its end or for `maxRows` rows; what is left then is kept in the portal.
    ExecutionResult execute(BoundPortal portal, long maxRows, RowSink sink, Supplier<EvalContext> evaluations) {
        Transaction transaction = transactions.startStatement();
        EvalContext evaluation = evaluations.get();
        PreparedStatement prepared = portal.statement();
        PreparedStatement.Compiled compiled = acquire(prepared);
        transaction.renewSnapshotAfterWait(); // the tables are locked now
        Execution execution = compiled.execution();
        boolean clean = false;
        try {
            if (compiled.isLong()) {
                takesLong.run();
            }
            execution.begin(statement(transaction, evaluation, portal.parameters()));
            ExecutionResult result = send(portal, execution, maxRows, sink);
            constraints.afterStatement(transaction);
            clean = true;
            return result;
        } finally {
            if (clean) {
                execution.end();
                prepared.giveBack(compiled);
            } else {
                execution.close();
            }
            transactions.endStatement();
        }
    }

    /// Takes or makes a compiled plan, and locks its tables. That may wait for a session that changes one of them:
    /// then it begins anew.
    private PreparedStatement.Compiled acquire(PreparedStatement prepared) {
        while (true) {
            Catalog catalog = environment.refresh();
            PreparedStatement.Compiled kept = prepared.take(catalog.version(), settings.version());
            PreparedStatement.Compiled compiled = kept == null ? null : locked(kept, catalog);
            if (compiled == null) {
                compiled = compile(prepared, catalog);
            }
            if (compiled != null) {
                return compiled;
            }
        }
    }

    /// The compiled plan with its tables locked; null = it is of no use now, and closed.
    private PreparedStatement.@Nullable Compiled locked(PreparedStatement.Compiled kept, Catalog catalog) {
        boolean good = false;
        try {
            kept.locks().take(transactions.require());
            good = environment.isCurrent(catalog, kept.locks().tableOids()) && !outgrown(kept);
            return good ? kept : null;
        } finally {
            if (!good) {
                kept.execution().close();
            }
        }
    }

    /// Null = a table it uses was changed while it was waited for.
    private PreparedStatement.@Nullable Compiled compile(PreparedStatement prepared, Catalog catalog) {
        Statement statement = java.util.Objects.requireNonNull(prepared.statement());
        Bound bound = bind(statement, oids(prepared.parameterTypes()));
        checkShape(prepared.columns(), bound);
        StatementLocks locks = StatementLocks.of(bound.plan());
        locks.take(transactions.require());
        if (!environment.isCurrent(catalog, locks.tableOids())) {
            return null;
        }
        PhysicalPlan plan = optimized(bound.plan());
        PreparedStatement.Compiled compiled = new PreparedStatement.Compiled(
                compile(plan),
                catalog.version(),
                settings.version(),
                sizes(bound.plan()),
                locks,
                plan.estimate().total() > LONG_COST);
        if (environment.isCurrent(catalog, locks.tableOids())) {
            return compiled;
        }
        compiled.execution().close(); // an index came or went without waiting for us
        return null;
    }

    private static ExecutionResult send(BoundPortal portal, Execution execution, long maxRows, RowSink sink) {
        boolean returnsRows = portal.returnsRows();
        long sent = 0;
        HeldRows rest = null;
        for (Batch batch = execution.next(); batch != null; batch = execution.next()) {
            int count = batch.rowCount();
            if (!returnsRows) {
                continue;
            }
            if (rest != null) {
                rest.keep(batch, 0);
                continue;
            }
            long room = maxRows == 0 ? Long.MAX_VALUE : maxRows - sent;
            if (count > room) {
                rest = new HeldRows(types(portal.columns()));
                rest.keep(batch, (int) room);
                batch.setRowCount((int) room);
                count = (int) room;
            }
            if (count > 0) {
                sink.batch(batch);
            }
            sent += count;
        }
        Statement statement =
                java.util.Objects.requireNonNull(portal.statement().statement());
        if (rest != null) {
            portal.hold(rest, tag(statement, execution, sent + rest.count()));
            return ExecutionResult.SUSPENDED;
        }
        return new ExecutionResult.Complete(tag(statement, execution, sent));
    }

    static List<SqlType> types(List<ResultColumn> columns) {
        return columns.stream().map(ResultColumn::type).toList();
    }

    private static String tag(Statement statement, Execution execution, long rows) {
        return switch (statement) {
            case Dml.Insert _ -> "INSERT 0 " + execution.rowsAffected();
            case Dml.Update _ -> "UPDATE " + execution.rowsAffected();
            case Dml.Delete _ -> "DELETE " + execution.rowsAffected();
            case Dml.Merge _ -> "MERGE " + execution.rowsAffected();
            default -> "SELECT " + rows;
        };
    }

    /// Sends more of what a suspended portal keeps.
    static ExecutionResult resume(BoundPortal portal, HeldRows rows, long maxRows, RowSink sink) {
        long left = maxRows == 0 ? Long.MAX_VALUE : maxRows;
        long sent = 0;
        while (sent < left) {
            Batch batch = rows.next(left - sent);
            if (batch == null) {
                break;
            }
            sent += batch.rowCount();
            sink.batch(batch);
        }
        if (rows.position() < rows.count()) {
            return ExecutionResult.SUSPENDED;
        }
        // a SELECT counts the rows of this execution alone, a statement with RETURNING all it changed
        boolean select = portal.heldTag().startsWith("SELECT ");
        return new ExecutionResult.Complete(select ? "SELECT " + sent : portal.heldTag());
    }
}
