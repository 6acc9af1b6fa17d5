package omendb.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import omendb.engine.Database;
import omendb.engine.RowFigures;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.TemporarySchemas;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.table.ActivityStatistics;
import omendb.engine.table.Table;
import omendb.engine.table.VectorIndexFigures;
import omendb.engine.txn.LockListing;
import omendb.engine.txn.PreparedTransactions;
import omendb.engine.txn.SessionDirectory;
import omendb.engine.txn.Transaction;
import omendb.engine.txn.TransactionManager;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Timestamps;
import omendb.engine.type.TypeContext;
import omendb.sql.bind.BindEnvironment;
import omendb.sql.bind.Binder;
import omendb.sql.bind.ParameterTypes;
import omendb.sql.exec.RowProgram;
import omendb.sql.function.EvalContext;
import omendb.sql.function.FunctionRegistry;
import omendb.sql.parse.SqlParser;
import omendb.sql.pgcatalog.SystemState;
import omendb.sql.pgcatalog.SystemViews;
import omendb.sql.pgcatalog.VirtualTable;
import omendb.sql.plan.Field;
import omendb.sql.plan.IndexTerms;
import omendb.sql.plan.PlannerEnvironment;
import omendb.sql.plan.Scalar;
import omendb.sql.setting.ServerVersion;
import omendb.sql.setting.Settings;
import org.jspecify.annotations.Nullable;

/// What binder, planner and system views see of the session: the catalog of the moment and the settings.
final class StatementEnvironment implements BindEnvironment, PlannerEnvironment, SystemState {
    private static final long SERVER_START = Timestamps.now();
    private static final String PRODUCT_VERSION = "0.1.0";

    private final Database database;
    private final SessionOptions options;
    private final SessionListener listener;
    private final Settings settings;
    private final TransactionControl transactions;
    private final EvaluationFactory evaluations;
    private final Cursors cursors;
    private @Nullable Catalog catalog;

    /// Makes the context in which functions run.
    interface EvaluationFactory {
        EvalContext create(SystemState state);
    }

    StatementEnvironment(
            Database database,
            SessionOptions options,
            SessionListener listener,
            Settings settings,
            TransactionControl transactions,
            EvaluationFactory evaluations,
            Cursors cursors) {
        this.database = database;
        this.options = options;
        this.listener = listener;
        this.settings = settings;
        this.transactions = transactions;
        this.evaluations = evaluations;
        this.cursors = cursors;
    }

    @Override
    public List<CursorListing> cursors() {
        return cursors.all().stream().map(Cursor::listing).toList();
    }

    /// Looks the catalog up anew: at the start of every statement, and after DDL.
    Catalog refresh() {
        Catalog now = transactions.catalog();
        catalog = now;
        return now;
    }

