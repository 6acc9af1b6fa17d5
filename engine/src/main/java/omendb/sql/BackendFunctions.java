package omendb.sql;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import omendb.engine.error.SqlState;
import omendb.engine.txn.SessionDirectory;
import omendb.engine.txn.Transaction;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Interval;
import omendb.engine.type.SqlType;
import omendb.engine.type.Timestamps;
import omendb.engine.type.Types;
import omendb.sql.function.BatchFunction;
import omendb.sql.function.EvalContext;
import omendb.sql.function.FunctionDef;
import omendb.sql.function.FunctionRegistry;
import omendb.sql.function.Volatility;

/// Functions about sessions: sleeping, waiting for each other, being cancelled and ended.
final class BackendFunctions implements FunctionRegistry.Contribution {
    /// How often a sleeper looks whether it was cancelled.
    private static final long LOOK_NANOS = 5_000_000;

    /// One row's body; what it writes is its own business.
    private interface Body {
        void apply(EvalContext context, ColumnVector[] args, int row, ColumnVector out);
    }

    @Override
    public void contribute(FunctionRegistry.Builder builder) {
        sleeping(builder);
        add(
                builder,
                2171,
                "pg_cancel_backend",
                List.of(Types.INT4),
                List.of(),
                Types.BOOL,
                (context, args, row, out) -> out.setLong(
                        row, reach(context, args[0].getLong(row), SessionDirectory.Session::cancel) ? 1 : 0));
        add(
                builder,
                2096,
                "pg_terminate_backend",
                List.of(Types.INT4, Types.INT8),
                List.of("0"),
                Types.BOOL,
                BackendFunctions::terminate);
        SqlType pids = Objects.requireNonNull(Types.byName("_int4"));
        addPids(builder, 2561, "pg_blocking_pids", pids, SessionDirectory::blockers);
        addPids(builder, 3376, "pg_safe_snapshot_blocking_pids", pids, SessionDirectory::safeSnapshotBlockers);
        add(
                builder,
                3378,
                "pg_isolation_test_session_is_blocked",
                List.of(Types.INT4, pids),
                List.of(),
                Types.BOOL,
                BackendFunctions::isBlocked);
        add(builder, 2892, "pg_advisory_unlock_all", List.of(), List.of(), Types.VOID, (context, _, row, out) -> {
            context.service(SessionDirectory.class)
                    .unlockAll(context.service(Transaction.class).backend());
            out.setString(row, "");
        });
    }

    /// A function from a process id to those that keep it waiting.
    private static void addPids(
            FunctionRegistry.Builder builder,
            int oid,
            String name,
            SqlType pids,
            BiFunction<SessionDirectory, Integer, List<Integer>> found) {
        add(builder, oid, name, List.of(Types.INT4), List.of(), pids, (context, args, row, out) -> {
            String list = found.apply(context.service(SessionDirectory.class), (int) args[0].getLong(row)).stream()
                    .map(String::valueOf)
                    .collect(Collectors.joining(",", "{", "}"));
            pids.io().parse(context.types(), list, -1, out, row);
        });
    }

    private static void sleeping(FunctionRegistry.Builder builder) {
        add(builder, 2626, "pg_sleep", List.of(Types.FLOAT8), List.of(), Types.VOID, (context, args, row, out) -> {
            sleep(context, (long) (args[0].getDouble(row) * 1e9));
            out.setString(row, "");
        });
        add(
                builder,
                3935,
                "pg_sleep_for",
                List.of(Types.INTERVAL),
                List.of(),
                Types.VOID,
                (context, args, row, out) -> {
                    Interval interval = Interval.read(args[0], row);
                    long days = 30L * interval.months() + interval.days();
                    sleep(context, (days * Timestamps.MICROS_PER_DAY + interval.micros()) * 1000);
                    out.setString(row, "");
                });
        add(
                builder,
                3936,
                "pg_sleep_until",
                List.of(Types.TIMESTAMPTZ),
                List.of(),
                Types.VOID,
                (context, args, row, out) -> {
                    sleep(context, (args[0].getLong(row) - Timestamps.now()) * 1000);
                    out.setString(row, "");
                });
    }

    private static void sleep(EvalContext context, long nanos) {
        long deadline = System.nanoTime() + nanos;
        while (true) {
            context.checkCancelled();
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return;
            }
            LockSupport.parkNanos(context, Math.min(left, LOOK_NANOS));
        }
    }

    private interface Signal {
        void send(SessionDirectory.Session session);
    }

    private static boolean reach(EvalContext context, long processId, Signal signal) {
        SessionDirectory.Session session =
                context.service(SessionDirectory.class).find((int) processId);
        if (session == null) {
            context.service(SessionListener.class)
                    .notice(
                            "WARNING",
                            SqlState.WARNING,
                            "PID " + processId + " is not a PostgreSQL server process",
                            null,
                            null);
            return false;
        }
        signal.send(session);
        return true;
    }

    /// With a timeout: waits until the session has gone.
    private static void terminate(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        long processId = args[0].getLong(row);
        boolean reached = reach(context, processId, SessionDirectory.Session::terminate);
        long timeoutMillis = args[1].getLong(row);
        if (reached && timeoutMillis > 0) {
            SessionDirectory sessions = context.service(SessionDirectory.class);
            long deadline = System.nanoTime() + timeoutMillis * 1_000_000;
            while (sessions.find((int) processId) != null && System.nanoTime() - deadline < 0) {
                sleep(context, LOOK_NANOS);
            }
            reached = sessions.find((int) processId) == null;
        }
        out.setLong(row, reached ? 1 : 0);
    }

    private static void isBlocked(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        SessionDirectory sessions = context.service(SessionDirectory.class);
        List<Integer> blockers = sessions.blockers((int) args[0].getLong(row));
        ArrayValue interesting = ArrayValue.read(args[1], row);
        ColumnVector member = ColumnVector.allocate(Types.INT4, new omendb.engine.type.ValueArena());
        try {
            boolean found = false;
            for (int i = 0; i < interesting.count(); i++) {
                interesting.get(i, member, 0);
                found |= blockers.contains((int) member.getLong(0));
            }
            // or it waits for a safe snapshot, whoever is interesting: as in PostgreSQL
            boolean blocked = found
                    || !sessions.safeSnapshotBlockers((int) args[0].getLong(row))
                            .isEmpty();
            out.setLong(row, blocked ? 1 : 0);
        } finally {
            member.close();
        }
    }

    private static void add(
            FunctionRegistry.Builder builder,
            int oid,
            String name,
            List<SqlType> arguments,
            List<String> defaults,
            SqlType result,
            Body body) {
        BatchFunction batch = (context, args, out, count) -> {
            for (int row = 0; row < count; row++) {
                boolean isNull = false;
                for (ColumnVector arg : args) {
                    isNull |= arg.isNull(row);
                }
                if (isNull) {
                    out.setNull(row);
                } else {
                    body.apply(context, args, row, out);
                }
            }
        };
        builder.add(new FunctionDef(
                oid,
                "pg_catalog",
                name,
                arguments,
                result,
                null,
                defaults,
                true,
                Volatility.VOLATILE,
                batch,
                null,
                List.of()));
    }
}
