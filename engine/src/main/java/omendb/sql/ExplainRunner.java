package omendb.sql;

import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.engine.type.TypeContext;
import omendb.engine.type.Types;
import omendb.sql.ast.Dml;
import omendb.sql.ast.Query;
import omendb.sql.ast.Statement;
import omendb.sql.ast.Utility;
import omendb.sql.exec.Execution;
import omendb.sql.explain.Explain;
import omendb.sql.plan.PhysicalPlan;

/// Runs EXPLAIN.
final class ExplainRunner {
    private final SessionParts parts;

    ExplainRunner(SessionParts parts) {
        this.parts = parts;
    }

    static boolean isJson(Utility.Explain explain) {
        return Explain.Options.of(explain.options()).json();
    }

    ExecutionResult run(Utility.Explain explain, BoundPortal portal, RowSink sink) {
        Explain.Options options = Explain.Options.of(explain.options());
        Statement statement = explain.statement();
        if (!(statement instanceof Query) && !(statement instanceof Dml)) {
            throw new UserException(SqlState.FEATURE_NOT_SUPPORTED, "EXPLAIN of this statement is not supported yet");
        }
        Transaction transaction = parts.transactions().startStatement();
        parts.environment().refresh();
        try {
            long start = System.nanoTime();
            QueryRunner.Bound bound = parts.queries()
                    .bind(statement, QueryRunner.oids(portal.statement().parameterTypes()));
            PhysicalPlan plan = parts.queries().plan(bound.plan());
            double planning = (System.nanoTime() - start) / 1e6;
            if (!options.analyze()) {
                return answer(
                        new Explain(plan, options, types(), parts.environment().catalog(), _ -> null, planning, 0),
                        options,
                        sink);
            }
            try (Execution execution = parts.queries().compile(plan)) {
                execution.setTimed(true);
                long begin = System.nanoTime();
                execution.begin(parts.queries().statement(transaction, parts.evaluation(), portal.parameters()));
                Batch batch = execution.next();
                while (batch != null) {
                    batch = execution.next();
                }
                parts.constraints().afterStatement(transaction);
                double executing = (System.nanoTime() - begin) / 1e6;
                return answer(
                        new Explain(
                                plan,
                                options,
                                types(),
                                parts.environment().catalog(),
                                execution::actual,
                                planning,
                                executing),
                        options,
                        sink);
            }
        } finally {
            parts.transactions().endStatement();
        }
    }

    private TypeContext types() {
        return parts.environment().types();
    }

    private static ExecutionResult answer(Explain explain, Explain.Options options, RowSink sink) {
        List<List<String>> rows = explain.rows().stream().map(List::of).toList();
        UtilityExecutor.send(List.of(options.json() ? Types.JSON : Types.TEXT), rows, sink);
        return new ExecutionResult.Complete("EXPLAIN");
    }
}
