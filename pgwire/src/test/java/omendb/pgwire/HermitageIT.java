package omendb.pgwire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The anomalies of Martin Kleppmann's Hermitage, each at every isolation level, with the outcomes that it records
/// for PostgreSQL.
@Timeout(120)
class HermitageIT {
    private static final String SERIALIZATION_FAILURE = "40001";

    @TempDir
    static Path data;

    private static EmbeddedServer server;

    private final List<ClientSession> sessions = new ArrayList<>();
    private ClientSession t1;
    private ClientSession t2;
    private ClientSession t3;

    /// The levels that differ.
    enum Level {
        READ_COMMITTED,
        REPEATABLE_READ,
        SERIALIZABLE;

        boolean keepsSnapshot() {
            return this != READ_COMMITTED;
        }
    }

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedServer.start(data.resolve("hermitage"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void load() throws SQLException {
        t1 = connect();
        t2 = connect();
        t3 = connect();
        t1.run("DROP TABLE IF EXISTS test");
        t1.run("CREATE TABLE test (id int PRIMARY KEY, value int)");
        t1.run("INSERT INTO test VALUES (1, 10), (2, 20)");
    }

    @AfterEach
    void close() throws SQLException {
        for (ClientSession session : sessions) {
            session.close();
        }
    }

    private ClientSession connect() throws SQLException {
        ClientSession session = new ClientSession(server.jdbcUrl());
        sessions.add(session);
        return session;
    }

    private static void begin(Level level, ClientSession... clients) {
        for (ClientSession client : clients) {
            client.run("BEGIN ISOLATION LEVEL " + level.name().replace('_', ' '));
        }
    }

    private static String all(ClientSession client) {
        return client.run("SELECT * FROM test ORDER BY id");
    }

    private static String value(ClientSession client, int id) {
        return client.run("SELECT value FROM test WHERE id = " + id);
    }

    private static String set(ClientSession client, int id, int value) {
        return client.run("UPDATE test SET value = " + value + " WHERE id = " + id);
    }

    private static Future<String> setBlocked(ClientSession client, int id, int value) throws SQLException {
        return client.blocked("UPDATE test SET value = " + value + " WHERE id = " + id);
    }

    private static String commit(ClientSession client) {
        return client.run("COMMIT");
    }

    private static void rollback(ClientSession client) {
        client.run("ROLLBACK");
    }

    @ParameterizedTest
    @EnumSource
    void g0_writes_of_two_transactions_do_not_interleave(Level level) throws Exception {
        begin(level, t1, t2);
        set(t1, 1, 11);
        Future<String> second = setBlocked(t2, 1, 12);
        set(t1, 2, 21);
        commit(t1);
        if (level.keepsSnapshot()) {
            assertEquals(SERIALIZATION_FAILURE, second.get());
            rollback(t2);
            assertEquals("1|11 2|21", all(t1));
        } else {
            assertEquals("1", second.get());
            assertEquals("1|11 2|21", all(t1));
            set(t2, 2, 22);
            commit(t2);
            assertEquals("1|12 2|22", all(t1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void g1a_what_is_rolled_back_is_never_read(Level level) {
        begin(level, t1, t2);
        set(t1, 1, 101);
        assertEquals("1|10 2|20", all(t2));
        rollback(t1);
        assertEquals("1|10 2|20", all(t2));
        assertEquals("0", commit(t2));
    }

    @ParameterizedTest
    @EnumSource
    void g1b_intermediate_values_are_never_read(Level level) {
        begin(level, t1, t2);
        set(t1, 1, 101);
        assertEquals("1|10 2|20", all(t2));
        set(t1, 1, 11);
        commit(t1);
        assertEquals(level.keepsSnapshot() ? "1|10 2|20" : "1|11 2|20", all(t2));
        assertEquals("0", commit(t2));
    }

    @ParameterizedTest
    @EnumSource
    void g1c_information_does_not_flow_in_a_circle(Level level) {
        begin(level, t1, t2);
        set(t1, 1, 11);
        set(t2, 2, 22);
        assertEquals("20", value(t1, 2));
        assertEquals("10", value(t2, 1));
        assertEquals("0", commit(t1));
        assertEquals(level == Level.SERIALIZABLE ? SERIALIZATION_FAILURE : "0", commit(t2));
    }

    @ParameterizedTest
    @EnumSource
    void otv_an_observed_transaction_does_not_vanish(Level level) throws Exception {
        begin(level, t1, t2, t3);
        set(t1, 1, 11);
        set(t1, 2, 19);
        Future<String> second = setBlocked(t2, 1, 12);
        commit(t1);
        if (level.keepsSnapshot()) {
            assertEquals(SERIALIZATION_FAILURE, second.get());
            rollback(t2);
            assertEquals("1|11 2|19", all(t3));
        } else {
            assertEquals("1", second.get());
            assertEquals("11", value(t3, 1));
            set(t2, 2, 18);
            assertEquals("19", value(t3, 2));
            commit(t2);
            assertEquals("18", value(t3, 2));
            assertEquals("12", value(t3, 1));
        }
        assertEquals("0", commit(t3));
    }

    @ParameterizedTest
    @EnumSource
    void pmp_rows_of_a_predicate_show_up_at_read_committed_alone(Level level) {
        begin(level, t1, t2);
        assertEquals("", t1.run("SELECT * FROM test WHERE value = 30"));
        t2.run("INSERT INTO test VALUES (3, 30)");
        commit(t2);
        assertEquals(level.keepsSnapshot() ? "" : "3|30", t1.run("SELECT * FROM test WHERE value % 3 = 0"));
        assertEquals("0", commit(t1));
    }

    @ParameterizedTest
    @EnumSource
    void pmp_a_predicate_of_a_write_is_checked_again_after_a_wait(Level level) throws Exception {
        begin(level, t1, t2);
        t1.run("UPDATE test SET value = value + 10");
        Future<String> delete = t2.blocked("DELETE FROM test WHERE value = 20");
        commit(t1);
        if (level.keepsSnapshot()) {
            assertEquals(SERIALIZATION_FAILURE, delete.get());
            rollback(t2);
        } else {
            assertEquals("0", delete.get());
            assertEquals("1|20", t2.run("SELECT * FROM test WHERE value = 20"));
            commit(t2);
        }
        assertEquals("1|20 2|30", all(t1));
    }

    @ParameterizedTest
    @EnumSource
    void p4_updates_are_lost_at_read_committed_alone(Level level) throws Exception {
        begin(level, t1, t2);
        value(t1, 1);
        value(t2, 1);
        set(t1, 1, 11);
        Future<String> second = setBlocked(t2, 1, 12);
        commit(t1);
        assertEquals(level.keepsSnapshot() ? SERIALIZATION_FAILURE : "1", second.get());
        commit(t2);
        assertEquals(level.keepsSnapshot() ? "11" : "12", value(t1, 1));
    }

    @ParameterizedTest
    @EnumSource
    void g_single_reads_are_skewed_at_read_committed_alone(Level level) {
        begin(level, t1, t2);
        assertEquals("10", value(t1, 1));
        all(t2);
        set(t2, 1, 12);
        set(t2, 2, 18);
        commit(t2);
        assertEquals(level.keepsSnapshot() ? "20" : "18", value(t1, 2));
        assertEquals("0", commit(t1));
    }

    @ParameterizedTest
    @EnumSource
    void g_single_with_predicates(Level level) {
        begin(level, t1, t2);
        assertEquals("1|10 2|20", t1.run("SELECT * FROM test WHERE value % 5 = 0 ORDER BY id"));
        t2.run("UPDATE test SET value = 12 WHERE value = 10");
        commit(t2);
        assertEquals(level.keepsSnapshot() ? "" : "1|12", t1.run("SELECT * FROM test WHERE value % 3 = 0"));
        assertEquals("0", commit(t1));
    }

    @ParameterizedTest
    @EnumSource
    void g_single_with_a_predicate_of_a_write(Level level) {
        begin(level, t1, t2);
        assertEquals("10", value(t1, 1));
        all(t2);
        set(t2, 1, 12);
        set(t2, 2, 18);
        commit(t2);
        String deleted = t1.run("DELETE FROM test WHERE value = 20");
        assertEquals(level.keepsSnapshot() ? SERIALIZATION_FAILURE : "0", deleted);
        commit(t1);
        assertEquals("1|12 2|18", all(t1));
    }

    @ParameterizedTest
    @EnumSource
    void g_single_goes_through_if_the_other_rolls_back(Level level) throws Exception {
        begin(level, t1, t2);
        assertEquals("10", value(t1, 1));
        all(t2);
        set(t2, 1, 12);
        assertEquals("1", t1.run("DELETE FROM test WHERE value = 20"));
        Future<String> second = setBlocked(t2, 2, 18);
        rollback(t1);
        assertEquals("1", second.get());
        assertEquals("0", commit(t2));
        assertEquals("1|12 2|18", all(t1));
    }

    @ParameterizedTest
    @EnumSource
    void g2_item_writes_are_not_skewed_at_serializable(Level level) {
        begin(level, t1, t2);
        for (ClientSession client : List.of(t1, t2)) {
            assertEquals("1|10 2|20", client.run("SELECT * FROM test WHERE id IN (1, 2) ORDER BY id"));
        }
        set(t1, 1, 11);
        set(t2, 2, 21);
        assertEquals("0", commit(t1));
        assertEquals(level == Level.SERIALIZABLE ? SERIALIZATION_FAILURE : "0", commit(t2));
        assertEquals(level == Level.SERIALIZABLE ? "1|11 2|20" : "1|11 2|21", all(t1));
    }

    @ParameterizedTest
    @EnumSource
    void g2_anti_dependencies_of_predicates_make_no_circle_at_serializable(Level level) {
        begin(level, t1, t2);
        for (ClientSession client : List.of(t1, t2)) {
            assertEquals("", client.run("SELECT * FROM test WHERE value % 3 = 0"));
        }
        t1.run("INSERT INTO test VALUES (3, 30)");
        t2.run("INSERT INTO test VALUES (4, 42)");
        assertEquals("0", commit(t1));
        assertEquals(level == Level.SERIALIZABLE ? SERIALIZATION_FAILURE : "0", commit(t2));
        assertEquals(
                level == Level.SERIALIZABLE ? "3|30" : "3|30 4|42",
                t1.run("SELECT * FROM test WHERE value % 3 = 0 ORDER BY id"));
    }

    @ParameterizedTest
    @EnumSource
    void g2_two_edges_with_a_reader_between_them(Level level) {
        begin(level, t1);
        assertEquals("1|10 2|20", all(t1));
        begin(level, t2);
        t2.run("UPDATE test SET value = value + 5 WHERE id = 2");
        commit(t2);
        begin(level, t3);
        assertEquals("1|10 2|25", all(t3));
        assertEquals("0", commit(t3));
        String update = set(t1, 1, 0);
        String end = commit(t1);
        boolean refused = update.equals(SERIALIZATION_FAILURE) || end.equals(SERIALIZATION_FAILURE);
        assertEquals(level == Level.SERIALIZABLE, refused);
        assertEquals(level == Level.SERIALIZABLE ? "1|10 2|25" : "1|0 2|25", all(t1));
    }
}
