package omendb.sql.function;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.TextBytes;
import omendb.memory.NativeMemory;

/// Functions of bytea, hashes, encodings.
final class ByteaFunctions {
    private ByteaFunctions() {}

    static void register(Registrar r) {
        r.immutable("length(bytea) int4", TextFunctions.bytes(1));
        r.immutable("octet_length(bytea) int4", TextFunctions.bytes(1));
        r.immutable("bit_length(bytea) int4", TextFunctions.bytes(8));
        r.operator("||", r.immutable("byteacat(bytea, bytea) bytea", Rows.strict((context, args, row, out) -> {
            byte[] left = args[0].getBytes(row);
            byte[] right = args[1].getBytes(row);
            byte[] whole = java.util.Arrays.copyOf(left, left.length + right.length);
            System.arraycopy(right, 0, whole, left.length, right.length);
            out.setBytes(row, whole);
        })));
        for (String name : new String[] {"substring", "substr"}) {
            r.immutable(
                    name + "(bytea, int4) bytea",
                    Rows.strict((context, args, row, out) ->
                            slice(args[0], row, args[1].getLong(row), Integer.MAX_VALUE, out)));
            r.immutable(
                    name + "(bytea, int4, int4) bytea",
                    Rows.strict((context, args, row, out) ->
                            slice(args[0], row, args[1].getLong(row), args[2].getLong(row), out)));
        }
        r.immutable(
                "position(bytea, bytea) int4",
                Rows.strict((context, args, row, out) ->
                        out.setLong(row, position(args[0].getBytes(row), args[1].getBytes(row)))));
        trim(r, "btrim", true, true);
        trim(r, "ltrim", true, false);
        trim(r, "rtrim", false, true);
        r.immutable(
                "overlay(bytea, bytea, int4, int4) bytea",
                Rows.strict((context, args, row, out) -> overlay(args, row, args[3].getLong(row), out)));
        r.immutable(
                "overlay(bytea, bytea, int4) bytea",
                Rows.strict((context, args, row, out) -> overlay(args, row, args[1].length(row), out)));
        bytesAndBits(r);
        digests(r);
        encodings(r);
    }

    private static void slice(ColumnVector in, int row, long start, long count, ColumnVector out) {
        if (count < 0) {
            throw new UserException(SqlState.SUBSTRING_ERROR, "negative substring length not allowed");
        }
        long from = Math.clamp(start - 1, 0, in.length(row));
        long until = Math.clamp(start - 1 + count, from, in.length(row));
        out.setReference(row, in.address(row) + from, (int) (until - from));
    }

    /// Cuts the bytes that occur in the second argument.
    private static void trim(Registrar r, String name, boolean start, boolean end) {
        r.immutable(name + "(bytea, bytea) bytea", Rows.strict((context, args, row, out) -> {
            BitSet set = new BitSet(256);
            for (byte b : args[1].getBytes(row)) {
                set.set(b & 0xff);
            }
            long from = args[0].address(row);
            long until = from + args[0].length(row);
            while (start && from < until && set.get(NativeMemory.getByte(from) & 0xff)) {
                from++;
            }
            while (end && until > from && set.get(NativeMemory.getByte(until - 1) & 0xff)) {
                until--;
            }
            out.setReference(row, from, (int) (until - from));
        }));
    }

    private static void overlay(ColumnVector[] args, int row, long count, ColumnVector out) {
        long start = args[2].getLong(row);
        if (start <= 0) {
            throw new UserException(SqlState.SUBSTRING_ERROR, "negative substring length not allowed");
        }
        byte[] whole = args[0].getBytes(row);
        byte[] middle = args[1].getBytes(row);
        int head = (int) Math.min(start - 1, whole.length);
        int tail = Math.clamp(start - 1 + count, 0, whole.length);
        byte[] result = new byte[head + middle.length + whole.length - tail];
        System.arraycopy(whole, 0, result, 0, head);
        System.arraycopy(middle, 0, result, head, middle.length);
        System.arraycopy(whole, tail, result, head + middle.length, whole.length - tail);
        out.setBytes(row, result);
    }

