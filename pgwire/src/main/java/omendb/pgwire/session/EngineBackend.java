package omendb.pgwire.session;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.Database;
import omendb.engine.type.TypeContext;
import omendb.sql.ExecutionResult;
import omendb.sql.Notification;
import omendb.sql.ParameterValues;
import omendb.sql.PendingStatement;
import omendb.sql.Portal;
import omendb.sql.PreparedPlan;
import omendb.sql.RowSink;
import omendb.sql.SqlSession;
import omendb.sql.TransactionStatus;
import org.jspecify.annotations.Nullable;

/// The real thing: every call goes to a [SqlSession].
public final class EngineBackend implements SqlBackend {
    private final SqlSession session;

    private EngineBackend(SqlSession session) {
        this.session = session;
    }

    public static Opener opener(Database database) {
        return (options, listener) -> new EngineBackend(new SqlSession(database, options, listener));
    }

    @Override
    public List<Statement> parse(String text) {
        List<PendingStatement> pending = session.parse(text);
        List<Statement> statements = new ArrayList<>(pending.size());
        for (PendingStatement statement : pending) {
            statements.add(() -> session.prepare(statement));
        }
        return statements;
    }

    @Override
    public PreparedPlan prepare(String text, int[] parameterTypeOids) {
        return session.prepare(text, parameterTypeOids);
    }

    @Override
    public Portal bind(PreparedPlan plan, ParameterValues values) {
        return session.bind(plan, values);
    }

    @Override
    public ExecutionResult execute(Portal portal, long maxRows, RowSink sink) {
        return session.execute(portal, maxRows, sink);
    }

    @Override
    public void sync() {
        session.sync();
    }

    @Override
    public void fail() {
        session.fail();
    }

    @Override
    public TransactionStatus transactionStatus() {
        return session.transactionStatus();
    }

    @Override
    public void cancel() {
        session.cancel();
    }

    @Override
    public String setting(String name) {
        return session.setting(name);
    }

    @Override
    public @Nullable Notification nextNotification() {
        return session.nextNotification();
    }

    @Override
    public long idleTimeoutMillis() {
        return session.idleTimeoutMillis();
    }

    @Override
    public TypeContext typeContext() {
        return session.typeContext();
    }

    @Override
    public void close() {
        session.close();
    }
}
