package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Temporary tables between sessions, at their ends and over a crash.
final class TemporaryTableTest {
    private static final String COUNT = "SELECT count(*) FROM pg_class WHERE relpersistence = 't'";

    @TempDir
    Path directory;

    private Database open() {
        return Database.open(directory.resolve("data"), DatabaseOptions.forTests());
    }

    private static void ok(SqlConnection connection, String sql) {
        String answer = connection.run(sql);
        assertFalse(answer.contains("ERROR"), () -> sql + ": " + answer);
    }

    @Test
    void sessions_have_their_own_tables_of_one_name() {
        try (Database database = open();
                SqlConnection first = new SqlConnection(database);
                SqlConnection second = new SqlConnection(database)) {
            ok(first, "CREATE TEMP TABLE t (id serial, v text)");
            assertEquals("ERROR 42P01: relation \"t\" does not exist @15\n", second.run("SELECT * FROM t"));
            ok(second, "CREATE TEMP TABLE t (n int)");
            ok(first, "INSERT INTO t (v) VALUES ('first')");
            ok(second, "INSERT INTO t VALUES (2)");
            assertEquals("1|first\nSELECT 1\n", first.run("SELECT * FROM t"));
            assertEquals("2\nSELECT 1\n", second.run("SELECT * FROM t"));
            assertEquals(
                    "ERROR 0A000: cannot access temporary tables of other sessions\n",
                    second.run("SELECT * FROM pg_temp_1.t"));
            assertEquals(
                    "ERROR 42P16: cannot create relations in temporary schemas of other sessions @14\n",
                    second.run("CREATE TABLE pg_temp_1.x (a int)"));
            assertEquals(
                    "t|f\nSELECT 1\n",
                    first.run("SELECT pg_is_other_temp_schema('pg_temp_2'::regnamespace),"
                            + " pg_is_other_temp_schema('pg_temp_1'::regnamespace)"));
        }
    }

    @Test
    void a_session_that_ends_leaves_nothing() {
        try (Database database = open();
                SqlConnection other = new SqlConnection(database)) {
            try (SqlConnection first = new SqlConnection(database)) {
                ok(first, "CREATE TEMP TABLE t (id serial PRIMARY KEY, v vector(3))");
                ok(first, "CREATE INDEX ON t USING hnsw (v vector_l2_ops)");
                ok(first, "INSERT INTO t (v) VALUES ('[1,2,3]')");
                ok(first, "CREATE TEMP SEQUENCE s");
                ok(first, "CREATE TEMP TABLE child (t int REFERENCES t)");
                ok(first, "BEGIN");
                ok(first, "CREATE TEMP TABLE open (a int)");
                assertEquals("6\nSELECT 1\n", other.run(COUNT));
            }
            assertEquals("0\nSELECT 1\n", other.run(COUNT));
            try (SqlConnection again = new SqlConnection(database)) {
                ok(again, "CREATE TEMP TABLE t (a int)");
                assertEquals(
                        "pg_temp_1\nSELECT 1\n",
                        again.run("SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()"));
            }
        }
    }

    @Test
    void what_a_killed_server_leaves_is_gone_at_the_next_open() throws IOException {
        Path killed = directory.resolve("killed");
        try (Database database = open();
                SqlConnection session = new SqlConnection(database)) {
            ok(session, "CREATE TABLE kept (id serial, v text)");
            ok(session, "CREATE TEMP TABLE t (id serial PRIMARY KEY, v vector(3))");
            ok(session, "CREATE INDEX ON t USING hnsw (v vector_l2_ops)");
            ok(session, "INSERT INTO t (v) SELECT '[1,2,3]' FROM generate_series(1, 100)");
            ok(session, "CREATE UNLOGGED TABLE u (a int)");
            ok(session, "INSERT INTO kept (v) VALUES ('kept')");
            copy(directory.resolve("data"), killed); // what the kernel has when the process is killed
        }
        long before = directories(killed);
        try (Database database = Database.open(killed, DatabaseOptions.forTests());
                SqlConnection session = new SqlConnection(database)) {
            assertEquals("0\nSELECT 1\n", session.run(COUNT));
            assertEquals("1|kept\nSELECT 1\n", session.run("SELECT * FROM kept"));
            assertEquals("u\nSELECT 1\n", session.run("SELECT relpersistence FROM pg_class WHERE relname = 'u'"));
            ok(session, "CREATE TEMP TABLE t (a int)");
            ok(session, "CHECKPOINT");
        }
        try (Database database = Database.open(killed, DatabaseOptions.forTests());
                SqlConnection session = new SqlConnection(database)) {
            assertEquals("0\nSELECT 1\n", session.run(COUNT));
        }
        assertTrue(before > 0 && directories(killed) == 0, "vectors and graphs are left");
    }

