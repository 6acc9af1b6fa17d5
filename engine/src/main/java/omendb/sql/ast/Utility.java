package omendb.sql.ast;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Statements that steer the session, the transaction or the server.
public sealed interface Utility extends Statement {

    // ---- transactions

    /// BEGIN, START TRANSACTION.
    ///
    /// @param start written as START TRANSACTION (the command tag)
    record Begin(TransactionModes modes, boolean start, int position) implements Utility {}

    /// Modes of a transaction; null = not given.
    record TransactionModes(
            @Nullable IsolationLevel isolation,
            @Nullable Boolean readOnly,
            @Nullable Boolean deferrable) {}

    /// Isolation levels of SQL.
    enum IsolationLevel {
        READ_UNCOMMITTED,
        READ_COMMITTED,
        REPEATABLE_READ,
        SERIALIZABLE
    }

    /// COMMIT, END.
    record Commit(boolean chain, int position) implements Utility {}

    /// ROLLBACK, ABORT.
    record Rollback(boolean chain, int position) implements Utility {}

    /// SAVEPOINT.
    record Savepoint(String name, int position) implements Utility {}

    /// RELEASE [SAVEPOINT].
    record ReleaseSavepoint(String name, int position) implements Utility {}

    /// ROLLBACK TO [SAVEPOINT].
    record RollbackToSavepoint(String name, int position) implements Utility {}

    /// PREPARE TRANSACTION.
    record PrepareTransaction(String gid, int position) implements Utility {}

    /// COMMIT PREPARED.
    record CommitPrepared(String gid, int position) implements Utility {}

    /// ROLLBACK PREPARED.
    record RollbackPrepared(String gid, int position) implements Utility {}

    // ---- settings

    /// `SET [SESSION|LOCAL] name = values`. TIME ZONE is `timezone`, NAMES `client_encoding`, SCHEMA
    /// `search_path`,
    /// ROLE `role`,
    /// SESSION AUTHORIZATION `session_authorization`, XML OPTION `xmloption`, SEED `seed`.
    ///
    /// @param name   lower case, with its prefix: `hnsw.ef_search`
    /// @param values null = DEFAULT; several for list settings such as search_path
    record Set(String name, @Nullable List<SetValue> values, boolean local, int position) implements Utility {}

    /// One value of SET.
    ///
    /// @param quoted written as a string or quoted identifier, so that list settings must quote it when they keep
    ///         it
    record SetValue(String text, boolean quoted) {}

    /// `SET TRANSACTION modes` or, if `session`, `SET SESSION CHARACTERISTICS AS TRANSACTION modes`.
    record SetTransaction(TransactionModes modes, boolean session, int position) implements Utility {}

    /// `SET TRANSACTION SNAPSHOT 'id'`.
    record SetTransactionSnapshot(String snapshot, int position) implements Utility {}

    /// `SET CONSTRAINTS ALL|names DEFERRED|IMMEDIATE`; empty = ALL.
    record SetConstraints(List<QualifiedName> names, boolean deferred, int position) implements Utility {}

    /// `RESET name`; null = ALL.
    record Reset(@Nullable String name, int position) implements Utility {}

    /// `SHOW name`; null = ALL. TIME ZONE is `timezone`, TRANSACTION ISOLATION LEVEL `transaction_isolation`.
    record Show(@Nullable String name, int position) implements Utility {}

    /// `ALTER ROLE|DATABASE name [IN DATABASE db] SET|RESET ...`, `ALTER SYSTEM SET|RESET ...`.
    ///
    /// @param target   `ROLE`, `DATABASE` or `SYSTEM`
    /// @param name     the role or database; null = ALL roles, or SYSTEM
    /// @param setting  a [Set] or a [Reset]
    record SetDefaults(
            String target, @Nullable String name, @Nullable String database, Utility setting, int position)
            implements Utility {}

    /// DISCARD: `ALL`, `PLANS`, `SEQUENCES`, `TEMP`.
    record Discard(String what, int position) implements Utility {}

    // ---- prepared statements and cursors

    /// PREPARE.
    record Prepare(String name, List<TypeName> types, Statement statement, int position) implements Utility {}

    /// EXECUTE.
    record Execute(String name, List<Expr> args, int position) implements Utility {}

    /// DEALLOCATE; null = ALL.
    record Deallocate(@Nullable String name, int position) implements Utility {}

