package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Rows that another transaction changed between being found and being locked, as READ COMMITTED has it.
@Timeout(60)
class ConcurrentChangeTest {
    @TempDir
    Path directory;

    private Database database;
    private SqlConnection holder;
    private SqlConnection waiter;

    @BeforeEach
    void load() {
        database = Database.open(directory, DatabaseOptions.forTests());
        holder = new SqlConnection(database);
        waiter = new SqlConnection(database);
        holder.run("CREATE TABLE t (id int PRIMARY KEY, n int)");
        holder.run("INSERT INTO t VALUES (1, 10), (2, 20)");
    }

    @AfterEach
    void close() {
        waiter.close();
        holder.close();
        database.close();
    }

    /// Runs `sql` while `held` is done but not committed; answers what it says once it is.
    private String meanwhile(String held, String sql) throws Exception {
        holder.run("BEGIN");
        holder.run(held);
        CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> waiter.run(sql));
        // the lock is held: the statement cannot end before COMMIT
        assertFalse(isDoneSoon(answer));
        assertEquals("COMMIT\n", holder.run("COMMIT"));
        return answer.get(30, TimeUnit.SECONDS);
    }

    private static boolean isDoneSoon(CompletableFuture<String> answer) throws Exception {
        try {
            answer.get(200, TimeUnit.MILLISECONDS);
            return true;
        } catch (java.util.concurrent.TimeoutException stillWaiting) {
            return false;
        }
    }

    @Test
    void an_update_adds_to_the_newest_value() throws Exception {
        assertEquals(
                "UPDATE 1\n", meanwhile("UPDATE t SET n = 11 WHERE id = 1", "UPDATE t SET n = n + 100 WHERE id = 1"));
        assertEquals(List.of("1|111", "2|20"), waiter.rows("SELECT * FROM t ORDER BY id"));
    }

    @Test
    void a_row_that_no_longer_matches_is_left_alone() throws Exception {
        assertEquals("UPDATE 0\n", meanwhile("UPDATE t SET n = 11 WHERE id = 1", "UPDATE t SET n = 0 WHERE n = 10"));
        assertEquals(List.of("1|11", "2|20"), waiter.rows("SELECT * FROM t ORDER BY id"));
    }

    @Test
    void a_delete_checks_the_newest_value() throws Exception {
        assertEquals("DELETE 0\n", meanwhile("UPDATE t SET n = 11 WHERE id = 1", "DELETE FROM t WHERE n = 10"));
        assertEquals("DELETE 1\n", meanwhile("UPDATE t SET n = 12 WHERE id = 1", "DELETE FROM t WHERE n < 15"));
    }

    @Test
    void a_deleted_row_is_no_target() throws Exception {
        assertEquals("UPDATE 0\n", meanwhile("DELETE FROM t WHERE id = 1", "UPDATE t SET n = 0 WHERE id = 1"));
    }

    @Test
    void a_conflict_with_a_row_changed_meanwhile_updates_it() throws Exception {
        assertEquals(
                "INSERT 0 1\n",
                meanwhile(
                        "UPDATE t SET n = 50 WHERE id = 2",
                        "INSERT INTO t VALUES (2, 1) ON CONFLICT (id) DO UPDATE SET n = t.n + excluded.n"));
        assertEquals(List.of("51"), waiter.rows("SELECT n FROM t WHERE id = 2"));
    }

    @Test
    void an_index_dropped_while_a_statement_waits_for_its_table_is_not_used() throws Exception {
        holder.run("CREATE INDEX t_n ON t (n)");
        String search = "SELECT id FROM t WHERE n = 20";
        assertEquals("2\nSELECT 1\n", meanwhile("DROP INDEX t_n", search));
        holder.run("CREATE INDEX t_n ON t (n)");
        assertEquals(List.of("2"), waiter.rows(search)); // may keep its plan
        assertEquals("UPDATE 1\n", meanwhile("DROP INDEX t_n", "UPDATE t SET n = 21 WHERE n = 20"));
    }
}
