package omendb.sql.parse;

import omendb.engine.error.OmenException;

/// Cuts SQL text into tokens by PostgreSQL's lexical rules (scan.l of 16, with `standard_conforming_strings` on).
///
/// Operators: the longest run of operator characters, cut before `--` and `/*`; a run of several loses trailing
/// `+` and `-` unless it holds one of
/// `~ ! @ # ^ & | ? %` or a back-quote. Names fold ASCII letters only and are truncated to 63 bytes of UTF-8.
final class Lexer {
    private final String sql;
    private final int length;
    private final TokenList tokens;
    private int at;

    private Lexer(String sql) {
        this.sql = sql;
        this.length = sql.length();
        this.tokens = new TokenList(sql);
    }

    static TokenList tokenize(String sql) {
        Lexer lexer = new Lexer(sql);
        lexer.run();
        return lexer.tokens;
    }

    /// What is no token ends the tokens: the grammar may find a fault before it, and reports this one when it
    /// gets there.
    private void run() {
        try {
            while (skipBlanks()) {
                next();
            }
            at = length;
        } catch (OmenException e) {
            tokens.fail(e);
        }
        tokens.add(TokenKind.END, at, at, "");
    }

    private void next() {
        char c = sql.charAt(at);
        int start = at;
        switch (c) {
            case '\'' -> quoted(start, start, TokenKind.STRING);
            case '"' -> quotedName(start);
            case 'e', 'E' -> {
                if (peek(1) == '\'') {
                    at++;
                    escaped(start);
                } else {
                    word();
                }
            }
            case 'b', 'B' -> prefixed(TokenKind.BIT_STRING);
            case 'x', 'X' -> prefixed(TokenKind.HEX_STRING);
            case 'n', 'N' -> prefixed(TokenKind.NATIONAL_STRING);
            case 'u', 'U' -> {
                if (peek(1) == '&' && (peek(2) == '\'' || peek(2) == '"')) {
                    new UnicodeEscapes(sql).scan(start, tokens);
                    at = tokens.end(tokens.size() - 1);
                } else {
                    word();
                }
            }
            case '$' -> dollar();
            case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            case '.' -> {
                if (isDigit(peek(1))) {
                    number();
                } else {
                    symbol(peek(1) == '.' ? 2 : 1);
                }
            }
            case ':' -> symbol(peek(1) == ':' || peek(1) == '=' ? 2 : 1);
            case '(', ')', '[', ']', ',', ';' -> symbol(1);
            default -> {
                if (isOperatorCharacter(c)) {
                    operator();
                } else if (isNameStart(c)) {
                    word();
                } else {
                    throw SyntaxErrors.near("syntax error", sql, at, at + Character.charCount(sql.codePointAt(at)));
                }
            }
        }
    }

    // ---- blanks and comments

    /// Skips white space and comments; false at the end.
    private boolean skipBlanks() {
        at = skipBlanks(sql, at);
        return at < length;
    }

    /// Offset of the next token at or after `from`.
    static int skipBlanks(String sql, int from) {
        int i = from;
        int length = sql.length();
        while (i < length) {
            char c = sql.charAt(i);
            if (isBlank(c)) {
                i++;
            } else if (startsComment(sql, i)) {
                i = c == '-' ? endOfLine(sql, i) : endOfComment(sql, i);
            } else {
                break;
            }
        }
        return i;
    }

    private static boolean startsComment(String sql, int at) {
        return sql.startsWith("--", at) || sql.startsWith("/*", at);
    }

    private static int endOfLine(String sql, int from) {
        int i = from;
        while (i < sql.length() && sql.charAt(i) != '\n' && sql.charAt(i) != '\r') {
            i++;
        }
        return i;
    }

    private static int endOfComment(String sql, int from) {
        int depth = 0;
        int i = from;
        while (i + 1 < sql.length()) {
            if (sql.charAt(i) == '/' && sql.charAt(i + 1) == '*') {
                depth++;
                i += 2;
            } else if (sql.charAt(i) == '*' && sql.charAt(i + 1) == '/') {
                depth--;
                i += 2;
                if (depth == 0) {
                    return i;
                }
            } else {
                i++;
            }
        }
        throw SyntaxErrors.near("unterminated /* comment", sql, from, sql.length());
    }

    // ---- strings

