package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/// Whatever path the planner takes, ORDER BY and LIMIT answer as a sort of all rows does, and an index as a scan.
class OrderedRowsPropertyTest {
    private static final int ROWS = 400;
    private static final List<Row> MODEL = new ArrayList<>();

    private static TestDatabase database;

    /// A row of the table; few values, so that there are ties, and NULLs.
    private record Row(int k, Integer a, String b, Double d) {}

    /// One item of ORDER BY.
    private record SortKey(String column, boolean descending, Boolean nullsFirst) {
        String sql() {
            String nulls = nullsFirst == null ? "" : nullsFirst ? " NULLS FIRST" : " NULLS LAST";
            return column + (descending ? " DESC" : "") + nulls;
        }

        Comparator<Row> order() {
            return switch (column) {
                case "a" -> order(Row::a);
                case "b" -> order(Row::b);
                default -> order(Row::d);
            };
        }

        private <T extends Comparable<T>> Comparator<Row> order(Function<Row, T> value) {
            Comparator<T> values = descending ? Comparator.reverseOrder() : Comparator.naturalOrder();
            boolean first = nullsFirst == null ? descending : nullsFirst;
            return Comparator.comparing(value, first ? Comparator.nullsFirst(values) : Comparator.nullsLast(values));
        }
    }

    @BeforeContainer
    static void load() {
        database = new TestDatabase();
        database.execute(
                "CREATE EXTENSION vector", "CREATE TABLE t (k int PRIMARY KEY, a int, b text, d float8, v vector(3))");
        Random random = new Random(11);
        for (int k = 0; k < ROWS; k++) {
            Integer a = random.nextInt(8) == 0 ? null : Integer.valueOf(random.nextInt(30) - 15);
            String b = random.nextInt(8) == 0 ? null : "x".repeat(random.nextInt(3)) + random.nextInt(12);
            Double d = random.nextInt(8) == 0 ? null : Double.valueOf(random.nextInt(20) / 4.0);
            MODEL.add(new Row(k, a, b, d));
            String v = random.nextInt(10) == 0
                    ? "NULL"
                    : "'[" + random.nextInt(9) + "," + random.nextInt(9) + "," + (1 + random.nextInt(9)) + "]'";
            database.execute("INSERT INTO t VALUES (%d, %s, %s, %s, %s)"
                    .formatted(k, a, b == null ? null : "'" + b + "'", d, v));
        }
        database.execute(
                "CREATE INDEX t_a ON t (a)",
                "CREATE INDEX t_b ON t (b DESC NULLS LAST)",
                "CREATE INDEX t_ab ON t (a, b)",
                "CREATE INDEX t_l2 ON t USING hnsw (v vector_l2_ops)",
                "CREATE INDEX t_ip ON t USING hnsw (v vector_ip_ops)",
                "CREATE INDEX t_cosine ON t USING hnsw (v vector_cosine_ops)",
                "CREATE INDEX t_l1 ON t USING hnsw (v vector_l1_ops)",
                "SET hnsw.ef_search = 1000");
    }

    @AfterContainer
    static void close() {
        database.close();
        MODEL.clear();
    }

    private static SqlConnection connection() {
        return database.connection();
    }

