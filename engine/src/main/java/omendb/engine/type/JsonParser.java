package omendb.engine.type;

import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import org.jspecify.annotations.Nullable;

/// Reads JSON text (RFC 8259) and tells a handler; without a handler it only checks, as the type json does.
final class JsonParser {
    private static final int MAX_DEPTH = 6_400;

    /// Receives values in document order.
    interface Handler {
        void startObject();

        void key(String name);

        void endObject();

        void startArray();

        void endArray();

        void text(String value);

        void number(String digits);

        /// true, false or null.
        void literal(Json value);
    }

    private final String text;
    private final @Nullable Handler handler;
    private int at;

    JsonParser(String text, @Nullable Handler handler) {
        this.text = text;
        this.handler = handler;
    }

    void parse() {
        value(0, "JSON value");
        skipSpace();
        if (at < text.length()) {
            throw unexpected("end of input");
        }
    }

    // ---- errors ----

    private OmenException error(String detail, int until) {
        int lineStart = text.lastIndexOf('\n', Math.max(0, Math.min(until, text.length()) - 1)) + 1;
        int line = 1
                + (int) text.substring(0, lineStart)
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
        int shownEnd = Math.min(until, text.length());
        int shownFrom = Math.max(lineStart, shownEnd - 50);
        String shown = (shownFrom > lineStart ? "..." : "")
                + text.substring(shownFrom, shownEnd)
                + (shownEnd < text.length() ? "..." : "");
        return new UserException(SqlState.INVALID_TEXT_REPRESENTATION, "invalid input syntax for type json")
                .withDetail(detail)
                .withWhere("JSON data, line " + line + ": " + shown);
    }

    /// The token at hand is not what the grammar wants.
    private OmenException unexpected(String expected) {
        if (at >= text.length()) {
            return error("The input string ended unexpectedly.", text.length());
        }
        int end = tokenEnd(at);
        String token = text.substring(at, end);
        if (!isToken(token)) {
            return error("Token \"" + token + "\" is invalid.", end);
        }
        return error("Expected " + expected + ", but found \"" + token + "\".", end);
    }

    private static boolean isToken(String token) {
        char first = token.charAt(0);
        return "{}[],:\"".indexOf(first) >= 0
                || token.equals("true")
                || token.equals("false")
                || token.equals("null")
                || FloatText.isNumber(token);
    }

    private int tokenEnd(int from) {
        char first = text.charAt(from);
        if (first == '"') {
            int end = from + 1;
            while (end < text.length() && text.charAt(end) != '"') {
                end += text.charAt(end) == '\\' ? 2 : 1;
            }
            return Math.min(end + 1, text.length());
        }
        int end = from;
        while (end < text.length() && isWordCharacter(text.charAt(end))) {
            end++;
        }
        return end == from ? text.offsetByCodePoints(from, 1) : end;
    }

    private static boolean isWordCharacter(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '+' || c == '.' || c >= 0x80;
    }

    // ---- grammar ----

