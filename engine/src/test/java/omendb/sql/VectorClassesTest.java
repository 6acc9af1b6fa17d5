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

/// hnsw indexes of every operator class and on expressions: they answer as a look at every row does, through
/// changes, rollbacks, vacuum and restarts.
class VectorClassesTest {
    private static final int ROWS = 600;
    private static final int DIMENSIONS = 16;

    /// Type, operator class, operator.
    private static final List<List<String>> CLASSES = List.of(
            List.of("h", "halfvec_l2_ops", "<->"),
            List.of("h", "halfvec_ip_ops", "<#>"),
            List.of("h", "halfvec_cosine_ops", "<=>"),
            List.of("h", "halfvec_l1_ops", "<+>"),
            List.of("s", "sparsevec_l2_ops", "<->"),
            List.of("s", "sparsevec_ip_ops", "<#>"),
            List.of("s", "sparsevec_cosine_ops", "<=>"),
            List.of("s", "sparsevec_l1_ops", "<+>"),
            List.of("b", "bit_hamming_ops", "<~>"),
            List.of("b", "bit_jaccard_ops", "<%>"),
            List.of("v", "vector_l1_ops", "<+>"),
            List.of("(v::halfvec(16))", "halfvec_l2_ops", "<->"),
            List.of("(subvector(v, 3, 8)::vector(8))", "vector_cosine_ops", "<=>"),
            List.of("(binary_quantize(v)::bit(16))", "bit_hamming_ops", "<~>"));

    @TempDir
    Path directory;

    private Database database;
    private SqlConnection connection;

    @BeforeEach
    void load() {
        open();
        connection.run("CREATE EXTENSION vector");
        connection.run("CREATE TABLE items (id int PRIMARY KEY, tag int, v vector(16), h halfvec(16), b bit(16),"
                + " s sparsevec(16))");
        assertEquals("INSERT 0 " + ROWS + "\n", connection.run(insert(0, ROWS)));
        connection.run("INSERT INTO items (id) VALUES (90001), (90002)");
    }

    private void open() {
        database = Database.open(directory, DatabaseOptions.forTests());
        connection = new SqlConnection(database);
        connection.run("SET enable_seqscan = off; SET hnsw.ef_search = 200");
    }

    @AfterEach
    void close() {
        connection.close();
        database.close();
    }

    private static String insert(int from, int to) {
        return "INSERT INTO items SELECT g, g % 10, a::vector(16), a::halfvec(16),"
                + " binary_quantize(a::vector(16))::bit(16), a::vector(16)::sparsevec(16)"
                + " FROM (SELECT g, array_agg(CASE WHEN (g * d) % 3 = 0 THEN 0 ELSE sin(g * d * 0.37 + d) END"
                + " ORDER BY d)::float4[] AS a FROM generate_series(" + from + ", " + (to - 1) + ") g,"
                + " generate_series(1, " + DIMENSIONS + ") d GROUP BY g) AS x";
    }

    private List<String> exact(String sql) {
        connection.run("SET enable_indexscan = off");
        List<String> rows = connection.rows(sql);
        connection.run("SET enable_indexscan = on");
        return rows;
    }

    private String explain(String sql) {
        return String.join("\n", connection.rows("EXPLAIN " + sql));
    }

    private static String query(String key, int of) {
        return "(SELECT " + key + " FROM items WHERE id = " + of + ")";
    }

    /// By distance alone: rows at the same distance may come in any order.
    private void check(String key, String operator, String index) {
        for (int of : new int[] {7, 100, 333}) {
            String distance = key + " " + operator + " " + query(key, of);
            String sql = "SELECT round((" + distance + ")::numeric, 4) FROM items ORDER BY " + distance + " LIMIT 8";
            assertTrue(explain(sql).contains("Index Scan using " + index), explain(sql));
            assertEquals(exact(sql), connection.rows(sql), sql);
            String filtered = "SELECT round((" + distance + ")::numeric, 4) FROM items WHERE tag = 3 ORDER BY "
                    + distance + " LIMIT 60";
            assertEquals(exact(filtered), connection.rows(filtered), filtered);
            String near = "SELECT count(*) FROM items WHERE " + distance + " < (SELECT " + key + " " + operator + " "
                    + query(key, of) + " FROM items WHERE id = 50)";
            assertEquals(exact(near), connection.rows(near), near);
        }
    }

