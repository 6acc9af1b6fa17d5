package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

/// Who comes first when several wait, what deadlocks do to queues, and what the system views show of it.
@Timeout(60)
class LockQueueTest {
    @TempDir
    Path directory;

    private Database database;
    private ExecutorService threads;
    private final List<SqlConnection> sessions = new ArrayList<>();

    @BeforeEach
    void open() {
        database = Database.open(directory, DatabaseOptions.forTests());
        threads = Executors.newCachedThreadPool();
        SqlConnection first = connect();
        first.run("CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 10), (2, 20)");
        first.run("CREATE TABLE u (id int)");
    }

    @AfterEach
    void close() {
        sessions.forEach(SqlConnection::close);
        threads.close();
        assertEquals(0, database.lockCount());
        assertEquals(List.of(), database.sessions().locks());
        database.close();
    }

    private SqlConnection connect() {
        int processId = 1001 + sessions.size();
        SqlConnection session =
                new SqlConnection(database, new SessionOptions("postgres", "postgres", Map.of(), processId, ""));
        sessions.add(session);
        return session;
    }

    private Future<String> later(SqlConnection session, String sql) {
        int before = database.sessions().waitingCount();
        Future<String> result = threads.submit(() -> session.run(sql));
        while (database.sessions().waitingCount() == before && !result.isDone()) {
            Thread.onSpinWait();
        }
        assertFalse(result.isDone(), sql);
        return result;
    }

    @Test
    void readers_do_not_pass_who_waits_to_drop_the_table() throws Exception {
        SqlConnection reader = connect();
        SqlConnection dropper = connect();
        SqlConnection late = connect();
        reader.run("BEGIN; SELECT * FROM t");
        Future<String> drop = later(dropper, "BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE; DELETE FROM t");
        Future<String> read = later(late, "SELECT count(*) FROM t");
        assertEquals(List.of("{1003}"), reader.rows("SELECT pg_blocking_pids(1004)"));
        assertEquals(
                List.of("t|f"),
                reader.rows("SELECT pg_isolation_test_session_is_blocked(1004, '{1003}'),"
                        + " pg_isolation_test_session_is_blocked(1004, '{1002}')"));
        assertEquals(
                "t|f\n",
                reader.run("SELECT count(*) >= 0, pg_try_advisory_lock(1) AND false FROM t")
                        .replace("SELECT 1\n", ""));
        assertFalse(read.isDone());
        reader.run("COMMIT; SELECT pg_advisory_unlock_all()");
        assertTrue(drop.get().endsWith("DELETE 2\n"));
        assertFalse(read.isDone());
        dropper.run("COMMIT");
        assertEquals("0\nSELECT 1\n", read.get());
    }

    @Test
    void who_holds_the_table_goes_ahead_of_those_who_wait_for_him() throws Exception {
        SqlConnection holder = connect();
        SqlConnection waiter = connect();
        holder.run("BEGIN; SELECT * FROM t");
        Future<String> lock = later(waiter, "BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE; COMMIT");
        assertEquals("UPDATE 2\n", holder.run("UPDATE t SET v = v + 1"));
        assertEquals("LOCK TABLE\n", holder.run("LOCK TABLE t IN EXCLUSIVE MODE NOWAIT"));
        holder.run("COMMIT");
        assertEquals("BEGIN\nLOCK TABLE\nCOMMIT\n", lock.get());
    }

