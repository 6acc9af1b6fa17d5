package omendb.sql.parse;

import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;

/// `U&'...'` and `U&"..."` with an optional UESCAPE.
final class UnicodeEscapes {
    private final String sql;

    UnicodeEscapes(String sql) {
        this.sql = sql;
    }

    /// Adds the token that starts at `start` (the `U`).
    void scan(int start, TokenList tokens) {
        char quote = sql.charAt(start + 2);
        int close = closing(start, quote);
        String raw = Lexer.undouble(sql, start + 3, close, quote);
        int end = close + 1;
        char escape = '\\';
        int word = Lexer.skipBlanks(sql, end);
        if (sql.regionMatches(true, word, "uescape", 0, 7)
                && (word + 7 >= sql.length() || !Lexer.isNamePart(sql.charAt(word + 7)))) {
            int literal = Lexer.skipBlanks(sql, word + 7);
            escape = escapeCharacter(literal);
            end = literal + 3;
        }
        String text = decode(raw, escape, start);
        if (quote == '"') {
            if (text.isEmpty()) {
                throw SyntaxErrors.near("zero-length delimited identifier", sql, start, end);
            }
            tokens.add(TokenKind.QUOTED_NAME, start, end, TokenValues.truncate(text));
        } else {
            tokens.add(TokenKind.STRING, start, end, text);
        }
    }

    private int closing(int start, char quote) {
        int i = start + 3;
        while (true) {
            int close = sql.indexOf(quote, i);
            if (close < 0) {
                String what = quote == '"' ? "unterminated quoted identifier" : "unterminated quoted string";
                throw SyntaxErrors.near(what, sql, start, sql.length());
            }
            if (close + 1 >= sql.length() || sql.charAt(close + 1) != quote) {
                return close;
            }
            i = close + 2;
        }
    }

    private char escapeCharacter(int literal) {
        if (literal >= sql.length()) {
            throw SyntaxErrors.at("syntax error at end of input", sql, sql.length());
        }
        if (sql.charAt(literal) != '\'') {
            throw SyntaxErrors.near("UESCAPE must be followed by a simple string literal", sql, literal, literal + 1);
        }
        int close = sql.indexOf('\'', literal + 1);
        if (close == literal + 2) {
            char c = sql.charAt(literal + 1);
            if (Character.digit(c, 16) < 0 && c != '+' && c != '"' && !Lexer.isBlank(c)) {
                return c;
            }
        }
        int end = close < 0 ? sql.length() : close + 1;
        throw SyntaxErrors.near("invalid Unicode escape character", sql, literal, end);
    }

    private String decode(String raw, char escape, int start) {
        if (raw.indexOf(escape) < 0) {
            return raw;
        }
        StringBuilder text = new StringBuilder();
        int i = 0;
        while (i < raw.length()) {
            char c = raw.charAt(i);
            if (c != escape) {
                text.append(c);
                i++;
            } else if (i + 1 < raw.length() && raw.charAt(i + 1) == escape) {
                text.append(escape);
                i += 2;
            } else {
                boolean plus = i + 1 < raw.length() && raw.charAt(i + 1) == '+';
                int first = plus ? i + 2 : i + 1;
                int end = first + (plus ? 6 : 4);
                Literals.appendCodePoint(hex(raw, first, end, start), sql, start, text);
                i = end;
            }
        }
        return Literals.checkSurrogates(text, sql, start);
    }

    private int hex(String raw, int first, int end, int start) {
        if (end > raw.length()) {
            throw invalid(start);
        }
        int value = 0;
        for (int i = first; i < end; i++) {
            int digit = raw.charAt(i) < 128 ? Character.digit(raw.charAt(i), 16) : -1;
            if (digit < 0) {
                throw invalid(start);
            }
            value = value * 16 + digit;
        }
        return value;
    }

    private OmenException invalid(int start) {
        return SyntaxErrors.at(SqlState.SYNTAX_ERROR, "invalid Unicode escape", sql, start)
                .withHint("Unicode escapes must be \\XXXX or \\+XXXXXX.");
    }
}
