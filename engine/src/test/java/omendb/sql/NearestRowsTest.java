package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// ORDER BY distance LIMIT k through an hnsw index: k rows whenever k rows exist.
class NearestRowsTest {
    private static final int ROWS = 3000;
    private static final String QUERY = "'[0.5,0.5,0.5,0.5]'";

    @TempDir
    Path directory;

    private Database database;
    private SqlConnection connection;

    @BeforeEach
    void load() {
        database = Database.open(directory, DatabaseOptions.forTests());
        connection = new SqlConnection(database);
        connection.run("CREATE EXTENSION vector");
        connection.run("CREATE TABLE items (id int PRIMARY KEY, tag int, e vector(4))");
        Random random = new Random(7);
        for (int from = 0; from < ROWS; from += 500) {
            StringBuilder insert = new StringBuilder("INSERT INTO items VALUES ");
            for (int id = from; id < from + 500; id++) {
                insert.append(id == from ? "(" : ", (")
                        .append(id)
                        .append(", ")
                        .append(id % 100)
                        .append(", '[")
                        .append(random.nextFloat() + "," + random.nextFloat() + "," + random.nextFloat() + ","
                                + random.nextFloat())
                        .append("]')");
            }
            assertEquals("INSERT 0 500\n", connection.run(insert.toString()));
        }
        connection.run("INSERT INTO items VALUES (9001, 7, NULL), (9002, 8, NULL)");
        assertEquals("CREATE INDEX\n", connection.run("CREATE INDEX items_e ON items USING hnsw (e vector_l2_ops)"));
        connection.run("SET enable_seqscan = off");
    }

    @AfterEach
    void close() {
        connection.close();
        database.close();
    }

    private String explain(String sql) {
        return String.join("\n", connection.rows("EXPLAIN " + sql));
    }

    private List<String> exact(String sql) {
        connection.run("SET enable_indexscan = off");
        List<String> rows = connection.rows(sql);
        connection.run("SET enable_indexscan = on");
        return rows;
    }

    @Test
    void a_filter_that_few_rows_pass_costs_no_rows() {
        String sql = "SELECT id FROM items WHERE tag = 42 ORDER BY e <-> " + QUERY + " LIMIT 20";
        assertEquals(exact(sql), connection.rows(sql));
        String half = "SELECT id FROM items WHERE tag < 50 ORDER BY e <-> " + QUERY + " LIMIT 100";
        assertTrue(explain(half).contains("Index Scan using items_e"), explain(half));
        assertEquals(100, connection.rows(half).size());
    }

    @Test
    void rows_without_a_vector_come_last_when_all_rows_are_asked_for() {
        String sql = "SELECT id FROM items ORDER BY e <-> " + QUERY + " LIMIT " + (ROWS + 10);
        List<String> rows = connection.rows(sql);
        assertEquals(ROWS + 2, rows.size());
        assertEquals(
                List.of("9001", "9002"),
                rows.subList(ROWS, ROWS + 2).stream().sorted().toList());
    }

    @Test
    void as_many_rows_as_limit_and_offset_ask_for() {
        String page = "SELECT id FROM items ORDER BY e <-> " + QUERY + " LIMIT 10 OFFSET 500";
        assertTrue(explain(page).contains("Index Scan using items_e"), explain(page));
        assertEquals(10, connection.rows(page).size());
        assertEquals(
                700,
                connection
                        .rows("SELECT id FROM items ORDER BY e <-> " + QUERY + " LIMIT 700")
                        .size());
    }

    @Test
    void rows_deleted_and_moved_cost_no_rows() {
        connection.run("DELETE FROM items WHERE id % 2 = 0");
        connection.run("UPDATE items SET e = '[9,9,9,9]' WHERE id % 3 = 0");
        String sql = "SELECT id FROM items ORDER BY e <-> " + QUERY + " LIMIT 900";
        assertEquals(900, connection.rows(sql).size());
        assertEquals(900, connection.rows(sql).stream().distinct().count());
    }

    @Test
    void without_iteration_a_search_ends_with_its_candidates_as_pgvectors_does() {
        connection.run("SET hnsw.iterative_scan = off");
        connection.run("SET hnsw.ef_search = 40");
        String unfiltered = "SELECT id FROM items ORDER BY e <-> " + QUERY + " LIMIT 100";
        assertTrue(explain(unfiltered).contains("Index Scan using items_e"), explain(unfiltered));
        assertEquals(40, connection.rows(unfiltered).size());
        String filtered = "SELECT id FROM items WHERE tag < 50 ORDER BY e <-> " + QUERY + " LIMIT 40";
        assertTrue(explain(filtered).contains("Index Scan using items_e"), explain(filtered));
        int rows = connection.rows(filtered).size();
        assertTrue(rows > 5 && rows < 35, "rows " + rows);
        connection.run("RESET hnsw.iterative_scan");
        // shown as pgvector shows its default; a session that never asked for it still gets its k rows
        assertEquals(List.of("off"), connection.rows("SHOW hnsw.iterative_scan"));
        assertEquals(100, connection.rows(unfiltered).size());
        assertEquals(40, connection.rows(filtered).size());
    }
}
