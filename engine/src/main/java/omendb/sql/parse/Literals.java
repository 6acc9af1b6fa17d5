package omendb.sql.parse;

import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;

/// Escapes inside `E'...'` strings and the digits of bit strings.
final class Literals {
    private Literals() {}

    /// Appends the text from `from` to the closing quote of an `E'...'` string; returns the offset behind that
    /// quote.
    static int unescape(String sql, int start, int from, StringBuilder text) {
        int i = from;
        while (i < sql.length()) {
            char c = sql.charAt(i);
            if (c == '\'') {
                if (i + 1 < sql.length() && sql.charAt(i + 1) == '\'') {
                    text.append('\'');
                    i += 2;
                } else {
                    return i + 1;
                }
            } else if (c == '\\' && i + 1 < sql.length()) {
                i = escape(sql, i, text);
            } else {
                text.append(c);
                i++;
            }
        }
        throw SyntaxErrors.near("unterminated quoted string", sql, start, sql.length());
    }

    /// One backslash sequence at `i`; returns the offset behind it.
    private static int escape(String sql, int i, StringBuilder text) {
        char c = sql.charAt(i + 1);
        switch (c) {
            case 'b' -> text.append('\b');
            case 'f' -> text.append('\f');
            case 'n' -> text.append('\n');
            case 'r' -> text.append('\r');
            case 't' -> text.append('\t');
            case 'v' -> text.append('\u000b');
            case 'u' -> {
                return unicode(sql, i, 4, text);
            }
            case 'U' -> {
                return unicode(sql, i, 8, text);
            }
            case 'x' -> {
                int end = digits(sql, i + 2, 2, 16);
                if (end > i + 2) {
                    return bytes(sql, i, text);
                }
                text.append('x');
            }
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                return bytes(sql, i, text);
            }
            default -> text.append(c);
        }
        return i + 2;
    }

    /// A run of `\ooo` and `\xhh`, which are bytes of UTF-8.
    private static int bytes(String sql, int from, StringBuilder text) {
        byte[] bytes = new byte[sql.length() - from];
        int count = 0;
        int i = from;
        while (i + 1 < sql.length() && sql.charAt(i) == '\\') {
            boolean hex = sql.charAt(i + 1) == 'x';
            int first = hex ? i + 2 : i + 1;
            int end = digits(sql, first, hex ? 2 : 3, hex ? 16 : 8);
            if (end == first) {
                break;
            }
            bytes[count++] = (byte) Integer.parseInt(sql, first, end, hex ? 16 : 8);
            i = end;
        }
        Utf8.append(bytes, count, text);
        return i;
    }

    private static int digits(String sql, int from, int most, int radix) {
        int i = from;
        while (i < sql.length()
                && i < from + most
                && sql.charAt(i) < 128
                && Character.digit(sql.charAt(i), radix) >= 0) {
            i++;
        }
        return i;
    }

    private static int unicode(String sql, int i, int width, StringBuilder text) {
        int end = digits(sql, i + 2, width, 16);
        if (end != i + 2 + width) {
            throw SyntaxErrors.at(SqlState.INVALID_ESCAPE_SEQUENCE, "invalid Unicode escape", sql, i)
                    .withHint("Unicode escapes must be \\uXXXX or \\UXXXXXXXX.");
        }
        appendCodePoint(Integer.parseUnsignedInt(sql, i + 2, end, 16), sql, i, text);
        return end;
    }

    /// Appends a code point; surrogates come in as halves and are checked at the end.
    static void appendCodePoint(int codePoint, String sql, int at, StringBuilder text) {
        if (codePoint <= 0 || codePoint > 0x10FFFF) {
            throw SyntaxErrors.near("invalid Unicode escape value", sql, at, sql.length());
        }
        if (codePoint <= 0xFFFF) {
            text.append((char) codePoint);
        } else {
            text.appendCodePoint(codePoint);
        }
    }

    /// The text, if every surrogate in it has its partner and it holds no zero byte.
    static String checkSurrogates(StringBuilder text, String sql, int start) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw SyntaxErrors.at("invalid Unicode surrogate pair", sql, start);
            } else if (c == 0) {
                throw SyntaxErrors.at(
                        SqlState.CHARACTER_NOT_IN_REPERTOIRE,
                        "invalid byte sequence for encoding \"UTF8\": 0x00",
                        sql,
                        start);
            }
        }
        return text.toString();
    }

    /// PostgreSQL finds this when it makes the constant: 22P02 at the string.
    static OmenException invalidBitDigit(TokenKind kind, char digit, String sql, int start) {
        String what = kind == TokenKind.BIT_STRING ? "binary" : "hexadecimal";
        return SyntaxErrors.at(
                SqlState.INVALID_TEXT_REPRESENTATION,
                "\"" + digit + "\" is not a valid " + what + " digit",
                sql,
                start);
    }
}
