package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import omendb.engine.error.OmenException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Foreign keys between sessions, in bulk and over a restart; what one session sees is compared with
/// PostgreSQL in `statements/foreign_keys.txt`.
@Timeout(120)
class ForeignKeyTest {
    private static final String ORPHANS =
            "SELECT count(*) FROM c LEFT JOIN p ON p.id = c.p WHERE p.id IS NULL AND c.p IS NOT NULL";
    private static final String MISSING =
            "ERROR 23503: insert or update on table \"c\" violates foreign key constraint \"c_p_fkey\"\n";
    private static final String REFERENCED =
            "ERROR 23503: update or delete on table \"p\" violates foreign key constraint \"c_p_fkey\" on table \"c\"\n";

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
        a.run("CREATE TABLE p (id int PRIMARY KEY, note text)");
        a.run("CREATE TABLE c (p int REFERENCES p, n int)");
        a.run("INSERT INTO p VALUES (1), (2), (3)");
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

    private void action(String action) {
        a.run("ALTER TABLE c DROP CONSTRAINT c_p_fkey");
        assertEquals("ALTER TABLE\n", a.run("ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES p " + action));
    }

    @Test
    void a_delete_waits_for_who_refers_to_the_row_and_then_fails_or_goes_on() throws Exception {
        a.run("BEGIN; INSERT INTO c VALUES (1, 1)");
        assertEquals(
                "UPDATE 1\n", b.run("UPDATE p SET note = 'free' WHERE id = 1"), "the key stays: no reason to wait");
        Future<String> delete = later(b, "DELETE FROM p WHERE id = 1");
        awaitWaiting();
        a.run("COMMIT");
        assertEquals(REFERENCED, delete.get());
        a.run("BEGIN; INSERT INTO c VALUES (2, 1)");
        delete = later(b, "DELETE FROM p WHERE id = 2");
        awaitWaiting();
        a.run("ROLLBACK");
        assertEquals("DELETE 1\n", delete.get());
    }

    @Test
    void an_insert_waits_for_who_takes_away_the_row() throws Exception {
        for (String change : List.of("DELETE FROM p WHERE id = 2", "UPDATE p SET id = 20 WHERE id = 2")) {
            a.run("BEGIN; " + change);
            Future<String> insert = later(b, "INSERT INTO c VALUES (2, 1)");
            awaitWaiting();
            a.run("ROLLBACK");
            assertEquals("INSERT 0 1\n", insert.get());
            b.run("DELETE FROM c");
        }
        a.run("BEGIN; DELETE FROM p WHERE id = 2");
        Future<String> insert = later(b, "INSERT INTO c VALUES (2, 1)");
        awaitWaiting();
        a.run("COMMIT");
        assertEquals(MISSING, insert.get());
    }

    @Test
    void a_delete_waits_for_who_removes_the_referring_row() throws Exception {
        a.run("INSERT INTO c VALUES (1, 1)");
        a.run("BEGIN; DELETE FROM c");
        Future<String> delete = later(b, "DELETE FROM p WHERE id = 1");
        awaitWaiting();
        a.run("COMMIT");
        assertEquals("DELETE 1\n", delete.get());
    }

    @Test
    void a_row_committed_after_the_statement_began_can_be_referred_to() throws Exception {
        a.run("BEGIN; LOCK TABLE c IN SHARE MODE; INSERT INTO p VALUES (9)");
        Future<String> insert = later(b, "INSERT INTO c VALUES (9, 1)");
        awaitWaiting();
        a.run("COMMIT");
        assertEquals("INSERT 0 1\n", insert.get());
    }

    @Test
    void repeatable_read_refers_to_what_its_snapshot_sees_and_fails_if_that_is_gone() {
        for (String level : List.of("REPEATABLE READ", "SERIALIZABLE")) {
            a.run("INSERT INTO p VALUES (7)");
            a.run("BEGIN ISOLATION LEVEL " + level + "; SELECT 1");
            b.run("INSERT INTO p VALUES (8); DELETE FROM p WHERE id = 7");
            a.run("SAVEPOINT s");
            assertEquals(MISSING, a.run("INSERT INTO c VALUES (8, 1)"), level);
            a.run("ROLLBACK TO s");
            assertTrue(a.run("INSERT INTO c VALUES (7, 1)").startsWith("ERROR 40001"), level);
            a.run("ROLLBACK TO s");
            assertEquals("INSERT 0 1\nINSERT 0 1\n", a.run("INSERT INTO p VALUES (6); INSERT INTO c VALUES (6, 1)"));
            a.run("ROLLBACK");
            b.run("DELETE FROM p WHERE id = 8");
        }
    }

