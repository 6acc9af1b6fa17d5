package omendb.sql.function;

import java.text.Normalizer;
import java.util.Locale;
import java.util.function.IntUnaryOperator;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.TextBytes;
import omendb.memory.NativeMemory;

/// String functions. Positions and lengths count characters (code points).
final class TextFunctions {
    private TextFunctions() {}

    static void register(Registrar r) {
        measures(r);
        letters(r);
        pieces(r);
        trims(r);
        search(r);
        r.operator("||", r.immutable("textcat(text, text) text", Rows.strict(TextFunctions::concatenate)));
        r.operator(
                "||",
                r.stable(
                        "textanycat(text, anynonarray) text",
                        Rows.strict((context, args, row, out) ->
                                out.setString(row, args[0].getString(row) + Casts.textOf(context, args[1], row)))));
        r.operator(
                "||",
                r.stable(
                        "anytextcat(anynonarray, text) text",
                        Rows.strict((context, args, row, out) ->
                                out.setString(row, Casts.textOf(context, args[0], row) + args[1].getString(row)))));
    }

    private static void measures(Registrar r) {
        StrictBody characters = Rows.strict((context, args, row, out) ->
                out.setLong(row, TextBytes.characterCount(args[0].address(row), args[0].length(row))));
        r.immutable("length(text) int4", characters);
        r.immutable("char_length(text) int4", characters);
        r.immutable("character_length(text) int4", characters);
        StrictBody unpadded = Rows.strict((context, args, row, out) -> {
            int length = omendb.engine.type.Coercion.unpaddedLength(args[0], row);
            out.setLong(row, TextBytes.characterCount(args[0].address(row), length));
        });
        r.immutable("length(bpchar) int4", unpadded);
        r.immutable("char_length(bpchar) int4", unpadded);
        r.immutable("character_length(bpchar) int4", unpadded);
        r.immutable("octet_length(text) int4", bytes(1));
        r.immutable("octet_length(bpchar) int4", bytes(1));
        r.immutable("bit_length(text) int4", bytes(8));
    }

    static StrictBody bytes(int factor) {
        return Rows.strict((context, args, row, out) -> out.setLong(row, (long) args[0].length(row) * factor));
    }

