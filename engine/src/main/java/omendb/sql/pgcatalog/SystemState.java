package omendb.sql.pgcatalog;

import java.util.List;
import java.util.Map;
import omendb.engine.RowFigures;
import omendb.engine.catalog.Catalog;
import omendb.engine.table.ActivityStatistics;
import omendb.engine.table.VectorIndexFigures;
import omendb.engine.txn.LockListing;
import omendb.engine.txn.PreparedTransactions;
import omendb.engine.txn.SessionDirectory;
import omendb.engine.txn.TransactionManager;
import omendb.sql.function.FunctionRegistry;
import org.jspecify.annotations.Nullable;

/// What system views and functions see of the running statement.
public interface SystemState extends SchemaPath {
    /// Version of pgvector whose surface we show.
    String VECTOR_VERSION = "0.8.0";

    Catalog catalog();

    FunctionRegistry functions();

    String user();

    String databaseName();

    int backendPid();

    /// Every setting by name as SHOW prints it.
    Map<String, String> settings();

    /// One setting as SHOW prints it, null if there is none of that name.
    default @Nullable String setting(String name) {
        return settings().get(name);
    }

    /// SET, or SET LOCAL; returns the new value as SHOW prints it.
    String setSetting(String name, String value, boolean local);

    /// What `version()` answers.
    String version();

    /// Start of the server in microseconds since 2000-01-01 UTC.
    long serverStart();

    /// Rows of a table by the last ANALYZE or a running count, -1 if never counted.
    long estimatedRows(int tableOid);

    /// Bytes on disk of a relation: a table's rows without vectors and indexes, or an index.
    long relationBytes(int relationOid);

    /// The sessions and what they do.
    default List<SessionDirectory.Listed> sessions() {
        return List.of();
    }

    /// Locks of all sessions, held and waited for.
    default List<LockListing> locks() {
        return List.of();
    }

    /// Rows of a table, live and dead; nothing is locked.
    default RowFigures rowFigures(int tableOid) {
        return RowFigures.NONE;
    }

    /// What a vector index looks like; null if there is none of that oid.
    default @Nullable VectorIndexFigures vectorIndexFigures(int indexOid) {
        return null;
    }

    /// What has been done to tables.
    default ActivityStatistics activity() {
        return new ActivityStatistics();
    }

    /// How transactions ended.
    default TransactionManager.Totals transactionTotals() {
        return new TransactionManager.Totals(0, 0, 0);
    }

    /// A cursor as pg_cursors shows it.
    record CursorListing(
            String name, String statement, boolean holdable, boolean binary, boolean scrollable, long createdAt) {}

    /// The session's cursors.
    default List<CursorListing> cursors() {
        return List.of();
    }

    /// Prepared transactions.
    default List<PreparedTransactions.Listed> preparedTransactions() {
        return List.of();
    }

    /// Bytes on disk of a table's vectors (PostgreSQL would keep them in TOAST); 0 for other relations.
    long vectorBytes(int tableOid);
}