    /// Whether tables are defined now as in a catalog that was looked up before they were locked.
    boolean isCurrent(Catalog before, Iterable<Integer> tableOids) {
        Catalog now = transactions.catalog();
        if (now.version() == before.version()) {
            return true;
        }
        for (int oid : tableOids) {
            if (!Objects.equals(before.table(oid), now.table(oid))
                    || !before.indexesOf(oid).equals(now.indexesOf(oid))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Catalog catalog() {
        Catalog known = catalog;
        return known == null ? refresh() : known;
    }

    @Override
    public FunctionRegistry functions() {
        return SqlFunctions.REGISTRY;
    }

    @Override
    public String user() {
        return options.user();
    }

    @Override
    public String databaseName() {
        return options.database();
    }

    @Override
    public int backendPid() {
        return options.backendPid();
    }

    @Override
    public List<String> searchPath() {
        List<String> written = settings.searchPath(options.user());
        List<String> path = new ArrayList<>();
        String temporary = temporarySchema();
        if (temporary != null && !written.contains(TemporarySchemas.ALIAS) && !written.contains(temporary)) {
            path.add(temporary);
        }
        if (!written.contains("pg_catalog")) {
            path.add("pg_catalog");
        }
        for (String writtenName : written) {
            String name = resolve(writtenName);
            boolean exists = name.equals("pg_catalog")
                    || name.equals("information_schema")
                    || catalog().schema(name) != null;
            if (exists && !path.contains(name)) {
                path.add(name);
            }
        }
        return path;
    }

    @Override
    public @Nullable String temporarySchema() {
        int number = transactions.backend().temporaryNumber();
        String name = number == 0 ? null : TemporarySchemas.name(number);
        return name == null || catalog().schema(name) == null ? null : name;
    }

    @Override
    public @Nullable String creationSchema() {
        for (String name : settings.searchPath(options.user())) {
            if (name.equals(TemporarySchemas.ALIAS)) {
                return name;
            }
            if (catalog().schema(name) != null) {
                return name;
            }
        }
        return null;
    }

    @Override
    public @Nullable VirtualTable virtualTable(String schema, String name) {
        return SystemViews.find(schema, name);
    }

    @Override
    public TypeContext types() {
        return evaluation().types();
    }

    @Override
    public EvalContext evaluation() {
        return evaluations.create(this);
    }

    @Override
    public void notice(String severity, SqlState state, String message) {
        listener.notice(severity, state, message, null, null);
    }

    // Planning

    private @Nullable Table table(int tableOid) {
        Transaction open = transactions.current();
        return open == null || !open.isActive() ? null : database.table(open, tableOid);
    }

    @Override
    public double rows(int tableOid) {
        Table table = table(tableOid);
        return table == null ? 1000 : Math.max(0, table.estimatedRowCount());
    }

    @Override
    public boolean usable(int indexOid) {
        Transaction open = transactions.current();
        IndexDef index = catalog().index(indexOid);
        Table table = index == null ? null : table(index.tableOid());
        if (open == null || index == null || table == null || !table.indexes().contains(index)) {
            return false; // the last: another session dropped or changed it while we waited for the table
        }
        return index.isVector()
                ? table.vectorIndex(indexOid).usableBy(open)
                : index.isInverted()
                        ? table.invertedIndex(indexOid).usableBy(open)
                        : table.index(indexOid).usableBy(open);
    }

    @Override
    public IndexTerms terms(IndexDef index, List<Field> fields) {
        List<@Nullable Scalar> keys = new ArrayList<>();
        TableDef table = catalog().table(index.tableOid());
        if (table == null || !(index.isPartial() || index.hasExpressions())) {
            index.keys().forEach(_ -> keys.add(null));
            return new IndexTerms(keys, null);
        }
        Binder binder = new Binder(this, ParameterTypes.of(new int[0]));
        List<Field> row = new ArrayList<>(binder.row(table));
        for (Field field : fields) {
            if (field.columnNumber() > 0) {
                row.set(field.columnNumber() - 1, field);
            }
        }
        for (IndexDef.Key key : index.keys()) {
            String sql = key.expressionSql();
            keys.add(
                    sql == null
                            ? null
                            : binder.overRow(
                                    table, SqlParser.parseExpression(sql), row, Binder.RowExpression.INDEX_KEY));
        }
        String where = index.predicateSql();
        Scalar predicate = where == null
                ? null
                : binder.overRow(table, SqlParser.parseExpression(where), row, Binder.RowExpression.INDEX_PREDICATE);
        return new IndexTerms(keys, predicate);
    }

    @Override
    public boolean holds(Scalar condition) {
        try (RowProgram program = new RowProgram(catalog(), evaluation(), List.of(), List.of(condition));
                Batch none = Batch.allocate(List.of())) {
            none.setRowCount(1);
            program.start(none);
            ColumnVector result = program.values(0, 1);
            return !result.isNull(0) && result.getBoolean(0);
        }
    }

    @Override
    public boolean enabled(String setting) {
        return settings.bool(setting);
    }

    @Override
    public int efSearch() {
        return settings.efSearch();
    }

    // System views

    @Override
    public Map<String, String> settings() {
        return settings.all();
    }

    @Override
    public @Nullable String setting(String name) {
        String property = transactions.property(name.toLowerCase(Locale.ROOT));
        return property == null ? settings.find(name) : property;
    }

    @Override
    public String setSetting(String name, String value, boolean local) {
        return settings.set(name, value, local);
    }

    @Override
    public String version() {
        return ServerVersion.banner(PRODUCT_VERSION);
    }

    @Override
    public long serverStart() {
        return SERVER_START;
    }

    @Override
    public long estimatedRows(int tableOid) {
        return catalog().table(tableOid) == null ? -1 : rowFigures(tableOid).live();
    }

    @Override
    public long relationBytes(int relationOid) {
        Transaction open = transactions.current();
        try {
            return open == null ? 0 : database.sizeBytes(open, relationOid);
        } catch (OmenException e) {
            return 0;
        }
    }

    @Override
    public List<SessionDirectory.Listed> sessions() {
        return database.sessions().list();
    }

    @Override
    public List<LockListing> locks() {
        return database.sessions().locks();
    }

    @Override
    public RowFigures rowFigures(int tableOid) {
        TableDef table = catalog().table(tableOid);
        return table == null ? RowFigures.NONE : database.rowFigures(table);
    }

    @Override
    public @Nullable VectorIndexFigures vectorIndexFigures(int indexOid) {
        IndexDef index = catalog().index(indexOid);
        return index == null || !index.isVector() ? null : database.vectorIndexFigures(index);
    }

    @Override
    public ActivityStatistics activity() {
        return database.activity();
    }

    @Override
    public TransactionManager.Totals transactionTotals() {
        return database.transactionTotals();
    }

    @Override
    public List<PreparedTransactions.Listed> preparedTransactions() {
        return database.preparedTransactions().list();
    }

    @Override
    public long vectorBytes(int tableOid) {
        return rowFigures(tableOid).vectorBytes();
    }
}
