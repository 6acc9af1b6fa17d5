package omendb.sql;

import java.util.List;
import omendb.engine.Database;

/// A client's session: settings, transaction, prepared plans, execution.
///
/// Every call may throw an [omendb.engine.error.OmenException]; the session has then already failed its
/// transaction
/// block
/// (or rolled the implicit transaction back) and stays usable. Transactions that no BEGIN opened are the
/// session's own
/// business:
/// the protocol calls [#sync] at every Sync message, and at the end of a simple query before it sends the last
/// CommandComplete.
///
/// Threading: one thread at a time, except [#cancel].
@SuppressWarnings({"UnusedVariable", "DoNotCallSuggester"}) // bodies follow
public final class SqlSession implements AutoCloseable {
    private final Database database;
    private final SessionOptions options;
    private final SessionListener listener;

    public SqlSession(Database database, SessionOptions options, SessionListener listener) {
        this.database = database;
        this.options = options;
        this.listener = listener;
    }

    /// Parses the string of a simple query into its statements; an empty list = EmptyQueryResponse.
    public List<PendingStatement> parse(String text) {
        throw new UnsupportedOperationException();
    }

    /// Binds one statement of a simple query, right before it is executed.
    public PreparedPlan prepare(PendingStatement statement) {
        throw new UnsupportedOperationException();
    }

    /// A Parse message: exactly one statement or none.
    ///
    /// @param parameterTypeOids types the client fixed, 0 = infer; may be shorter than the number of parameters
    public PreparedPlan prepare(String text, int[] parameterTypeOids) {
        throw new UnsupportedOperationException();
    }

    /// A Bind message: converts the values by their formats (22P02, 22P03, 08P01 for a wrong count).
    public Portal bind(PreparedPlan plan, ParameterValues values) {
        throw new UnsupportedOperationException();
    }

    /// Runs a portal to its end or for `maxRows` rows.
    ///
    /// @param maxRows 0 = no limit
    public ExecutionResult execute(Portal portal, long maxRows, RowSink sink) {
        throw new UnsupportedOperationException();
    }

    /// Ends the implicit transaction, if there is one: commits it and waits until it is durable, or, after an
    /// error,
    /// rolls it back.
    public void sync() {
        throw new UnsupportedOperationException();
    }

    /// The protocol found an error of its own (an unknown statement name, a bad message): fails the
    /// transaction like
    /// any other error.
    public void fail() {
        throw new UnsupportedOperationException();
    }

    public TransactionStatus transactionStatus() {
        throw new UnsupportedOperationException();
    }

    /// Asks the running statement to stop with 57014; harmless when none runs. Any thread.
    public void cancel() {
        throw new UnsupportedOperationException();
    }

    /// The settings that text output depends on (DateStyle, TimeZone, ...), live: the protocol encodes rows by
    /// it.
    public omendb.engine.type.TypeContext typeContext() {
        throw new UnsupportedOperationException();
    }

    /// The current value of a setting as SHOW prints it (the protocol's first ParameterStatus messages).
    public String setting(String name) {
        throw new UnsupportedOperationException();
    }

    /// Rolls back what is open and frees the session's memory.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