    private void ok(String sql) {
        String answer = connection.run(sql);
        assertTrue(!answer.contains("ERROR"), sql + " -> " + answer);
    }

    @Test
    void every_class_answers_as_a_look_at_every_row_does() {
        for (List<String> each : CLASSES) {
            ok("CREATE INDEX ix ON items USING hnsw (" + each.get(0) + " " + each.get(1) + ")");
            check(each.get(0), each.get(2), "ix");
            assertEquals(List.of("0|0"), connection.rows("SELECT unreachable, tail FROM hnsw_stats('ix')"));
            ok("DROP INDEX ix");
        }
    }

    @Test
    void indexes_follow_changes_rollbacks_vacuum_and_restarts() {
        int number = 0;
        for (List<String> each : CLASSES) {
            ok("CREATE INDEX ix" + number++ + " ON items USING hnsw (" + each.get(0) + " " + each.get(1) + ")");
        }
        ok(insert(1_000, 1_100));
        ok("DELETE FROM items WHERE id % 5 = 1");
        ok("UPDATE items SET (v, h, b, s) = (SELECT v, h, b, s FROM items x WHERE x.id = 333) WHERE id % 7 = 2");
        ok("UPDATE items SET v = NULL, h = NULL, b = NULL, s = NULL WHERE id % 50 = 4");
        ok("UPDATE items SET tag = tag + 0");
        ok("BEGIN; " + insert(2_000, 2_050) + "; DELETE FROM items WHERE id < 300; ROLLBACK");
        ok("BEGIN; SAVEPOINT a; UPDATE items SET h = '[" + "1,".repeat(15) + "1]'; ROLLBACK TO a; COMMIT");
        checkAll();
        ok("VACUUM items");
        database.indexTails();
        checkAll();
        connection.close();
        database.close();
        open();
        checkAll();
        database.checkpoint();
        ok("DELETE FROM items WHERE id = 100");
        ok("INSERT INTO items SELECT 100, 1, v, h, b, s FROM items WHERE id = 200");
        connection.close();
        database.close();
        open();
        checkAll();
        for (int i = 0; i < CLASSES.size(); i++) {
            assertEquals(List.of("0"), connection.rows("SELECT unreachable FROM hnsw_stats('ix" + i + "')"));
        }
    }

    private void checkAll() {
        for (int i = 0; i < CLASSES.size(); i++) {
            check(CLASSES.get(i).get(0), CLASSES.get(i).get(2), "ix" + i);
        }
    }

    @Test
    void an_update_of_other_columns_or_to_the_same_vector_writes_no_vector() {
        ok("CREATE INDEX ih ON items USING hnsw (h halfvec_l2_ops)");
        ok("CREATE INDEX ie ON items USING hnsw ((v::halfvec(16)) halfvec_cosine_ops)");
        String stats = "SELECT h.*, e.* FROM hnsw_stats('ih') h, hnsw_stats('ie') e";
        List<String> before = connection.rows(stats);
        ok("UPDATE items SET tag = tag + 1");
        ok("UPDATE items SET h = h, v = v WHERE id < 100");
        assertEquals(List.of("0"), connection.rows("SELECT tail FROM hnsw_stats('ih')"));
        assertEquals(List.of("0"), connection.rows("SELECT tail FROM hnsw_stats('ie')"));
        assertEquals(before, connection.rows(stats));
    }

