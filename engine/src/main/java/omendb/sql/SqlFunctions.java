package omendb.sql;

import java.util.List;
import omendb.sql.function.FunctionRegistry;
import omendb.sql.pgcatalog.IntrospectionFunctions;

/// The registry of all sessions: the built-in rows, those of the system catalogs, of sequences, locks and
/// sessions.
final class SqlFunctions {
    static final FunctionRegistry REGISTRY = FunctionRegistry.of(List.of(
            new IntrospectionFunctions(),
            new SequenceFunctions(),
            new LockFunctions(),
            new BackendFunctions(),
            new NotifyFunctions()));

    private SqlFunctions() {}
}