    @Test
    void repeatable_read_does_not_delete_what_others_refer_to_by_now() {
        a.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
        b.run("INSERT INTO c VALUES (1, 1)");
        assertEquals(REFERENCED, a.run("DELETE FROM p WHERE id = 1"));
        a.run("ROLLBACK");
        action("ON DELETE CASCADE");
        a.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
        b.run("INSERT INTO c VALUES (1, 2)");
        assertTrue(a.run("DELETE FROM p WHERE id = 1").startsWith("ERROR 40001"));
        a.run("ROLLBACK");
        assertEquals("DELETE 1\n", a.run("DELETE FROM p WHERE id = 1"));
        assertEquals(List.of("0"), a.rows("SELECT count(*) FROM c"));
    }

    @Test
    void a_cascade_waits_for_who_changes_the_referring_row() throws Exception {
        action("ON DELETE CASCADE");
        a.run("INSERT INTO c VALUES (1, 1), (1, 2), (2, 3)");
        a.run("BEGIN; UPDATE c SET p = 2 WHERE n = 1; UPDATE c SET n = 20 WHERE n = 2");
        Future<String> delete = later(b, "DELETE FROM p WHERE id = 1");
        awaitWaiting();
        a.run("COMMIT");
        assertEquals("DELETE 1\n", delete.get());
        assertEquals(List.of("2|1", "2|3"), a.rows("SELECT * FROM c ORDER BY n"));
    }

    @Test
    void errors_carry_detail_table_and_constraint() {
        OmenException missing = assertThrows(OmenException.class, () -> execute("INSERT INTO c VALUES (9, 1)"));
        assertEquals("Key (p)=(9) is not present in table \"p\".", missing.detail());
        assertEquals("public.c c_p_fkey", fields(missing));
        a.run("INSERT INTO c VALUES (1, 1)");
        OmenException referenced = assertThrows(OmenException.class, () -> execute("DELETE FROM p"));
        assertEquals("Key (id)=(1) is still referenced from table \"c\".", referenced.detail());
        assertEquals("public.c c_p_fkey", fields(referenced));
        OmenException drop = assertThrows(OmenException.class, () -> execute("DROP TABLE p"));
        assertEquals("constraint c_p_fkey on table c depends on table p", drop.detail());
        assertEquals("Use DROP ... CASCADE to drop the dependent objects too.", drop.hint());
        OmenException truncate = assertThrows(OmenException.class, () -> execute("TRUNCATE p"));
        assertEquals("Table \"c\" references \"p\".", truncate.detail());
        OmenException types = assertThrows(OmenException.class, () -> execute("CREATE TABLE x (a text REFERENCES p)"));
        assertEquals("Key columns \"a\" and \"id\" are of incompatible types: text and integer.", types.detail());
        a.notices();
        a.run("BEGIN; TRUNCATE p CASCADE; DROP TABLE p CASCADE; ROLLBACK");
        assertEquals(
                List.of(
                        "NOTICE: truncate cascades to table \"c\"",
                        "NOTICE: drop cascades to constraint c_p_fkey on table c"),
                a.notices());
    }

    private void execute(String sql) {
        SqlSession session = a.session();
        PreparedPlan plan = session.prepare(session.parse(sql).getFirst());
        try (Portal portal = session.bind(plan, ParameterValues.none())) {
            session.execute(portal, 0, _ -> {});
            session.sync();
        }
    }

    private static String fields(OmenException error) {
        return error.schemaName() + "." + error.tableName() + " " + error.constraintName();
    }

