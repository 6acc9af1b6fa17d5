package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

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

/// Schedules of a few sessions in which PostgreSQL's isolation tests once found a difference.
@Timeout(60)
class ConflictScheduleTest {
    private static final String SERIALIZABLE = "BEGIN ISOLATION LEVEL SERIALIZABLE";

    @TempDir
    Path directory;

    private Database database;
    private ExecutorService threads;
    private final List<SqlConnection> sessions = new ArrayList<>();
    private SqlConnection a;
    private SqlConnection b;

    @BeforeEach
    void open() {
        database = Database.open(directory, DatabaseOptions.forTests());
        threads = Executors.newCachedThreadPool();
        a = connect();
        b = connect();
        a.run("CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 10), (2, 20)");
        a.run("CREATE TABLE u (id int PRIMARY KEY, v int); INSERT INTO u VALUES (1, 100), (2, 200)");
    }

    @AfterEach
    void close() {
        sessions.forEach(SqlConnection::close);
        threads.close();
        assertEquals(0, database.lockCount());
        database.close();
    }

    private SqlConnection connect() {
        int processId = 1001 + sessions.size();
        SqlConnection session =
                new SqlConnection(database, new SessionOptions("postgres", "postgres", Map.of(), processId, ""));
        sessions.add(session);
        return session;
    }

    private Future<String> blocked(SqlConnection session, String sql) {
        int before = database.sessions().waitingCount();
        Future<String> answer = threads.submit(() -> session.run(sql));
        while (database.sessions().waitingCount() == before) {
            assertFalse(answer.isDone(), sql);
            Thread.onSpinWait();
        }
        return answer;
    }

    private String rows(String table) {
        return String.join(" ", a.rows("SELECT * FROM " + table + " ORDER BY id"));
    }

    // ---- ON CONFLICT ----

    @Test
    void an_upsert_that_waits_for_a_row_lets_its_key_be_changed() throws Exception {
        a.run("BEGIN; SELECT * FROM t WHERE id = 1 FOR UPDATE");
        Future<String> upsert =
                blocked(b, "INSERT INTO t VALUES (1, 11) ON CONFLICT (id) DO UPDATE SET v = excluded.v");
        assertEquals("UPDATE 1\n", a.run("UPDATE t SET id = 11 WHERE id = 1"));
        a.run("COMMIT");
        assertEquals("INSERT 0 1\n", upsert.get());
        assertEquals("1|11 2|20 11|10", rows("t"));
    }

    @Test
    void an_upsert_that_waited_updates_the_row_as_it_is_then() throws Exception {
        a.run("BEGIN; UPDATE t SET v = 15 WHERE id = 1");
        Future<String> upsert = blocked(
                b, "INSERT INTO t VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET v = t.v + excluded.v RETURNING v");
        a.run("COMMIT");
        assertEquals("16\nINSERT 0 1\n", upsert.get());
    }

    @Test
    void an_upsert_inserts_if_the_row_goes_while_it_waits() throws Exception {
        a.run("BEGIN; DELETE FROM t WHERE id = 1");
        Future<String> upsert = blocked(b, "INSERT INTO t VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET v = 99");
        a.run("COMMIT");
        assertEquals("INSERT 0 1\n", upsert.get());
        assertEquals("1|1 2|20", rows("t"));
    }

    @Test
    void doing_nothing_waits_for_a_row_that_may_go() throws Exception {
        a.run("BEGIN; DELETE FROM t WHERE id = 1");
        Future<String> insert = blocked(b, "INSERT INTO t VALUES (1, 1) ON CONFLICT DO NOTHING");
        a.run("ROLLBACK");
        assertEquals("INSERT 0 0\n", insert.get());
    }

    // ---- a row that one statement comes to twice ----

