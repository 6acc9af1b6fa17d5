package omendb.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.Notifications;
import omendb.engine.txn.PreparedTransactions;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Query;
import omendb.sql.ast.Statement;
import omendb.sql.ast.Utility;
import omendb.sql.bind.Binder;
import omendb.sql.bind.ParameterTypes;
import omendb.sql.exec.HeldRows;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// Runs what is neither a query nor DML: settings, transactions, prepared statements of SQL, maintenance.
final class UtilityExecutor {
    private final SessionParts parts;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    UtilityExecutor(SessionParts parts) {
        this.parts = parts;
    }

    /// The columns a utility statement returns; empty = none.
    List<ResultColumn> columns(Statement statement) {
        return switch (statement) {
            case Utility.Show show
            when show.name() == null -> List.of(text("name"), text("setting"), text("description"));
            case Utility.Show show -> List.of(text(spelling(String.valueOf(show.name()))));
            case Utility.Explain explain ->
                List.of(new ResultColumn(
                        "QUERY PLAN", 0, 0, ExplainRunner.isJson(explain) ? Types.JSON : Types.TEXT, -1));
            case Utility.Execute execute -> named(execute.name()).columns();
            case Utility.Fetch fetch
            when !fetch.move() -> parts.cursors().named(fetch.cursor()).columns();
            default -> List.of();
        };
    }

    /// Whether it may change what an open cursor reads from, or take it away.
    private static boolean definesAnew(Statement statement) {
        return statement instanceof Ddl
                || statement instanceof Utility.Reindex
                || statement instanceof Utility.Cluster
                || statement instanceof Utility.Discard;
    }

    private static ResultColumn text(String name) {
        return new ResultColumn(name, 0, 0, Types.TEXT, -1);
    }

    /// Executes and answers the tag.
    ExecutionResult execute(BoundPortal portal, long maxRows, RowSink sink) {
        Statement statement =
                java.util.Objects.requireNonNull(portal.statement().statement());
        if (takesLong(statement)) {
            parts.takesLong();
        }
        Transaction open = parts.transactions().current();
        if (open != null && open.isActive() && definesAnew(statement)) {
            parts.cursors().beforeDefinition(open);
        }
        return switch (statement) {
            case Utility.Explain explain -> explain(explain, portal, sink);
            case Utility.Show show -> show(show, sink);
            case Utility.Execute execute -> execute(execute, maxRows, sink);
            case Utility.Copy copy -> new CopyRunner(parts).start(copy);
            case Utility.DeclareCursor declare -> {
                new CursorRunner(parts).declare(declare, portal);
                yield new ExecutionResult.Complete("DECLARE CURSOR");
            }
            case Utility.Fetch fetch -> new ExecutionResult.Complete(new CursorRunner(parts).fetch(fetch, sink));
            case Utility utility -> new ExecutionResult.Complete(simple(utility));
            case Ddl.CreateTableAs create -> new ExecutionResult.Complete(tableFromQuery(create, portal));
            case Ddl ddl -> new ExecutionResult.Complete(ddl(ddl));
            default -> throw new IllegalArgumentException("not a utility statement: " + statement);
        };
    }

    /// Whether a statement reads or writes a lot, or waits for files.
    private static boolean takesLong(Statement statement) {
        return switch (statement) {
            case Ddl _, Utility.Copy _, Utility.Vacuum _, Utility.Checkpoint _, Utility.Reindex _, Utility.Cluster _ ->
                true;
            default -> false;
        };
    }

    private String tableFromQuery(Ddl.CreateTableAs create, BoundPortal portal) {
        return new TableFromQuery(parts, create).run(portal, new TableFromQuery.ExecuteRunner() {
            @Override
            public List<ResultColumn> columns() {
                PreparedStatement statement = named(((Utility.Execute) create.source()).name());
                if (!(statement.statement() instanceof Query)) {
                    throw new UserException(SqlState.WRONG_OBJECT_TYPE, "prepared statement is not a SELECT");
                }
                return statement.columns();
            }

            @Override
            public void run(RowSink sink) {
                execute((Utility.Execute) create.source(), 0, sink);
            }
        });
    }