    @Test
    void waiters_for_a_row_come_to_it_in_order() throws Exception {
        SqlConnection holder = connect();
        holder.run("CREATE SEQUENCE turn");
        holder.run("BEGIN; SELECT * FROM t WHERE id = 1 FOR UPDATE");
        List<Future<String>> waits = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waits.add(later(connect(), "UPDATE t SET v = nextval('turn') WHERE id = 1 RETURNING v"));
        }
        holder.run("COMMIT");
        for (int i = 0; i < 5; i++) {
            assertEquals(i + 1 + "\nUPDATE 1\n", waits.get(i).get());
        }
    }

    @Test
    void key_share_passes_a_delete_that_waits_itself() throws Exception {
        SqlConnection holder = connect();
        SqlConnection waiter = connect();
        holder.run("BEGIN; SELECT * FROM t WHERE id = 1 FOR KEY SHARE");
        Future<String> delete = later(waiter, "DELETE FROM t WHERE id = 1");
        assertEquals("1\nSELECT 1\n", connect().run("SELECT id FROM t WHERE id = 1 FOR KEY SHARE NOWAIT"));
        holder.run("COMMIT");
        assertEquals("DELETE 1\n", delete.get());
    }

    @Test
    void a_deadlock_of_queues_alone_is_solved_by_their_order() throws Exception {
        SqlConnection d1 = connect();
        SqlConnection d2 = connect();
        d1.run("BEGIN; LOCK TABLE t IN ACCESS SHARE MODE");
        d2.run("BEGIN; LOCK TABLE u IN ACCESS SHARE MODE");
        Future<String> e1 = later(connect(), "BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE; COMMIT");
        Future<String> e2 = later(connect(), "BEGIN; LOCK TABLE u IN ACCESS EXCLUSIVE MODE; COMMIT");
        Future<String> wait = later(d1, "LOCK TABLE u IN ACCESS SHARE MODE");
        // d1 waits for e2, e2 for d2, d2 for e1, e1 for d1
        Future<String> closing = threads.submit(() -> d2.run("LOCK TABLE t IN ACCESS SHARE MODE"));
        while (!wait.isDone() && !closing.isDone()) {
            Thread.onSpinWait();
        }
        (wait.isDone() ? d1 : d2).run("COMMIT");
        assertEquals("LOCK TABLE\n", wait.get());
        assertEquals("LOCK TABLE\n", closing.get());
        d1.run("COMMIT");
        d2.run("COMMIT");
        assertEquals("BEGIN\nLOCK TABLE\nCOMMIT\n", e1.get());
        assertEquals("BEGIN\nLOCK TABLE\nCOMMIT\n", e2.get());
    }

    @Test
    void the_order_of_queues_changes_in_favour_of_who_looks_first_in_the_end_of_the_circle() throws Exception {
        SqlConnection d1 = connect();
        SqlConnection d2 = connect();
        String patient = "SET deadlock_timeout = '1h'; BEGIN; ";
        d1.run(patient + "LOCK TABLE t IN ACCESS SHARE MODE");
        d2.run("SET deadlock_timeout = '10min'; BEGIN; LOCK TABLE u IN ACCESS SHARE MODE");
        Future<String> e1 = later(connect(), patient + "LOCK TABLE t IN ACCESS EXCLUSIVE MODE; COMMIT");
        Future<String> e2 = later(connect(), patient + "LOCK TABLE u IN ACCESS EXCLUSIVE MODE; COMMIT");
        Future<String> wait = later(d1, "LOCK TABLE u IN ACCESS SHARE MODE");
        Future<String> closing = threads.submit(() -> d2.run("LOCK TABLE t IN ACCESS SHARE MODE"));
        assertEquals("LOCK TABLE\n", wait.get());
        assertFalse(closing.isDone());
        d1.run("COMMIT");
        assertEquals("SET\nBEGIN\nLOCK TABLE\nCOMMIT\n", e1.get());
        assertEquals("LOCK TABLE\n", closing.get());
        d2.run("COMMIT");
        assertEquals("SET\nBEGIN\nLOCK TABLE\nCOMMIT\n", e2.get());
    }

    @Test
    void of_a_deadlock_the_one_with_the_shortest_deadlock_timeout_fails() throws Exception {
        SqlConnection a = connect();
        SqlConnection b = connect();
        a.run("SET deadlock_timeout = '1h'; BEGIN; UPDATE t SET v = 1 WHERE id = 1");
        b.run("SET deadlock_timeout = '10min'; BEGIN; UPDATE t SET v = 2 WHERE id = 2");
        Future<String> first = later(a, "UPDATE t SET v = 3 WHERE id = 2");
        assertEquals("ERROR 40P01: deadlock detected\n", b.run("UPDATE t SET v = 4 WHERE id = 1"));
        b.run("ROLLBACK");
        assertEquals("UPDATE 1\n", first.get());
        a.run("ROLLBACK");
    }

    @Test
    void locks_and_sessions_show_who_waits_for_what() throws Exception {
        SqlConnection holder = connect();
        SqlConnection first = connect();
        SqlConnection second = connect();
        SqlConnection watcher = connect();
        holder.run("BEGIN; UPDATE t SET v = 0 WHERE id = 1");
        Future<String> one = later(first, "UPDATE t SET v = 1 WHERE id = 1");
        Future<String> two = later(second, "DELETE FROM t WHERE id = 1");
        assertEquals(
                List.of(
                        "transactionid||ShareLock|1003|f|t",
                        "tuple|t|AccessExclusiveLock|1004|f|t",
                        "tuple|t|ExclusiveLock|1003|t|f"),
                watcher
                        .rows("SELECT locktype, relation::regclass, mode, pid, granted, waitstart <= now() FROM"
                                + " pg_locks WHERE pid IN (1003, 1004) AND (NOT granted OR locktype = 'tuple')"
                                + " ORDER BY locktype, granted")
                        .stream()
                        .map(row -> row.endsWith("|") ? row + "f" : row)
                        .toList());
        assertEquals(
                List.of("1002"),
                watcher.rows("SELECT h.pid FROM pg_locks w JOIN pg_locks h ON h.transactionid = w.transactionid"
                        + " AND h.granted WHERE NOT w.granted AND w.pid = 1003"));
        assertEquals(
                List.of("{1002}|{1002,1003}"), watcher.rows("SELECT pg_blocking_pids(1003), pg_blocking_pids(1004)"));
        assertEquals(
                List.of(
                        "1002|idle in transaction|Client|ClientRead|UPDATE t SET v = 0 WHERE id = 1|t|t",
                        "1003|active|Lock|transactionid|UPDATE t SET v = 1 WHERE id = 1|t|f",
                        "1004|active|Lock|tuple|DELETE FROM t WHERE id = 1|t|f",
                        "1005|active|||SELECT|t|f"),
                watcher.rows("SELECT pid, state, wait_event_type, wait_event, CASE pid WHEN 1005 THEN 'SELECT' ELSE"
                        + " regexp_replace(query, 'BEGIN; ', '') END, xact_start >= backend_start,"
                        + " backend_xid IS NOT NULL AND pid = 1002 FROM pg_stat_activity WHERE pid > 1001 ORDER BY 1"));
        holder.run("COMMIT");
        assertEquals("UPDATE 1\n", one.get());
        assertEquals("DELETE 1\n", two.get());
        assertEquals(
                "1003|idle|Client|UPDATE t SET v = 1 WHERE id = 1||",
                watcher.rows("SELECT pid, state, wait_event_type,"
                                + " query, xact_start, backend_xid FROM pg_stat_activity WHERE pid = 1003")
                        .getFirst());
    }

    @Test
    void a_wait_that_times_out_lets_those_behind_it_go() throws Exception {
        SqlConnection reader = connect();
        SqlConnection impatient = connect();
        reader.run("BEGIN; SELECT * FROM t");
        impatient.run("SET lock_timeout = '300ms'");
        Future<String> lock = later(impatient, "BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
        Future<String> read = later(connect(), "SELECT count(*) FROM t");
        assertTrue(lock.get().contains("55P03"));
        assertEquals("2\nSELECT 1\n", read.get());
        impatient.run("ROLLBACK");
        reader.run("COMMIT");
    }
}