    /// DECLARE ... CURSOR FOR.
    ///
    /// @param scroll null = not given
    record DeclareCursor(
            String name,
            boolean binary,
            @Nullable Boolean insensitive,
            @Nullable Boolean scroll,
            boolean hold,
            Query query,
            int position)
            implements Utility {}

    /// FETCH or, if `move`, MOVE. `FETCH ALL` counts [Long#MAX_VALUE].
    record Fetch(boolean move, FetchDirection direction, long count, String cursor, int position) implements Utility {}

    /// Directions of [Fetch]; FIRST is ABSOLUTE 1, LAST ABSOLUTE -1, NEXT FORWARD 1, PRIOR BACKWARD 1.
    enum FetchDirection {
        FORWARD,
        BACKWARD,
        ABSOLUTE,
        RELATIVE
    }

    /// CLOSE; null = ALL.
    record ClosePortal(@Nullable String name, int position) implements Utility {}

    /// EXPLAIN.
    ///
    /// @param options lower case, as written: `analyze`, `verbose`, `format` = `json`, ...
    record Explain(List<Ddl.Option> options, Statement statement, int position) implements Utility {}

    // ---- data

    /// COPY.
    ///
    /// @param table    null if `query` is there
    /// @param query    a [Query] or a [Dml] with RETURNING
    /// @param from     FROM, else TO
    /// @param filename null = STDIN or STDOUT
    /// @param program  the file name is a command
    /// @param options  see [CopyOption]; the old syntax arrives in the same names
    record Copy(
            @Nullable QualifiedName table,
            List<String> columns,
            @Nullable Statement query,
            boolean from,
            @Nullable String filename,
            boolean program,
            List<CopyOption> options,
            @Nullable Expr where,
            int position)
            implements Utility {}

    /// An option of COPY.
    ///
    /// @param name   lower case: `format`, `delimiter`, `null`, `header`, `quote`, `escape`, `force_quote`,
    ///         `force_not_null`, `force_null`, `encoding`, `freeze`, `default`, `on_error`
    /// @param value  text of a single value, or null
    /// @param list   columns of `(a, b)`; `*` alone for all; else empty
    record CopyOption(String name, @Nullable String value, List<String> list, int position) {}

    /// LOCK TABLE.
    ///
    /// @param mode `ACCESS SHARE`, `ROW EXCLUSIVE`, ...; ACCESS EXCLUSIVE when none is written
    record Lock(List<TableRef.Table> tables, String mode, boolean nowait, int position) implements Utility {}

    // ---- maintenance

    /// VACUUM or, if not `vacuum`, ANALYZE.
    ///
    /// @param options   lower case: `full`, `freeze`, `verbose`, `analyze`, `skip_locked`, `parallel`, ...
    /// @param relations empty = all
    record Vacuum(boolean vacuum, List<Ddl.Option> options, List<VacuumRelation> relations, int position)
            implements Utility {}

    /// A relation with the columns to analyze (empty = all).
    record VacuumRelation(QualifiedName name, List<String> columns) {}

    /// REINDEX.
    ///
    /// @param type `INDEX`, `TABLE`, `SCHEMA`, `DATABASE`, `SYSTEM`
    /// @param name null only for DATABASE and SYSTEM without a name
    record Reindex(
            String type, @Nullable QualifiedName name, boolean concurrently, List<Ddl.Option> options, int position)
            implements Utility {}

    /// CLUSTER.
    record Cluster(@Nullable QualifiedName table, @Nullable String index, boolean verbose, int position)
            implements Utility {}

    /// CHECKPOINT.
    record Checkpoint(int position) implements Utility {}

    /// LOAD.
    record Load(String library, int position) implements Utility {}

    // ---- messages and code

    /// LISTEN.
    record Listen(String channel, int position) implements Utility {}

    /// NOTIFY; payload may be null.
    record Notify(String channel, @Nullable String payload, int position) implements Utility {}

    /// UNLISTEN; null = all.
    record Unlisten(@Nullable String channel, int position) implements Utility {}

    /// DO.
    ///
    /// @param language null = plpgsql
    record Do(String code, @Nullable String language, int position) implements Utility {}

    /// CALL.
    record Call(Expr.FunctionCall call, int position) implements Utility {}
}