    private String ddl(Ddl ddl) {
        requireOwnTransaction(ddl);
        parts.transactions().startStatement();
        try {
            parts.evaluation();
            requireWritable(ddl);
            return parts.ddl().execute(ddl);
        } finally {
            parts.transactions().endStatement();
            parts.environment().refresh();
        }
    }

    private String reindex(Utility.Reindex reindex) {
        boolean concurrently = reindex.concurrently()
                || reindex.options().stream().anyMatch(option -> option.name().equals("concurrently"));
        if (concurrently) {
            parts.transactions().requireNoBlock("REINDEX CONCURRENTLY");
        } else if (!reindex.type().equals("INDEX") && !reindex.type().equals("TABLE")) {
            parts.transactions().requireNoBlock("REINDEX " + reindex.type());
        }
        parts.transactions().startStatement();
        try {
            parts.evaluation();
            if (parts.transactions().require().readOnly()) {
                throw new UserException(
                        SqlState.READ_ONLY_SQL_TRANSACTION, "cannot execute REINDEX in a read-only transaction");
            }
            parts.ddl().reindex(reindex);
            return "REINDEX";
        } finally {
            parts.transactions().endStatement();
            parts.environment().refresh();
        }
    }

    /// 25001 for what cannot be undone together with other statements.
    private void requireOwnTransaction(Ddl ddl) {
        switch (ddl) {
            case Ddl.CreateDatabase _ -> parts.transactions().requireNoBlock("CREATE DATABASE");
            case Ddl.DropDatabase _ -> parts.transactions().requireNoBlock("DROP DATABASE");
            case Ddl.CreateIndex index
            when index.concurrently() -> parts.transactions().requireNoBlock("CREATE INDEX CONCURRENTLY");
            case Ddl.Drop drop
            when drop.concurrently() -> parts.transactions().requireNoBlock("DROP INDEX CONCURRENTLY");
            default -> {}
        }
    }

    /// 25006 with the command's name.
    private void requireWritable(Ddl ddl) {
        if (parts.transactions().require().readOnly()) {
            String command = switch (ddl) {
                case Ddl.Drop drop -> "DROP " + drop.type().name().replace('_', ' ');
                case Ddl.Truncate _ -> "TRUNCATE TABLE";
                case Ddl.Unsupported unsupported -> unsupported.command();
                default -> words(ddl.getClass().getSimpleName());
            };
            throw new UserException(
                    SqlState.READ_ONLY_SQL_TRANSACTION, "cannot execute " + command + " in a read-only transaction");
        }
    }

