package omendb.pgwire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.pgvector.PGvector;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Real processes: killed, stopped, and started twice.
@Timeout(300)
class ServerProcessIT {
    private static final int DIMENSIONS = 32;
    private static final int INDEXED_ROWS = 1_000;
    private static final int ROWS_BEFORE_THE_KILL = 300;

    @TempDir
    Path folder;

    private static float[] vector(long id) {
        Random random = new Random(id);
        float[] values = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static Connection connect(ServerUnderTest server) throws SQLException {
        Connection connection = DriverManager.getConnection(server.jdbcUrl());
        PGvector.addVectorType(connection);
        return connection;
    }

    private static void insert(Connection connection, long id) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO items VALUES (?, ?)")) {
            insert.setLong(1, id);
            insert.setObject(2, new PGvector(vector(id)));
            insert.executeUpdate();
        }
    }

    private static void createIndexedTable(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE items (id bigint PRIMARY KEY, e vector(" + DIMENSIONS + ") NOT NULL)");
            connection.setAutoCommit(false);
            for (long id = 0; id < INDEXED_ROWS; id++) {
                insert(connection, id);
            }
            connection.commit();
            connection.setAutoCommit(true);
            statement.execute("CREATE INDEX items_e ON items USING hnsw (e vector_l2_ops)");
        }
    }

    @Test
    void after_kill_9_every_acknowledged_row_is_there_and_the_index_serves() throws Exception {
        Path data = folder.resolve("data");
        Queue<Long> acknowledged = new ConcurrentLinkedQueue<>();
        try (ServerUnderTest server = ServerUnderTest.start(data)) {
            try (Connection connection = connect(server)) {
                createIndexedTable(connection);
            }
            CountDownLatch enough = new CountDownLatch(ROWS_BEFORE_THE_KILL);
            List<Thread> writers = new ArrayList<>();
            for (int writer = 1; writer <= 3; writer++) {
                long first = writer * 1_000_000L;
                writers.add(Thread.ofPlatform().start(() -> insertUntilKilled(server, first, acknowledged, enough)));
            }
            enough.await();
            server.kill9();
            for (Thread writer : writers) {
                writer.join();
            }
        }
        try (ServerUnderTest server = ServerUnderTest.start(data);
                Connection connection = connect(server)) {
            assertEveryRowIsWhole(connection, acknowledged);
            assertIndexServes(connection, acknowledged.peek());
        }
    }

    private static void insertUntilKilled(
            ServerUnderTest server, long first, Queue<Long> acknowledged, CountDownLatch enough) {
        try (Connection connection = connect(server)) {
            for (long id = first; ; id++) {
                insert(connection, id);
                acknowledged.add(id);
                enough.countDown();
            }
        } catch (SQLException killed) {
            // as planned
        }
    }

    private static void assertEveryRowIsWhole(Connection connection, Queue<Long> acknowledged) throws SQLException {
        List<Long> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT id, e FROM items")) {
            while (rows.next()) {
                long id = rows.getLong(1);
                found.add(id);
                assertEquals(new PGvector(vector(id)), rows.getObject(2), "row " + id);
            }
        }
        List<Long> lost = new ArrayList<>(acknowledged);
        lost.removeAll(found);
        assertTrue(lost.isEmpty(), "lost after kill -9: " + lost);
        assertTrue(found.size() <= INDEXED_ROWS + acknowledged.size() + 3, "more rows than were sent");
    }

    private static void assertIndexServes(Connection connection, long id) throws SQLException {
        String search = "SELECT id FROM items ORDER BY e <-> ? LIMIT 1";
        try (PreparedStatement explain = connection.prepareStatement("EXPLAIN " + search)) {
            explain.setObject(1, new PGvector(vector(id)));
            StringBuilder plan = new StringBuilder();
            try (ResultSet lines = explain.executeQuery()) {
                while (lines.next()) {
                    plan.append(lines.getString(1)).append('\n');
                }
            }
            assertTrue(plan.toString().contains("items_e"), plan.toString());
        }
        try (PreparedStatement select = connection.prepareStatement(search)) {
            select.setObject(1, new PGvector(vector(id)));
            try (ResultSet row = select.executeQuery()) {
                assertTrue(row.next());
                assertEquals(id, row.getLong(1), "the row that was only in the log is found by the index");
            }
        }
    }

    @Test
    void sigterm_ends_cleanly_with_0_and_nothing_is_lost() throws Exception {
        Path data = folder.resolve("data");
        try (ServerUnderTest server = ServerUnderTest.start(data);
                Connection connection = connect(server)) {
            createIndexedTable(connection);
            assertEquals(0, server.stop(), server.output());
            try (Statement statement = connection.createStatement()) {
                statement.execute("SELECT 1");
                throw new AssertionError("the connection lives");
            } catch (SQLException gone) {
                assertTrue(List.of("57P01", "08006").contains(gone.getSQLState()), gone.toString());
            }
        }
        try (ServerUnderTest server = ServerUnderTest.start(data);
                Connection connection = connect(server);
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("SELECT count(*) FROM items")) {
            assertTrue(count.next());
            assertEquals(INDEXED_ROWS, count.getLong(1));
        }
    }

    @Test
    void a_second_server_on_the_same_directory_is_refused_in_one_line() throws Exception {
        Path data = folder.resolve("data");
        try (ServerUnderTest first = ServerUnderTest.start(data);
                ServerUnderTest second = ServerUnderTest.launch(data, Map.of())) {
            assertEquals(1, second.awaitExit());
            assertTrue(second.output().contains("in use"), second.output());
            assertEquals(
                    1,
                    second.output()
                            .lines()
                            .filter(line -> line.startsWith("omendb: "))
                            .count(),
                    second.output());
            connect(first).close();
        }
    }

    @Test
    void what_cannot_be_started_says_why() throws Exception {
        try (ServerSocket taken = new ServerSocket(0);
                ServerUnderTest server = ServerUnderTest.launch(
                        folder.resolve("a"), Map.of(), "--port", String.valueOf(taken.getLocalPort()))) {
            assertEquals(1, server.awaitExit());
            assertTrue(server.output().contains("the port is in use"), server.output());
        }
        try (ServerUnderTest server = ServerUnderTest.launch(folder.resolve("b"), Map.of(), "--host", "0.0.0.0")) {
            assertEquals(1, server.awaitExit());
            assertTrue(server.output().contains("without a password"), server.output());
        }
        try (ServerUnderTest server = ServerUnderTest.launch(folder.resolve("c"), Map.of(), "--data", "")) {
            assertEquals(2, server.awaitExit());
            assertTrue(server.output().contains("the name of the directory is empty"), server.output());
        }
    }

    @Test
    void the_environment_sets_user_password_and_database() throws Exception {
        Map<String, String> environment =
                Map.of("POSTGRES_USER", "anna", "POSTGRES_PASSWORD", "geheim", "POSTGRES_DB", "shop");
        try (ServerUnderTest server = ServerUnderTest.launch(folder.resolve("data"), environment)) {
            String url = "jdbc:postgresql://127.0.0.1:" + server.port() + "/shop?user=anna&password=";
            DriverManager.getConnection(url + "geheim").close();
            try (Connection connection = DriverManager.getConnection(url + "falsch")) {
                throw new AssertionError("let in with a wrong password: " + connection);
            } catch (SQLException refused) {
                assertEquals("28P01", refused.getSQLState());
            }
        }
    }
}
