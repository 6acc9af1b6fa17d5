package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LockingTest {
    private static final List<String> MODES = List.of("KEY SHARE", "SHARE", "NO KEY UPDATE", "UPDATE");

    @TempDir
    Path directory;

    private Database database;
    private ExecutorService threads;
    private SqlConnection a;
    private SqlConnection b;

    @BeforeEach
    void open() {
        database = Database.open(directory, DatabaseOptions.forTests());
        threads = Executors.newCachedThreadPool();
        a = new SqlConnection(database);
        b = new SqlConnection(database);
        a.run("CREATE TABLE t (id int PRIMARY KEY, v int)");
        a.run("INSERT INTO t VALUES (1, 10), (2, 20)");
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
        threads.close();
        assertEquals(0, database.lockCount());
        assertEquals(List.of(), database.sessions().locks());
        database.close();
    }

    private Future<String> later(SqlConnection session, String sql) {
        return threads.submit(() -> session.run(sql));
    }

    /// Waits until a session waits for a lock.
    private void awaitWaiting() {
        while (database.sessions().waitingCount() == 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void row_locks_conflict_as_in_the_table_of_postgresql() {
        for (int held = 0; held < MODES.size(); held++) {
            for (int wanted = 0; wanted < MODES.size(); wanted++) {
                a.run("BEGIN; SELECT id FROM t WHERE id = 1 FOR " + MODES.get(held));
                String got = b.run("SELECT id FROM t WHERE id = 1 FOR " + MODES.get(wanted) + " NOWAIT");
                boolean conflicts = held + wanted >= 3;
                assertEquals(
                        conflicts ? "ERROR 55P03: could not obtain lock on row in relation \"t\"\n" : "1\nSELECT 1\n",
                        got,
                        MODES.get(held) + " then " + MODES.get(wanted));
                a.run("COMMIT");
            }
        }
    }

    @Test
    void a_locking_select_shows_the_row_as_it_is_after_the_wait_or_drops_it() throws Exception {
        a.run("BEGIN; UPDATE t SET v = 11 WHERE id = 1");
        Future<String> plain = later(b, "SELECT v, v + 1 FROM t WHERE id = 1 FOR UPDATE");
        awaitWaiting();
        a.run("COMMIT");
        assertEquals("11|12\nSELECT 1\n", plain.get());
        a.run("BEGIN; UPDATE t SET v = 99 WHERE id = 1");
        Future<String> filtered = later(b, "SELECT id FROM t WHERE v = 11 FOR SHARE");
        awaitWaiting();
        a.run("COMMIT");
        assertEquals("SELECT 0\n", filtered.get());
    }

    @Test
    void skip_locked_with_limit_locks_no_more_than_it_returns() {
        a.run("INSERT INTO t SELECT g, g FROM generate_series(3, 10) g");
        a.run("BEGIN");
        assertEquals("1\n2\n3\nSELECT 3\n", a.run("SELECT id FROM t ORDER BY id LIMIT 3 FOR UPDATE"));
        b.run("BEGIN");
        assertEquals("4\n5\nSELECT 2\n", b.run("SELECT id FROM t ORDER BY id LIMIT 2 FOR UPDATE SKIP LOCKED"));
        try (SqlConnection c = new SqlConnection(database)) {
            assertEquals("6\n7\n8\n9\n10\nSELECT 5\n", c.run("SELECT id FROM t ORDER BY id FOR UPDATE SKIP LOCKED"));
        }
        a.run("ROLLBACK");
        b.run("ROLLBACK");
    }

    @Test
    void a_deadlock_ends_with_one_victim_and_tells_the_cycle() throws Exception {
        a.run("BEGIN; UPDATE t SET v = 1 WHERE id = 1");
        b.run("BEGIN; UPDATE t SET v = 2 WHERE id = 2");
        Future<String> first = later(a, "UPDATE t SET v = 3 WHERE id = 2");
        awaitWaiting();
        Future<String> second = later(b, "UPDATE t SET v = 4 WHERE id = 1");
        List<String> results = List.of(first.get(), second.get());
        assertTrue(results.contains("ERROR 40P01: deadlock detected\n"), results.toString());
        assertTrue(results.contains("UPDATE 1\n"), results.toString());
        a.run("ROLLBACK");
        b.run("ROLLBACK");
    }

    @Test
    void lock_and_statement_timeouts_end_a_wait() {
        a.run("BEGIN; UPDATE t SET v = 0");
        b.run("SET lock_timeout = '20ms'");
        assertEquals(
                "ERROR 55P03: canceling statement due to lock timeout\n", b.run("UPDATE t SET v = 1 WHERE id = 1"));
        b.run("SET lock_timeout = 0; SET statement_timeout = '20ms'");
        assertEquals(
                "ERROR 57014: canceling statement due to statement timeout\n", b.run("DELETE FROM t WHERE id = 1"));
        a.run("ROLLBACK");
    }

    @Test
    void rollback_to_a_savepoint_gives_row_table_and_advisory_locks_back() throws ExecutionException {
        a.run("BEGIN; SAVEPOINT s; LOCK TABLE t IN EXCLUSIVE MODE; SELECT * FROM t WHERE id = 1 FOR UPDATE;"
                + " SELECT pg_advisory_xact_lock(5)");
        assertTrue(b.run("BEGIN; LOCK TABLE t IN SHARE MODE NOWAIT").contains("55P03"));
        b.run("ROLLBACK");
        assertEquals("f\nSELECT 1\n", b.run("SELECT pg_try_advisory_lock(5)"));
        a.run("ROLLBACK TO s");
        assertEquals("1\nSELECT 1\n", b.run("SELECT id FROM t WHERE id = 1 FOR UPDATE NOWAIT"));
        assertEquals("BEGIN\nLOCK TABLE\n", b.run("BEGIN; LOCK TABLE t IN SHARE MODE NOWAIT"));
        b.run("ROLLBACK");
        assertEquals("t\nSELECT 1\n", b.run("SELECT pg_try_advisory_lock(5)"));
        assertEquals("UPDATE 1\n", a.run("UPDATE t SET v = 5 WHERE id = 1"));
        a.run("COMMIT");
        b.run("SELECT pg_advisory_unlock_all()");
    }

    @Test
    void session_locks_are_counted_and_outlive_transactions() {
        a.run("BEGIN; SELECT pg_advisory_lock(7), pg_advisory_lock(7); ROLLBACK");
        assertEquals("f\nSELECT 1\n", b.run("SELECT pg_try_advisory_lock_shared(7)"));
        assertEquals("t\nSELECT 1\n", b.run("SELECT pg_try_advisory_lock(0, 7)"));
        assertEquals("t\nSELECT 1\n", a.run("SELECT pg_advisory_unlock(7)"));
        assertEquals("f\nSELECT 1\n", b.run("SELECT pg_try_advisory_lock(7)"));
        assertEquals("t|f\nSELECT 1\n", a.run("SELECT pg_advisory_unlock(7), pg_advisory_unlock(7)"));
        assertEquals("t\nSELECT 1\n", b.run("SELECT pg_try_advisory_lock(7)"));
    }

    @Test
    void an_update_of_the_key_waits_for_key_share_another_does_not() {
        a.run("BEGIN; SELECT * FROM t WHERE id = 1 FOR KEY SHARE");
        b.run("SET lock_timeout = '20ms'");
        assertEquals("UPDATE 1\n", b.run("UPDATE t SET v = v + 1, id = id WHERE id = 1"));
        assertTrue(b.run("UPDATE t SET id = 100 WHERE id = 1").contains("55P03"));
        assertTrue(b.run("DELETE FROM t WHERE id = 1").contains("55P03"));
        a.run("COMMIT");
    }

    @Test
    void what_needs_a_transaction_of_its_own_is_refused_in_a_block() {
        for (String command : List.of("VACUUM", "CREATE DATABASE d", "CREATE INDEX CONCURRENTLY i ON t (v)")) {
            a.run("BEGIN");
            assertTrue(a.run(command).contains("25001"), command);
            a.run("ROLLBACK");
        }
        assertTrue(a.run("SELECT 1; VACUUM").contains("25001"));
    }
}