    @Provide
    Arbitrary<List<SortKey>> sortKeys() {
        Arbitrary<SortKey> key = Combinators.combine(
                        Arbitraries.of("a", "b", "d"),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false).injectNull(0.4))
                .as(SortKey::new);
        return key.list().ofMinSize(1).ofMaxSize(3);
    }

    @Property(tries = 150)
    void top_k_is_the_beginning_of_the_sorted_rows(
            @ForAll("sortKeys") List<SortKey> keys,
            @ForAll @IntRange(max = ROWS + 10) int limit,
            @ForAll @IntRange(max = 60) int offset) {
        Comparator<Row> order = keys.stream()
                .map(SortKey::order)
                .reduce(Comparator::thenComparing)
                .orElseThrow()
                .thenComparing(Row::k);
        List<String> expected = MODEL.stream()
                .sorted(order)
                .skip(offset)
                .limit(limit)
                .map(row -> String.valueOf(row.k()))
                .toList();
        String by = String.join(", ", keys.stream().map(SortKey::sql).toList()) + ", k";
        String sql = "SELECT k FROM t ORDER BY " + by + " LIMIT " + limit + " OFFSET " + offset;
        assertEquals(expected, connection().rows(sql), sql);
    }

    @Provide
    Arbitrary<String> conditions() {
        Arbitrary<String> number = Arbitraries.integers().between(-18, 18).map(String::valueOf);
        Arbitrary<String> text = Arbitraries.of("'3'", "'x7'", "'xx1'", "''", "'zz'");
        Arbitrary<String> comparison = Arbitraries.of("=", "<", "<=", ">", ">=");
        Arbitrary<String> simple = Arbitraries.oneOf(
                Combinators.combine(comparison, number).as((op, n) -> "a " + op + " " + n),
                Combinators.combine(comparison, text).as((op, s) -> "b " + op + " " + s),
                Combinators.combine(number, number).as((x, y) -> "a BETWEEN " + x + " AND " + y),
                number.list().ofMinSize(1).ofMaxSize(5).map(list -> "a IN (" + String.join(", ", list) + ")"),
                Combinators.combine(number, text).as((n, s) -> "a = " + n + " AND b >= " + s),
                Arbitraries.of("a IS NULL", "b IS NULL", "a IS NOT NULL", "a = NULL"));
        return Arbitraries.oneOf(
                simple,
                Combinators.combine(simple, Arbitraries.of(" AND ", " OR "), simple)
                        .as((left, with, right) -> "(" + left + ")" + with + "(" + right + ")"));
    }

    @Property(tries = 250)
    void an_index_finds_the_rows_that_a_scan_finds(@ForAll("conditions") String condition, @ForAll boolean descending) {
        String sql = "SELECT k, a, b FROM t WHERE " + condition + " ORDER BY a" + (descending ? " DESC" : "") + ", k";
        connection().run("SET enable_seqscan = on; SET enable_indexscan = off");
        List<String> scanned = connection().rows(sql);
        connection().run("SET enable_seqscan = off; SET enable_indexscan = on");
        assertEquals(scanned, connection().rows(sql), sql);
        connection().run("SET enable_seqscan = on");
    }

    @Property(tries = 1)
    void the_paths_that_are_compared_are_taken() {
        connection().run("SET enable_seqscan = off");
        assertTrue(explain("SELECT k FROM t WHERE a = 3").contains("Index Scan using t_a"));
        assertTrue(explain("SELECT k FROM t WHERE b >= 'x'").contains("Index Scan using t_b"));
        for (String[] operator : OPERATORS) {
            String plan = explain("SELECT k FROM t ORDER BY v " + operator[0] + " '[1,2,3]' LIMIT 10");
            assertTrue(plan.contains("Index Scan using " + operator[1]), plan);
        }
        connection().run("SET enable_seqscan = on; SET enable_indexscan = off");
        assertTrue(explain("SELECT k FROM t ORDER BY v <-> '[1,2,3]' LIMIT 10").contains("Seq Scan"));
        connection().run("SET enable_indexscan = on");
    }

    private static String explain(String sql) {
        return String.join("\n", connection().rows("EXPLAIN " + sql));
    }

    private static final String[][] OPERATORS = {{"<->", "t_l2"}, {"<#>", "t_ip"}, {"<=>", "t_cosine"}, {"<+>", "t_l1"}
    };

    @Property(tries = 120)
    void a_graph_searched_to_its_end_answers_in_exact_order(
            @ForAll @IntRange(max = 3) int operator,
            @ForAll @IntRange(min = -3, max = 12) int x,
            @ForAll @IntRange(min = -3, max = 12) int y,
            @ForAll @IntRange(min = 1, max = 300) int limit) {
        String distance = "v " + OPERATORS[operator][0] + " '[" + x + "," + y + ",1]'";
        // ties may come in any order: distances are what is compared
        String sql = "SELECT " + distance + " FROM t WHERE v IS NOT NULL ORDER BY " + distance + " LIMIT " + limit;
        connection().run("SET enable_seqscan = on; SET enable_indexscan = off");
        List<String> exact = connection().rows(sql);
        connection().run("SET enable_seqscan = off; SET enable_indexscan = on");
        assertEquals(exact, connection().rows(sql), sql);
        connection().run("SET enable_seqscan = on");
    }
}