    @Test
    void ivfflat_takes_pgvectors_options_and_answers() {
        String[][] cases = {
            {
                "(v vector_l1_ops)",
                "ERROR 42704: operator class \"vector_l1_ops\" does not exist for access method \"ivfflat\""
            },
            {"(s sparsevec_l2_ops)", "ERROR 42704"},
            {"(h)", "ERROR 42704: data type halfvec has no default operator class for access method \"ivfflat\""},
            {"(v) WITH (lists = 0)", "ERROR 22023: value 0 out of bounds for option \"lists\""},
            {"(v) WITH (m = 16)", "ERROR 22023: unrecognized parameter \"m\""},
        };
        for (String[] each : cases) {
            String answer = connection.run("CREATE INDEX ON items USING ivfflat " + each[0]);
            assertTrue(answer.startsWith(each[1]), each[0] + " -> " + answer);
        }
        ok("CREATE INDEX iv ON items USING ivfflat (v) WITH (lists = 10)");
        assertEquals(
                List.of("CREATE INDEX iv ON public.items USING ivfflat (v) WITH (lists='10')"),
                connection.rows("SELECT pg_get_indexdef('iv'::regclass)"));
        ok("SET ivfflat.probes = 10");
        check("v", "<->", "iv");
        ok("CREATE INDEX ib ON items USING ivfflat (b bit_hamming_ops)");
        check("b", "<~>", "ib");
        ok("SET ivfflat.iterative_scan = off; SET ivfflat.probes = 1");
        String sql = "SELECT id FROM items ORDER BY v <-> " + query("v", 7) + " LIMIT 500";
        assertTrue(connection.rows(sql).size() < 100, "one list of ten");
        assertEquals(List.of("2"), connection.rows("SELECT count(*) FROM pg_am WHERE amname IN ('hnsw', 'ivfflat')"));
    }

    @Test
    void codes_are_as_the_options_say() {
        ok("CREATE TABLE wide (v vector(128))");
        ok("INSERT INTO wide SELECT array_agg(sin(g * d))::float4[]::vector FROM generate_series(1, 1100) g,"
                + " generate_series(1, 128) d GROUP BY g");
        String stats = "SELECT bits, centroids FROM hnsw_stats('iw')";
        String create = "CREATE INDEX iw ON wide USING hnsw (v vector_l2_ops) WITH (quantization = ";
        ok(create + "none)");
        assertEquals(List.of("0|0"), connection.rows(stats));
        ok("DROP INDEX iw; " + create + "rabitq, bits = 2, centroids = 3)");
        assertEquals(List.of("2|3"), connection.rows(stats));
        assertTrue(connection.run(create + "sq9)").startsWith("ERROR 22023: invalid value for enum option"));
        assertTrue(connection.run(create + "rabitq, bits = 5)").startsWith("ERROR 22023: value 5 out of bounds"));
    }

    @Test
    void a_partial_index_keeps_only_its_rows_vectors() {
        // the cast would fail for other rows: pgvector's way to keep vectors of several models in one column
        ok("CREATE TABLE mixed (id int, model int, e vector)");
        ok("INSERT INTO mixed SELECT g, 1, ARRAY[g, 1, 2]::vector FROM generate_series(1, 300) g");
        ok("INSERT INTO mixed SELECT g, 2, ARRAY[g, 1, 2, 3]::vector FROM generate_series(1, 300) g");
        assertTrue(connection
                .run("CREATE INDEX ON mixed USING hnsw (e vector_l2_ops)")
                .contains("ERROR 22023: column does not have dimensions"));
        ok("CREATE INDEX m1 ON mixed USING hnsw ((e::vector(3)) vector_l2_ops) WHERE (model = 1)");
        assertEquals(List.of("300"), connection.rows("SELECT nodes FROM hnsw_stats('m1')"));
        String sql = "SELECT id FROM mixed WHERE model = 1 ORDER BY e::vector(3) <-> '[77.2,1,2]'::vector LIMIT 3";
        assertTrue(explain(sql).contains("using m1"), explain(sql));
        assertEquals(List.of("77", "78", "76"), connection.rows(sql));
        ok("UPDATE mixed SET model = 2 WHERE model = 1 AND id = 77");
        assertEquals(List.of("78", "76", "79"), connection.rows(sql));
    }

