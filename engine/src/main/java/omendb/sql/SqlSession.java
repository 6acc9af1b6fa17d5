package omendb.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;
import omendb.engine.Database;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.Backend;
import omendb.engine.txn.Notifications;
import omendb.engine.txn.SessionDirectory;
import omendb.engine.txn.StorageFailures;
import omendb.engine.txn.Transaction;
import omendb.engine.type.SqlType;
import omendb.engine.type.TypeContext;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Dml;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.ast.Statement;
import omendb.sql.ast.Utility;
import omendb.sql.ddl.DdlExecutor;
import omendb.sql.exec.HeldRows;
import omendb.sql.function.EvalContext;
import omendb.sql.function.PositionedCursors;
import omendb.sql.parse.ParsedStatement;
import omendb.sql.parse.SqlParser;
import omendb.sql.pgcatalog.CatalogNames;
import omendb.sql.pgcatalog.SystemState;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.setting.Settings;
import org.jspecify.annotations.Nullable;

/// A client's session: settings, transaction, prepared plans, execution.
///
/// Every call may throw an [OmenException]; the session has then already failed its transaction block (or
/// rolled the implicit transaction back) and stays usable. Transactions that no BEGIN opened are the session's own
/// business:
/// the protocol calls [#sync] at every Sync message, and at the end of a simple query before it sends the
/// last CommandComplete.
///
/// Threading: one thread at a time, except [#cancel].
public final class SqlSession implements AutoCloseable {
    private final Database database;
    private final SessionListener listener;
    private final Backend backend;
    private final Settings settings;
    private final SessionActivity activity;
    private final SessionTypes types;
    private final TransactionControl transactions;
    private final StatementEnvironment environment;
    private final QueryRunner queries;
    private final UtilityExecutor utilities;
    private final SequenceState sequences;
    private final DdlExecutor ddl;
    private final ConstraintRunner constraints;
    private final Parts parts = new Parts();
    private final Cursors cursors = new Cursors();
    private final TemporaryTables temporary;
    private final PortalMemory portalMemory = new PortalMemory();
    private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    private final StatementEvaluation.Interruption interruption;
    private final PlanCache cache = new PlanCache();
    private @Nullable EvalContext evaluation;
    private boolean longTransaction;
    private AutoCloseable held = () -> {};
    private final Queue<Notification> inbox = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Transaction running;

    public SqlSession(Database database, SessionOptions options, SessionListener listener) {
        this.database = database;
        this.listener = listener;
        this.interruption = new StatementEvaluation.Interruption(this::takesLong);
        this.settings = new Settings(options.user(), options.settings());
        this.activity = new SessionActivity(options, settings);
        this.backend = database.sessions().connect(options.backendPid(), new Reached());
        this.temporary = new TemporaryTables(database, backend);
        this.transactions = new TransactionControl(
                database,
                settings,
                listener,
                backend,
                interruption::deadlineNanos,
                this::beforeCommit,
                new TransactionEnds());
        this.environment = new StatementEnvironment(
                database, options, listener, settings, transactions, _ -> parts.evaluation(), cursors);
        this.types = new SessionTypes(settings, new CatalogNames(environment), transactions::startedAt);
        this.constraints = new ConstraintRunner(parts);
        this.queries = new QueryRunner(database, environment, transactions, settings, constraints, this::takesLong);
        this.sequences = new SequenceState(database);
        this.ddl = new DdlExecutor(new SessionDdl(parts));
        this.utilities = new UtilityExecutor(parts);
    }

    /// Parses the string of a simple query into its statements; an empty list = EmptyQueryResponse.
    public List<PendingStatement> parse(String text) {
        return guarded(() -> {
            List<PendingStatement> pending = new ArrayList<>();
            for (ParsedStatement parsed : SqlParser.parse(text)) {
                pending.add(new PendingStatement(text, parsed));
            }
            return pending;
        });
    }

