package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SET and RESET among the other statements of a query string and of a block.
class SessionSettingsTest {
    @TempDir
    Path directory;

    private Database database;
    private SqlConnection connection;

    @BeforeEach
    void open() {
        database = Database.open(directory, DatabaseOptions.forTests());
        connection = new SqlConnection(database);
    }

    @AfterEach
    void close() {
        connection.close();
        database.close();
    }

    private String workMem() {
        return connection.rows("SHOW work_mem").getFirst();
    }

    @Test
    void a_set_outside_a_block_stays() {
        assertEquals("SET\n", connection.run("SET work_mem = '7MB'"));
        assertEquals("7MB", workMem());
        assertEquals("SET\nSET\n", connection.run("SET work_mem = '8MB'; SET work_mem = '9MB'"));
        assertEquals("9MB", workMem());
    }

    @Test
    void a_set_is_undone_with_the_query_string_it_stands_in() {
        String before = workMem();
        String answer = connection.run("SET work_mem = '7MB'; SELECT 1; SET work_mem = '8MB'; SELECT 1/0");
        assertTrue(answer.contains("ERROR 22012"), answer);
        assertEquals(before, workMem());
        connection.run("RESET work_mem; SET work_mem = '7MB'; SELECT 1/0");
        assertEquals(before, workMem());
    }

    @Test
    void a_block_opened_behind_a_set_owns_it() {
        String before = workMem();
        assertEquals("SET\nBEGIN\n", connection.run("SET work_mem = '7MB'; BEGIN"));
        assertEquals(TransactionStatus.IN_TRANSACTION, connection.session().transactionStatus());
        assertEquals(List.of("1"), connection.rows("SELECT 1"));
        assertEquals(TransactionStatus.IN_TRANSACTION, connection.session().transactionStatus());
        assertEquals("ROLLBACK\n", connection.run("ROLLBACK"));
        assertEquals(before, workMem());
    }

    @Test
    void set_local_outside_a_block_warns_and_changes_nothing() {
        String before = workMem();
        assertEquals("SET\n", connection.run("SET LOCAL work_mem = '7MB'"));
        assertEquals(List.of("WARNING: SET LOCAL can only be used in transaction blocks"), connection.notices());
        assertEquals(before, workMem());
    }
}
