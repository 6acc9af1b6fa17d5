package omendb.sql;

import java.util.List;
import java.util.Objects;
import omendb.engine.Database;
import omendb.engine.catalog.Catalog;
import omendb.engine.error.SqlState;
import omendb.engine.txn.Transaction;
import omendb.sql.ast.Query;
import omendb.sql.bind.Binder;
import omendb.sql.bind.ParameterTypes;
import omendb.sql.ddl.DdlContext;
import omendb.sql.exec.Execution;
import omendb.sql.parse.SqlParser;
import org.jspecify.annotations.Nullable;

/// What DDL asks of its session.
final class SessionDdl implements DdlContext {
    private final SessionParts parts;

    SessionDdl(SessionParts parts) {
        this.parts = parts;
    }

    @Override
    public Database database() {
        return parts.database();
    }

    @Override
    public Transaction transaction() {
        return parts.transactions().require();
    }

    @Override
    public Catalog catalog() {
        return parts.environment().refresh();
    }

    @Override
    public List<String> searchPath() {
        parts.environment().refresh();
        return parts.environment().searchPath();
    }

    @Override
    public @Nullable String creationSchema() {
        parts.environment().refresh();
        return parts.environment().creationSchema();
    }

    @Override
    public Binder binder() {
        parts.environment().refresh();
        return new Binder(parts.environment(), ParameterTypes.of(new int[0]));
    }

    @Override
    public String user() {
        return parts.environment().user();
    }

    @Override
    public boolean inTransactionBlock() {
        return parts.transactions().inBlock();
    }

    @Override
    public boolean returnsRow(String sql) {
        transaction().advanceCommand();
        parts.environment().refresh();
        Query query = (Query) SqlParser.parse(sql).getFirst().statement();
        QueryRunner.Bound bound = parts.queries().bind(query, new int[0]);
        try (Execution execution = parts.queries().compile(parts.queries().plan(bound.plan()))) {
            execution.begin(parts.queries()
                    .statement(Objects.requireNonNull(parts.transactions().current()), parts.evaluation(), List.of()));
            return execution.next() != null;
        }
    }

    @Override
    public void notice(SqlState state, String message, @Nullable String detail) {
        parts.listener().notice("NOTICE", state, message, detail, null);
    }
}
