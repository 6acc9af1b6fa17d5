package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import omendb.memory.MemoryAccount;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A session's statements give their off-heap memory back: what is answered a million times must not add up.
class SessionMemoryTest {
    private static final List<String> STATEMENTS = List.of(
            "SELECT 1",
            "SELECT id, v, payload, e::text FROM t WHERE v > 3 ORDER BY id",
            "INSERT INTO t VALUES (1, 2, 'x', '[1,2,3]') ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v RETURNING *",
            "UPDATE t SET v = v + 1 WHERE id = 1",
            "DELETE FROM t WHERE id = 3",
            "SELECT count(*), string_agg(payload, ',' ORDER BY id), sum(v) OVER () FROM t GROUP BY v",
            "SELECT id FROM t ORDER BY e <-> '[1,2,2]' LIMIT 3",
            "SET enable_seqscan = off; SELECT id FROM t ORDER BY e <-> '[1,2,2]' LIMIT 3 OFFSET 1; RESET enable_seqscan",
            "SELECT id FROM t ORDER BY id LIMIT 2 FOR UPDATE",
            "SELECT a.id FROM t a JOIN t b ON a.id = b.id WHERE EXISTS (SELECT 1 FROM t c WHERE c.v = a.v) FOR UPDATE OF a",
            "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 9) SELECT sum(n) FROM r",
            "SELECT relname FROM pg_class UNION SELECT typname FROM pg_type",
            "SELECT 1 / (v - v) FROM t",
            "INSERT INTO t VALUES (1, 2, 'x', '[1,2,3]')",
            "INSERT INTO t VALUES (1, 2, 'x', '[1,2]')",
            "COPY t TO STDOUT",
            "EXPLAIN SELECT * FROM t",
            "PREPARE p AS SELECT * FROM t WHERE id = $1; EXECUTE p(1); EXECUTE p(2); DEALLOCATE p",
            "BEGIN; SAVEPOINT s; INSERT INTO t VALUES (50); ROLLBACK TO s; COMMIT",
            "CREATE TABLE u (a int PRIMARY KEY, b vector(3)); DROP TABLE u");

    @TempDir
    Path directory;

    private Database database;

    @BeforeEach
    void open() {
        database = Database.open(directory, DatabaseOptions.forTests());
        try (var connection = new SqlConnection(database)) {
            connection.run("CREATE EXTENSION vector");
            connection.run("CREATE TABLE t (id int PRIMARY KEY, v int, payload text, e vector(3))");
            connection.run("CREATE INDEX ON t USING hnsw (e vector_l2_ops)");
            connection.run("INSERT INTO t SELECT n, n, 'p' || n, '[1,2,3]' FROM generate_series(1, 20) n");
        }
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void a_simple_query_frees_its_plan() {
        try (var connection = new SqlConnection(database)) {
            for (String statement : STATEMENTS) {
                connection.run(statement);
                connection.run(statement);
                Map<String, Long> before = ofStatements();
                connection.run(statement);
                assertEquals(before, ofStatements(), statement);
            }
        }
    }

    @Test
    void a_session_frees_everything_it_prepared() {
        Map<String, Long> before = ofStatements();
        try (var connection = new SqlConnection(database)) {
            for (int i = 0; i < 200; i++) { // more than a session keeps
                prepared(connection, "SELECT v + " + i + " FROM t");
            }
            prepared(connection, "SELECT '" + "x".repeat(20_000) + "' FROM t");
            connection.run("PREPARE kept AS SELECT * FROM t; EXECUTE kept");
            assertTrue(ofStatements().getOrDefault("columns", 0L) > before.getOrDefault("columns", 0L));
        }
        assertEquals(before, ofStatements());
    }

    @Test
    void an_index_search_is_among_the_statements() {
        try (var connection = new SqlConnection(database)) {
            String plan = connection.run(
                    "SET enable_seqscan = off; EXPLAIN SELECT id FROM t ORDER BY e <-> '[1,2,2]' LIMIT 3");
            assertTrue(plan.contains("Index Scan using t_e_idx"), plan);
        }
    }

    @Test
    void plans_kept_for_their_next_execution_are_bounded_by_bytes() {
        String columns = IntStream.range(0, 200).mapToObj(i -> "c" + i + " int").collect(Collectors.joining(", "));
        try (var connection = new SqlConnection(database)) {
            connection.run("CREATE TABLE wide (id int PRIMARY KEY, " + columns + ")");
            connection.run("INSERT INTO wide (id) VALUES (1)");
            long before = bytesOfStatements();
            prepared(connection, "SELECT * FROM wide WHERE id = 1");
            long plan = bytesOfStatements() - before;
            assertTrue(plan > PlanCache.BYTES / 8, "a plan of " + plan + " bytes");
            for (int i = 2; i < 40; i++) {
                prepared(connection, "SELECT * FROM wide WHERE id = " + i);
                long held = bytesOfStatements() - before;
                assertTrue(held <= PlanCache.BYTES, held + " bytes after " + i);
            }
            prepared(connection, "SELECT * FROM wide WHERE id = 1"); // whose plan has gone
        }
    }

    @Test
    void a_plan_of_a_look_up_is_small() {
        try (var connection = new SqlConnection(database)) {
            long before = bytesOfStatements();
            prepared(connection, "SELECT v, payload FROM t WHERE id = 1");
            long plan = bytesOfStatements() - before;
            assertTrue(plan < 100_000, "a plan of " + plan + " bytes");
        }
    }

    private static long bytesOfStatements() {
        return ofStatements().values().stream().mapToLong(Long::longValue).sum();
    }

    private static void prepared(SqlConnection connection, String sql) {
        PreparedPlan plan = connection.session().prepare(sql, new int[0]);
        try (Portal portal = connection.session().bind(plan, ParameterValues.none())) {
            connection.session().execute(portal, 0, _ -> {});
        }
        connection.session().sync();
    }

    /// Live bytes of what statements compute with; what tables and logs hold grows by itself.
    private static Map<String, Long> ofStatements() {
        Map<String, Long> live = new TreeMap<>(MemoryAccount.snapshot());
        live.keySet().retainAll(List.of("columns", "values"));
        return live;
    }
}
