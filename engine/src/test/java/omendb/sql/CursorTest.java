package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Cursors compute their rows as they come to them, and see what their DECLARE saw.
@Timeout(60)
class CursorTest {
    private static final int ROWS = 5_000;

    @TempDir
    Path directory;

    private Database database;
    private SqlConnection session;
    private SqlConnection other;

    @BeforeEach
    void open() {
        database = Database.open(directory, DatabaseOptions.forTests().withWriteSetBytes(100_000));
        session = new SqlConnection(database);
        other = new SqlConnection(database);
        session.run("CREATE TABLE t (id int PRIMARY KEY, v text)");
        session.run("INSERT INTO t SELECT g, 'row ' || g FROM generate_series(1, " + ROWS + ") g");
    }

    @AfterEach
    void close() {
        session.close();
        other.close();
        assertEquals(0, database.lockCount());
        database.close();
    }

    private static List<String> rows(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(id -> id + "|row " + id).toList();
    }

    @Test
    void rows_that_nobody_asks_for_are_not_computed() {
        session.run("BEGIN");
        session.run("DECLARE c NO SCROLL CURSOR FOR SELECT g FROM generate_series(1, 1000000000000) g");
        assertEquals(List.of("1", "2", "3"), session.rows("FETCH 3 FROM c"));
        assertEquals("MOVE 100000\n", session.run("MOVE 100000 FROM c"));
        assertEquals(List.of("100004"), session.rows("FETCH c"));
        assertEquals(List.of("200000"), session.rows("FETCH ABSOLUTE 200000 FROM c"));
        assertTrue(session.run("FETCH BACKWARD 1 FROM c").contains("55000"));
        assertEquals("ROLLBACK\n", session.run("ROLLBACK"));
    }

    @Test
    void an_error_comes_with_its_row() {
        session.run("BEGIN; DECLARE c CURSOR FOR SELECT 1/(id-5) FROM t ORDER BY id");
        assertEquals(List.of("0", "0", "0", "-1"), session.rows("FETCH 4 FROM c"));
        assertEquals("ERROR 22012: division by zero\n", session.run("FETCH c"));
        session.run("ROLLBACK");
    }

    @Test
    void what_is_written_after_declare_is_not_seen_whoever_writes_it() {
        for (String level : List.of("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")) {
            session.run("BEGIN ISOLATION LEVEL " + level);
            session.run("DECLARE c CURSOR FOR SELECT * FROM t");
            session.run("DECLARE i NO SCROLL CURSOR FOR SELECT * FROM t WHERE id > 0 ORDER BY id");
            session.run("DECLARE j CURSOR FOR SELECT a.* FROM t a JOIN t b ON b.id = a.id ORDER BY a.id LIMIT 3000");
            assertEquals(rows(1, 10), session.rows("FETCH 10 FROM c"));
            assertEquals(rows(1, 10), session.rows("FETCH 10 FROM i"));
            assertEquals("INSERT 0 1\n", other.run("INSERT INTO t VALUES (-1, 'new')"));
            assertEquals("UPDATE 100\n", other.run("UPDATE t SET v = 'other' WHERE id > " + (ROWS - 100)));
            assertEquals("VACUUM\n", other.run("VACUUM t"));
            assertEquals(
                    "UPDATE " + (ROWS - 200) + "\n",
                    session.run("UPDATE t SET v = repeat('x', 50) WHERE id > 0 AND" + " id <= " + (ROWS - 200)));
            assertEquals(rows(11, 2_000), session.rows("FETCH 1990 FROM c"));
            assertEquals("DELETE 1000\n", session.run("DELETE FROM t WHERE id BETWEEN 2001 AND 3000"));
            assertEquals(rows(2_001, ROWS), session.rows("FETCH ALL FROM c"));
            assertEquals(rows(11, ROWS), session.rows("FETCH ALL FROM i"));
            assertEquals(rows(1, 3_000), session.rows("FETCH ALL FROM j"));
            assertEquals(rows(1, 1), session.rows("FETCH FIRST FROM c"));
            assertEquals(rows(ROWS, ROWS), session.rows("FETCH LAST FROM c"));
            session.run("ROLLBACK");
            other.run("DELETE FROM t WHERE id = -1; UPDATE t SET v = 'row ' || id WHERE v = 'other'");
        }
    }

