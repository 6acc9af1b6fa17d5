package omendb.sql;

import java.util.List;
import java.util.Objects;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.table.Table;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Statement;
import omendb.sql.ddl.DdlExecutor;
import org.jspecify.annotations.Nullable;

/// CREATE TABLE AS and SELECT INTO: the query is planned before the table exists (it may read one of the same name that
/// the new table will hide), the table is made when the first row comes, or at the end if none does.
final class TableFromQuery {
    private final SessionParts parts;
    private final Ddl.CreateTableAs create;
    private @Nullable Table table;
    private long rows;

    /// Runs the EXECUTE of a source.
    interface ExecuteRunner {
        List<ResultColumn> columns();

        void run(RowSink sink);
    }

    TableFromQuery(SessionParts parts, Ddl.CreateTableAs create) {
        this.parts = parts;
        this.create = create;
    }

    /// Answers the tag.
    ///
    /// @param portal  carries the text and the parameters of a query
    /// @param execute runs the source if it is an EXECUTE
    String run(BoundPortal portal, ExecuteRunner execute) {
        if (create.materializedView()) {
            throw new UserException(SqlState.FEATURE_NOT_SUPPORTED, "CREATE MATERIALIZED VIEW is not supported yet");
        }
        if (!isWanted()) {
            return "CREATE TABLE AS";
        }
        Statement source = create.source();
        PreparedStatement query = source instanceof omendb.sql.ast.Query
                ? parts.analyzer()
                        .analyze(
                                portal.statement().text(),
                                source,
                                QueryRunner.oids(portal.statement().parameterTypes()))
                : null;
        List<DdlExecutor.NewColumn> columns = (query == null ? execute.columns() : query.columns())
                .stream()
                        .map(column -> new DdlExecutor.NewColumn(column.name(), column.type(), column.typeModifier()))
                        .toList();
        if (create.withData()) {
            RowSink sink = batch -> insert(batch, columns);
            if (query == null) {
                execute.run(sink);
            } else {
                run(query, portal, sink);
            }
        }
        if (table == null) {
            inStatement(() -> table = createTable(columns));
        }
        boolean isSelect = create.withData() || query == null; // EXECUTE tells its count always, as in PostgreSQL
        return isSelect ? "SELECT " + rows : "CREATE TABLE AS";
    }

    private void run(PreparedStatement query, BoundPortal outer, RowSink sink) {
        try (BoundPortal portal = new BoundPortal(query, parts.portalMemory())) {
            for (ColumnVector parameter : outer.parameters()) {
                portal.addParameter(parameter.type()).copyValueFrom(parameter, 0, 0);
            }
            parts.executor().execute(portal, 0, sink);
        }
    }

    /// False after the notice of IF NOT EXISTS.
    private boolean isWanted() {
        boolean[] wanted = new boolean[1];
        inStatement(() -> wanted[0] = parts.ddl().isTableWanted(create));
        return wanted[0];
    }

    private void inStatement(Runnable work) {
        Transaction transaction = parts.transactions().startStatement();
        try {
            parts.evaluation();
            parts.environment().refresh();
            if (transaction.readOnly()) {
                throw new UserException(
                        SqlState.READ_ONLY_SQL_TRANSACTION,
                        "cannot execute " + (create.selectInto() ? "SELECT INTO" : "CREATE TABLE AS")
                                + " in a read-only transaction");
            }
            work.run();
        } finally {
            parts.transactions().endStatement();
            parts.environment().refresh();
        }
    }

    private Table createTable(List<DdlExecutor.NewColumn> columns) {
        int oid = parts.ddl().createTableAs(create, columns).oid();
        return parts.database().table(parts.transactions().require(), oid);
    }

    private void insert(Batch batch, List<DdlExecutor.NewColumn> columns) {
        if (table == null) {
            table = createTable(columns);
        }
        Transaction transaction = parts.transactions().require();
        for (int row = 0; row < batch.rowCount(); row++) {
            Objects.requireNonNull(table).insert(transaction, batch, row);
        }
        rows += batch.rowCount();
    }
}