    @Test
    void a_row_is_changed_by_one_part_of_a_statement_alone() {
        assertEquals(
                "2|1010|1|11\nUPDATE 1\n",
                a.run("WITH w AS (UPDATE t SET v = v + 1 WHERE id = 1 RETURNING *)"
                        + " UPDATE t SET v = 1000 + t.id * 5 FROM w RETURNING t.id, t.v, w.id, w.v"));
        assertEquals("1|11 2|1010", rows("t"));
        assertEquals(
                "DELETE 1\n", a.run("WITH w AS (UPDATE t SET v = 0 WHERE id = 1 RETURNING *) DELETE FROM t USING w"));
        assertEquals("1|0", rows("t"));
    }

    @Test
    void a_row_that_joins_many_rows_is_changed_once() {
        a.run("INSERT INTO u SELECT g, g FROM generate_series(3, 3000) g");
        assertEquals("UPDATE 2\n", a.run("UPDATE t SET v = t.v + 1 FROM u"));
        assertEquals("1|11 2|21", rows("t"));
        assertEquals("DELETE 2\n", a.run("DELETE FROM t USING u WHERE u.id > 0"));
    }

    @Test
    void a_row_that_the_statement_has_changed_is_not_locked_again() {
        String changed = "WITH w AS (UPDATE t SET v = 0 WHERE id = 1) SELECT id FROM t ORDER BY id FOR UPDATE";
        assertEquals("2\nSELECT 1\n", a.run(changed));
    }

    // ---- conditions that are checked again ----

    @Test
    void a_subquery_that_locks_rows_checks_them_for_the_row_at_hand() throws Exception {
        a.run("BEGIN; UPDATE t SET v = 11 WHERE id = 1; UPDATE u SET id = 77 WHERE id = 1");
        Future<String> update = blocked(
                b, "UPDATE t SET v = -1 WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id AND u.v > 0 FOR UPDATE)");
        a.run("COMMIT");
        assertEquals("UPDATE 1\n", update.get());
        assertEquals("1|11 2|-1", rows("t"));
    }

    @Test
    void a_condition_with_a_subquery_is_checked_again_after_a_wait() throws Exception {
        a.run("BEGIN; UPDATE t SET v = 500 WHERE id = 1");
        Future<String> update = blocked(b, "UPDATE t SET v = v + 1 WHERE v < (SELECT max(v) FROM u)");
        a.run("COMMIT");
        assertEquals("UPDATE 1\n", update.get());
        assertEquals("1|500 2|21", rows("t"));
    }

    // ---- locks on tables ----

    @Test
    void a_write_sees_what_the_holder_of_the_table_has_written() throws Exception {
        a.run("BEGIN; LOCK TABLE t IN SHARE MODE");
        Future<String> update = blocked(b, "UPDATE t SET v = v + 1");
        a.run("INSERT INTO t VALUES (3, 30); COMMIT");
        assertEquals("UPDATE 3\n", update.get());
        assertEquals("1|11 2|21 3|31", rows("t"));
    }

    @Test
    void a_prepared_write_sees_it_too() throws Exception {
        b.run("PREPARE change AS DELETE FROM t WHERE v > 10; EXECUTE change");
        a.run("BEGIN; LOCK TABLE t IN SHARE MODE");
        Future<String> delete = blocked(b, "EXECUTE change");
        a.run("INSERT INTO t VALUES (3, 30); COMMIT");
        assertEquals("DELETE 1\n", delete.get());
    }

    @Test
    void locking_rows_does_not_wait_for_those_who_keep_writers_away() {
        a.run("BEGIN; LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE");
        assertEquals("1|10\nSELECT 1\n", b.run("SELECT * FROM t WHERE id = 1 FOR UPDATE"));
        assertEquals(
                List.of("RowShareLock"),
                b
                        .rows("BEGIN; SELECT 1 FROM t WHERE id = 2 FOR SHARE; SELECT mode FROM pg_locks"
                                + " WHERE relation = 't'::regclass AND pid = 1002")
                        .stream()
                        .filter(line -> line.endsWith("Lock"))
                        .toList());
        b.run("COMMIT");
        a.run("COMMIT");
    }

