package omendb.pgwire.session;

import java.util.List;
import omendb.engine.type.TypeContext;
import omendb.sql.ExecutionResult;
import omendb.sql.Notification;
import omendb.sql.ParameterValues;
import omendb.sql.Portal;
import omendb.sql.PreparedPlan;
import omendb.sql.RowSink;
import omendb.sql.SessionListener;
import omendb.sql.SessionOptions;
import omendb.sql.TransactionStatus;
import org.jspecify.annotations.Nullable;

/// What a [Session] needs of SQL. [EngineBackend] is the server's; tests of the protocol script one of
/// their own, so that they can bring about in a moment what SQL does once a year (a suspension, a notice,
/// an error in the tenth row).
///
/// Meaning, errors and threading of every method are those of the method of the same name in
/// [omendb.sql.SqlSession].
public interface SqlBackend extends AutoCloseable {

    /// Opens the backend of one session; may refuse it with an error, which then is FATAL for the
    /// connection.
    @FunctionalInterface
    interface Opener {
        SqlBackend open(SessionOptions options, SessionListener listener);
    }

    /// One statement of a simple query: bound only right before it runs, since it may need what an
    /// earlier one made.
    @FunctionalInterface
    interface Statement {
        PreparedPlan prepare();
    }

    List<Statement> parse(String text);

    PreparedPlan prepare(String text, int[] parameterTypeOids);

    Portal bind(PreparedPlan plan, ParameterValues values);

    ExecutionResult execute(Portal portal, long maxRows, RowSink sink);

    void sync();

    void fail();

    TransactionStatus transactionStatus();

    /// Any thread.
    void cancel();

    String setting(String name);

    /// See [omendb.sql.SqlSession#nextNotification].
    default @Nullable Notification nextNotification() {
        return null;
    }

    /// See [omendb.sql.SqlSession#idleTimeoutMillis].
    default long idleTimeoutMillis() {
        return 0;
    }

    /// The settings that the text form of values depends on, live.
    TypeContext typeContext();

    @Override
    void close();
}