    /// Binds one statement of a simple query, right before it is executed.
    public PreparedPlan prepare(PendingStatement statement) {
        return guarded(() -> analyze(statement.text(), statement.statement().statement(), null));
    }

    /// A Parse message: exactly one statement or none.
    ///
    /// @param parameterTypeOids types the client fixed, 0 = infer; may be shorter than the number of
    ///        parameters
    public PreparedPlan prepare(String text, int[] parameterTypeOids) {
        return guarded(() -> {
            PreparedStatement known = cache.find(text, parameterTypeOids);
            if (known != null && transactions.status() != TransactionStatus.FAILED) {
                return known;
            }
            List<ParsedStatement> parsed = SqlParser.parse(text);
            if (parsed.size() > 1) {
                throw new UserException(
                        SqlState.SYNTAX_ERROR, "cannot insert multiple commands into a prepared statement");
            }
            Statement statement = parsed.isEmpty() ? null : parsed.getFirst().statement();
            PreparedStatement prepared = analyze(text, statement, parameterTypeOids);
            if (isPlanned(statement)) {
                cache.remember(text, parameterTypeOids, prepared);
            }
            return prepared;
        });
    }

    private static boolean isPlanned(@Nullable Statement statement) {
        return statement instanceof Query || statement instanceof Dml;
    }

    private PreparedStatement analyze(String text, @Nullable Statement statement, int @Nullable [] parameterOids) {
        boolean ends = statement instanceof Utility.Commit
                || statement instanceof Utility.PrepareTransaction
                || statement instanceof Utility.Rollback
                || statement instanceof Utility.RollbackToSavepoint;
        if (!ends && statement != null) {
            transactions.requireUsable();
        }
        if (statement == null) {
            return new PreparedStatement(text, null, List.of(), List.of(), false);
        }
        if (isPlanned(statement)) {
            environment.refresh();
            QueryRunner.Bound bound = queries.bind(statement, parameterOids);
            boolean rows = !(bound.plan() instanceof LogicalPlan.Modify modify
                            && modify.spec().returning() == null)
                    && !(bound.plan() instanceof LogicalPlan.With with
                            && with.body() instanceof LogicalPlan.Modify inner
                            && inner.spec().returning() == null);
            return new PreparedStatement(
                    text,
                    statement,
                    bound.parameterTypes(),
                    PreparedStatement.columnsOf(bound.plan().output()),
                    rows);
        }
        List<SqlType> parameterTypes = List.of();
        Statement inner = switch (statement) {
            case Utility.Explain explain when isPlanned(explain.statement()) -> explain.statement();
            case Utility.DeclareCursor declare -> declare.query();
            case Ddl.CreateTableAs create when create.source() instanceof Query -> create.source();
            default -> null;
        };
        if (inner != null) {
            environment.refresh();
            parameterTypes = queries.bind(inner, parameterOids).parameterTypes();
        }
        List<ResultColumn> columns = utilities.columns(statement);
        return new PreparedStatement(text, statement, parameterTypes, columns, !columns.isEmpty());
    }

    /// Binds the values of a Bind message: converts them by their formats (22P02, 22P03, 08P01 for a
    /// wrong count).
    public Portal bind(PreparedPlan plan, ParameterValues values) {
        return guarded(() -> {
            PreparedStatement prepared = (PreparedStatement) plan;
            if (!prepared.endsTransaction() && prepared.statement() != null) {
                transactions.requireUsable();
            }
            int expected = prepared.parameterTypes().size();
            if (values.count() != expected) {
                throw new UserException(
                        SqlState.PROTOCOL_VIOLATION,
                        "bind message supplies " + values.count() + " parameters, but prepared statement \"\" requires "
                                + expected);
            }
            BoundPortal portal = new BoundPortal(prepared, portalMemory);
            try {
                portal.read(values, types);
            } catch (OmenException e) {
                portal.close();
                throw e;
            }
            return portal;
        });
    }

