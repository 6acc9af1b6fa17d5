package omendb.sql.parse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.OmenException;
import org.junit.jupiter.api.Test;

class LexerTest {

    /// Kind and value of every token but the end.
    private static List<String> tokens(String sql) {
        TokenList tokens = Lexer.tokenize(sql);
        assertNull(tokens.failure(), sql);
        List<String> list = new ArrayList<>();
        for (int i = 0; i < tokens.size() - 1; i++) {
            list.add(tokens.kind(i) + " " + tokens.value(i));
        }
        return list;
    }

    private static void fails(String sql, String message, int position) {
        OmenException failure = Lexer.tokenize(sql).failure();
        assertNotNull(failure, sql);
        assertEquals(message, failure.getMessage(), sql);
        assertEquals(position, failure.position(), sql);
    }

    @Test
    void words_fold_and_quoted_names_do_not() {
        assertEquals(
                List.of("WORD select", "QUOTED_NAME Größe\"x", "WORD Ärger"),
                tokens("SELECT \"Größe\"\"x\" ÄRGER".replace("ÄRGER", "Ärger")));
        assertEquals(List.of("WORD a$1_b"), tokens("A$1_b"));
    }

    @Test
    void names_are_cut_to_63_bytes_at_a_character() {
        assertEquals(List.of("WORD " + "x".repeat(63)), tokens("X".repeat(70)));
        assertEquals(List.of("QUOTED_NAME " + "x".repeat(62)), tokens('"' + "x".repeat(62) + "éé\""));
    }

    @Test
    void strings_come_in_all_forms() {
        assertEquals(List.of("STRING it's"), tokens("'it''s'"));
        assertEquals(List.of("STRING a\\b"), tokens("'a\\b'"));
        assertEquals(List.of("STRING one two"), tokens("'one'\n  -- between\n ' two'"));
        assertEquals(List.of("STRING a", "STRING b"), tokens("'a' 'b'"));
        assertEquals(List.of("STRING a\nb'cA\u00e9\ud83d\ude00"), tokens("E'a\\nb\\'c\\x41\\u00e9\\U0001F600'"));
        assertEquals(List.of("STRING é"), tokens("E'\\303\\251'"));
        assertEquals(List.of("STRING dat+a"), tokens("U&'d\\0061t\\+00002Ba'"));
        assertEquals(List.of("STRING data"), tokens("U&'d!0061ta' UESCAPE '!'"));
        assertEquals(List.of("QUOTED_NAME data"), tokens("U&\"d\\0061ta\""));
        assertEquals(List.of("STRING a$b$c"), tokens("$tag$a$b$c$tag$"));
        assertEquals(List.of("STRING "), tokens("$$$$"));
        assertEquals(List.of("BIT_STRING 101", "HEX_STRING 1F", "NATIONAL_STRING x"), tokens("B'101' x'1F' N'x'"));
    }

    @Test
    void numbers_come_in_all_forms() {
        assertEquals(List.of("INTEGER 1000", "INTEGER 31", "INTEGER 8", "INTEGER 5"), tokens("1_000 0x1F 0o10 0b101"));
        assertEquals(
                List.of("NUMERIC 1.5", "NUMERIC .5", "NUMERIC 5.", "NUMERIC 1e10", "NUMERIC 1.5E-3"),
                tokens("1.5 .5 5. 1e10 1.5E-3"));
        assertEquals(List.of("INTEGER 1", "SYMBOL ..", "INTEGER 10"), tokens("1..10"));
        assertEquals(List.of("PARAMETER 12"), tokens("$12"));
    }

    @Test
    void operators_are_munched_as_in_postgresql() {
        assertEquals(List.of("WORD a", "OPERATOR <->", "WORD b"), tokens("a<->b"));
        assertEquals(List.of("INTEGER 2", "OPERATOR *", "OPERATOR -", "INTEGER 3"), tokens("2*-3"));
        assertEquals(List.of("OPERATOR @-", "INTEGER 5"), tokens("@-5"));
        assertEquals(List.of("WORD a", "OPERATOR <", "OPERATOR -", "INTEGER 1"), tokens("a<-1"));
        assertEquals(List.of("WORD a", "OPERATOR <>", "WORD b"), tokens("a != b"));
        assertEquals(List.of("WORD a", "OPERATOR +"), tokens("a +-- comment"));
        assertEquals(List.of("WORD a", "OPERATOR *", "WORD b"), tokens("a */* c */ b"));
        assertEquals(List.of("WORD a", "SYMBOL ::", "WORD b", "SYMBOL =>", "SYMBOL :="), tokens("a::b => :="));
        assertEquals(List.of("OPERATOR ?|", "OPERATOR ->>", "OPERATOR <@"), tokens("?| ->> <@"));
    }

    @Test
    void comments_nest() {
        assertEquals(List.of("INTEGER 1"), tokens("/* a /* b */ c */ 1 -- end"));
    }

    @Test
    void what_is_broken_is_named_with_its_position() {
        fails("select 'abc", "unterminated quoted string at or near \"'abc\"", 8);
        fails("select \"abc", "unterminated quoted identifier at or near \"\"abc\"", 8);
        fails("select $a$ x", "unterminated dollar-quoted string at or near \"$a$ x\"", 8);
        fails("select /* x", "unterminated /* comment at or near \"/* x\"", 8);
        fails("select \"\"", "zero-length delimited identifier at or near \"\"\"\"", 8);
        fails("select 123abc", "trailing junk after numeric literal at or near \"123abc\"", 8);
        fails("select $1abc", "trailing junk after parameter at or near \"$1abc\"", 8);
        fails("select 1.5e+x", "trailing junk after numeric literal at or near \"1.5e+\"", 8);
        fails("select e'\\u12'", "invalid Unicode escape", 10);
        fails("select B'102'", "\"2\" is not a valid binary digit", 8);
        fails("select \\d", "syntax error at or near \"\\\"", 8);
        fails("select '\ud83d\ude00' 1x", "trailing junk after numeric literal at or near \"1x\"", 12);
    }
}
