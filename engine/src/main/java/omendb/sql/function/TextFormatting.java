package omendb.sql.function;

import java.util.Arrays;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ColumnVector;

/// concat, format, quoting, to_hex; to_char and its kin are in [ToChar].
final class TextFormatting {
    private TextFormatting() {}

    static void register(Registrar r) {
        r.immutable("num_nulls(variadic any) int4", Rows.lenient((context, args, row, out) -> {
            long nulls = Arrays.stream(args).filter(arg -> arg.isNull(row)).count();
            out.setLong(row, nulls);
        }));
        r.immutable("num_nonnulls(variadic any) int4", Rows.lenient((context, args, row, out) -> {
            long values = Arrays.stream(args).filter(arg -> !arg.isNull(row)).count();
            out.setLong(row, values);
        }));
        r.stable("concat(variadic any) text", Rows.lenient((context, args, row, out) -> {
            StringBuilder text = new StringBuilder();
            for (ColumnVector arg : args) {
                text.append(arg.isNull(row) ? "" : Casts.textOf(context, arg, row));
            }
            out.setString(row, text.toString());
        }));
        r.stable("concat_ws(text, variadic any) text", Rows.lenient(TextFormatting::concatenate));
        r.stable("format(text, variadic any) text", Rows.lenient(TextFormatting::format));
        r.stable("format(text) text", Rows.lenient(TextFormatting::format));
        quoting(r);
        r.immutable(
                "to_hex(int4) text",
                Rows.strict((context, args, row, out) ->
                        out.setString(row, Integer.toHexString((int) args[0].getLong(row)))));
        r.immutable(
                "to_hex(int8) text",
                Rows.strict((context, args, row, out) -> out.setString(row, Long.toHexString(args[0].getLong(row)))));
        ToChar.register(r);
    }

    private static void concatenate(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        if (args[0].isNull(row)) {
            out.setNull(row);
            return;
        }
        String separator = args[0].getString(row);
        StringBuilder text = new StringBuilder();
        boolean first = true;
        for (int i = 1; i < args.length; i++) {
            if (!args[i].isNull(row)) {
                text.append(first ? "" : separator).append(Casts.textOf(context, args[i], row));
                first = false;
            }
        }
        out.setString(row, text.toString());
    }

    // ---- quoting ----

    private static void quoting(Registrar r) {
        r.immutable("quote_ident(text) text", Rows.text((String text) -> quoteIdentifier(text)));
        r.immutable("quote_literal(text) text", Rows.text((String text) -> quoteLiteral(text)));
        r.stable(
                "quote_literal(anyelement) text",
                Rows.strict((context, args, row, out) ->
                        out.setString(row, quoteLiteral(Casts.textOf(context, args[0], row)))));
        r.immutable("quote_nullable(text) text", Rows.lenient(TextFormatting::quoteNullable));
        r.stable("quote_nullable(anyelement) text", Rows.lenient(TextFormatting::quoteNullable));
    }

    private static void quoteNullable(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        out.setString(row, args[0].isNull(row) ? "NULL" : quoteLiteral(Casts.textOf(context, args[0], row)));
    }

    /// Quotes unless the name is plain lower case and no keyword.
    static String quoteIdentifier(String name) {
        boolean plain = name.matches("[a-z_][a-z0-9_]*") && !SqlKeywords.isReserved(name);
        return plain ? name : "\"" + name.replace("\"", "\"\"") + "\"";
    }

    static String quoteLiteral(String text) {
        String quoted = "'" + text.replace("'", "''").replace("\\", "\\\\") + "'";
        return text.indexOf('\\') >= 0 ? "E" + quoted : quoted;
    }

    // ---- format ----

    /// One conversion of a format string.
    private static final class Specifier {
        private int argument;
        private boolean leftAligned;
        private int width;
        private int widthArgument = -1;
        private char conversion;
        private int end;
    }