    /// Runs a portal to its end or for `maxRows` rows.
    ///
    /// @param maxRows 0 = no limit
    public ExecutionResult execute(Portal portal, long maxRows, RowSink sink) {
        return guarded(() -> {
            release();
            BoundPortal bound = (BoundPortal) portal;
            HeldRows rest = bound.held();
            if (rest != null) {
                return QueryRunner.resume(bound, rest, maxRows, sink);
            }
            try {
                return run(bound, maxRows, sink);
            } finally {
                settings.report(listener::parameterStatus);
            }
        });
    }

    /// The running statement takes long, and so may the end of its transaction.
    private void takesLong() {
        longTransaction = true;
        listener.takesLong();
    }

    private ExecutionResult run(BoundPortal portal, long maxRows, RowSink sink) {
        Statement statement = portal.statement().statement();
        if (statement == null) {
            return ExecutionResult.EMPTY;
        }
        if (!portal.statement().endsTransaction()) {
            transactions.requireUsable();
        } else if (longTransaction) {
            longTransaction = false;
            listener.takesLong();
        }
        activity.running(portal.statement().text());
        interruption.start(settings.integer("statement_timeout"));
        evaluation = null;
        try {
            return isPlanned(statement)
                    ? queries.execute(portal, maxRows, sink, this::startEvaluation)
                    : utilities.execute(portal, maxRows, sink);
        } finally {
            running = null;
        }
    }

    /// Makes the context of the running statement's functions once its transaction is open.
    private EvalContext startEvaluation() {
        EvalContext known = evaluation;
        if (known != null) {
            return known;
        }
        EvalContext started = new StatementEvaluation(
                types, transactions.startedAt(), transactions.statementAt(), random, interruption);
        started.provide(SystemState.class, environment);
        started.provide(PositionedCursors.class, cursors);
        started.provide(SequenceState.class, sequences);
        started.provide(SessionDirectory.class, database.sessions());
        started.provide(SessionListener.class, listener);
        Transaction open = transactions.current();
        if (open != null) {
            running = open;
            sequences.in(open);
            started.provide(Transaction.class, open);
        }
        evaluation = started;
        return started;
    }

    private interface Action<T> {
        T run();
    }

    private <T> T guarded(Action<T> action) {
        try {
            return action.run();
        } catch (OmenException e) {
            fail();
            throw e;
        } catch (StackOverflowError e) {
            fail();
            throw new UserException(SqlState.STATEMENT_TOO_COMPLEX, "stack depth limit exceeded", e);
        } catch (RuntimeException e) {
            fail();
            throw StorageFailures.translate(e);
        } catch (Error e) {
            fail();
            throw e;
        }
    }

    /// Ends the implicit transaction, if there is one: commits it and waits until it is durable, or,
    /// after an error, rolls it back.
    public void sync() {
        release();
        try {
            transactions.sync();
            longTransaction &= transactions.status() != TransactionStatus.IDLE;
        } finally {
            settings.report(listener::parameterStatus);
            activity.idle(transactions.status());
        }
    }

    /// The protocol found an error of its own (an unknown statement name, a bad message): fails the
    /// transaction like any other error.
    public void fail() {
        running = null;
        release();
        transactions.endStatement();
        transactions.fail();
        activity.idle(transactions.status());
    }

