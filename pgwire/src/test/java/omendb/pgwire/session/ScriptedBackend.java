package omendb.pgwire.session;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.Batch;
import omendb.engine.type.SqlType;
import omendb.engine.type.TypeContext;
import omendb.engine.type.Types;
import omendb.sql.ExecutionResult;
import omendb.sql.ParameterValues;
import omendb.sql.Portal;
import omendb.sql.PreparedPlan;
import omendb.sql.ResultColumn;
import omendb.sql.RowSink;
import omendb.sql.SessionListener;
import omendb.sql.SessionOptions;
import omendb.sql.TransactionStatus;
import omendb.sql.copy.CopyIn;
import omendb.sql.copy.CopyOut;

/// A backend that knows a handful of commands, each made to bring about one situation of the protocol:
///
///     rows N            N rows of one text column 'r0', 'r1', ...; suspendable
///     wide N            one row with a text of N bytes
///     tag               completes with TAG
///     error             22012, fails the transaction
///     crash             an exception that is not ours
///     notice            a notice, then completes
///     set NAME VALUE    a changed setting
///     echo $1           one row: the bytes of the parameter
///     begin, commit     a transaction block
///     wait              runs until cancelled
///     copy in, copy out, copy bad
///     (empty)           the empty query
public final class ScriptedBackend implements SqlBackend {
    /// What a test may want to look at.
    public static final class Log {
        public final List<String> calls = new ArrayList<>();
        public final CountDownLatch waiting = new CountDownLatch(1);
        public volatile int closed;

        public synchronized void add(String call) {
            calls.add(call);
        }

        public synchronized List<String> calls() {
            return List.copyOf(calls);
        }
    }

    private final SessionListener listener;
    private final SessionOptions options;
    private final Log log;
    private TransactionStatus status = TransactionStatus.IDLE;
    private volatile boolean cancelled;

    private ScriptedBackend(SessionOptions options, SessionListener listener, Log log) {
        this.options = options;
        this.listener = listener;
        this.log = log;
    }

    public static Opener opener(Log log) {
        return (options, listener) -> new ScriptedBackend(options, listener, log);
    }

    private record Plan(String text) implements PreparedPlan {
        @Override
        public List<SqlType> parameterTypes() {
            return text.contains("$1") ? List.of(Types.TEXT) : List.of();
        }

        @Override
        public List<ResultColumn> columns() {
            return returnsRows() ? List.of(new ResultColumn("c", 0, 0, Types.TEXT, -1)) : List.of();
        }

        @Override
        public boolean returnsRows() {
            return text.startsWith("rows") || text.startsWith("wide") || text.startsWith("echo");
        }

        @Override
        public boolean endsTransaction() {
            return text.equals("commit");
        }
    }

    private static final class Bound implements Portal {
        private final Plan plan;
        private final String value;
        private int sent;

        Bound(Plan plan, String value) {
            this.plan = plan;
            this.value = value;
        }

        @Override
        public List<ResultColumn> columns() {
            return plan.columns();
        }

        @Override
        public boolean returnsRows() {
            return plan.returnsRows();
        }

        @Override
        public void close() {}
    }

    @Override
    public List<Statement> parse(String text) {
        return Arrays.stream(text.split(";"))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .<Statement>map(part -> () -> new Plan(part))
                .toList();
    }

    @Override
    public PreparedPlan prepare(String text, int[] parameterTypeOids) {
        if (text.equals("syntax")) {
            throw new UserException(SqlState.SYNTAX_ERROR, "syntax error at or near \"syntax\"").withPosition(1);
        }
        return new Plan(text);
    }

