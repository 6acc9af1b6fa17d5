package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import omendb.engine.DirectoryCheck;
import omendb.memory.CrashableFileStore;
import omendb.memory.LiveMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Answers as of PostgreSQL 15 with max_prepared_transactions = 100.
@Timeout(120)
class TwoPhaseCommitTest {
    private final LiveMemory memory = LiveMemory.now();
    private CrashableFileStore disk = CrashableFileStore.create();
    private Database database;
    private SqlConnection a;
    private SqlConnection b;

    @BeforeEach
    void open() {
        start();
        a.run("CREATE TABLE t (id int PRIMARY KEY, v int)");
        a.run("INSERT INTO t VALUES (1, 10), (2, 20)");
    }

    private void start() {
        database = Database.open(disk, DatabaseOptions.forTests().withBulkBytes(2_000));
        a = new SqlConnection(database);
        b = new SqlConnection(database);
    }

    private void stop() {
        a.close();
        b.close();
        database.close();
    }

    /// Cuts the power and starts again.
    private void cut() {
        CrashableFileStore survivor = disk.crash(7);
        stop();
        disk.close();
        disk = survivor;
        assertEquals(List.of(), DirectoryCheck.run(disk.copy()).problems());
        start();
    }

    @Test
    void what_is_in_doubt_stays_in_the_list_until_the_next_start_decides() {
        for (String end : List.of("COMMIT", "ROLLBACK")) {
            a.run("BEGIN");
            a.run("UPDATE t SET v = v + 1 WHERE id = 1");
            a.run("PREPARE TRANSACTION 'doubtful'");
            String before = b.run("SELECT v FROM t WHERE id = 1");
            disk.failAt(CrashableFileStore.Operation.SYNC, ".wal", 1, CrashableFileStore.Fault.IO_ERROR);
            String answer = a.run(end + " PREPARED 'doubtful'");
            assertTrue(answer.contains("58030"), answer);
            String listed = b.run("SELECT gid FROM pg_prepared_xacts");
            assertTrue(listed.contains("doubtful"), listed);
            assertEquals(before, b.run("SELECT v FROM t WHERE id = 1"));
            String again = b.run(end + " PREPARED 'doubtful'");
            assertTrue(again.contains("55000"), again);
            disk.clearFaults();
            cut();
            boolean stillThere = b.run("SELECT gid FROM pg_prepared_xacts").contains("doubtful");
            assertTrue(stillThere || end.equals("COMMIT") || before.equals(b.run("SELECT v FROM t WHERE id = 1")));
            if (stillThere) {
                assertEquals(before, b.run("SELECT v FROM t WHERE id = 1"));
                a.run("ROLLBACK PREPARED 'doubtful'");
            }
        }
    }

    /// A clean stop and start.
    private void restart() {
        stop();
        start();
    }

    @AfterEach
    void close() {
        for (String gid : a.rows("SELECT gid FROM pg_prepared_xacts")) {
            a.run("ROLLBACK PREPARED '" + gid + "'");
        }
        assertEquals(0, database.lockCount());
        assertEquals(List.of(), database.sessions().locks());
        assertEquals(List.of(), DirectoryCheck.run(disk.copy()).problems());
        stop();
        disk.close();
        memory.assertUnchanged();
    }

    private static String last(String answer) {
        return answer.lines().reduce("", (_, line) -> line);
    }

    @Test
    void a_prepared_transaction_is_invisible_until_it_commits() {
        assertEquals(
                "PREPARE TRANSACTION", last(a.run("BEGIN; INSERT INTO t VALUES (3, 30); PREPARE TRANSACTION 'p'")));
        assertEquals(TransactionStatus.IDLE, a.session().transactionStatus());
        assertEquals(List.of("2"), a.rows("SELECT count(*) FROM t"));
        assertEquals(
                List.of("p|postgres|postgres|t|t"),
                b.rows(
                        "SELECT gid, owner, database, transaction IS NOT NULL, prepared <= now() FROM pg_prepared_xacts"));
        assertEquals("COMMIT PREPARED\n", b.run("COMMIT PREPARED 'p'"));
        assertEquals(List.of("3"), a.rows("SELECT count(*) FROM t"));
        assertEquals(List.of(), a.rows("SELECT gid FROM pg_prepared_xacts"));
        assertEquals(
                "ERROR 42704: prepared transaction with identifier \"p\" does not exist\n",
                b.run("COMMIT PREPARED 'p'"));
    }