    private void skipSpace() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }

    private void value(int depth, String expected) {
        if (depth > MAX_DEPTH) {
            throw new UserException(SqlState.STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
        }
        skipSpace();
        int c = peek();
        if (c == '{') {
            object(depth);
        } else if (c == '[') {
            array(depth);
        } else if (c == '"') {
            String value = string();
            if (handler != null) {
                handler.text(value);
            }
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            number();
        } else if (!literal("true", Json.of(true))
                && !literal("false", Json.of(false))
                && !literal("null", Json.nullValue())) {
            throw unexpected(expected);
        }
    }

    private boolean literal(String word, Json value) {
        if (!text.startsWith(word, at) || tokenEnd(at) != at + word.length()) {
            return false;
        }
        at += word.length();
        if (handler != null) {
            handler.literal(value);
        }
        return true;
    }

    private void object(int depth) {
        at++;
        if (handler != null) {
            handler.startObject();
        }
        skipSpace();
        if (peek() == '}') {
            at++;
        } else {
            member(depth, "string or \"}\"");
            while (true) {
                skipSpace();
                int c = peek();
                if (c == '}') {
                    at++;
                    break;
                }
                if (c != ',') {
                    throw unexpected("\",\" or \"}\"");
                }
                at++;
                member(depth, "string");
            }
        }
        if (handler != null) {
            handler.endObject();
        }
    }

    private void member(int depth, String expected) {
        skipSpace();
        if (peek() != '"') {
            throw unexpected(expected);
        }
        String name = string();
        if (handler != null) {
            handler.key(name);
        }
        skipSpace();
        if (peek() != ':') {
            throw unexpected("\":\"");
        }
        at++;
        value(depth + 1, "JSON value");
    }

    private void array(int depth) {
        at++;
        if (handler != null) {
            handler.startArray();
        }
        skipSpace();
        if (peek() == ']') {
            at++;
        } else {
            value(depth + 1, "array element or \"]\"");
            while (true) {
                skipSpace();
                int c = peek();
                if (c == ']') {
                    at++;
                    break;
                }
                if (c != ',') {
                    throw unexpected("\",\" or \"]\"");
                }
                at++;
                value(depth + 1, "JSON value");
            }
        }
        if (handler != null) {
            handler.endArray();
        }
    }

    private void number() {
        int end = tokenEnd(at);
        String token = text.substring(at, end);
        if (!isJsonNumber(token)) {
            throw error("Token \"" + token + "\" is invalid.", end);
        }
        at = end;
        if (handler != null) {
            handler.number(token);
        }
    }

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    private static boolean isJsonNumber(String token) {
        int from = token.startsWith("-") ? 1 : 0;
        boolean leadingZero =
                token.length() > from + 1 && token.charAt(from) == '0' && Character.isDigit(token.charAt(from + 1));
        boolean startsWithDigit = token.length() > from && Character.isDigit(token.charAt(from));
        int dot = token.indexOf('.');
        boolean digitAfterDot = dot < 0 || (dot + 1 < token.length() && Character.isDigit(token.charAt(dot + 1)));
        return startsWithDigit && !leadingZero && digitAfterDot && FloatText.isNumber(token);
    }

    private String string() {
        int start = at++;
        int plain = at;
        while (plain < text.length()
                && text.charAt(plain) != '"'
                && text.charAt(plain) != '\\'
                && text.charAt(plain) >= ' ') {
            plain++;
        }
        if (plain < text.length() && text.charAt(plain) == '"') {
            String value = text.substring(at, plain);
            at = plain + 1;
            return value;
        }
        StringBuilder value = new StringBuilder();
        while (true) {
            int c = peek();
            if (c < 0) {
                throw error("Token \"" + text.substring(start) + "\" is invalid.", text.length());
            }
            if (c == '"') {
                at++;
                return value.toString();
            }
            if (c < ' ') {
                throw error(String.format("Character with value 0x%02x must be escaped.", c), at);
            }
            if (c == '\\') {
                escape(value);
            } else {
                value.append((char) c);
                at++;
            }
        }
    }

    private void escape(StringBuilder value) {
        at++;
        int c = peek();
        at++;
        switch (c) {
            case '"', '\\', '/' -> value.append((char) c);
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'n' -> value.append('\n');
            case 'r' -> value.append('\r');
            case 't' -> value.append('\t');
            case 'u' -> unicodeEscape(value);
            case -1 -> throw error("The input string ended unexpectedly.", text.length());
            default -> throw error("Escape sequence \"\\" + (char) c + "\" is invalid.", at);
        }
    }

    private void unicodeEscape(StringBuilder value) {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0) {
                throw error("\"\\u\" must be followed by four hexadecimal digits.", Math.min(at + 1, text.length()));
            }
            code = code * 16 + digit;
            at++;
        }
        if (handler == null) {
            return; // json keeps the escape as written and checks no surrogates
        }
        if (code == 0) {
            throw new UserException(SqlState.UNTRANSLATABLE_CHARACTER, "unsupported Unicode escape sequence")
                    .withDetail("\\u0000 cannot be converted to text.");
        }
        boolean afterHigh = !value.isEmpty() && Character.isHighSurrogate(value.charAt(value.length() - 1));
        if (Character.isLowSurrogate((char) code) != afterHigh) {
            throw error("Unicode low surrogate must follow a high surrogate.", at);
        }
        value.append((char) code);
        if (Character.isHighSurrogate((char) code) && !text.startsWith("\\u", at)) {
            throw error("Unicode low surrogate must follow a high surrogate.", at);
        }
    }
}
