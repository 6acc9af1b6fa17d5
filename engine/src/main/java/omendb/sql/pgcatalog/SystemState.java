package omendb.sql.pgcatalog;

import java.util.List;
import java.util.Map;
import omendb.engine.catalog.Catalog;
import omendb.sql.function.FunctionRegistry;

/// What system views and functions see of the running statement.
public interface SystemState {
    Catalog catalog();

    FunctionRegistry functions();

    String user();

    String databaseName();

    int backendPid();

    /// Schemas that unqualified names are looked up in, in order; `pg_catalog` comes first where it is implied.
    List<String> searchPath();

    /// Every setting by name as SHOW prints it.
    Map<String, String> settings();

    /// Rows of a table by the last ANALYZE or a running count, -1 if never counted.
    long estimatedRows(int tableOid);

    /// Bytes on disk of a relation (table without its indexes, or index).
    long relationBytes(int relationOid);
}