    @Test
    void a_prepared_transaction_rolls_back() {
        a.run(
                "BEGIN; INSERT INTO t VALUES (3, 30); UPDATE t SET v = 0; CREATE TABLE u (a int); PREPARE TRANSACTION 'p'");
        assertEquals("ROLLBACK PREPARED\n", b.run("ROLLBACK PREPARED 'p'"));
        assertEquals(List.of("1|10", "2|20"), a.rows("SELECT * FROM t ORDER BY id"));
        assertTrue(a.run("SELECT * FROM u").startsWith("ERROR 42P01"));
        a.rows("CREATE TABLE u (a int)");
    }

    @Test
    void errors_are_postgresqls() {
        assertEquals("ROLLBACK\n", a.run("PREPARE TRANSACTION 'x'"));
        assertEquals(List.of("WARNING: there is no transaction in progress"), a.notices());
        a.run("BEGIN");
        a.run("SELECT 1/0");
        assertEquals("ROLLBACK\n", a.run("PREPARE TRANSACTION 'x'"));
        a.run("BEGIN; PREPARE TRANSACTION 'p'");
        a.run("BEGIN; INSERT INTO t VALUES (3, 30)");
        assertEquals("ERROR 42710: transaction identifier \"p\" is already in use\n", a.run("PREPARE TRANSACTION 'p'"));
        assertEquals(TransactionStatus.IDLE, a.session().transactionStatus());
        assertEquals(List.of("2"), a.rows("SELECT count(*) FROM t"));
        String longest = "g".repeat(199);
        a.run("BEGIN");
        assertEquals(
                "ERROR 22023: transaction identifier \"" + longest + "g\" is too long\n",
                a.run("PREPARE TRANSACTION '" + longest + "g'"));
        a.run("BEGIN");
        assertEquals("PREPARE TRANSACTION\n", a.run("PREPARE TRANSACTION '" + longest + "'"));
        a.run("BEGIN");
        assertEquals(
                "ERROR 25001: COMMIT PREPARED cannot run inside a transaction block\n", a.run("COMMIT PREPARED 'p'"));
        assertTrue(a.run("ROLLBACK PREPARED 'p'").startsWith("ERROR 25P02"));
        a.run("ROLLBACK");
        a.run("BEGIN");
        assertEquals(
                "ERROR 25001: ROLLBACK PREPARED cannot run inside a transaction block\n",
                a.run("ROLLBACK PREPARED 'p'"));
        a.run("ROLLBACK");
        for (String command : List.of("LISTEN c", "UNLISTEN c", "NOTIFY c")) {
            a.run("BEGIN; " + command);
            assertEquals(
                    "ERROR 0A000: cannot PREPARE a transaction that has executed LISTEN, UNLISTEN, or NOTIFY\n",
                    a.run("PREPARE TRANSACTION 'q'"));
        }
        a.run("SELECT pg_advisory_lock(1)");
        a.run("BEGIN; SELECT pg_advisory_xact_lock(1)");
        assertEquals(
                "ERROR 0A000: cannot PREPARE while holding both session-level and transaction-level locks on the same"
                        + " object\n",
                a.run("PREPARE TRANSACTION 'q'"));
        a.run("SELECT pg_advisory_unlock_all()");
        assertEquals(List.of("100"), a.rows("SHOW max_prepared_transactions"));
    }

    @Test
    void no_more_than_the_bound_are_prepared() {
        for (int i = 0; i < 100; i++) {
            assertEquals("PREPARE TRANSACTION", last(a.run("BEGIN; PREPARE TRANSACTION 'p" + i + "'")));
        }
        a.run("BEGIN");
        assertEquals(
                "ERROR 53200: maximum number of prepared transactions reached\n", a.run("PREPARE TRANSACTION 'q'"));
    }

    @Test
    void settings_are_those_of_a_commit() {
        a.run("BEGIN; SET work_mem = '5MB'; PREPARE TRANSACTION 'p'");
        assertEquals(List.of("5MB"), a.rows("SHOW work_mem"));
        a.run("BEGIN; SET work_mem = '6MB'; PREPARE TRANSACTION 'p'");
        assertEquals(List.of("5MB"), a.rows("SHOW work_mem"));
    }