    private void release() {
        AutoCloseable resource = held;
        held = () -> {};
        try {
            resource.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public TransactionStatus transactionStatus() {
        return transactions.status();
    }

    /// Asks the running statement to stop with 57014; harmless when none runs. Any thread.
    public void cancel() {
        Transaction open = running;
        if (open != null) {
            interruption.request();
            open.cancel();
        }
    }

    /// The current value of a setting as SHOW prints it (the protocol's first ParameterStatus messages).
    public String setting(String name) {
        return settings.show(name);
    }

    /// The next notification that came, or null; the protocol asks between transactions.
    public @Nullable Notification nextNotification() {
        return inbox.poll();
    }

    /// How long the session may be idle now, in milliseconds; 0 = for ever
    /// (idle_in_transaction_session_timeout).
    public long idleTimeoutMillis() {
        boolean inBlock = transactions.status() != TransactionStatus.IDLE;
        return inBlock ? settings.integer("idle_in_transaction_session_timeout") : 0;
    }

    /// The settings that the text form of values depends on, live.
    public TypeContext typeContext() {
        return types;
    }

    /// Rolls back what is open and frees the session's memory.
    @Override
    public void close() {
        release();
        transactions.close();
        temporary.close();
        cache.close();
        cursors.close();
        utilities.close();
        constraints.close();
        portalMemory.close();
        database.sessions().disconnect(backend);
    }

    private void beforeCommit(Transaction open) {
        cursors.beforeCommit(open);
        constraints.beforeCommit(open);
        temporary.beforeCommit(open);
    }

    /// What ends with a transaction.
    private final class TransactionEnds implements TransactionControl.EndListener {
        @Override
        public void ended(boolean committed) {
            cursors.transactionEnded(committed);
            if (committed) {
                temporary.committed();
            }
        }

        @Override
        public void ending() {
            cursors.transactionEnds();
        }

        @Override
        public void rolledBackTo(long serial) {
            cursors.rolledBackTo(serial);
        }
    }

    /// What other sessions may do to this one.
    private final class Reached implements SessionDirectory.Session {
        @Override
        public void cancel() {
            SqlSession.this.cancel();
        }

        @Override
        public void terminate() {
            listener.terminate();
        }

        @Override
        public boolean isAlone() {
            return listener.isAlone();
        }

        @Override
        public SessionDirectory.Activity activity() {
            return activity.now();
        }

        @Override
        public void notified(Notifications.Notification notification) {
            inbox.add(new Notification(notification.processId(), notification.channel(), notification.payload()));
            listener.notified();
        }
    }

    /// The session's inside, for the runners of statements.
    private final class Parts implements SessionParts {
        @Override
        public Database database() {
            return database;
        }

        @Override
        public Settings settings() {
            return settings;
        }

        @Override
        public SessionListener listener() {
            return listener;
        }

        @Override
        public TransactionControl transactions() {
            return transactions;
        }

        @Override
        public StatementEnvironment environment() {
            return environment;
        }

        @Override
        public QueryRunner queries() {
            return queries;
        }

        @Override
        public PortalMemory portalMemory() {
            return portalMemory;
        }

        @Override
        public SequenceState sequences() {
            return sequences;
        }

        @Override
        public DdlExecutor ddl() {
            return ddl;
        }

        @Override
        public ConstraintRunner constraints() {
            return constraints;
        }

        @Override
        public TemporaryTables temporary() {
            return temporary;
        }

        @Override
        public Cursors cursors() {
            return cursors;
        }

        @Override
        public Analyzer analyzer() {
            return SqlSession.this::analyze;
        }

        @Override
        public Executor executor() {
            return SqlSession.this::run;
        }

        @Override
        public EvalContext evaluation() {
            return startEvaluation();
        }

        @Override
        public PlanCache plans() {
            return cache;
        }

        @Override
        public TableDef requireTable(QualifiedName name) {
            RelationDef relation = environment.catalog().resolve(environment.schemasFor(name.schema()), name.name());
            if (relation instanceof TableDef table) {
                return table;
            }
            if (relation == null) {
                throw (UserException)
                        new UserException(SqlState.UNDEFINED_TABLE, "relation \"" + name + "\" does not exist")
                                .withPosition(name.position());
            }
            throw new UserException(SqlState.WRONG_OBJECT_TYPE, "\"" + name.name() + "\" is not a table");
        }

        @Override
        public void takesLong() {
            SqlSession.this.takesLong();
        }

        @Override
        public void hold(AutoCloseable resource) {
            release();
            held = resource;
        }
    }
}
