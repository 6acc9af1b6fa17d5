package omendb.sql.function;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// unistr: a backslash and 4 hexadecimal digits, 6 behind `+` or 8 behind `U`, become a character.
final class UnicodeNotation {
    private final String source;
    private final StringBuilder out = new StringBuilder();
    private int at;

    private UnicodeNotation(String source) {
        this.source = source;
    }

    static String decode(String source) {
        return source.indexOf('\\') < 0 ? source : new UnicodeNotation(source).run();
    }

    private static UserException invalid(String message) {
        return new UserException(SqlState.SYNTAX_ERROR, message);
    }

    private String run() {
        while (at < source.length()) {
            if (source.charAt(at) != '\\') {
                completePair();
                out.append(source.charAt(at++));
            } else if (source.startsWith("\\\\", at)) {
                completePair();
                out.append('\\');
                at += 2;
            } else {
                append(escape());
            }
        }
        completePair();
        return out.toString();
    }

    /// The code after a backslash: 4, 6 or 8 hexadecimal digits.
    private int escape() {
        char kind = at + 1 < source.length() ? source.charAt(at + 1) : ' ';
        int digits = kind == '+' ? 6 : kind == 'U' ? 8 : 4;
        int start = at + (kind == '+' || kind == 'U' || kind == 'u' ? 2 : 1);
        int end = start + digits;
        boolean whole = end <= source.length()
                && source.substring(start, end).chars().allMatch(c -> c < 128 && Character.digit(c, 16) >= 0);
        if (!whole) {
            throw invalid("invalid Unicode escape")
                    .withHint("Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.");
        }
        long code = Long.parseLong(source, start, end, 16);
        if (code == 0 || code > Character.MAX_CODE_POINT) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE, "invalid Unicode code point: " + String.format("%04X", code));
        }
        at = end;
        return (int) code;
    }

    /// The halves of a surrogate pair must follow each other.
    private void append(int code) {
        boolean low = code <= Character.MAX_VALUE && Character.isLowSurrogate((char) code);
        if (low && !endsInHighSurrogate()) {
            throw invalid("invalid Unicode surrogate pair");
        }
        if (!low) {
            completePair();
        }
        if (code <= Character.MAX_VALUE) {
            out.append((char) code);
        } else {
            out.appendCodePoint(code);
        }
    }

    private boolean endsInHighSurrogate() {
        return !out.isEmpty() && Character.isHighSurrogate(out.charAt(out.length() - 1));
    }

    private void completePair() {
        if (endsInHighSurrogate()) {
            throw invalid("invalid Unicode surrogate pair");
        }
    }
}