    @Test
    void locks_stay_and_waiters_get_them_at_the_end() {
        a.run("BEGIN; UPDATE t SET v = 11 WHERE id = 1; SELECT pg_advisory_xact_lock(5)");
        // one waits for the session before it prepares, one comes later
        CompletableFuture<String> early =
                CompletableFuture.supplyAsync(() -> b.run("UPDATE t SET v = v + 1 WHERE id = 1"));
        while (database.sessions().waitingCount() == 0) {
            Thread.onSpinWait();
        }
        assertEquals("PREPARE TRANSACTION\n", a.run("PREPARE TRANSACTION 'p'"));
        assertTrue(a.run("SELECT * FROM t WHERE id = 1 FOR UPDATE NOWAIT").startsWith("ERROR 55P03"));
        assertEquals(List.of("f"), a.rows("SELECT pg_try_advisory_lock(5)"));
        assertEquals(
                List.of("advisory|ExclusiveLock|t"),
                a.rows("SELECT locktype, mode, granted FROM pg_locks WHERE pid IS NULL AND locktype = 'advisory'"));
        assertEquals(
                "ERROR 55P03: canceling statement due to lock timeout",
                last(a.run("SET lock_timeout = 20; UPDATE t SET v = 0 WHERE id = 1")));
        assertEquals("COMMIT PREPARED\n", a.run("COMMIT PREPARED 'p'"));
        assertEquals("UPDATE 1\n", early.join());
        assertEquals(List.of("12"), a.rows("SELECT v FROM t WHERE id = 1"));
    }

    @Test
    void the_session_that_prepared_can_deadlock_with_nobody_over_it() {
        a.run("BEGIN; UPDATE t SET v = 11 WHERE id = 1");
        CompletableFuture<String> waiting = CompletableFuture.supplyAsync(
                () -> b.run("BEGIN; UPDATE t SET v = 21 WHERE id = 2;" + " UPDATE t SET v = 12 WHERE id = 1"));
        while (database.sessions().waitingCount() == 0) {
            Thread.onSpinWait();
        }
        a.run("PREPARE TRANSACTION 'p'");
        // b waits for p, a waits for b: not a circle, though p was a's
        assertEquals(
                "ERROR 55P03: canceling statement due to lock timeout",
                last(a.run("SET lock_timeout = 20; UPDATE t SET v = 0 WHERE id = 2")));
        a.run("ROLLBACK PREPARED 'p'");
        assertEquals("UPDATE 1", last(waiting.join()));
        b.run("ROLLBACK");
    }

    @Test
    void a_prepared_transaction_holds_no_snapshot() {
        a.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM t; INSERT INTO t VALUES (3, 30)");
        a.run("PREPARE TRANSACTION 'p'");
        b.run("UPDATE t SET v = v + 1");
        assertEquals("COMMIT PREPARED\n", a.run("COMMIT PREPARED 'p'"));
        assertEquals(List.of("1|11", "2|21", "3|30"), a.rows("SELECT * FROM t ORDER BY id"));
    }

