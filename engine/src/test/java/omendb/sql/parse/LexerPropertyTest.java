package omendb.sql.parse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import omendb.engine.error.OmenException;

class LexerPropertyTest {
    /// What lexer and grammar may answer: syntax, depth, bad escapes, bad bytes, bad windows, what SQL says of its
    /// options.
    private static final Set<String> STATES =
            Set.of("42601", "54001", "22025", "22021", "22P02", "42P20", "22023", "42P17");

    @Property(tries = 2000)
    void tokens_written_with_spaces_between_them_lex_to_the_same_tokens(@ForAll("pieces") List<String> pieces) {
        TokenList first = Lexer.tokenize(String.join(" ", pieces));
        assertEquals(null, first.failure());
        StringBuilder again = new StringBuilder();
        for (int i = 0; i < first.size() - 1; i++) {
            again.append(first.raw(i)).append("  ");
        }
        TokenList second = Lexer.tokenize(again.toString());
        assertEquals(first.size(), second.size());
        for (int i = 0; i < first.size(); i++) {
            assertEquals(first.kind(i), second.kind(i));
            assertEquals(first.value(i), second.value(i));
        }
    }

    @Property(tries = 3000)
    void any_text_parses_or_is_refused_with_a_position(@ForAll("texts") String sql) {
        refusedProperly(sql);
    }

    @Property(tries = 3000)
    void any_sequence_of_tokens_parses_or_is_refused_with_a_position(@ForAll("pieces") List<String> pieces) {
        refusedProperly(String.join(" ", pieces));
    }

    private static void refusedProperly(String sql) {
        try {
            SqlParser.parse(sql);
        } catch (OmenException e) {
            assertTrue(STATES.contains(e.sqlState().code()), e.sqlState() + " " + e.getMessage());
            assertTrue(e.position() >= 0 && e.position() <= sql.length() + 1, () -> "position " + e.position());
        }
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings()
                .withChars("abex'\"$1.09_-+*/()[]{},;:=<>~!@#%^&|`?\\ \n\tSELECTFROMué€\ud83d\ude00")
                .ofMaxLength(60);
    }

    @Provide
    Arbitrary<List<String>> pieces() {
        return Arbitraries.of(
                        "select",
                        "from",
                        "where",
                        "a",
                        "t",
                        "\"Q\"",
                        "'s'",
                        "1",
                        "2.5",
                        "$1",
                        "+",
                        "-",
                        "<->",
                        "||",
                        "(",
                        ")",
                        ",",
                        "::",
                        "int",
                        "vector",
                        "and",
                        "or",
                        "not",
                        "null",
                        "is",
                        "in",
                        "between",
                        "like",
                        "case",
                        "when",
                        "then",
                        "else",
                        "end",
                        "order",
                        "by",
                        "group",
                        "limit",
                        "offset",
                        "union",
                        "all",
                        "insert",
                        "into",
                        "values",
                        "update",
                        "set",
                        "delete",
                        "with",
                        "as",
                        "join",
                        "on",
                        "using",
                        "create",
                        "table",
                        "index",
                        "drop",
                        "alter",
                        "[",
                        "]",
                        ".",
                        "*",
                        "=",
                        ";",
                        "distinct",
                        "over",
                        "partition",
                        "exists",
                        "array",
                        "row",
                        "interval",
                        "cast",
                        "extract",
                        "returning",
                        "default",
                        "primary",
                        "key",
                        "E'a\\n'",
                        "$$x$$",
                        "b'01'",
                        "@",
                        "any",
                        "window",
                        "for",
                        "fetch",
                        "lateral")
                .list()
                .ofMaxSize(25);
    }
}