    @Override
    public Portal bind(PreparedPlan plan, ParameterValues values) {
        String value = "";
        if (values.count() > 0 && !values.isNull(0)) {
            MemorySegment bytes = MemorySegment.ofAddress(values.address(0)).reinterpret(values.length(0));
            value = new String(bytes.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        }
        return new Bound((Plan) plan, value);
    }

    @Override
    public ExecutionResult execute(Portal portal, long maxRows, RowSink sink) {
        Bound bound = (Bound) portal;
        String text = bound.plan.text;
        log.add(text);
        if (status == TransactionStatus.FAILED && !text.equals("commit")) {
            throw new UserException(SqlState.IN_FAILED_SQL_TRANSACTION, "current transaction is aborted");
        }
        String[] words = text.split(" ");
        return switch (words[0]) {
            case "rows" -> rows(bound, Integer.parseInt(words[1]), maxRows, sink);
            case "wide" -> one(sink, "w".repeat(Integer.parseInt(words[1])));
            case "echo" -> one(sink, bound.value);
            case "error" -> throw new UserException(SqlState.DIVISION_BY_ZERO, "division by zero");
            case "crash" -> throw new IllegalStateException("crash");
            case "overflow" -> throw new StackOverflowError();
            case "notice" -> {
                listener.notice("NOTICE", SqlState.SUCCESSFUL_COMPLETION, "look", "a detail", null);
                yield new ExecutionResult.Complete("NOTICE");
            }
            case "set" -> {
                listener.parameterStatus(words[1], words[2]);
                yield new ExecutionResult.Complete("SET");
            }
            case "begin" -> {
                status = TransactionStatus.IN_TRANSACTION;
                yield new ExecutionResult.Complete("BEGIN");
            }
            case "commit" -> {
                status = TransactionStatus.IDLE;
                yield new ExecutionResult.Complete("COMMIT");
            }
            case "wait" -> waitForCancel();
            case "copy" ->
                words[1].equals("out")
                        ? new ExecutionResult.CopyOutStarted(new Out())
                        : new ExecutionResult.CopyInStarted(new In(words[1].equals("bad")));
            case "" -> ExecutionResult.EMPTY;
            default -> new ExecutionResult.Complete(text.toUpperCase(java.util.Locale.ROOT));
        };
    }

    private ExecutionResult waitForCancel() {
        listener.takesLong();
        log.waiting.countDown();
        while (!cancelled) {
            Thread.onSpinWait();
        }
        cancelled = false;
        throw new UserException(SqlState.QUERY_CANCELED, "canceling statement due to user request");
    }

    private static ExecutionResult one(RowSink sink, String value) {
        try (Batch batch = Batch.allocate(List.of(Types.TEXT))) {
            batch.column(0).setString(0, value);
            batch.setRowCount(1);
            sink.batch(batch);
        }
        return new ExecutionResult.Complete("SELECT 1");
    }

    private static ExecutionResult rows(Bound bound, int total, long maxRows, RowSink sink) {
        int end = maxRows == 0 ? total : (int) Math.min(total, bound.sent + maxRows);
        int first = bound.sent;
        try (Batch batch = Batch.allocate(List.of(Types.TEXT))) {
            while (bound.sent < end) {
                batch.reset();
                int count = Math.min(Batch.CAPACITY, end - bound.sent);
                for (int i = 0; i < count; i++) {
                    batch.column(0).setString(i, "r" + (bound.sent + i));
                }
                batch.setRowCount(count);
                sink.batch(batch);
                bound.sent += count;
            }
        }
        return maxRows > 0 && end - first == maxRows
                ? ExecutionResult.SUSPENDED
                : new ExecutionResult.Complete("SELECT " + (end - first));
    }

    private final class In implements CopyIn {
        private final boolean bad;
        private int bytes;

        In(boolean bad) {
            this.bad = bad;
        }

        @Override
        public boolean isBinary() {
            return true;
        }

        @Override
        public int columnCount() {
            return 2;
        }

        @Override
        public void data(MemorySegment chunk) {
            bytes += (int) chunk.byteSize();
            if (bad) {
                throw new UserException(SqlState.BAD_COPY_FILE_FORMAT, "missing data for column \"b\"");
            }
        }

        @Override
        public String end() {
            log.add("copied " + bytes);
            return "COPY " + bytes;
        }

        @Override
        public void fail(String reason) {
            log.add("copy failed: " + reason);
            throw new UserException(SqlState.QUERY_CANCELED, "COPY from stdin failed: " + reason);
        }
    }

    private static final class Out implements CopyOut {
        @Override
        public boolean isBinary() {
            return false;
        }

        @Override
        public int columnCount() {
            return 1;
        }

        @Override
        public String run(Sink sink) {
            try (var arena = java.lang.foreign.Arena.ofConfined()) {
                sink.data(arena.allocateFrom("one\n").asSlice(0, 4));
                sink.data(arena.allocateFrom("two\n").asSlice(0, 4));
            }
            return "COPY 2";
        }
    }

    @Override
    public void sync() {
        log.add("sync");
    }

    @Override
    public void fail() {
        if (status == TransactionStatus.IN_TRANSACTION) {
            status = TransactionStatus.FAILED;
        }
    }

    @Override
    public TransactionStatus transactionStatus() {
        return status;
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public String setting(String name) {
        return switch (name) {
            case "session_authorization" -> options.user();
            case "application_name" -> options.settings().getOrDefault("application_name", "");
            default -> "on";
        };
    }

    @Override
    public TypeContext typeContext() {
        return TypeContext.DEFAULT;
    }

    @Override
    public void close() {
        log.closed++;
    }
}