    private static void letters(Registrar r) {
        r.immutable("lower(text) text", Rows.text((String text) -> letterByLetter(text, Character::toLowerCase)));
        r.immutable("upper(text) text", Rows.text((String text) -> letterByLetter(text, Character::toUpperCase)));
        r.immutable("initcap(text) text", Rows.text(TextFunctions::capitalise));
        r.immutable("reverse(text) text", Rows.text((String text) -> reverse(text)));
        r.immutable("ascii(text) int4", Rows.strict((context, args, row, out) -> {
            String text = args[0].getString(row);
            out.setLong(row, text.isEmpty() ? 0 : text.codePointAt(0));
        }));
        r.immutable(
                "chr(int4) text",
                Rows.strict((context, args, row, out) -> out.setString(row, character(args[0].getLong(row)))));
        r.immutable(
                "translate(text, text, text) text",
                Rows.strict((context, args, row, out) -> out.setString(
                        row, translate(args[0].getString(row), args[1].getString(row), args[2].getString(row)))));
        r.immutable("normalize(text, text = 'NFC') text", Rows.text((text, form) -> {
            try {
                return Normalizer.normalize(text, Normalizer.Form.valueOf(form.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "invalid normalization form: " + form, e);
            }
        }));
        r.immutable("unistr(text) text", Rows.text((String text) -> UnicodeNotation.decode(text)));
    }

    /// A letter becomes one letter, as the C library's towupper has it: there is no upper-case sharp s.
    private static String letterByLetter(String text, IntUnaryOperator change) {
        StringBuilder result = new StringBuilder(text.length());
        text.codePoints().map(change).forEach(result::appendCodePoint);
        return result.toString();
    }

    private static String capitalise(String text) {
        StringBuilder result = new StringBuilder(text.length());
        boolean inWord = false;
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            result.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toUpperCase(c));
            inWord = Character.isLetterOrDigit(c);
            at += Character.charCount(c);
        }
        return result.toString();
    }

    private static String reverse(String text) {
        return new StringBuilder(text).reverse().toString();
    }

    private static String character(long code) {
        if (code == 0) {
            throw new UserException(SqlState.PROGRAM_LIMIT_EXCEEDED, "null character not permitted");
        }
        if (code < 0) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "character number must be positive");
        }
        boolean surrogate = code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE;
        if (code > Character.MAX_CODE_POINT || surrogate) {
            String what = surrogate
                    ? "requested character not valid for encoding: "
                    : "requested character too large for encoding: ";
            throw new UserException(SqlState.PROGRAM_LIMIT_EXCEEDED, what + code);
        }
        return Character.toString((int) code);
    }

    private static String translate(String text, String from, String to) {
        int[] source = from.codePoints().toArray();
        int[] target = to.codePoints().toArray();
        StringBuilder result = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            for (int i = 0; i < source.length; i++) {
                if (source[i] == c) {
                    if (i < target.length) {
                        result.appendCodePoint(target[i]);
                    }
                    return;
                }
            }
            result.appendCodePoint(c);
        });
        return result.toString();
    }

    private static void concatenate(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        int left = args[0].length(row);
        int right = args[1].length(row);
        long bytes = (long) left + right;
        checkLength(bytes);
        long address = out.arena().allocate(bytes);
        NativeMemory.copy(args[0].address(row), address, left);
        NativeMemory.copy(args[1].address(row), address + left, right);
        out.setReference(row, address, (int) bytes);
    }

    static void checkLength(long bytes) {
        if (bytes > 0x3fff_ffff) {
            throw new UserException(SqlState.PROGRAM_LIMIT_EXCEEDED, "requested length too large");
        }
    }

    // ---- parts ----

    private static void pieces(Registrar r) {
        for (String name : new String[] {"substring", "substr"}) {
            r.immutable(
                    name + "(text, int4) text",
                    Rows.strict((context, args, row, out) ->
                            substring(args[0], row, args[1].getLong(row), Integer.MAX_VALUE, out)));
            r.immutable(
                    name + "(text, int4, int4) text",
                    Rows.strict((context, args, row, out) ->
                            substring(args[0], row, args[1].getLong(row), args[2].getLong(row), out)));
        }
        r.immutable("left(text, int4) text", Rows.strict((context, args, row, out) -> {
            long count = args[1].getLong(row);
            long characters = TextBytes.characterCount(args[0].address(row), args[0].length(row));
            substring(args[0], row, 1, count >= 0 ? count : Math.max(0, characters + count), out);
        }));
        r.immutable("right(text, int4) text", Rows.strict((context, args, row, out) -> {
            long count = args[1].getLong(row);
            long characters = TextBytes.characterCount(args[0].address(row), args[0].length(row));
            long skipped = count >= 0 ? Math.max(0, characters - count) : -count;
            substring(args[0], row, skipped + 1, Integer.MAX_VALUE, out);
        }));
        r.immutable("repeat(text, int4) text", Rows.strict((context, args, row, out) -> {
            long count = Math.max(0, args[1].getLong(row));
            checkLength(count * args[0].length(row));
            out.setString(row, args[0].getString(row).repeat((int) count));
        }));
        r.immutable(
                "lpad(text, int4, text = ' ') text",
                Rows.strict((context, args, row, out) -> out.setString(row, pad(args, row, true))));
        r.immutable(
                "rpad(text, int4, text = ' ') text",
                Rows.strict((context, args, row, out) -> out.setString(row, pad(args, row, false))));
        r.immutable(
                "split_part(text, text, int4) text",
                Rows.strict((context, args, row, out) -> out.setString(
                        row, splitPart(args[0].getString(row), args[1].getString(row), args[2].getLong(row)))));
        r.immutable(
                "overlay(text, text, int4, int4) text",
                Rows.strict((context, args, row, out) -> out.setString(row, overlay(args, row, args[3].getLong(row)))));
        r.immutable(
                "overlay(text, text, int4) text",
                Rows.strict((context, args, row, out) -> out.setString(
                        row,
                        overlay(
                                args,
                                row,
                                args[1].getString(row)
                                        .codePointCount(
                                                0, args[1].getString(row).length())))));
    }

    /// By reference into the argument; `start` counts from 1 and may be below it.
    private static void substring(ColumnVector in, int row, long start, long count, ColumnVector out) {
        if (count < 0) {
            throw new UserException(SqlState.SUBSTRING_ERROR, "negative substring length not allowed");
        }
        long address = in.address(row);
        int length = in.length(row);
        long end = Math.min(start + count, Integer.MAX_VALUE);
        int from = TextBytes.byteOffset(address, length, Math.clamp(start - 1, 0, Integer.MAX_VALUE));
        int until = TextBytes.byteOffset(address, length, Math.clamp(end - 1, 0, Integer.MAX_VALUE));
        out.setReference(row, address + from, Math.max(0, until - from));
    }

    private static String pad(ColumnVector[] args, int row, boolean left) {
        int[] text = args[0].getString(row).codePoints().toArray();
        int[] fill = args[2].getString(row).codePoints().toArray();
        long wanted = Math.max(0, args[1].getLong(row));
        checkLength(4 * wanted);
        int target = (int) wanted;
        int kept = Math.min(text.length, target);
        int added = fill.length == 0 ? 0 : target - kept;
        StringBuilder result = new StringBuilder(target);
        if (!left) {
            result.append(new String(text, 0, kept));
        }
        for (int i = 0; i < added; i++) {
            result.appendCodePoint(fill[i % fill.length]);
        }
        if (left) {
            result.append(new String(text, 0, kept));
        }
        return result.toString();
    }

    private static String splitPart(String text, String delimiter, long field) {
        if (field == 0) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "field position must not be zero");
        }
        if (delimiter.isEmpty()) {
            return field == 1 || field == -1 ? text : "";
        }
        String[] parts = text.split(java.util.regex.Pattern.quote(delimiter), -1);
        long index = field > 0 ? field - 1 : parts.length + field;
        return index >= 0 && index < parts.length ? parts[(int) index] : "";
    }

    private static String overlay(ColumnVector[] args, int row, long count) {
        int[] text = args[0].getString(row).codePoints().toArray();
        long start = args[2].getLong(row);
        if (start <= 0) {
            throw new UserException(SqlState.SUBSTRING_ERROR, "negative substring length not allowed");
        }
        int head = (int) Math.min(start - 1, text.length);
        int tail = Math.clamp(start - 1 + count, 0, text.length);
        return new String(text, 0, head) + args[1].getString(row) + new String(text, tail, text.length - tail);
    }

    // ---- trims ----

    private static void trims(Registrar r) {
        trim(r, "btrim", true, true);
        trim(r, "ltrim", true, false);
        trim(r, "rtrim", false, true);
    }

    private static void trim(Registrar r, String name, boolean start, boolean end) {
        r.immutable(name + "(text) text", Rows.text((String text) -> trim(text, " ", start, end)));
        r.immutable(name + "(text, text) text", Rows.text((text, set) -> trim(text, set, start, end)));
    }

    private static String trim(String text, String set, boolean start, boolean end) {
        int from = 0;
        int until = text.length();
        while (start && from < until && set.indexOf(text.codePointAt(from)) >= 0) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (end && until > from && set.indexOf(text.codePointBefore(until)) >= 0) {
            until -= Character.charCount(text.codePointBefore(until));
        }
        return text.substring(from, until);
    }

    // ---- search ----

    private static void search(Registrar r) {
        StrictBody position = Rows.strict((context, args, row, out) ->
                out.setLong(row, position(args[0].getString(row), args[1].getString(row))));
        r.immutable("strpos(text, text) int4", position);
        r.immutable("position(text, text) int4", position);
        r.immutable("replace(text, text, text) text", Rows.strict((context, args, row, out) -> {
            String from = args[1].getString(row);
            String text = args[0].getString(row);
            out.setString(row, from.isEmpty() ? text : text.replace(from, args[2].getString(row)));
        }));
        StrictBody starts = Rows.strict((context, args, row, out) -> {
            int length = args[1].length(row);
            out.setBoolean(
                    row,
                    args[0].length(row) >= length
                            && NativeMemory.equal(args[0].address(row), length, args[1].address(row), length));
        });
        r.operator("^@", r.immutable("starts_with(text, text) bool", starts));
        r.operator(
                "~<~",
                r.immutable(
                        "text_pattern_lt(text, text) bool", Rows.compare(omendb.engine.type.Types.TEXT, o -> o < 0)));
        r.operator(
                "~<=~",
                r.immutable(
                        "text_pattern_le(text, text) bool", Rows.compare(omendb.engine.type.Types.TEXT, o -> o <= 0)));
        r.operator(
                "~>=~",
                r.immutable(
                        "text_pattern_ge(text, text) bool", Rows.compare(omendb.engine.type.Types.TEXT, o -> o >= 0)));
        r.operator(
                "~>~",
                r.immutable(
                        "text_pattern_gt(text, text) bool", Rows.compare(omendb.engine.type.Types.TEXT, o -> o > 0)));
    }

    private static long position(String text, String part) {
        int at = text.indexOf(part);
        return at < 0 ? 0 : text.codePointCount(0, at) + 1;
    }
}
