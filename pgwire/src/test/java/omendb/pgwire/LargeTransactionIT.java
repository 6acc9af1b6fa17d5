package omendb.pgwire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/// Transactions larger than the memory they may have, in a server that is killed: all of one is there, or nothing.
@Timeout(300)
class LargeTransactionIT {
    private static final int ROWS = 40_000;
    private static final int ROWS_PER_CHUNK = 1_000;

    @TempDir
    Path folder;

    private ServerUnderTest start() throws IOException {
        ServerUnderTest server = ServerUnderTest.launch(folder.resolve("data"), Map.of(), "--write-set-mb", "1");
        server.port();
        return server;
    }

    private static Connection connect(ServerUnderTest server) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl());
    }

    /// Sends the rows from `first` on; about 100 bytes each.
    private static CopyIn copy(Connection connection, int first) throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY items FROM STDIN");
        StringBuilder chunk = new StringBuilder();
        for (int id = first; id < first + ROWS; id++) {
            chunk.append(id)
                    .append('\t')
                    .append("text of row ")
                    .append(id)
                    .append(".".repeat(80))
                    .append('\n');
            if (id % ROWS_PER_CHUNK == ROWS_PER_CHUNK - 1) {
                byte[] bytes = chunk.toString().getBytes(StandardCharsets.UTF_8);
                copy.writeToCopy(bytes, 0, bytes.length);
                chunk.setLength(0);
            }
        }
        copy.flushCopy();
        return copy;
    }

    private static String one(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// Waits until the transaction has written tables of its own: what it sent is not all in memory.
    private void awaitSpill(long filesBefore) throws IOException {
        while (tables() <= filesBefore) {
            Thread.onSpinWait();
        }
    }

    private long tables() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("data"))) {
            return files.filter(file -> file.toString().endsWith(".sst")).count();
        } catch (java.io.UncheckedIOException vanished) {
            return 0; // a file went while we looked
        }
    }

    @Test
    void a_copy_that_is_killed_leaves_nothing_and_one_that_is_committed_all() throws Exception {
        try (ServerUnderTest server = start();
                Connection connection = connect(server)) {
            run(connection, "CREATE TABLE items (id int PRIMARY KEY, t text)");
            run(connection, "INSERT INTO items VALUES (-1, 'before')");
            long before = tables();
            copy(connection, 0);
            awaitSpill(before);
            server.kill9();
            connection.abort(Runnable::run); // or closing it fails
        }
        try (ServerUnderTest server = start();
                Connection connection = connect(server)) {
            assertEquals("-1", one(connection, "SELECT string_agg(id::text, ',') FROM items"));
            connection.setAutoCommit(false);
            assertEquals(ROWS, copy(connection, 0).endCopy());
            run(connection, "UPDATE items SET t = 'changed' WHERE id % 4 = 0");
            connection.commit();
            connection.setAutoCommit(true);
            copy(connection, ROWS);
            server.kill9();
            connection.abort(Runnable::run); // or closing it fails
        }
        try (ServerUnderTest server = start();
                Connection connection = connect(server)) {
            assertEquals(ROWS + 1L, Long.parseLong(one(connection, "SELECT count(*) FROM items")));
            assertEquals(ROWS / 4L, Long.parseLong(one(connection, "SELECT count(*) FROM items WHERE t = 'changed'")));
            assertTrue(one(connection, "SELECT t FROM items WHERE id = 39999").startsWith("text of row 39999."));
        }
    }
}
