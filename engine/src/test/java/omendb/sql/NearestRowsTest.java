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

    private static final String[] NEAR = {
        "e <-> %s < 0.2", "%2$s >= e <-> '[0.5,0.5,0.5,0.5]'", "1 - (e <-> %s) > 0.8", "e <-> %s <= 0.2 AND tag < 50"
    };

    @Test
    void a_condition_on_the_distance_is_answered_by_the_index() {
        for (String condition : NEAR) {
            String sql = "SELECT id FROM items WHERE " + condition.formatted(QUERY, "0.2") + " ORDER BY id";
            assertTrue(explain(sql).contains("Index Scan using items_e"), explain(sql));
            assertTrue(explain(sql).contains("Index Cond: "), explain(sql));
            List<String> expected = exact(sql);
            assertTrue(expected.size() > 5 && expected.size() < 500, "rows " + expected.size());
            assertEquals(expected, connection.rows(sql), sql);
        }
        String none = "SELECT id FROM items WHERE e <-> " + QUERY + " < NULL::float8";
        assertEquals(List.of(), connection.rows(none));
        // the other side of the distance is no range
        String far = "SELECT count(*) FROM items WHERE e <-> " + QUERY + " > 0.2";
        assertTrue(!explain(far).contains("items_e"), explain(far));
    }

    @Test
    void rows_within_a_distance_are_found_as_they_are_now() {
        connection.run("UPDATE items SET e = '[0.5,0.5,0.5,0.51]' WHERE id < 5");
        connection.run("DELETE FROM items WHERE id = 3");
        connection.run("INSERT INTO items VALUES (9003, 1, '[0.5,0.5,0.5,0.5]')");
        String sql = "SELECT id FROM items WHERE e <-> " + QUERY + " < 0.011 ORDER BY id";
        assertTrue(explain(sql).contains("items_e"), explain(sql));
        assertEquals(exact(sql), connection.rows(sql));
        assertTrue(connection.rows(sql).containsAll(List.of("0", "1", "2", "4", "9003")));
    }

    @Test
    void a_limited_search_within_a_distance_ends_where_nothing_is_near_enough() {
        String sql = "SELECT id FROM items WHERE e <-> " + QUERY + " < 0.15 ORDER BY e <-> " + QUERY + " LIMIT 500";
        List<String> expected = exact(sql);
        assertTrue(expected.size() > 5 && expected.size() < 300, "rows " + expected.size());
        assertEquals(expected, connection.rows(sql));
        assertEquals(
                List.of(),
                connection.rows(
                        "SELECT id FROM items WHERE e <-> " + QUERY + " < -1 ORDER BY e <-> " + QUERY + " LIMIT 5"));
    }

    @Test
    void a_join_that_drops_the_nearest_rows_gets_the_nearest_of_the_others() {
        connection.run("CREATE TABLE far (id int PRIMARY KEY)");
        connection.run(
                "INSERT INTO far SELECT id FROM items WHERE e IS NOT NULL ORDER BY e <-> " + QUERY + " DESC LIMIT 60");
        for (String sql : List.of(
                "SELECT items.id FROM items JOIN far USING (id) ORDER BY e <-> " + QUERY + " LIMIT 10",
                "SELECT id FROM items WHERE id IN (SELECT id FROM far) ORDER BY e <-> " + QUERY + " LIMIT 10",
                "SELECT id FROM items WHERE NOT EXISTS (SELECT 1 FROM far WHERE far.id = items.id) ORDER BY e <-> "
                        + QUERY + " LIMIT 10")) {
            assertEquals(exact(sql), connection.rows(sql), explain(sql));
        }
    }

    @Test
    void a_search_stops_at_max_scan_tuples_if_the_client_has_set_it() {
        String sql = "SELECT id FROM items WHERE tag = 42 ORDER BY e <-> " + QUERY + " LIMIT 25";
        connection.run("SET hnsw.iterative_scan = relaxed_order");
        assertEquals(25, connection.rows(sql).size());
        connection.run("SET hnsw.max_scan_tuples = 200");
        int rows = connection.rows(sql).size();
        assertTrue(rows < 20, "rows " + rows);
        connection.run("RESET hnsw.max_scan_tuples");
        connection.run("SET hnsw.iterative_scan = strict_order");
        assertEquals(exact(sql), connection.rows(sql));
    }

    @Test
    void statistics_and_explain_say_what_the_index_is_and_did() {
        List<String> stats = connection.rows("SELECT nodes, dead, unreachable, tail FROM hnsw_stats('items_e')");
        assertEquals(List.of("3000|0|0|0"), stats);
        String plan = String.join(
                "\n", connection.rows("EXPLAIN ANALYZE SELECT id FROM items ORDER BY e <-> " + QUERY + " LIMIT 5"));
        assertTrue(plan.contains("Vector Search: graph  Visited: "), plan);
        assertTrue(connection.run("SELECT * FROM hnsw_stats('items')").startsWith("ERROR 42809"));
    }

    @Test
    void an_index_that_is_mostly_dead_is_made_anew_under_searches_that_go_on() {
        try (SqlConnection reader = new SqlConnection(database)) {
            reader.run("SET enable_seqscan = off");
            reader.run("BEGIN");
            String first = "SELECT id FROM items WHERE id > 2000 ORDER BY e <-> " + QUERY + " LIMIT 20";
            connection.run("UPDATE items SET e = e + '[0,0,0,0.001]' WHERE id < 2000");
            connection.run("DELETE FROM items WHERE id BETWEEN 2000 AND 2900");
            connection.run("UPDATE items SET e = e + '[0,0,0,0.001]' WHERE id < 2000");
            List<String> before = exact(first);
            reader.run("COMMIT");
            connection.run("VACUUM items");
            database.indexTails();
            List<String> stats = connection.rows("SELECT dead, unreachable, tail FROM hnsw_stats('items_e')");
            assertEquals(List.of("0|0|0"), stats);
            assertEquals(before, connection.rows(first));
        }
        String sql = "SELECT id FROM items ORDER BY e <-> " + QUERY + " LIMIT 50";
        assertEquals(exact(sql), connection.rows(sql));
        connection.run("CHECKPOINT");
        connection.close();
        database.close();
        database = Database.open(directory, DatabaseOptions.forTests());
        connection = new SqlConnection(database);
        connection.run("SET enable_seqscan = off");
        assertEquals(exact(sql), connection.rows(sql));
        assertEquals(List.of("0"), connection.rows("SELECT dead FROM hnsw_stats('items_e')"));
    }
}
