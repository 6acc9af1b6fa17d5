package omendb.sql.parse;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/// What tokens stand for: folded and truncated words, operators, numbers in decimal digits.
final class TokenValues {
    /// Longest name in bytes.
    static final int NAME_BYTES = 63;

    private TokenValues() {}

    /// The value of a token that has none yet.
    static String valueOf(TokenKind kind, String sql, int start, int end) {
        return switch (kind) {
            case WORD -> truncate(fold(sql, start, end));
            case OPERATOR, SYMBOL -> operatorText(sql, start, end);
            case INTEGER -> integer(sql, start, end);
            case NUMERIC -> withoutUnderscores(sql.substring(start, end));
            case PARAMETER -> sql.substring(start + 1, end);
            default -> sql.substring(start, end);
        };
    }

    private static String operatorText(String sql, int start, int end) {
        if (end - start == 1) {
            char c = sql.charAt(start);
            return SINGLE[c];
        }
        String text = sql.substring(start, end);
        return text.equals("!=") ? "<>" : text;
    }

    private static final String[] SINGLE = new String[128];

    static {
        for (int i = 0; i < SINGLE.length; i++) {
            SINGLE[i] = String.valueOf((char) i).intern();
        }
    }

    private static String integer(String sql, int start, int end) {
        String digits = withoutUnderscores(sql.substring(start, end));
        int radix = digits.length() > 2 && digits.charAt(0) == '0' ? radix(digits.charAt(1)) : 0;
        return radix == 0 ? digits : new BigInteger(digits.substring(2), radix).toString();
    }

    private static String withoutUnderscores(String digits) {
        return digits.indexOf('_') < 0 ? digits : digits.replace("_", "");
    }

    private static String fold(String sql, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = sql.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                char[] folded = new char[end - start];
                sql.getChars(start, end, folded, 0);
                for (int k = 0; k < folded.length; k++) {
                    if (folded[k] >= 'A' && folded[k] <= 'Z') {
                        folded[k] = (char) (folded[k] + ('a' - 'A'));
                    }
                }
                return new String(folded);
            }
        }
        return sql.substring(start, end);
    }

    /// Cuts a name to 63 bytes of UTF-8, never inside a character.
    static String truncate(String name) {
        if (name.length() * 3 <= NAME_BYTES) {
            return name;
        }
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= NAME_BYTES) {
            return name;
        }
        int end = NAME_BYTES;
        while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    /// The radix a prefix `0c` stands for; 0 = none.
    static int radix(char c) {
        return switch (c) {
            case 'x', 'X' -> 16;
            case 'o', 'O' -> 8;
            case 'b', 'B' -> 2;
            default -> 0;
        };
    }
}