    @Test
    void own_rows_that_are_spilled_and_undone_meanwhile_are_seen_as_they_were() {
        session.run("BEGIN; INSERT INTO t SELECT g, 'row ' || g FROM generate_series(5001, 9000) g");
        session.run("DECLARE c NO SCROLL CURSOR FOR SELECT * FROM t ORDER BY id");
        session.run("DECLARE s CURSOR FOR SELECT * FROM t WHERE id > 4990");
        assertEquals(rows(4_991, 5_005), session.rows("FETCH 15 FROM s"));
        session.run("SAVEPOINT a; UPDATE t SET v = repeat('y', 100)");
        assertEquals(rows(1, 5_500), session.rows("FETCH 5500 FROM c"));
        session.run("DELETE FROM t; ROLLBACK TO a");
        assertEquals(rows(5_501, 6_000), session.rows("FETCH 500 FROM c"));
        session.run("UPDATE t SET v = repeat('z', 100)");
        assertEquals(rows(6_001, 9_000), session.rows("FETCH ALL FROM c"));
        assertEquals(rows(5_006, 9_000), session.rows("FETCH ALL FROM s"));
        session.run("COMMIT");
    }

    @Test
    void one_with_hold_is_computed_at_commit() {
        session.run("BEGIN; DECLARE h CURSOR WITH HOLD FOR SELECT * FROM t ORDER BY id");
        assertEquals(rows(1, 2), session.rows("FETCH 2 FROM h"));
        session.run("UPDATE t SET v = 'changed'");
        session.run("COMMIT");
        other.run("DROP TABLE t");
        assertEquals(rows(3, ROWS), session.rows("FETCH ALL FROM h"));
        assertEquals(List.of("h"), session.rows("SELECT name FROM pg_cursors"));
        session.run("CLOSE h");
    }

    @Test
    void a_definition_that_changes_does_not_disturb_an_open_cursor() {
        session.run("BEGIN; DECLARE c CURSOR FOR SELECT * FROM t ORDER BY id");
        assertEquals(rows(1, 2), session.rows("FETCH 2 FROM c"));
        session.run("ALTER TABLE t ALTER v TYPE bytea USING v::bytea; DROP TABLE t");
        assertEquals(rows(3, ROWS), session.rows("FETCH ALL FROM c"));
        session.run("ROLLBACK");
    }

    @Test
    void rows_are_locked_as_the_cursor_comes_to_them() {
        session.run("BEGIN; DECLARE c CURSOR FOR SELECT id FROM t ORDER BY id LIMIT 3000 FOR UPDATE");
        assertEquals(List.of("1"), session.rows("FETCH c"));
        assertEquals("UPDATE 1\n", session.run("UPDATE t SET v = 'here' WHERE CURRENT OF c"));
        assertEquals(List.of(String.valueOf(ROWS)), other.rows("SELECT max(id) FROM t"));
        assertEquals(List.of("2500"), other.rows("SELECT id FROM t WHERE id = 2500 FOR UPDATE NOWAIT"));
        assertTrue(other.run("SELECT id FROM t WHERE id = 1 FOR UPDATE NOWAIT").contains("55P03"));
        assertEquals("MOVE 2999\n", session.run("MOVE ALL FROM c"));
        assertTrue(
                other.run("SELECT id FROM t WHERE id = 2500 FOR UPDATE NOWAIT").contains("55P03"));
        session.run("COMMIT");
        assertEquals(List.of("here"), other.rows("SELECT v FROM t WHERE id = 1"));
    }

    @Test
    void an_open_cursor_keeps_its_rows_from_vacuum_and_lets_them_go() {
        session.run("BEGIN; DECLARE c CURSOR FOR SELECT count(*), min(v) FROM t");
        other.run("UPDATE t SET v = 'a'");
        other.run("VACUUM t"); // FULL would wait for the lock on the table
        assertEquals(List.of(ROWS + "|row 1"), session.rows("FETCH c"));
        session.run("CLOSE c; COMMIT");
        assertEquals("VACUUM\n", other.run("VACUUM t"));
        assertEquals(List.of("0"), other.rows("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 't'"));
    }
}