    private static long position(byte[] whole, byte[] part) {
        for (int at = 0; at + part.length <= whole.length; at++) {
            if (java.util.Arrays.equals(whole, at, at + part.length, part, 0, part.length)) {
                return at + 1L;
            }
        }
        return 0;
    }

    private static void bytesAndBits(Registrar r) {
        r.immutable("get_byte(bytea, int4) int4", Rows.strict((context, args, row, out) -> {
            checkIndex(args[1].getLong(row), args[0].length(row));
            out.setLong(row, NativeMemory.getByte(args[0].address(row) + args[1].getLong(row)) & 0xff);
        }));
        r.immutable("set_byte(bytea, int4, int4) bytea", Rows.strict((context, args, row, out) -> {
            checkIndex(args[1].getLong(row), args[0].length(row));
            byte[] bytes = args[0].getBytes(row);
            bytes[(int) args[1].getLong(row)] = (byte) args[2].getLong(row);
            out.setBytes(row, bytes);
        }));
        r.immutable("get_bit(bytea, int8) int4", Rows.strict((context, args, row, out) -> {
            long bit = args[1].getLong(row);
            checkIndex(bit, 8L * args[0].length(row));
            out.setLong(row, (NativeMemory.getByte(args[0].address(row) + bit / 8) >> (bit % 8)) & 1);
        }));
        r.immutable("bit_count(bytea) int8", Rows.strict((context, args, row, out) -> {
            long count = 0;
            for (byte b : args[0].getBytes(row)) {
                count += Integer.bitCount(b & 0xff);
            }
            out.setLong(row, count);
        }));
    }

    private static void checkIndex(long index, long length) {
        if (index < 0 || index >= length) {
            throw new UserException(
                    SqlState.ARRAY_ELEMENT_ERROR, "index " + index + " out of valid range, 0.." + (length - 1));
        }
    }

    private static void digests(Registrar r) {
        for (String type : new String[] {"text", "bytea"}) {
            r.immutable(
                    "md5(" + type + ") text",
                    Rows.strict((context, args, row, out) ->
                            out.setString(row, HexFormat.of().formatHex(digest("MD5", args[0].getBytes(row))))));
        }
        for (String bits : new String[] {"224", "256", "384", "512"}) {
            r.immutable(
                    "sha" + bits + "(bytea) bytea",
                    Rows.strict((context, args, row, out) ->
                            out.setBytes(row, digest("SHA-" + bits, args[0].getBytes(row)))));
        }
        r.immutable("crc32(bytea) int8", Rows.strict((context, args, row, out) -> {
            CRC32 crc = new CRC32();
            crc.update(args[0].getBytes(row));
            out.setLong(row, crc.getValue());
        }));
        r.immutable("crc32c(bytea) int8", Rows.strict((context, args, row, out) -> {
            CRC32C crc = new CRC32C();
            crc.update(args[0].getBytes(row));
            out.setLong(row, crc.getValue());
        }));
    }

