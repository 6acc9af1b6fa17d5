package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
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

/// ALTER SEQUENCE and TRUNCATE ... RESTART IDENTITY belong to their transaction; nextval does not.
@Timeout(60)
class SequenceRestartTest {
    @TempDir
    Path directory;

    private Database database;
    private SqlConnection a;
    private SqlConnection b;

    @BeforeEach
    void open() {
        database = Database.open(directory, DatabaseOptions.forTests());
        a = new SqlConnection(database);
        b = new SqlConnection(database);
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
        database.close();
    }

    private static String next(SqlConnection session) {
        return session.rows("SELECT nextval('s')").getFirst();
    }

    @Test
    void alter_sequence_rolls_back_and_nextval_does_not() {
        a.run("CREATE SEQUENCE s START 5 INCREMENT 2 MAXVALUE 11");
        a.run("BEGIN");
        assertEquals("5", next(a));
        a.run("ROLLBACK");
        assertEquals("7", next(b));
        a.run("BEGIN; ALTER SEQUENCE s RESTART WITH 9 INCREMENT 1; SAVEPOINT p");
        assertEquals("9", next(a));
        assertEquals("10", next(a));
        a.run("ROLLBACK TO p");
        assertEquals("9", next(a));
        a.run("ROLLBACK");
        assertEquals("9", next(b));
        assertEquals("11", next(b));
        assertTrue(b.run("SELECT nextval('s')").startsWith("ERROR 2200H"));
        assertEquals("ALTER SEQUENCE\n", b.run("ALTER SEQUENCE s CYCLE MINVALUE 3"));
        assertEquals("3", next(b));
        assertEquals(
                "ERROR 22023: RESTART value (20) cannot be greater than MAXVALUE (11)\n",
                b.run("ALTER SEQUENCE s RESTART WITH 20"));
        assertEquals("ALTER SEQUENCE\n", b.run("ALTER SEQUENCE s AS smallint NO MAXVALUE RESTART"));
        assertEquals("5", next(a));
        assertEquals(
                List.of("21|5|2|32767|3|1|t"),
                a.rows("SELECT seqtypid, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle FROM pg_sequence"));
    }

    @Test
    void others_wait_for_who_restarts_a_sequence() throws Exception {
        a.run("CREATE SEQUENCE s");
        next(a);
        a.run("BEGIN; ALTER SEQUENCE s RESTART WITH 100");
        try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
            Future<String> waits = threads.submit(() -> next(b));
            while (database.sessions().waitingCount() == 0) {
                Thread.onSpinWait();
            }
            a.run("COMMIT");
            assertEquals("100", waits.get());
        }
    }

    @Test
    void truncate_restart_identity_rolls_back_and_survives_a_restart_when_it_commits() {
        a.run("CREATE TABLE t (id serial PRIMARY KEY, n int); INSERT INTO t (n) SELECT generate_series(1, 100)");
        a.run("BEGIN; TRUNCATE t RESTART IDENTITY");
        assertEquals(List.of("1"), a.rows("INSERT INTO t (n) VALUES (0) RETURNING id"));
        a.run("ROLLBACK");
        assertEquals(List.of("101"), b.rows("INSERT INTO t (n) VALUES (0) RETURNING id"));
        a.run("TRUNCATE t RESTART IDENTITY");
        assertEquals(List.of("1"), b.rows("INSERT INTO t (n) VALUES (0) RETURNING id"));
        a.run("TRUNCATE t RESTART IDENTITY");
        a.close();
        b.close();
        database.close();
        open();
        assertEquals(List.of("1"), a.rows("INSERT INTO t (n) VALUES (0) RETURNING id"));
    }
}