    @Test
    void a_foreign_key_is_validated_beside_writers() {
        a.run("CREATE TABLE c (id int PRIMARY KEY, t int); INSERT INTO c VALUES (1, 1), (2, 2)");
        a.run("ALTER TABLE c ADD CONSTRAINT k FOREIGN KEY (t) REFERENCES t NOT VALID");
        a.run("BEGIN; INSERT INTO c VALUES (3, 1); INSERT INTO t VALUES (3, 30)");
        assertEquals("ALTER TABLE\n", b.run("ALTER TABLE c VALIDATE CONSTRAINT k"));
        a.run("COMMIT");
    }

    @Test
    void vacuum_passes_over_a_table_that_goes_while_it_waits() throws Exception {
        a.run("BEGIN; LOCK TABLE t IN SHARE MODE");
        Future<String> vacuum = blocked(b, "VACUUM t, u");
        a.run("DROP TABLE u; COMMIT");
        assertEquals("VACUUM\n", vacuum.get());
        assertEquals(List.of("WARNING: skipping vacuum of \"u\" --- relation no longer exists"), b.notices());
    }

    // ---- deadlocks ----

    @Test
    void of_two_who_want_more_of_a_table_the_second_fails_at_once() throws Exception {
        a.run("BEGIN; LOCK TABLE t IN ACCESS SHARE MODE");
        b.run("BEGIN; LOCK TABLE t IN ACCESS SHARE MODE");
        Future<String> first = blocked(a, "LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
        assertEquals("ERROR 40P01: deadlock detected\n", b.run("LOCK TABLE t IN ACCESS EXCLUSIVE MODE"));
        b.run("ROLLBACK");
        assertEquals("LOCK TABLE\n", first.get());
        a.run("COMMIT");
    }

    // ---- SERIALIZABLE ----

    @Test
    void a_duplicate_key_that_a_read_ruled_out_is_a_serialization_failure() throws Exception {
        a.run(SERIALIZABLE);
        b.run(SERIALIZABLE);
        for (SqlConnection session : List.of(a, b)) {
            assertEquals(List.of(), session.rows("SELECT * FROM t WHERE id = 42"));
        }
        a.run("INSERT INTO t VALUES (42, 0)");
        Future<String> second = blocked(b, "INSERT INTO t VALUES (42, 1)");
        a.run("COMMIT");
        assertEquals(
                "ERROR 40001: could not serialize access due to read/write dependencies among transactions\n",
                second.get());
        b.run("ROLLBACK");
        b.run(SERIALIZABLE);
        assertEquals(
                "ERROR 23505: duplicate key value violates unique constraint \"t_pkey\"\n",
                b.run("INSERT INTO t VALUES (42, 1)"));
        b.run("ROLLBACK");
    }

    @Test
    void who_waits_for_a_safe_snapshot_is_seen_to_be_blocked() throws Exception {
        a.run(SERIALIZABLE + "; UPDATE t SET v = 11 WHERE id = 1");
        Future<String> reader =
                threads.submit(() -> b.run("BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE; SELECT * FROM t"));
        SqlConnection watcher = connect();
        while (!watcher.rows("SELECT pg_safe_snapshot_blocking_pids(1002)").equals(List.of("{1001}"))) {
            Thread.onSpinWait();
        }
        assertEquals(List.of("t"), watcher.rows("SELECT pg_isolation_test_session_is_blocked(1002, '{1001}')"));
        a.run("COMMIT");
        assertEquals("BEGIN\n1|10\n2|20\nSELECT 2\n", reader.get()); // comes before the writer
        assertEquals(List.of("f"), watcher.rows("SELECT pg_isolation_test_session_is_blocked(1002, '{1001}')"));
        b.run("COMMIT");
    }
}