    @Test
    void a_large_copy_is_checked_while_it_runs_and_refused_as_a_whole() {
        a.run("INSERT INTO p SELECT generate_series(4, 1000)");
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 70_000; i++) {
            rows.append(1 + i % 1000).append('\t').append(i).append('\n');
        }
        byte[] good = rows.toString().getBytes(StandardCharsets.UTF_8);
        assertEquals("COPY 70000", a.copyIn("COPY c FROM STDIN", good, 1 << 16));
        byte[] bad = (rows + "1001\t7\n" + rows).getBytes(StandardCharsets.UTF_8);
        assertTrue(a.copyIn("COPY c FROM STDIN", bad, 1 << 16).startsWith(MISSING.strip()));
        assertEquals(List.of("70000"), a.rows("SELECT count(*) FROM c"));
    }

    @Test
    void rows_of_one_statement_may_refer_to_each_other_in_any_order() {
        a.run("CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree ON DELETE CASCADE)");
        assertEquals(
                "INSERT 0 70000\n",
                a.run(
                        "INSERT INTO tree SELECT i, i + 1 FROM generate_series(1, 69999) i UNION ALL SELECT 70000, NULL"));
        assertTrue(a.run("INSERT INTO tree SELECT i, i + 1 FROM generate_series(200000, 265000) i")
                .startsWith("ERROR 23503"));
        a.run("CREATE INDEX ON tree (up)");
        assertEquals("DELETE 1\n", a.run("DELETE FROM tree WHERE id = 69000"));
        assertEquals(List.of("1000"), a.rows("SELECT count(*) FROM tree"));
    }

    @Test
    void a_constraint_is_there_after_a_restart() {
        a.run("INSERT INTO c VALUES (1, 1)");
        a.run("CREATE TABLE d (a int, b int, PRIMARY KEY (a, b))");
        a.run("CREATE TABLE e (x int8, y int2, FOREIGN KEY (y, x) REFERENCES d (a, b) MATCH FULL ON DELETE SET NULL (x)"
                + " ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID)");
        String sql = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' ORDER BY oid";
        List<String> before = a.rows(sql);
        assertEquals(2, before.size());
        a.close();
        b.close();
        database.close();
        database = Database.open(directory, DatabaseOptions.forTests());
        a = new SqlConnection(database);
        b = new SqlConnection(database);
        assertEquals(before, a.rows(sql));
        assertEquals(REFERENCED, a.run("DELETE FROM p"));
        assertEquals(MISSING, a.run("INSERT INTO c VALUES (4)"));
    }

    @Test
    void a_foreign_key_waits_for_writers_of_both_tables() throws Exception {
        a.run("ALTER TABLE c DROP CONSTRAINT c_p_fkey; BEGIN; DELETE FROM p WHERE id = 1");
        Future<String> add = later(b, "INSERT INTO c VALUES (1, 1); ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES p");
        awaitWaiting();
        a.run("COMMIT");
        assertEquals("INSERT 0 1\n" + MISSING, add.get());
        a.run("BEGIN; UPDATE p SET note = 'x'");
        add = later(b, "ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES p");
        awaitWaiting();
        a.run("DELETE FROM p WHERE id = 2; COMMIT");
        assertEquals("ALTER TABLE\n", add.get());
        assertEquals("DELETE 1\n", a.run("DELETE FROM p WHERE id = 3"));
        assertEquals(MISSING, a.run("INSERT INTO c VALUES (3, 1)"));
    }

    @Test
    void no_orphan_however_many_insert_and_delete_at_once() throws Exception {
        for (String action : List.of("", "ON DELETE CASCADE", "ON DELETE SET NULL", "DEFERRABLE INITIALLY DEFERRED")) {
            action(action);
            AtomicInteger children = new AtomicInteger();
            List<Future<?>> all = new java.util.ArrayList<>();
            for (int i = 0; i < 5; i++) {
                int player = i;
                all.add(threads.submit(() -> play(player, children)));
            }
            for (Future<?> each : all) {
                each.get();
            }
            assertTrue(children.get() > 20, action);
            assertEquals(List.of("0"), a.rows(ORPHANS), action);
            a.run("DELETE FROM c");
        }
    }

    private void play(int player, AtomicInteger children) {
        Random random = new Random(player);
        try (SqlConnection session = new SqlConnection(database)) {
            for (int n = 0; n < 60; n++) {
                int id = random.nextInt(1, 5);
                if (player < 3) {
                    String done = session.run("INSERT INTO c VALUES (" + id + ", " + n + ")");
                    children.addAndGet(done.startsWith("INSERT") ? 1 : 0);
                } else if (n % 2 == 0) {
                    session.run("DELETE FROM p WHERE id = " + id);
                } else {
                    session.run("INSERT INTO p VALUES (" + id + ") ON CONFLICT DO NOTHING");
                }
                if (n % 10 == 0) {
                    assertEquals(List.of("0"), session.rows(ORPHANS), "seed " + player);
                }
            }
        }
    }
}