    @Test
    void everything_is_there_again_after_a_restart() {
        a.run("CREATE TABLE v (id int PRIMARY KEY, e vector(4))");
        a.run("CREATE INDEX ON v USING hnsw (e vector_l2_ops)");
        a.run("INSERT INTO v SELECT i, ARRAY[i, 0, 0, 0]::vector FROM generate_series(1, 20) i");
        a.run("BEGIN; INSERT INTO t VALUES (3, 30); UPDATE t SET v = 11 WHERE id = 1; DELETE FROM t WHERE id = 2;"
                + " SELECT pg_advisory_xact_lock(5); PREPARE TRANSACTION 'rows'");
        a.run("BEGIN; INSERT INTO v VALUES (100, '[100,0,0,0]'); DELETE FROM v WHERE id = 20;"
                + " PREPARE TRANSACTION 'small'");
        a.run("BEGIN; INSERT INTO v SELECT i, ARRAY[i, 0, 0, 0]::vector FROM generate_series(200, 499) i;"
                + " PREPARE TRANSACTION 'bulk'");
        a.run("BEGIN; CREATE TABLE made (id int PRIMARY KEY, e vector(4));"
                + " INSERT INTO made VALUES (1, '[1,2,3,4]'), (2, '[2,2,3,4]');"
                + " CREATE INDEX made_idx ON made USING hnsw (e vector_l2_ops); PREPARE TRANSACTION 'ddl'");
        List<String> prepared = a.rows("SELECT transaction, gid, prepared, owner, database FROM pg_prepared_xacts");
        assertEquals(4, prepared.size());
        for (Runnable again : List.<Runnable>of(this::cut, this::restart, this::maintained, this::cut)) {
            again.run();
            assertEquals(prepared, a.rows("SELECT transaction, gid, prepared, owner, database FROM pg_prepared_xacts"));
            assertEquals(List.of("1|10", "2|20"), a.rows("SELECT * FROM t ORDER BY id"));
            assertEquals(List.of("20"), a.rows("SELECT count(*) FROM v"));
            assertTrue(a.run("SELECT * FROM t WHERE id = 1 FOR UPDATE NOWAIT").startsWith("ERROR 55P03"));
            assertEquals(List.of("f"), a.rows("SELECT pg_try_advisory_lock(5)"));
            assertTrue(
                    a.run("SET lock_timeout = 20; INSERT INTO t VALUES (3, 0)").contains("ERROR 55P03"));
            assertTrue(a.run("SET lock_timeout = 20; CREATE TABLE made (a int)").contains("ERROR 55P03"));
            assertTrue(a.run("BEGIN; LOCK TABLE v IN EXCLUSIVE MODE NOWAIT").contains("ERROR 55P03"));
            a.run("ROLLBACK");
        }
        // what others do meanwhile takes none of what they have
        a.run("INSERT INTO v VALUES (50, '[50,0,0,0]')");
        a.run("CREATE TABLE other (id int PRIMARY KEY)");
        assertEquals("COMMIT PREPARED\n", a.run("COMMIT PREPARED 'rows'"));
        assertEquals("COMMIT PREPARED\n", a.run("COMMIT PREPARED 'small'"));
        assertEquals("COMMIT PREPARED\n", a.run("COMMIT PREPARED 'bulk'"));
        assertEquals("COMMIT PREPARED\n", a.run("COMMIT PREPARED 'ddl'"));
        checkCommitted();
        cut();
        checkCommitted();
        maintained();
        restart();
        checkCommitted();
    }

    private void maintained() {
        database.checkpoint();
        database.vacuum();
        database.indexTails();
        database.checkpoint();
    }

    private void checkCommitted() {
        assertEquals(List.of("1|11", "3|30"), a.rows("SELECT * FROM t ORDER BY id"));
        assertEquals(List.of("321"), a.rows("SELECT count(*) FROM v"));
        assertEquals(List.of("321"), a.rows("SELECT count(*) FROM v WHERE e = ARRAY[id, 0, 0, 0]::vector"));
        assertEquals(List.of("1|[1,2,3,4]", "2|[2,2,3,4]"), a.rows("SELECT * FROM made ORDER BY id"));
        assertEquals(List.of(), a.rows("SELECT gid FROM pg_prepared_xacts"));
        database.indexTails();
        // that the graphs know each vector is a part of the check
        assertEquals(List.of(), DirectoryCheck.run(disk.copy()).problems());
    }

    @Test
    void rolled_back_after_a_restart_nothing_is_left() {
        a.run("CREATE TABLE v (id int PRIMARY KEY, e vector(4))");
        a.run("INSERT INTO v VALUES (1, '[1,0,0,0]')");
        a.run("BEGIN; CREATE TABLE made (id int PRIMARY KEY, e vector(4)); INSERT INTO made VALUES (1, '[1,2,3,4]');"
                + " TRUNCATE v; INSERT INTO v VALUES (2, '[2,0,0,0]'); DROP TABLE t; PREPARE TRANSACTION 'ddl'");
        cut();
        maintained();
        cut();
        assertEquals("ROLLBACK PREPARED\n", a.run("ROLLBACK PREPARED 'ddl'"));
        assertEquals(List.of("1|[1,0,0,0]"), a.rows("SELECT * FROM v"));
        assertEquals(List.of("2"), a.rows("SELECT count(*) FROM t"));
        assertTrue(a.run("SELECT * FROM made").startsWith("ERROR 42P01"));
        cut();
        assertEquals(List.of("1|[1,0,0,0]"), a.rows("SELECT * FROM v"));
        assertEquals(List.of(), a.rows("SELECT gid FROM pg_prepared_xacts"));
    }

