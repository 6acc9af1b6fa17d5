package omendb.sql.parse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import omendb.engine.error.OmenException;
import omendb.sql.ast.Dml;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Query;
import omendb.sql.ast.Statement;
import org.junit.jupiter.api.Test;

class ShapeCacheTest {
    private final ShapeCache cache = new ShapeCache(100);

    private ParsedStatement parse(String sql) {
        List<ParsedStatement> statements = cache.parse(sql);
        assertEquals(1, statements.size());
        return statements.getFirst();
    }

    private void sharesTree(String first, String second) {
        ParsedStatement one = parse(first);
        ParsedStatement two = parse(second);
        assertNotNull(one.shape());
        assertSame(one.shape(), two.shape(), second);
        assertSame(one.statement(), two.statement());
    }

    private void ownTree(String first, String second) {
        assertNotSame(parse(first).statement(), parse(second).statement(), second);
    }

    @Test
    void texts_that_differ_in_literals_share_a_tree() {
        sharesTree(
                "SELECT id FROM items ORDER BY embedding <-> '[1,2,3]' LIMIT 5",
                "SELECT id FROM items ORDER BY embedding <-> '[4,5,6,7]' LIMIT 10;");
        sharesTree("insert into t values (1, 'a', 2.5)", "insert into t values (-1, E'b\\n', 3e5)".replace("-1", "7"));
        sharesTree("select  *  from t where a = $1 and b=1", "select * from t where a=$1 and b = 2 -- x");
    }

    @Test
    void values_of_lifted_literals_are_those_of_the_text() {
        parse("select * from t where a = -1 and b = 'x'");
        ParsedStatement again = parse("select * from t where a = -22 and b = 'y''z'");
        assertEquals(
                List.of("INTEGER:-22", "STRING:y'z"),
                again.literals().stream().map(Object::toString).toList());
        assertEquals("select * from t where a = - ? and b = ?", again.shape().toString());
    }

    @Test
    void literals_that_are_syntax_choose_the_tree() {
        ownTree("select a::vector(3) from t", "select a::vector(4) from t");
        ownTree("select a, b from t order by 1", "select a, b from t order by 2");
        ownTree("select a, b, count(*) from t group by 1, 2", "select a, b, count(*) from t group by 2, 1");
        ownTree("select extract('year' from d) from t", "select extract('month' from d) from t");
        ownTree("select numeric(5, 1) '1' from t", "select numeric(5, 2) '1' from t");
        ownTree(
                "insert into t values (1) on conflict (a) where b = 1 do nothing",
                "insert into t values (1) on conflict (a) where b = 2 do nothing");
        sharesTree("select a::vector(5) from t where b = 1", "select a::vector(5) from t where b = 2");
    }

    @Test
    void the_kind_of_a_literal_is_part_of_the_shape() {
        ownTree("select * from t where a = 1", "select * from t where a = '1'");
        ownTree("select * from t where a = 1", "select * from t where a = 1.0");
        ownTree("select * from t where a = 2147483647", "select * from t where a = 2147483649");
        ownTree("select * from t where a = -2147483648", "select * from t where a = -2147483649");
        ownTree("select * from t where a = 9223372036854775807", "select * from t where a = 9223372036854775809");
    }

    @Test
    void literals_that_are_matched_against_each_other_stay_in_the_tree() {
        ParsedStatement grouped = parse("select a + 1, count(*) from t where b = 5 group by a + 1");
        String text = Deparser.query((Query) grouped.statement());
        assertTrue(text.startsWith("SELECT (a + 1), count(*) FROM t WHERE (b = $?"), text);
        assertTrue(text.endsWith("GROUP BY (a + 1)"), text);
    }

    @Test
    void positions_are_those_of_the_text_at_hand() {
        parse("select * from t where a = 'x' and missing = 1");
        ParsedStatement again = parse("select   *\nfrom t where a = 'a much longer one' and missing = 1");
        Expr.And and = (Expr.And) ((Query.Select) ((Query) again.statement()).body()).where();
        Expr.Binary comparison = (Expr.Binary) and.args().get(1);
        assertEquals(
                again.text().indexOf("missing") + 1,
                again.position(comparison.left().position()));
    }

    @Test
    void utility_statements_and_several_at_once_are_not_shared() {
        assertNull(parse("set work_mem = '4MB'").shape());
        assertNull(parse("set work_mem = '8MB'").shape());
        assertEquals(2, cache.parse("select 1; select 2").size());
        assertNull(cache.parse("select 3; select 4").getFirst().shape());
        assertEquals(List.of(), cache.parse(" ; "));
    }

    @Test
    void faulty_texts_are_refused_each_time_with_their_own_position() {
        assertEquals(
                20,
                assertThrows(
                                        OmenException.class,
                                        () -> cache.parse("select * from t 'a' 'b'")
                                                .getFirst())
                                .position()
                        + 3);
        OmenException error = assertThrows(OmenException.class, () -> cache.parse("select * from t where"));
        assertEquals("syntax error at end of input", error.getMessage());
    }

    @Test
    void the_corpus_means_the_same_with_lifted_literals_put_back() {
        int shared = 0;
        for (TestTexts.CorpusStatement statement : TestTexts.corpus()) {
            if (statement.sql().contains("- -1")) {
                continue; // signs of signs are not folded into a lifted literal
            }
            List<ParsedStatement> plain;
            try {
                plain = SqlParser.parse(statement.sql());
            } catch (OmenException e) {
                continue;
            }
            for (int round = 0; round < 2; round++) {
                List<ParsedStatement> cached = cache.parse(statement.sql());
                assertEquals(plain.size(), cached.size());
                for (int i = 0; i < plain.size(); i++) {
                    ParsedStatement parsed = cached.get(i);
                    assertEquals(plain.get(i).text(), parsed.text());
                    assertEquals(plain.get(i).parameterCount(), parsed.parameterCount());
                    if (parsed.shape() == null) {
                        assertEquals(plain.get(i).statement(), parsed.statement());
                    } else {
                        shared++;
                        String text = text(parsed.statement());
                        for (int k = parsed.literals().size(); k > 0; k--) {
                            text = text.replace("($?" + k + ")::", "$?" + k + "::")
                                    .replace(
                                            "$?" + k,
                                            Deparser.expression(
                                                    parsed.literals().get(k - 1)));
                        }
                        String expected = text(plain.get(i).statement());
                        assertEquals(unparenthesised(expected), unparenthesised(text));
                    }
                }
            }
        }
        assertTrue(shared > 800, "only " + shared);
    }

    /// Casts of constants differ in parentheses once the constant is a placeholder.
    private static String unparenthesised(String text) {
        return text.replace("(", "").replace(")", "");
    }

    private static String text(Statement statement) {
        return statement instanceof Query query ? Deparser.query(query) : Deparser.dml((Dml) statement);
    }
}
