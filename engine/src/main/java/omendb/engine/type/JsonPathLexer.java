package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Cuts the text of a jsonpath into tokens.
final class JsonPathLexer {
    /// Kinds of token.
    enum Kind {
        /// A name without quotes; it may be a word of the language.
        NAME,
        STRING,
        NUMBER,
        VARIABLE,
        /// Operators and punctuation.
        SIGN,
        END
    }

    private static final String SPECIAL = "?%$.[]{}()|&!=<>@#,*:-+/\\\"";
    private static final String[] SIGNS = {"**", "||", "&&", "==", "!=", "<>", "<=", ">="};

    private final String text;
    private int at;
    private int start;
    private Kind kind = Kind.END;
    private String value = "";

    JsonPathLexer(String text) {
        this.text = text;
        advance();
    }

    Kind kind() {
        return kind;
    }

    /// The text of the token, unquoted.
    String value() {
        return value;
    }

    boolean isSign(String sign) {
        return kind == Kind.SIGN && value.equals(sign);
    }

    boolean isWord(String word) {
        return kind == Kind.NAME && value.equalsIgnoreCase(word);
    }

    UserException unexpected() {
        return kind == Kind.END
                ? syntax("syntax error at end of jsonpath input")
                : syntax("syntax error at or near \"" + text.substring(start, at) + "\" of jsonpath input");
    }

    static UserException syntax(String message) {
        return new UserException(SqlState.SYNTAX_ERROR, message);
    }

    void advance() {
        skipSpace();
        start = at;
        if (at == text.length()) {
            kind = Kind.END;
            value = "";
            return;
        }
        char c = text.charAt(at);
        if (c == '"') {
            kind = Kind.STRING;
            value = quoted();
        } else if (isDigit(at) || (c == '.' && isDigit(at + 1))) {
            kind = Kind.NUMBER;
            value = number();
        } else if (c == '$' && at + 1 < text.length() && (text.charAt(at + 1) == '"' || isName(at + 1))) {
            at++;
            kind = Kind.VARIABLE;
            value = text.charAt(at) == '"' ? quoted() : name();
        } else if (SPECIAL.indexOf(c) >= 0 && c != '\\') {
            kind = Kind.SIGN;
            value = sign();
        } else {
            kind = Kind.NAME;
            value = name();
        }
    }

    private void skipSpace() {
        while (at < text.length()) {
            if (" \t\n\r\f".indexOf(text.charAt(at)) >= 0) {
                at++;
            } else if (text.startsWith("/*", at)) {
                int end = text.indexOf("*/", at + 2);
                if (end < 0) {
                    throw syntax("unexpected end of comment at end of jsonpath input");
                }
                at = end + 2;
            } else {
                return;
            }
        }
    }

    private boolean isDigit(int position) {
        return position < text.length() && text.charAt(position) >= '0' && text.charAt(position) <= '9';
    }

    private boolean isName(int position) {
        if (position >= text.length()) {
            return false;
        }
        char c = text.charAt(position);
        return " \t\n\r\f".indexOf(c) < 0 && (c == '\\' || SPECIAL.indexOf(c) < 0);
    }

    private String sign() {
        for (String sign : SIGNS) {
            if (text.startsWith(sign, at)) {
                at += 2;
                return sign;
            }
        }
        return String.valueOf(text.charAt(at++));
    }

    private String number() {
        int from = at;
        boolean leadingZero = text.charAt(at) == '0';
        while (isDigit(at)) {
            at++;
        }
        boolean junk = leadingZero && at > from + 1;
        if (at < text.length() && text.charAt(at) == '.' && !text.startsWith("..", at)) {
            at++;
            while (isDigit(at)) {
                at++;
            }
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            int sign = at + 1 < text.length() && "+-".indexOf(text.charAt(at + 1)) >= 0 ? 1 : 0;
            if (isDigit(at + 1 + sign)) {
                at += 1 + sign;
                while (isDigit(at)) {
                    at++;
                }
            }
        }
        if (junk || isName(at)) {
            at = Math.min(at + 1, text.length());
            throw syntax("trailing junk after numeric literal at or near \"" + text.substring(from, at)
                    + "\" of jsonpath input");
        }
        return text.substring(from, at);
    }

    private String name() {
        StringBuilder name = new StringBuilder();
        while (isName(at) && !text.startsWith("/*", at)) {
            char c = text.charAt(at);
            if (c == '\\') {
                escape(name);
            } else {
                name.append(c);
                at++;
            }
        }
        return name.toString();
    }

    private String quoted() {
        StringBuilder value = new StringBuilder();
        at++;
        while (true) {
            if (at >= text.length()) {
                throw syntax(
                        "unterminated quoted string at or near \"" + text.substring(start) + "\" of jsonpath input");
            }
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return value.toString();
            }
            if (c == '\\') {
                escape(value);
            } else {
                value.append(c);
                at++;
            }
        }
    }

    private void escape(StringBuilder value) {
        at++;
        if (at >= text.length()) {
            throw syntax("unexpected end after backslash at end of jsonpath input");
        }
        char c = text.charAt(at++);
        switch (c) {
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'n' -> value.append('\n');
            case 'r' -> value.append('\r');
            case 't' -> value.append('\t');
            case 'v' -> value.append('\u000b');
            case 'x' -> value.append((char) hexadecimal(2));
            case 'u' -> unicode(value);
            default -> value.append(c);
        }
    }

    private void unicode(StringBuilder value) {
        int code;
        if (at < text.length() && text.charAt(at) == '{') {
            int end = text.indexOf('}', at);
            int digits = end - at - 1;
            if (end < 0 || digits < 1 || digits > 6) {
                throw invalidUnicode();
            }
            at++;
            code = hexadecimal(digits);
            at++;
        } else {
            code = hexadecimal(4);
        }
        if (code == 0) {
            throw new UserException(SqlState.UNTRANSLATABLE_CHARACTER, "unsupported Unicode escape sequence");
        }
        value.appendCodePoint(code);
    }

    private static UserException invalidUnicode() {
        return syntax("invalid Unicode escape sequence of jsonpath input");
    }

    private int hexadecimal(int digits) {
        int code = 0;
        for (int i = 0; i < digits; i++) {
            int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0) {
                throw digits == 2
                        ? syntax("invalid hexadecimal character sequence of jsonpath input")
                        : invalidUnicode();
            }
            code = code * 16 + digit;
            at++;
        }
        return code;
    }
}
