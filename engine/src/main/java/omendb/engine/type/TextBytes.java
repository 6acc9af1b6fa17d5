package omendb.engine.type;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// UTF-8 text at an address.
public final class TextBytes {
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private TextBytes() {}

    public static String toString(long address, int length) {
        byte[] bytes = new byte[length];
        NativeMemory.copy(address, bytes, 0, length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /// PostgreSQL's isspace in input functions.
    static boolean isSpace(int c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    static boolean isAscii(long address, int length) {
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            if ((NativeMemory.getLong(address + i) & HIGH_BITS) != 0) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (NativeMemory.getByte(address + i) < 0) {
                return false;
            }
        }
        return true;
    }

    /// Characters (code points) in valid UTF-8.
    public static int characterCount(long address, int length) {
        if (isAscii(address, length)) {
            return length;
        }
        int count = 0;
        for (int i = 0; i < length; i++) {
            if ((NativeMemory.getByte(address + i) & 0xc0) != 0x80) {
                count++;
            }
        }
        return count;
    }

    /// Bytes that the first `characters` characters take; `length` if there are fewer.
    public static int byteOffset(long address, int length, int characters) {
        if (characters <= 0) {
            return 0;
        }
        int seen = 0;
        for (int i = 0; i < length; i++) {
            if ((NativeMemory.getByte(address + i) & 0xc0) != 0x80 && seen++ == characters) {
                return i;
            }
        }
        return length;
    }

    /// Refuses what is not UTF-8 or holds a zero byte, as PostgreSQL does at every door (22021).
    public static void validate(long address, int length) {
        int i = 0;
        while (i < length) {
            int width = sequenceLength(address + i, length - i);
            if (width == 0) {
                throw invalidSequence(address + i, length - i);
            }
            i += width;
        }
    }

    /// Length of the valid sequence at `address`; 0 = invalid.
    private static int sequenceLength(long address, int remaining) {
        int first = NativeMemory.getByte(address);
        if (first > 0) {
            return 1;
        }
        int c = first & 0xff;
        int width = declaredWidth(c);
        if (first == 0 || width < 2 || width > remaining) {
            return 0;
        }
        int second = NativeMemory.getByte(address + 1) & 0xff;
        boolean valid = switch (c) {
            case 0xe0 -> second >= 0xa0 && second <= 0xbf;
            case 0xed -> second >= 0x80 && second <= 0x9f;
            case 0xf0 -> second >= 0x90 && second <= 0xbf;
            case 0xf4 -> second >= 0x80 && second <= 0x8f;
            default -> c >= 0xc2 && c <= 0xf4 && (second & 0xc0) == 0x80;
        };
        for (int i = 2; i < width; i++) {
            valid &= (NativeMemory.getByte(address + i) & 0xc0) == 0x80;
        }
        return valid ? width : 0;
    }

    /// What the first byte promises, as pg_utf_mblen.
    private static int declaredWidth(int first) {
        if (first < 0x80) {
            return 1;
        }
        if ((first & 0xe0) == 0xc0) {
            return 2;
        }
        if ((first & 0xf0) == 0xe0) {
            return 3;
        }
        return (first & 0xf8) == 0xf0 ? 4 : 1;
    }

    private static UserException invalidSequence(long address, int remaining) {
        int width = Math.min(declaredWidth(NativeMemory.getByte(address) & 0xff), remaining);
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < width; i++) {
            bytes.append(i == 0 ? "0x" : " 0x").append(HexFormat.of().toHexDigits(NativeMemory.getByte(address + i)));
        }
        return new UserException(
                SqlState.CHARACTER_NOT_IN_REPERTOIRE, "invalid byte sequence for encoding \"UTF8\": " + bytes);
    }
}
