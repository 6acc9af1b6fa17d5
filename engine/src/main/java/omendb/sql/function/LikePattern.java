package omendb.sql.function;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// LIKE over UTF-8 bytes: `%` any run, `_` one character, `\` takes the next one as it is.
final class LikePattern {
    private LikePattern() {}

    static boolean matches(long text, int textLength, long pattern, int patternLength) {
        int t = 0;
        int p = 0;
        // where to resume after the last %: the text position moves one character on with every retry
        int retryText = -1;
        int retryPattern = -1;
        while (true) {
            if (p < patternLength) {
                int c = NativeMemory.getByte(pattern + p);
                if (c == '%') {
                    retryPattern = ++p;
                    retryText = t;
                    continue;
                }
                if (t < textLength && c == '_') {
                    t = nextCharacter(text, textLength, t);
                    p++;
                    continue;
                }
                int width = 1;
                if (c == '\\') {
                    if (p + 1 == patternLength) {
                        throw new UserException(
                                SqlState.INVALID_ESCAPE_SEQUENCE, "LIKE pattern must not end with escape character");
                    }
                    c = NativeMemory.getByte(pattern + p + 1);
                    width = 2;
                }
                if (t < textLength && c == NativeMemory.getByte(text + t)) {
                    t++;
                    p += width;
                    continue;
                }
            } else if (t == textLength) {
                return true;
            }
            if (retryPattern < 0 || retryText >= textLength) {
                return false;
            }
            retryText = nextCharacter(text, textLength, retryText);
            t = retryText;
            p = retryPattern;
        }
    }

    private static int nextCharacter(long text, int length, int at) {
        int next = at + 1;
        while (next < length && (NativeMemory.getByte(text + next) & 0xc0) == 0x80) {
            next++;
        }
        return next;
    }

    /// Rewrites a pattern with another escape character (empty = none) to one with `\`.
    static String withEscape(String pattern, String escape) {
        if (escape.codePointCount(0, escape.length()) > 1) {
            throw new UserException(SqlState.INVALID_ESCAPE_SEQUENCE, "invalid escape string")
                    .withHint("Escape string must be empty or one character.");
        }
        if (escape.equals("\\")) {
            return pattern;
        }
        StringBuilder result = new StringBuilder(pattern.length());
        boolean escaped = false;
        for (int at = 0; at < pattern.length(); ) {
            int c = pattern.codePointAt(at);
            at += Character.charCount(c);
            if (!escaped && !escape.isEmpty() && c == escape.codePointAt(0)) {
                result.append('\\');
                escaped = true;
            } else {
                if (c == '\\' && !escaped) {
                    result.append('\\');
                }
                result.appendCodePoint(c);
                escaped = false;
            }
        }
        return result.toString();
    }
}