    @Test
    void truncate_and_drop_commit_after_a_restart() {
        a.run("CREATE TABLE v (id int PRIMARY KEY, e vector(4))");
        a.run("INSERT INTO v VALUES (1, '[1,0,0,0]')");
        a.run("BEGIN; TRUNCATE v; INSERT INTO v VALUES (2, '[2,0,0,0]'); TRUNCATE v;"
                + " INSERT INTO v VALUES (3, '[3,0,0,0]'); DROP TABLE t; PREPARE TRANSACTION 'ddl'");
        cut();
        assertEquals("COMMIT PREPARED\n", a.run("COMMIT PREPARED 'ddl'"));
        maintained();
        assertEquals(List.of("3|[3,0,0,0]"), a.rows("SELECT * FROM v"));
        assertTrue(a.run("SELECT * FROM t").startsWith("ERROR 42P01"));
        cut();
        assertEquals(List.of("3|[3,0,0,0]"), a.rows("SELECT * FROM v"));
    }

    @Test
    void slots_written_again_stay_with_the_prepared_transaction() {
        a.run("CREATE TABLE v (id int PRIMARY KEY, e vector(4))");
        a.run("INSERT INTO v SELECT i, ARRAY[i, 0, 0, 0]::vector FROM generate_series(1, 20) i");
        a.run("DELETE FROM v WHERE id <= 10");
        maintained();
        a.run("BEGIN; INSERT INTO v SELECT i, ARRAY[i, 0, 0, 0]::vector FROM generate_series(101, 105) i;"
                + " PREPARE TRANSACTION 'p'");
        cut();
        maintained();
        a.run("INSERT INTO v SELECT i, ARRAY[i, 0, 0, 0]::vector FROM generate_series(201, 210) i");
        a.run("COMMIT PREPARED 'p'");
        for (Runnable again : List.<Runnable>of(() -> {}, this::cut, this::maintained)) {
            again.run();
            assertEquals(List.of("25"), a.rows("SELECT count(*) FROM v WHERE e = ARRAY[id, 0, 0, 0]::vector"));
        }
    }

    @Test
    void a_transaction_of_many_rows_and_locks_comes_back() {
        a.run("BEGIN; INSERT INTO t SELECT i, i FROM generate_series(10, 20009) i; PREPARE TRANSACTION 'many'");
        long locks = database.lockCount();
        cut();
        assertEquals(locks, database.lockCount());
        a.run("COMMIT PREPARED 'many'");
        assertEquals(List.of("20002|200190030"), a.rows("SELECT count(*), sum(v) FROM t WHERE v >= 0"));
    }

    @Test
    void a_prepared_pivot_makes_others_fail() {
        writeSkew(() -> {});
    }

    @Test
    void what_a_serializable_transaction_read_is_known_after_a_restart() {
        writeSkew(this::cut);
    }

    /// p reads 2 and writes 1; another reads 1 and writes 2: one order of the two must explain it, so one fails.
    private void writeSkew(Runnable between) {
        a.run("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT v FROM t WHERE id = 2; UPDATE t SET v = 100 WHERE id = 1;"
                + " PREPARE TRANSACTION 'p'");
        between.run();
        String answer = b.run("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT v FROM t WHERE id = 1;"
                + " UPDATE t SET v = 200 WHERE id = 2; COMMIT");
        assertTrue(answer.contains("ERROR 40001"), answer);
        b.run("ROLLBACK");
        assertEquals("COMMIT PREPARED\n", a.run("COMMIT PREPARED 'p'"));
        assertEquals(List.of("1|100", "2|20"), a.rows("SELECT * FROM t ORDER BY id"));
        // over with it: the same again goes through
        b.run("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT v FROM t WHERE id = 1; UPDATE t SET v = 200 WHERE id = 2");
        assertEquals("COMMIT\n", b.run("COMMIT"));
    }

    @Test
    void a_reader_before_the_writer_makes_the_writer_fail_over_a_prepared_pivot() {
        a.run("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT v FROM t WHERE id = 2; UPDATE t SET v = 100 WHERE id = 1;"
                + " PREPARE TRANSACTION 'p'");
        // T1 reads what p writes, T3 writes what p read and commits first
        a.run("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT v FROM t WHERE id = 1");
        String answer = b.run("BEGIN ISOLATION LEVEL SERIALIZABLE; UPDATE t SET v = 200 WHERE id = 2; COMMIT");
        assertTrue(answer.contains("ERROR 40001"), answer);
        b.run("ROLLBACK");
        a.run("ROLLBACK");
    }
}