    /// Directories of vector columns and hnsw indexes.
    private static long directories(Path data) throws IOException {
        long count = 0;
        for (String kind : List.of("vec", "idx")) {
            if (Files.exists(data.resolve(kind))) {
                try (Stream<Path> entries = Files.list(data.resolve(kind))) {
                    count += entries.count();
                }
            }
        }
        return count;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    @Test
    void a_transaction_that_used_temporary_objects_cannot_be_prepared() {
        String refused = "ERROR 0A000: cannot PREPARE a transaction that has operated on temporary objects\n";
        try (Database database = open();
                SqlConnection session = new SqlConnection(database)) {
            ok(session, "CREATE TABLE permanent (a int)");
            ok(session, "CREATE TEMP TABLE t (a int)");
            ok(session, "CREATE TEMP SEQUENCE s");
            for (String use : List.of(
                    "SELECT * FROM t",
                    "INSERT INTO t VALUES (1)",
                    "SELECT nextval('s')",
                    "CREATE TEMP TABLE t2 (a int)",
                    "DROP TABLE t")) {
                ok(session, "BEGIN");
                ok(session, use);
                assertEquals(refused, session.run("PREPARE TRANSACTION 'p'"), use);
            }
            ok(session, "BEGIN");
            ok(session, "INSERT INTO permanent VALUES (1)");
            assertEquals("PREPARE TRANSACTION\n", session.run("PREPARE TRANSACTION 'p'"));
            ok(session, "ROLLBACK PREPARED 'p'");
        }
    }

    @Test
    void notices_of_if_not_exists_are_postgresqls() {
        try (Database database = open();
                SqlConnection session = new SqlConnection(database)) {
            ok(session, "CREATE TEMP TABLE t (a int)");
            session.notices();
            ok(session, "CREATE TEMP TABLE IF NOT EXISTS t (a int)");
            assertEquals("CREATE TABLE AS\n", session.run("CREATE TEMP TABLE IF NOT EXISTS t AS SELECT 1"));
            assertEquals(
                    List.of(
                            "NOTICE: relation \"t\" already exists, skipping",
                            "NOTICE: relation \"t\" already exists, skipping"),
                    session.notices());
        }
    }

    @Test
    void a_vector_table_is_emptied_at_every_commit() {
        try (Database database = open();
                SqlConnection session = new SqlConnection(database)) {
            ok(session, "CREATE TEMP TABLE t (id int PRIMARY KEY, v vector(3)) ON COMMIT DELETE ROWS");
            ok(session, "CREATE INDEX ON t USING hnsw (v vector_l2_ops)");
            for (int round = 0; round < 3; round++) {
                ok(session, "BEGIN READ ONLY");
                ok(session, "INSERT INTO t SELECT g, '[1,2,3]' FROM generate_series(1, 50) g");
                assertEquals("1\nSELECT 1\n", session.run("SELECT id FROM t ORDER BY v <-> '[1,2,3]', id LIMIT 1"));
                ok(session, "COMMIT");
                assertEquals("0\nSELECT 1\n", session.run("SELECT count(*) FROM t"));
            }
        }
    }
}