    private static void format(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        if (args[0].isNull(row)) {
            out.setNull(row);
            return;
        }
        String pattern = args[0].getString(row);
        StringBuilder text = new StringBuilder();
        int next = 1;
        for (int at = 0; at < pattern.length(); at++) {
            char c = pattern.charAt(at);
            if (c != '%') {
                text.append(c);
                continue;
            }
            if (at + 1 >= pattern.length()) {
                throw unterminated();
            }
            if (pattern.charAt(at + 1) == '%') {
                text.append('%');
                at++;
                continue;
            }
            Specifier specifier = parse(pattern, at + 1);
            at = specifier.end;
            int width = specifier.width;
            if (specifier.widthArgument >= 0) {
                int index = specifier.widthArgument > 0 ? specifier.widthArgument : next++;
                width = argumentWidth(context, args, index, row);
                specifier.leftAligned |= width < 0;
                width = Math.abs(width);
            }
            int index = specifier.argument > 0 ? specifier.argument : next;
            next = index + 1;
            requireArgument(args, index);
            String value = value(context, args[index], row, specifier.conversion);
            int padding = Math.max(0, width - value.codePointCount(0, value.length()));
            text.append(specifier.leftAligned ? value + " ".repeat(padding) : " ".repeat(padding) + value);
        }
        out.setString(row, text.toString());
    }

    private static omendb.engine.error.OmenException unterminated() {
        return new UserException(SqlState.INVALID_PARAMETER_VALUE, "unterminated format() type specifier")
                .withHint("For a single \"%\" use \"%%\".");
    }

    private static void requireArgument(ColumnVector[] args, int index) {
        if (index >= args.length) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "too few arguments for format()");
        }
    }

    private static int argumentWidth(EvalContext context, ColumnVector[] args, int index, int row) {
        requireArgument(args, index);
        return args[index].isNull(row) ? 0 : Integer.parseInt(Casts.textOf(context, args[index], row));
    }

    private static Specifier parse(String pattern, int from) {
        Specifier result = new Specifier();
        int at = from;
        int digits = digitsEnd(pattern, at);
        if (digits > at && digits < pattern.length() && pattern.charAt(digits) == '$') {
            result.argument = Integer.parseInt(pattern, at, digits, 10);
            if (result.argument == 0) {
                throw new UserException(
                        SqlState.INVALID_PARAMETER_VALUE,
                        "format specifies argument 0, but arguments are numbered from 1");
            }
            at = digits + 1;
        }
        while (at < pattern.length() && pattern.charAt(at) == '-') {
            result.leftAligned = true;
            at++;
        }
        if (at < pattern.length() && pattern.charAt(at) == '*') {
            digits = digitsEnd(pattern, ++at);
            result.widthArgument = 0;
            if (digits > at && digits < pattern.length() && pattern.charAt(digits) == '$') {
                result.widthArgument = Integer.parseInt(pattern, at, digits, 10);
                at = digits + 1;
            }
        } else {
            digits = digitsEnd(pattern, at);
            result.width = digits > at ? Integer.parseInt(pattern, at, digits, 10) : 0;
            at = digits;
        }
        if (at >= pattern.length()) {
            throw unterminated();
        }
        result.conversion = pattern.charAt(at);
        result.end = at;
        return result;
    }

    private static int digitsEnd(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static String value(EvalContext context, ColumnVector in, int row, char conversion) {
        return switch (conversion) {
            case 's' -> in.isNull(row) ? "" : Casts.textOf(context, in, row);
            case 'I' -> {
                if (in.isNull(row)) {
                    throw new UserException(
                            SqlState.NULL_VALUE_NOT_ALLOWED, "null values cannot be formatted as an SQL identifier");
                }
                yield quoteIdentifier(Casts.textOf(context, in, row));
            }
            case 'L' -> in.isNull(row) ? "NULL" : quoteLiteral(Casts.textOf(context, in, row));
            default ->
                throw new UserException(
                                SqlState.INVALID_PARAMETER_VALUE,
                                "unrecognized format() type specifier \"" + conversion + "\"")
                        .withHint("For a single \"%\" use \"%%\".");
        };
    }
}
