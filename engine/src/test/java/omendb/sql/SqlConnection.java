package omendb.sql;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import omendb.engine.Database;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;

/// A client without a wire: sends query strings to a [SqlSession] and writes what comes back as text.
final class SqlConnection implements AutoCloseable {
    private final SqlSession session;
    private final List<String> notices = new ArrayList<>();

    SqlConnection(Database database) {
        this(database, SessionOptions.of("postgres", "postgres"));
    }

    SqlConnection(Database database, SessionOptions options) {
        this.session = new SqlSession(database, options, new SessionListener() {
            @Override
            public void notice(String severity, SqlState state, String message, String detail, String hint) {
                notices.add(severity + ": " + message);
            }

            @Override
            public void parameterStatus(String name, String value) {}
        });
    }

    SqlSession session() {
        return session;
    }

    /// Notices since the last call.
    List<String> notices() {
        List<String> taken = List.copyOf(notices);
        notices.clear();
        return taken;
    }

    /// Runs a simple query; rows are lines `a|b`, NULL is empty; then the tag. An error is its last line; rows of
    /// the failed statement are left out, as libpq does.
    String run(String sql) {
        StringBuilder out = new StringBuilder();
        int before = 0;
        String tag = ""; // the last one is sent when the commit has succeeded
        try {
            for (PendingStatement pending : session.parse(sql)) {
                before = out.length();
                PreparedPlan plan = session.prepare(pending);
                try (Portal portal = session.bind(plan, ParameterValues.none())) {
                    out.append(tag);
                    tag = "";
                    before = out.length();
                    tag = finish(session.execute(portal, 0, sink(out)), out);
                }
            }
            before = out.length();
            session.sync();
            out.append(tag);
        } catch (OmenException e) {
            out.setLength(before);
            out.append("ERROR ").append(e.sqlState().code()).append(": ").append(e.text());
            if (e.position() > 0) {
                out.append(" @").append(e.position());
            }
            out.append('\n');
        }
        return out.toString();
    }

    private String finish(ExecutionResult result, StringBuilder out) {
        return switch (result) {
            case ExecutionResult.Complete(String tag) -> tag + "\n";
            case ExecutionResult.Suspended _ -> "SUSPENDED\n";
            case ExecutionResult.Empty _ -> "EMPTY\n";
            case ExecutionResult.CopyOutStarted(var copy) ->
                copy.run(chunk -> out.append(new String(
                                chunk.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8)))
                        + "\n";
            case ExecutionResult.CopyInStarted _ -> "COPY IN\n";
        };
    }

    /// Runs a COPY FROM STDIN with these data.
    String copyIn(String sql, byte[] data, int chunkBytes) {
        try (Arena arena = Arena.ofConfined()) {
            PreparedPlan plan = session.prepare(session.parse(sql).getFirst());
            Portal portal = session.bind(plan, ParameterValues.none());
            var started = (ExecutionResult.CopyInStarted) session.execute(portal, 0, _ -> {});
            for (int at = 0; at < data.length; at += chunkBytes) {
                int length = Math.min(chunkBytes, data.length - at);
                MemorySegment chunk = arena.allocate(length);
                MemorySegment.copy(data, at, chunk, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, length);
                started.copy().data(chunk);
            }
            String tag = started.copy().end();
            session.sync();
            return tag;
        } catch (OmenException e) {
            return "ERROR " + e.sqlState().code() + ": " + e.text()
                    + (e.where() == null ? "" : " CONTEXT " + e.where());
        }
    }

    /// Runs a COPY TO STDOUT.
    byte[] copyOut(String sql) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PreparedPlan plan = session.prepare(session.parse(sql).getFirst());
        try (Portal portal = session.bind(plan, ParameterValues.none())) {
            var started = (ExecutionResult.CopyOutStarted) session.execute(portal, 0, _ -> {});
            started.copy().run(chunk -> out.writeBytes(chunk.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)));
            session.sync();
        }
        return out.toByteArray();
    }

    /// Rows only, without the tag.
    List<String> rows(String sql) {
        String text = run(sql);
        if (text.startsWith("ERROR") || text.contains("\nERROR ")) {
            throw new AssertionError(sql + " -> " + text);
        }
        List<String> lines = new ArrayList<>(text.lines().toList());
        lines.removeLast();
        return lines;
    }

    private RowSink sink(StringBuilder out) {
        return batch -> {
            for (int row = 0; row < batch.rowCount(); row++) {
                out.append(line(batch, row)).append('\n');
            }
        };
    }

    private String line(Batch batch, int row) {
        return java.util.stream.IntStream.range(0, batch.columnCount())
                .mapToObj(i -> value(batch.column(i), row))
                .collect(Collectors.joining("|"));
    }

    private String value(ColumnVector column, int row) {
        return column.isNull(row) ? "" : column.type().io().toText(session.typeContext(), column, row);
    }

    @Override
    public void close() {
        session.close();
    }
}