    private static byte[] digest(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new UserException(SqlState.FEATURE_NOT_SUPPORTED, algorithm + " is not available here", e);
        }
    }

    private static void encodings(Registrar r) {
        r.immutable(
                "encode(bytea, text) text",
                Rows.strict((context, args, row, out) ->
                        out.setString(row, encode(args[0].getBytes(row), args[1].getString(row)))));
        r.immutable(
                "decode(text, text) bytea",
                Rows.strict((context, args, row, out) ->
                        out.setBytes(row, decode(args[0].getString(row), args[1].getString(row)))));
        r.stable(
                "convert_from(bytea, name) text",
                Rows.strict(
                        (context, args, row, out) -> out.setString(row, text(args[0], row, args[1].getString(row)))));
        r.stable(
                "convert_to(text, name) bytea",
                Rows.strict((context, args, row, out) -> out.setBytes(
                        row, args[0].getString(row).getBytes(charset(args[1].getString(row), "destination")))));
    }

    private static String text(ColumnVector in, int row, String encoding) {
        Charset charset = charset(encoding, "source");
        if (charset.equals(StandardCharsets.UTF_8)) {
            TextBytes.validate(in.address(row), in.length(row));
        }
        return new String(in.getBytes(row), charset);
    }

    private static Charset charset(String name, String side) {
        return switch (name.toUpperCase(Locale.ROOT).replace("-", "").replace("_", "")) {
            case "UTF8", "UNICODE" -> StandardCharsets.UTF_8;
            case "LATIN1", "ISO88591" -> StandardCharsets.ISO_8859_1;
            case "SQLASCII" -> StandardCharsets.US_ASCII;
            case "WIN1252" -> Charset.forName("windows-1252");
            default ->
                throw new UserException(
                        SqlState.INVALID_PARAMETER_VALUE, "invalid " + side + " encoding name \"" + name + "\"");
        };
    }

    private static String encode(byte[] bytes, String format) {
        return switch (format.toLowerCase(Locale.ROOT)) {
            case "hex" -> HexFormat.of().formatHex(bytes);
            case "base64" -> Base64.getMimeEncoder(76, new byte[] {'\n'}).encodeToString(bytes);
            case "escape" -> escape(bytes);
            default -> throw unknown(format);
        };
    }

    private static UserException unknown(String format) {
        return new UserException(SqlState.INVALID_PARAMETER_VALUE, "unrecognized encoding: \"" + format + "\"");
    }

    private static String escape(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            int value = b & 0xff;
            if (value == 0 || value >= 0x80) {
                text.append('\\').append(value >> 6).append((value >> 3) & 7).append(value & 7);
            } else {
                text.append(value == '\\' ? "\\\\" : String.valueOf((char) value));
            }
        }
        return text.toString();
    }

    private static byte[] decode(String text, String format) {
        switch (format.toLowerCase(Locale.ROOT)) {
            case "hex" -> {
                String digits = text.replaceAll("\\s", "");
                for (int i = 0; i < digits.length(); i++) {
                    if (Character.digit(digits.charAt(i), 16) < 0) {
                        throw new UserException(
                                SqlState.INVALID_PARAMETER_VALUE,
                                "invalid hexadecimal digit: \"" + digits.charAt(i) + "\"");
                    }
                }
                if (digits.length() % 2 != 0) {
                    throw new UserException(
                            SqlState.INVALID_PARAMETER_VALUE, "invalid hexadecimal data: odd number of digits");
                }
                return HexFormat.of().parseHex(digits);
            }
            case "base64" -> {
                try {
                    return Base64.getDecoder().decode(text.replaceAll("\\s", ""));
                } catch (IllegalArgumentException e) {
                    throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "invalid base64 end sequence", e)
                            .withHint("Input data is missing padding, is truncated, or is otherwise corrupted.");
                }
            }
            case "escape" -> {
                return unescape(text);
            }
            default -> throw unknown(format);
        }
    }

    private static byte[] unescape(String text) {
        byte[] source = text.getBytes(StandardCharsets.UTF_8);
        byte[] result = new byte[source.length];
        int length = 0;
        for (int i = 0; i < source.length; i++) {
            if (source[i] != '\\') {
                result[length++] = source[i];
            } else if (i + 1 < source.length && source[i + 1] == '\\') {
                result[length++] = '\\';
                i++;
            } else if (i + 3 < source.length) {
                result[length++] = (byte) Integer.parseInt(new String(source, i + 1, 3, StandardCharsets.US_ASCII), 8);
                i += 3;
            } else {
                throw new UserException(SqlState.INVALID_TEXT_REPRESENTATION, "invalid input syntax for type bytea");
            }
        }
        return java.util.Arrays.copyOf(result, length);
    }
}