    private void prefixed(TokenKind kind) {
        if (peek(1) != '\'') {
            word();
            return;
        }
        int start = at++;
        quoted(start, at, kind);
        if (kind == TokenKind.NATIONAL_STRING) {
            return;
        }
        int token = tokens.size() - 1;
        String digits = tokens.value(token);
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (kind == TokenKind.BIT_STRING ? c != '0' && c != '1' : Character.digit(c, 16) < 0 || c > 'f') {
                throw Literals.invalidBitDigit(kind, c, sql, start);
            }
        }
    }

    /// A string without escapes, from `open` (the quote); may go on after a line break.
    private void quoted(int start, int open, TokenKind kind) {
        int close = closingQuote(start, open, '\'');
        String value = undouble(sql, open + 1, close, '\'');
        at = close + 1;
        int next = continuation(at);
        if (next >= 0) {
            StringBuilder text = new StringBuilder(value);
            while (next >= 0) {
                close = closingQuote(start, next, '\'');
                text.append(undouble(sql, next + 1, close, '\''));
                at = close + 1;
                next = continuation(at);
            }
            value = text.toString();
        }
        tokens.add(kind, start, at, value);
    }

    /// `E'...'`, `at` on the quote.
    private void escaped(int start) {
        StringBuilder text = new StringBuilder();
        int next = at;
        while (next >= 0) {
            at = Literals.unescape(sql, start, next + 1, text);
            next = continuation(at);
        }
        tokens.add(TokenKind.STRING, start, at, Literals.checkSurrogates(text, sql, start));
    }

    /// Offset of the quote that continues a string closed before `from`: only white space with a line break (and
    /// `--` comments) may lie between.
    private int continuation(int from) {
        boolean newline = false;
        int i = from;
        while (i < length) {
            char c = sql.charAt(i);
            if (c == '\n' || c == '\r') {
                newline = true;
                i++;
            } else if (isBlank(c)) {
                i++;
            } else if (newline && c == '-' && i + 1 < length && sql.charAt(i + 1) == '-') {
                i = endOfLine(sql, i);
            } else {
                return newline && c == '\'' ? i : -1;
            }
        }
        return -1;
    }

    private int closingQuote(int start, int open, char quote) {
        int i = open + 1;
        while (true) {
            int close = sql.indexOf(quote, i);
            if (close < 0) {
                String what = quote == '"' ? "unterminated quoted identifier" : "unterminated quoted string";
                throw SyntaxErrors.near(what, sql, start, length);
            }
            if (close + 1 >= length || sql.charAt(close + 1) != quote) {
                return close;
            }
            i = close + 2;
        }
    }

    static String undouble(String sql, int from, int to, char quote) {
        int first = sql.indexOf(quote, from);
        if (first < 0 || first >= to) {
            return sql.substring(from, to);
        }
        StringBuilder text = new StringBuilder(to - from);
        for (int i = from; i < to; i++) {
            char c = sql.charAt(i);
            text.append(c);
            if (c == quote) {
                i++;
            }
        }
        return text.toString();
    }

    private void quotedName(int start) {
        int close = closingQuote(start, start, '"');
        at = close + 1;
        if (close == start + 1) {
            throw SyntaxErrors.near("zero-length delimited identifier", sql, start, at);
        }
        tokens.add(TokenKind.QUOTED_NAME, start, at, TokenValues.truncate(undouble(sql, start + 1, close, '"')));
    }

    // ---- dollars

    private void dollar() {
        int start = at;
        if (isDigit(peek(1))) {
            at++;
            while (at < length && isDigit(sql.charAt(at))) {
                at++;
            }
            if (at < length && isNameStart(sql.charAt(at))) {
                throw junk("trailing junk after parameter", start);
            }
            tokens.add(TokenKind.PARAMETER, start, at, null);
            return;
        }
        int tagEnd = at + 1;
        if (tagEnd < length && isNameStart(sql.charAt(tagEnd))) {
            while (tagEnd < length && isNamePart(sql.charAt(tagEnd)) && sql.charAt(tagEnd) != '$') {
                tagEnd++;
            }
        }
        if (tagEnd >= length || sql.charAt(tagEnd) != '$') {
            throw SyntaxErrors.near("syntax error", sql, start, start + 1);
        }
        String tag = sql.substring(start, tagEnd + 1);
        int close = sql.indexOf(tag, tagEnd + 1);
        if (close < 0) {
            throw SyntaxErrors.near("unterminated dollar-quoted string", sql, start, length);
        }
        at = close + tag.length();
        tokens.add(TokenKind.STRING, start, at, sql.substring(tagEnd + 1, close));
    }

    // ---- numbers

    private void number() {
        int start = at;
        TokenKind kind = TokenKind.INTEGER;
        if (sql.charAt(at) == '0' && TokenValues.radix(peek(1)) != 0) {
            int radix = TokenValues.radix(peek(1));
            at += 2;
            int digits = at;
            digits(radix);
            if (at == digits) {
                throw SyntaxErrors.near("invalid " + radixName(radix) + " integer", sql, start, at);
            }
        } else {
            digits(10);
            if (at < length && sql.charAt(at) == '.' && peek(1) != '.') {
                kind = TokenKind.NUMERIC;
                at++;
                if (at < length && isDigit(sql.charAt(at))) {
                    digits(10);
                }
            }
            if (exponent(start)) {
                kind = TokenKind.NUMERIC;
            }
        }
        if (at < length && isNameStart(sql.charAt(at))) {
            throw junk("trailing junk after numeric literal", start);
        }
        tokens.add(kind, start, at, null);
    }

    private boolean exponent(int start) {
        if (at >= length || (sql.charAt(at) | 0x20) != 'e') {
            return false;
        }
        int sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
        if (!isDigit(peek(1 + sign))) {
            if (sign == 1) {
                throw SyntaxErrors.near("trailing junk after numeric literal", sql, start, at + 2);
            }
            return false;
        }
        at += 1 + sign;
        digits(10);
        return true;
    }

    /// Digits with single underscores between them (one may lead after a radix prefix).
    private void digits(int radix) {
        boolean first = radix == 10;
        while (at < length) {
            char c = sql.charAt(at);
            if (c == '_' && !first && Character.digit(peek(1), radix) >= 0) {
                at++;
            } else if (c >= 128 || Character.digit(c, radix) < 0) {
                return;
            } else {
                at++;
            }
            first = false;
        }
    }

    private static String radixName(int radix) {
        return radix == 16 ? "hexadecimal" : radix == 8 ? "octal" : "binary";
    }

    /// The error of a number or parameter that runs into a name: the text is everything up to the name's end.
    private OmenException junk(String message, int start) {
        int end = at;
        while (end < length && isNamePart(sql.charAt(end))) {
            end++;
        }
        return SyntaxErrors.near(message, sql, start, end);
    }

    // ---- operators, symbols, words

    private void operator() {
        int start = at;
        int end = at;
        while (end < length && isOperatorCharacter(sql.charAt(end))) {
            if (end > start && startsComment(sql, end)) {
                break;
            }
            end++;
        }
        if (end - start > 1 && isSignAt(end - 1) && !hasSpecial(start, end)) {
            while (end - start > 1 && isSignAt(end - 1)) {
                end--;
            }
        }
        if (end - start >= TokenValues.NAME_BYTES + 1) {
            throw SyntaxErrors.near("operator too long", sql, start, end);
        }
        at = end;
        if (end - start == 2 && sql.startsWith("=>", start)) {
            tokens.add(TokenKind.SYMBOL, start, end, "=>");
        } else {
            tokens.add(TokenKind.OPERATOR, start, end, null);
        }
    }

    private boolean isSignAt(int index) {
        char c = sql.charAt(index);
        return c == '+' || c == '-';
    }

    private boolean hasSpecial(int start, int end) {
        for (int i = start; i < end; i++) {
            if ("~!@#^&|`?%".indexOf(sql.charAt(i)) >= 0) {
                return true;
            }
        }
        return false;
    }

    private void symbol(int width) {
        int start = at;
        at += width;
        tokens.add(TokenKind.SYMBOL, start, at, null);
    }

    private void word() {
        int start = at;
        at++;
        while (at < length && isNamePart(sql.charAt(at))) {
            at++;
        }
        tokens.add(TokenKind.WORD, start, at, null);
    }

    // ---- characters

    private char peek(int ahead) {
        return at + ahead < length ? sql.charAt(at + ahead) : '\0';
    }

    static boolean isBlank(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean isNameStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 128;
    }

    static boolean isNamePart(char c) {
        return isNameStart(c) || isDigit(c) || c == '$';
    }

    private static boolean isOperatorCharacter(char c) {
        return switch (c) {
            case '~', '!', '@', '#', '^', '&', '|', '`', '?', '+', '-', '*', '/', '%', '<', '>', '=' -> true;
            default -> false;
        };
    }
}