    /// `CreateTable` as `CREATE TABLE`.
    private static String words(String camelCase) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < camelCase.length(); i++) {
            char c = camelCase.charAt(i);
            words.append(i > 0 && Character.isUpperCase(c) ? " " : "").append(Character.toUpperCase(c));
        }
        return words.toString();
    }

    private String simple(Utility utility) {
        return switch (utility) {
            case Utility.Begin begin -> {
                parts.transactions().begin(begin.modes());
                yield begin.start() ? "START TRANSACTION" : "BEGIN";
            }
            case Utility.Commit commit -> {
                boolean committed = parts.transactions().commit(commit.chain());
                yield committed ? "COMMIT" : "ROLLBACK";
            }
            case Utility.Rollback rollback -> {
                parts.transactions().rollback(rollback.chain());
                yield "ROLLBACK";
            }
            case Utility.Savepoint savepoint -> {
                parts.transactions().savepoint(savepoint.name());
                yield "SAVEPOINT";
            }
            case Utility.ReleaseSavepoint release -> {
                parts.transactions().release(release.name());
                yield "RELEASE";
            }
            case Utility.RollbackToSavepoint rollback -> {
                parts.transactions().rollbackTo(rollback.name());
                yield "ROLLBACK";
            }
            case Utility.PrepareTransaction prepare -> {
                if (parts.cursors().holdsNewRows()) {
                    throw new UserException(
                            SqlState.FEATURE_NOT_SUPPORTED,
                            "cannot PREPARE a transaction that has created a cursor WITH HOLD");
                }
                boolean prepared = parts.transactions()
                        .prepareTransaction(
                                prepare.gid(),
                                parts.environment().user(),
                                parts.environment().databaseName());
                yield prepared ? "PREPARE TRANSACTION" : "ROLLBACK";
            }
            case Utility.CommitPrepared commit -> {
                parts.transactions().requireNoBlock("COMMIT PREPARED");
                parts.database().preparedTransactions().commit(commit.gid(), caller());
                yield "COMMIT PREPARED";
            }
            case Utility.RollbackPrepared rollback -> {
                parts.transactions().requireNoBlock("ROLLBACK PREPARED");
                parts.database().preparedTransactions().rollback(rollback.gid(), caller());
                yield "ROLLBACK PREPARED";
            }
            case Utility.Set set -> set(set);
            case Utility.SetTransaction set -> {
                setTransaction(set);
                yield "SET";
            }
            case Utility.SetConstraints set -> {
                parts.constraints().set(set);
                yield "SET CONSTRAINTS";
            }
            case Utility.Reset reset -> {
                parts.transactions().requireForSettings();
                if (reset.name() == null) {
                    parts.settings().resetAll();
                } else {
                    parts.settings().reset(reset.name(), false);
                }
                yield "RESET";
            }
            case Utility.Prepare prepare -> {
                prepare(prepare);
                yield "PREPARE";
            }
            case Utility.Deallocate deallocate -> deallocate(deallocate);
            case Utility.Discard discard -> discard(discard);
            case Utility.Vacuum vacuum -> new VacuumRunner(parts).run(vacuum);
            case Utility.Checkpoint _ -> {
                parts.database().checkpoint();
                yield "CHECKPOINT";
            }
            case Utility.Lock lock -> {
                new TableLocker(parts).lock(lock);
                yield "LOCK TABLE";
            }
            case Utility.Listen listen -> {
                notifications().listen(parts.transactions().require(), listen.channel());
                yield "LISTEN";
            }
            case Utility.Notify notify -> {
                NotifyFunctions.send(
                        notifications(), parts.transactions().require(), notify.channel(), notify.payload());
                yield "NOTIFY";
            }
            case Utility.Unlisten unlisten -> {
                notifications().unlisten(parts.transactions().require(), unlisten.channel());
                yield "UNLISTEN";
            }
            case Utility.SetDefaults _ -> throw unsupported("a setting of a role, a database or the system");
            case Utility.ClosePortal close -> new CursorRunner(parts).close(close);
            case Utility.Reindex reindex -> reindex(reindex);
            case Utility.Cluster _ -> throw unsupported("CLUSTER");
            case Utility.Do _ -> throw unsupported("DO");
            case Utility.Call _ -> throw unsupported("CALL");
            case Utility.Load _ -> throw unsupported("LOAD");
            case Utility.SetTransactionSnapshot _ -> throw unsupported("SET TRANSACTION SNAPSHOT");
            case Utility.Explain _,
                    Utility.Show _,
                    Utility.Execute _,
                    Utility.Copy _,
                    Utility.DeclareCursor _,
                    Utility.Fetch _ -> throw new IllegalArgumentException("handled before: " + utility);
        };
    }

    /// Every role is a superuser here.
    private PreparedTransactions.Caller caller() {
        return new PreparedTransactions.Caller(
                parts.environment().user(), true, parts.environment().databaseName());
    }

    private Notifications notifications() {
        return parts.database().sessions().notifications();
    }

    private static OmenException unsupported(String what) {
        return new UserException(SqlState.FEATURE_NOT_SUPPORTED, what + " is not supported yet");
    }

    private String set(Utility.Set set) {
        parts.transactions().requireForSettings();
        if (set.local() && !parts.transactions().inBlock()) {
            parts.listener()
                    .notice(
                            "WARNING",
                            SqlState.NO_ACTIVE_SQL_TRANSACTION,
                            "SET LOCAL can only be used in transaction blocks",
                            null,
                            null);
        }
        List<Utility.SetValue> values = set.values();
        if (values != null && parts.transactions().property(set.name()) != null) {
            parts.transactions().require();
            parts.transactions().setModes(modes(set.name(), values.getFirst().text()));
        } else if (values == null) {
            parts.settings().reset(set.name(), set.local());
        } else if (set.name().equals("search_path")) {
            List<String> names = new ArrayList<>();
            values.forEach(value -> names.add(
                    value.quoted() && !value.text().equals("$user")
                            ? omendb.sql.parse.Deparser.identifier(value.text())
                            : value.text().equals("$user") ? "\"$user\"" : value.text()));
            parts.settings().set(set.name(), names, set.local());
        } else {
            parts.settings()
                    .set(set.name(), values.stream().map(Utility.SetValue::text).toList(), set.local());
        }
        return "SET";
    }

    private void setTransaction(Utility.SetTransaction set) {
        if (!set.session()) {
            parts.transactions().setModes(set.modes());
            return;
        }
        parts.transactions().requireForSettings();
        Utility.IsolationLevel level = set.modes().isolation();
        if (level != null) {
            String words = level.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            parts.settings().set("default_transaction_isolation", List.of(words), false);
        }
        Boolean readOnly = set.modes().readOnly();
        if (readOnly != null) {
            parts.settings().set("default_transaction_read_only", List.of(readOnly ? "on" : "off"), false);
        }
        Boolean deferrable = set.modes().deferrable();
        if (deferrable != null) {
            parts.settings().set("default_transaction_deferrable", List.of(deferrable ? "on" : "off"), false);
        }
    }

    /// `SET transaction_isolation = 'serializable'` and its kin are SET TRANSACTION in other words.
    private Utility.TransactionModes modes(String property, String value) {
        String canonical = parts.settings().check("default_" + property, value);
        return switch (property) {
            case "transaction_isolation" ->
                new Utility.TransactionModes(
                        Utility.IsolationLevel.valueOf(
                                canonical.toUpperCase(Locale.ROOT).replace(' ', '_')),
                        null,
                        null);
            case "transaction_read_only" -> new Utility.TransactionModes(null, canonical.equals("on"), null);
            default -> new Utility.TransactionModes(null, null, canonical.equals("on"));
        };
    }

    /// The name as SHOW prints it; an unknown one is an error before anything is described.
    private String spelling(String name) {
        parts.settings().show(name);
        return parts.settings().spelling(name);
    }

    private ExecutionResult show(Utility.Show show, RowSink sink) {
        String name = show.name();
        if (name != null) {
            String property = parts.transactions().property(name);
            String value = property == null ? parts.settings().show(name) : property;
            send(List.of(Types.TEXT), List.of(List.of(value)), sink);
            return new ExecutionResult.Complete("SHOW");
        }
        List<List<String>> rows = new ArrayList<>();
        parts.settings()
                .all()
                .forEach((setting, value) ->
                        rows.add(List.of(setting, value, parts.settings().description(setting))));
        send(List.of(Types.TEXT, Types.TEXT, Types.TEXT), rows, sink);
        return new ExecutionResult.Complete("SHOW");
    }

    /// Sends rows of texts.
    static void send(List<SqlType> types, List<? extends List<String>> rows, RowSink sink) {
        try (HeldRows held = new HeldRows(types)) {
            for (List<String> row : rows) {
                List<@Nullable String> texts = new ArrayList<>(row);
                held.add(texts);
            }
            for (Batch batch = held.next(Long.MAX_VALUE); batch != null; batch = held.next(Long.MAX_VALUE)) {
                sink.batch(batch);
            }
        }
    }

    // PREPARE

    private PreparedStatement named(String name) {
        PreparedStatement found = prepared.get(name);
        if (found == null) {
            throw new UserException(
                    SqlState.INVALID_SQL_STATEMENT_NAME, "prepared statement \"" + name + "\" does not exist");
        }
        return found;
    }

    private void prepare(Utility.Prepare prepare) {
        if (prepared.containsKey(prepare.name())) {
            throw new UserException(
                    SqlState.DUPLICATE_PREPARED_STATEMENT,
                    "prepared statement \"" + prepare.name() + "\" already exists");
        }
        Binder binder = new Binder(parts.environment(), ParameterTypes.of(new int[0]));
        int[] oids = prepare.types().stream()
                .mapToInt(type -> binder.type(type).type().oid())
                .toArray();
        PreparedStatement statement = parts.analyzer().analyze("", prepare.statement(), oids);
        statement.keepFor(parts.plans());
        prepared.put(prepare.name(), statement);
    }

    private ExecutionResult execute(Utility.Execute execute, long maxRows, RowSink sink) {
        try (BoundPortal portal = bind(execute)) {
            return parts.executor().execute(portal, maxRows, sink);
        }
    }

    private ExecutionResult explain(Utility.Explain explain, BoundPortal portal, RowSink sink) {
        ExplainRunner runner = new ExplainRunner(parts);
        if (!(explain.statement() instanceof Utility.Execute execute)) {
            return runner.run(explain, portal, sink);
        }
        try (BoundPortal bound = bind(execute)) {
            Statement prepared = Objects.requireNonNull(bound.statement().statement());
            return runner.run(new Utility.Explain(explain.options(), prepared, explain.position()), bound, sink);
        }
    }

    /// The prepared statement with the values that EXECUTE gives it.
    private BoundPortal bind(Utility.Execute execute) {
        PreparedStatement statement = named(execute.name());
        List<SqlType> types = statement.parameterTypes();
        if (execute.args().size() != types.size()) {
            throw new UserException(
                            SqlState.SYNTAX_ERROR,
                            "wrong number of parameters for prepared statement \"" + execute.name() + "\"")
                    .withDetail("Expected " + types.size() + " parameters but got "
                            + execute.args().size() + ".");
        }
        BoundPortal portal = new BoundPortal(statement, parts.portalMemory());
        try {
            if (!types.isEmpty()) {
                evaluate(execute.args(), types, portal);
            }
            return portal;
        } catch (RuntimeException e) {
            portal.close();
            throw e;
        }
    }

    private void evaluate(List<Expr> args, List<SqlType> types, BoundPortal portal) {
        parts.transactions().startStatement();
        parts.environment().refresh();
        try {
            Binder binder = new Binder(parts.environment(), ParameterTypes.of(new int[0]));
            List<Scalar> scalars = new ArrayList<>();
            for (int i = 0; i < types.size(); i++) {
                scalars.add(binder.constant(args.get(i), types.get(i), -1, "EXECUTE"));
            }
            parts.queries().evaluate(scalars, parts.evaluation(), row -> {
                for (int i = 0; i < types.size(); i++) {
                    ColumnVector parameter = portal.addParameter(types.get(i));
                    parameter.copyValueFrom(row.column(i), 0, 0);
                }
            });
        } finally {
            parts.transactions().endStatement();
        }
    }

    private String deallocate(Utility.Deallocate deallocate) {
        if (deallocate.name() == null) {
            prepared.values().forEach(PreparedStatement::free);
            prepared.clear();
            return "DEALLOCATE ALL";
        }
        named(deallocate.name()).free();
        prepared.remove(deallocate.name());
        return "DEALLOCATE";
    }

    private String discard(Utility.Discard discard) {
        if (discard.what().equals("ALL")) {
            parts.transactions().requireNoBlock("DISCARD ALL");
            deallocate(new Utility.Deallocate(null, 0));
            parts.settings().resetAll();
            parts.sequences().forget();
            parts.cursors().close(null);
            parts.transactions().unlockAll();
            discardTemporary();
            notifications().unlisten(parts.transactions().require(), null);
        } else if (discard.what().equals("TEMP")) {
            discardTemporary();
        } else if (discard.what().equals("SEQUENCES")) {
            parts.sequences().forget();
        }
        return "DISCARD " + discard.what();
    }

    private void discardTemporary() {
        Transaction transaction = parts.transactions().startStatement();
        try {
            parts.environment().refresh();
            String schema = parts.environment().temporarySchema();
            if (schema != null) {
                parts.temporary().discard(transaction, parts.environment().catalog(), schema);
            }
        } finally {
            parts.transactions().endStatement();
            parts.environment().refresh();
        }
    }

    // Maintenance

    /// VACUUM and ANALYZE. Row counts are kept as rows are written, old versions go in the background:
    /// there is little left to do.

    void close() {
        prepared.values().forEach(PreparedStatement::free);
        prepared.clear();
    }
}
