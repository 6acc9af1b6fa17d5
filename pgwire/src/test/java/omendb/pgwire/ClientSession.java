package omendb.pgwire;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.StringJoiner;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// A connection of its own, for tests in which several take turns; what a statement says comes as text.
final class ClientSession implements AutoCloseable {
    private final Connection connection;
    private final Connection watcher;
    private final int processId;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    ClientSession(String url) throws SQLException {
        connection = DriverManager.getConnection(url);
        watcher = DriverManager.getConnection(url);
        processId = Integer.parseInt(run("SELECT pg_backend_pid()"));
    }

    /// Rows as `1|10 2|20`, or the count of a change; an error is its SQLSTATE.
    String run(String sql) {
        try (Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return String.valueOf(statement.getUpdateCount());
            }
            StringJoiner rows = new StringJoiner(" ");
            try (ResultSet result = statement.getResultSet()) {
                while (result.next()) {
                    StringJoiner row = new StringJoiner("|");
                    for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                        row.add(result.getString(i));
                    }
                    rows.add(row.toString());
                }
            }
            return rows.toString();
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    /// Starts a statement that has to wait for another session, and returns when it does.
    Future<String> blocked(String sql) throws SQLException {
        Future<String> answer = thread.submit(() -> run(sql));
        while (!isBlocked()) {
            assertFalse(answer.isDone(), sql);
            Thread.onSpinWait();
        }
        return answer;
    }

    private boolean isBlocked() throws SQLException {
        try (PreparedStatement ask = watcher.prepareStatement("SELECT cardinality(pg_blocking_pids(?)) > 0 OR"
                + " cardinality(pg_safe_snapshot_blocking_pids(?)) > 0")) {
            ask.setInt(1, processId);
            ask.setInt(2, processId);
            try (ResultSet result = ask.executeQuery()) {
                result.next();
                return result.getBoolean(1);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
        watcher.close();
        thread.shutdown();
    }
}
