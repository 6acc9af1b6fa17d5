package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import omendb.engine.DirectoryCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Deferrable unique constraints between sessions; what one session sees is compared with PostgreSQL in
/// `statements/deferrable_unique.txt`.
@Timeout(120)
class DeferrableUniqueTest {
    private static final String DUPLICATE = "ERROR 23505: duplicate key value violates unique constraint \"t_pkey\"\n";

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
        a.run("CREATE TABLE t (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, n int)");
        a.run("INSERT INTO t VALUES (1, 1), (2, 2)");
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
        threads.close();
        assertEquals(0, database.lockCount());
        database.close();
    }

    private Future<String> later(SqlConnection session, String sql) {
        return threads.submit(() -> session.run(sql));
    }

    private void awaitWaiting() {
        while (database.sessions().waitingCount() == 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void of_two_transactions_with_the_same_key_the_later_commit_fails() {
        a.run("BEGIN; INSERT INTO t VALUES (3, 1)");
        assertEquals("BEGIN\nINSERT 0 1\nCOMMIT\n", b.run("BEGIN; INSERT INTO t VALUES (3, 2); COMMIT"));
        assertEquals(DUPLICATE, a.run("COMMIT"));
        assertEquals(List.of("2"), a.rows("SELECT n FROM t WHERE id = 3"));
    }

    @Test
    void a_check_waits_for_who_has_the_key_checked_or_removed() throws Exception {
        a.run("BEGIN; INSERT INTO t VALUES (3, 1); SET CONSTRAINTS ALL IMMEDIATE");
        Future<String> insert = later(b, "INSERT INTO t VALUES (3, 2)");
        awaitWaiting();
        a.run("COMMIT");
        assertEquals(DUPLICATE, insert.get());
        a.run("BEGIN; DELETE FROM t WHERE id = 3");
        insert = later(b, "INSERT INTO t VALUES (3, 2)");
        awaitWaiting();
        a.run("COMMIT");
        assertEquals("INSERT 0 1\n", insert.get());
        a.run("BEGIN; UPDATE t SET id = 4 WHERE id = 3");
        insert = later(b, "INSERT INTO t VALUES (3, 5)");
        awaitWaiting();
        a.run("ROLLBACK");
        assertEquals(DUPLICATE, insert.get());
    }

    @Test
    void a_failed_commit_at_the_end_of_a_query_string_undoes_all_of_it() {
        assertEquals("INSERT 0 1\n" + DUPLICATE, a.run("INSERT INTO t VALUES (5, 5); INSERT INTO t VALUES (1, 7)"));
        assertEquals(List.of("1|1", "2|2"), a.rows("SELECT * FROM t ORDER BY id"));
    }

    @Test
    void it_is_there_after_a_restart() {
        a.run("UPDATE t SET id = 3 - id");
        a.close();
        b.close();
        database.close();
        assertEquals(List.of(), DirectoryCheck.run(directory).problems());
        database = Database.open(directory, DatabaseOptions.forTests());
        a = new SqlConnection(database);
        b = new SqlConnection(database);
        assertEquals(List.of("1|2", "2|1"), a.rows("SELECT * FROM t ORDER BY id"));
        assertEquals("BEGIN\nINSERT 0 1\n" + DUPLICATE, a.run("BEGIN; INSERT INTO t VALUES (1, 3); COMMIT"));
        assertEquals(List.of("2"), a.rows("SELECT n FROM t WHERE id = 1"));
    }

    @Test
    void a_large_statement_that_moves_every_key_is_checked() {
        a.run("CREATE TABLE u (id int UNIQUE DEFERRABLE)");
        a.run("INSERT INTO u SELECT generate_series(1, 70000)");
        assertEquals("UPDATE 70000\n", a.run("UPDATE u SET id = id + 1"));
        assertEquals("UPDATE 70000\n", a.run("UPDATE u SET id = 70003 - id"));
        assertTrue(a.run("UPDATE u SET id = id / 2").startsWith("ERROR 23505"));
        assertEquals(List.of("2|70001|70000"), a.rows("SELECT min(id), max(id), count(DISTINCT id) FROM u"));
    }

    @Test
    void no_duplicate_however_many_insert_move_and_delete_at_once() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int player = i;
            all.add(threads.submit(() -> play(player, refused)));
        }
        for (Future<?> each : all) {
            each.get();
        }
        assertTrue(refused.get() > 0);
        assertEquals(List.of(), a.rows("SELECT id FROM t GROUP BY id HAVING count(*) > 1"));
    }

    private void play(int player, AtomicInteger refused) {
        Random random = new Random(player);
        try (SqlConnection session = new SqlConnection(database)) {
            for (int n = 0; n < 60; n++) {
                session.run("BEGIN");
                session.run("INSERT INTO t VALUES (" + random.nextInt(9) + ", " + n + ")");
                session.run("UPDATE t SET id = " + random.nextInt(9) + " WHERE id = " + random.nextInt(9));
                session.run("DELETE FROM t WHERE id = " + random.nextInt(9));
                refused.addAndGet(session.run("COMMIT").contains("23505") ? 1 : 0);
                assertEquals(
                        List.of(), session.rows("SELECT id FROM t GROUP BY id HAVING count(*) > 1"), "seed " + player);
            }
        }
    }
}