    @Test
    void a_quantized_search_is_ranked_again_by_the_vectors() {
        ok("CREATE INDEX iq ON items USING hnsw ((binary_quantize(v)::bit(16)) bit_hamming_ops)");
        String vector = connection.rows("SELECT v FROM items WHERE id = 121").getFirst();
        String sql = "SELECT id FROM (SELECT id, v FROM items ORDER BY binary_quantize(v)::bit(16) <~>"
                + " binary_quantize('" + vector + "'::vector) LIMIT 40) x ORDER BY v <=> '" + vector + "' LIMIT 1";
        assertTrue(explain(sql).contains("using iq"), explain(sql));
        assertEquals(List.of("121"), connection.rows(sql));
    }

    @Test
    void what_cannot_be_indexed_is_refused_in_pgvectors_words() {
        String[][] cases = {
            {"(h vector_l2_ops)", "ERROR 42804: operator class \"vector_l2_ops\" does not accept data type halfvec"},
            {"(b halfvec_l2_ops)", "ERROR 42804: operator class \"halfvec_l2_ops\" does not accept data type bit"},
            {"(h)", "ERROR 42704: data type halfvec has no default operator class for access method \"hnsw\""},
            {"(s sparse_ops)", "ERROR 42704: operator class \"sparse_ops\" does not exist for access method \"hnsw\""},
            {"((v::halfvec) halfvec_l2_ops)", "ERROR 22023: column does not have dimensions"},
        };
        for (String[] each : cases) {
            String answer = connection.run("CREATE INDEX ON items USING hnsw " + each[0]);
            assertTrue(answer.startsWith(each[1]), each[0] + " -> " + answer);
        }
        ok("CREATE INDEX ih ON items USING hnsw (h halfvec_l2_ops)");
        ok("CREATE INDEX ib ON items USING hnsw (b bit_hamming_ops)");
        assertTrue(connection
                .run("SELECT id FROM items ORDER BY h <-> '[1,2]'::halfvec LIMIT 1")
                .startsWith("ERROR 22000: different halfvec dimensions 16 and 2"));
        assertTrue(connection
                .run("SELECT id FROM items ORDER BY b <~> B'101' LIMIT 1")
                .startsWith("ERROR 22000: different bit lengths 16 and 3"));
        ok("CREATE TABLE wide (s sparsevec(5000))");
        ok("CREATE INDEX ON wide USING hnsw (s sparsevec_l2_ops)");
        assertTrue(connection
                .run("INSERT INTO wide SELECT array_agg(1)::float4[]::vector::sparsevec(5000)"
                        + " FROM generate_series(1, 5000)")
                .startsWith("ERROR 54000: sparsevec cannot have more than 1000 non-zero elements for hnsw index"));
    }

    @Test
    void an_older_snapshot_does_not_use_a_younger_index() {
        try (SqlConnection old = new SqlConnection(database)) {
            old.run("SET enable_seqscan = off");
            old.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
            ok("UPDATE items SET h = '[" + "9,".repeat(15) + "9]' WHERE id < 300");
            ok("CREATE INDEX ih ON items USING hnsw (h halfvec_l2_ops)");
            String sql = "SELECT id FROM items ORDER BY h <-> " + query("h", 7) + " LIMIT 1";
            assertEquals(List.of("7"), old.rows(sql));
            old.run("COMMIT");
        }
    }

    @Test
    void truncate_reindex_and_drop_leave_nothing_behind() {
        ok("CREATE INDEX ih ON items USING hnsw (h halfvec_l2_ops)");
        ok("REINDEX INDEX ih");
        check("h", "<->", "ih");
        ok("TRUNCATE items");
        ok(insert(0, 50));
        assertEquals(
                List.of("7"), connection.rows("SELECT id FROM items ORDER BY h <-> " + query("h", 7) + " LIMIT 1"));
        ok("ALTER TABLE items DROP COLUMN h");
        connection.close();
        database.close();
        open();
        assertEquals(List.of("50"), connection.rows("SELECT count(*) FROM items"));
    }
}
