package omendb.sql.function;

import static omendb.sql.function.CastDef.Context.ASSIGNMENT;
import static omendb.sql.function.CastDef.Context.EXPLICIT;
import static omendb.sql.function.CastDef.Context.IMPLICIT;

import java.util.Locale;
import java.util.Map;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.Coercion;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Json;
import omendb.engine.type.JsonbValue;
import omendb.engine.type.Numeric;
import omendb.engine.type.SqlType;
import omendb.engine.type.TextBytes;
import omendb.engine.type.Timestamps;
import omendb.engine.type.Types;

/// The casts of pg_cast, with their functions. Everything else converts through text (the binder's rule).
final class Casts {
    private static final Map<String, String> SQL_NAMES =
            Map.of("int2", "smallint", "int4", "integer", "int8", "bigint");
    private static final Map<String, long[]> RANGES = Map.of(
            "int2", new long[] {Short.MIN_VALUE, Short.MAX_VALUE},
            "int4", new long[] {Integer.MIN_VALUE, Integer.MAX_VALUE},
            "int8", new long[] {Long.MIN_VALUE, Long.MAX_VALUE});

    private Casts() {}

    static void register(Registrar r) {
        integers(r);
        floats(r);
        numerics(r);
        strings(r);
        dates(r);
        lengths(r);
        oids(r);
        jsons(r);
    }

    private static void integers(Registrar r) {
        r.cast(IMPLICIT, r.immutable("int4(int2) int4", Rows.identity()));
        r.cast(IMPLICIT, r.immutable("int8(int2) int8", Rows.identity()));
        r.cast(IMPLICIT, r.immutable("int8(int4) int8", Rows.identity()));
        r.cast(ASSIGNMENT, r.immutable("int2(int4) int2", narrow("int2")));
        r.cast(ASSIGNMENT, r.immutable("int2(int8) int2", narrow("int2")));
        r.cast(ASSIGNMENT, r.immutable("int4(int8) int4", narrow("int4")));
        r.cast(EXPLICIT, r.immutable("int4(bool) int4", Rows.identity()));
        r.cast(EXPLICIT, r.immutable("bool(int4) bool", Lanes.longs(a -> a != 0 ? 1 : 0)));
        r.cast(EXPLICIT, r.immutable("int4(char) int4", Rows.identity()));
        r.cast(EXPLICIT, r.immutable("char(int4) char", Lanes.longs(a -> {
            if (a < Byte.MIN_VALUE || a > Byte.MAX_VALUE) {
                throw Arithmetic.outOfRange("\"char\"");
            }
            return a;
        })));
    }

    private static StrictBody narrow(String type) {
        return Lanes.longs(a -> Arithmetic.checkRange(a, type));
    }

    private static void floats(Registrar r) {
        for (String integer : Arithmetic.integerTypes()) {
            r.cast(IMPLICIT, r.immutable("float4(" + integer + ") float4", Lanes.longToDouble(a -> (float) a)));
            r.cast(IMPLICIT, r.immutable("float8(" + integer + ") float8", Lanes.longToDouble(a -> a)));
            r.cast(ASSIGNMENT, r.immutable(integer + "(float4) " + integer, round(integer)));
            r.cast(ASSIGNMENT, r.immutable(integer + "(float8) " + integer, round(integer)));
        }
        r.cast(IMPLICIT, r.immutable("float8(float4) float8", Rows.identity()));
        r.cast(ASSIGNMENT, r.immutable("float4(float8) float4", Lanes.doubles(a -> {
            float narrow = (float) a;
            if (Float.isInfinite(narrow) && !Double.isInfinite(a)) {
                throw Arithmetic.overflow();
            }
            if (narrow == 0 && a != 0) {
                throw Arithmetic.underflow();
            }
            return narrow;
        })));
    }

    /// Halves go to the even neighbour, as rint does.
    private static StrictBody round(String type) {
        String sqlName = name(type);
        long[] range = range(type);
        double limit = type.equals("int8") ? 0x1p63 : range[1] + 1.0;
        return Lanes.doubleToLong(a -> {
            double rounded = Math.rint(a);
            if (!(rounded >= range[0] && rounded < limit)) {
                throw Arithmetic.outOfRange(sqlName);
            }
            return (long) rounded;
        });
    }

    private static String name(String type) {
        return SQL_NAMES.getOrDefault(type, type);
    }

    private static long[] range(String type) {
        return RANGES.getOrDefault(type, new long[2]);
    }

    private static void numerics(Registrar r) {
        for (String integer : Arithmetic.integerTypes()) {
            r.cast(
                    IMPLICIT,
                    r.immutable(
                            "numeric(" + integer + ") numeric",
                            Rows.strict(
                                    (context, args, row, out) -> Numeric.write(args[0].getLong(row), 0, out, row))));
            String sqlName = name(integer);
            long[] range = range(integer);
            r.cast(
                    ASSIGNMENT,
                    r.immutable(
                            integer + "(numeric) " + integer,
                            Rows.strict((context, args, row, out) ->
                                    out.setLong(row, Numeric.read(args[0], row).toLong(range[0], range[1], sqlName)))));
        }
        r.cast(
                ASSIGNMENT,
                r.immutable(
                        "numeric(float4) numeric",
                        Rows.strict((context, args, row, out) ->
                                Numeric.ofFloat(args[0].getDouble(row)).write(out, row))));
        r.cast(
                ASSIGNMENT,
                r.immutable(
                        "numeric(float8) numeric",
                        Rows.strict((context, args, row, out) ->
                                Numeric.ofDouble(args[0].getDouble(row)).write(out, row))));
        r.cast(IMPLICIT, r.immutable("float4(numeric) float4", Rows.strict((context, args, row, out) -> {
            Numeric value = Numeric.read(args[0], row);
            float result = value.isFinite() ? value.decimal().floatValue() : (float) value.toDouble();
            checkFloat(result, value, "real");
            out.setDouble(row, result);
        })));
        r.cast(IMPLICIT, r.immutable("float8(numeric) float8", Rows.strict((context, args, row, out) -> {
            Numeric value = Numeric.read(args[0], row);
            checkFloat(value.toDouble(), value, "double precision");
            out.setDouble(row, value.toDouble());
        })));
    }

    private static void checkFloat(double result, Numeric value, String typeName) {
        if (value.isFinite() && (Double.isInfinite(result) || (result == 0 && value.signum() != 0))) {
            throw new UserException(
                    SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "\"" + value + "\" is out of range for type " + typeName);
        }
    }

    private static void strings(Registrar r) {
        r.cast(Types.TEXT, Types.VARCHAR, IMPLICIT, null);
        r.cast(Types.VARCHAR, Types.TEXT, IMPLICIT, null);
        r.cast(Types.TEXT, Types.BPCHAR, IMPLICIT, null);
        r.cast(Types.VARCHAR, Types.BPCHAR, IMPLICIT, null);
        FunctionDef unpad = r.immutable(
                "text(bpchar) text",
                Rows.strict((context, args, row, out) ->
                        out.setReference(row, args[0].address(row), Coercion.unpaddedLength(args[0], row))));
        r.cast(Types.BPCHAR, Types.TEXT, IMPLICIT, unpad);
        r.cast(Types.BPCHAR, Types.VARCHAR, IMPLICIT, unpad);
        r.cast(IMPLICIT, r.immutable("text(name) text", Rows.identity()));
        r.cast(Types.NAME, Types.VARCHAR, ASSIGNMENT, r.immutable("varchar(name) varchar", Rows.identity()));
        r.cast(Types.NAME, Types.BPCHAR, ASSIGNMENT, r.immutable("bpchar(name) bpchar", Rows.identity()));
        StrictBody cut = Rows.strict((context, args, row, out) ->
                out.setReference(row, args[0].address(row), Coercion.nameLength(args[0], row)));
        r.cast(IMPLICIT, r.immutable("name(text) name", cut));
        r.cast(IMPLICIT, r.immutable("name(varchar) name", cut));
        r.cast(IMPLICIT, r.immutable("name(bpchar) name", Rows.strict((context, args, row, out) -> {
            int visible = Coercion.unpaddedLength(args[0], row);
            out.setReference(row, args[0].address(row), Math.min(visible, Coercion.nameLength(args[0], row)));
        })));
        FunctionDef charToText = r.immutable("text(char) text", throughText(Types.CHAR, Types.TEXT));
        r.cast(Types.CHAR, Types.TEXT, IMPLICIT, charToText);
        r.cast(Types.CHAR, Types.VARCHAR, ASSIGNMENT, charToText);
        r.cast(Types.CHAR, Types.BPCHAR, ASSIGNMENT, charToText);
        FunctionDef textToChar = r.immutable("char(text) char", throughText(Types.TEXT, Types.CHAR));
        r.cast(Types.TEXT, Types.CHAR, ASSIGNMENT, textToChar);
        r.cast(Types.VARCHAR, Types.CHAR, ASSIGNMENT, textToChar);
        r.cast(Types.BPCHAR, Types.CHAR, ASSIGNMENT, textToChar);
        FunctionDef boolToText = r.immutable(
                "text(bool) text",
                Rows.strict(
                        (context, args, row, out) -> out.setString(row, args[0].getBoolean(row) ? "true" : "false")));
        r.cast(Types.BOOL, Types.TEXT, ASSIGNMENT, boolToText);
        r.cast(Types.BOOL, Types.VARCHAR, ASSIGNMENT, boolToText);
        r.cast(Types.BOOL, Types.BPCHAR, ASSIGNMENT, boolToText);
        r.cast(Types.PG_NODE_TREE, Types.TEXT, IMPLICIT, null);
    }

    private static StrictBody throughText(SqlType source, SqlType target) {
        return Rows.strict((context, args, row, out) ->
                target.io().parse(context.types(), source.io().toText(context.types(), args[0], row), -1, out, row));
    }

    private static void dates(Registrar r) {
        r.cast(IMPLICIT, r.immutable("timestamp(date) timestamp", Lanes.longs(Casts::dateToTimestamp)));
        r.cast(
                IMPLICIT,
                r.stable(
                        "timestamptz(date) timestamptz",
                        Rows.strict((context, args, row, out) -> out.setLong(
                                row,
                                Timestamps.toInstant(
                                        dateToTimestamp(args[0].getLong(row)),
                                        context.types().timeZone())))));
        r.cast(
                IMPLICIT,
                r.stable(
                        "timestamptz(timestamp) timestamptz",
                        Rows.strict((context, args, row, out) -> out.setLong(
                                row,
                                Timestamps.toInstant(
                                        args[0].getLong(row), context.types().timeZone())))));
        r.cast(
                ASSIGNMENT,
                r.stable(
                        "timestamp(timestamptz) timestamp",
                        Rows.strict((context, args, row, out) -> out.setLong(row, local(context, args[0], row)))));
        r.cast(ASSIGNMENT, r.immutable("date(timestamp) date", Lanes.longs(Casts::timestampToDate)));
        r.cast(
                ASSIGNMENT,
                r.stable(
                        "date(timestamptz) date",
                        Rows.strict((context, args, row, out) ->
                                out.setLong(row, timestampToDate(local(context, args[0], row))))));
        r.cast(
                ASSIGNMENT,
                r.immutable(
                        "time(timestamp) time",
                        Rows.strict((context, args, row, out) -> timeOfDay(args[0].getLong(row), out, row))));
        r.cast(
                ASSIGNMENT,
                r.stable(
                        "time(timestamptz) time",
                        Rows.strict((context, args, row, out) -> timeOfDay(local(context, args[0], row), out, row))));
        r.cast(ASSIGNMENT, r.stable("timetz(timestamptz) timetz", Rows.strict((context, args, row, out) -> {
            long instant = args[0].getLong(row);
            if (Timestamps.isFinite(instant)) {
                int offset = Timestamps.offsetAt(instant, context.types().timeZone());
                long micros = Math.floorMod(instant + offset * Timestamps.MICROS_PER_SECOND, Timestamps.MICROS_PER_DAY);
                Coercion.writeTimetz(micros, -offset, out, row);
            } else {
                out.setNull(row);
            }
        })));
        r.cast(IMPLICIT, r.stable("timetz(time) timetz", Rows.strict((context, args, row, out) -> {
            int offset = Timestamps.offsetAt(
                    context.transactionTimestamp(), context.types().timeZone());
            Coercion.writeTimetz(args[0].getLong(row), -offset, out, row);
        })));
        r.cast(
                ASSIGNMENT,
                r.immutable(
                        "time(timetz) time",
                        Rows.strict(
                                (context, args, row, out) -> out.setLong(row, Coercion.timetzMicros(args[0], row)))));
        r.cast(
                IMPLICIT,
                r.immutable(
                        "interval(time) interval",
                        Rows.strict((context, args, row, out) ->
                                new omendb.engine.type.Interval(0, 0, args[0].getLong(row)).write(out, row))));
        r.cast(
                ASSIGNMENT,
                r.immutable(
                        "time(interval) time",
                        Rows.strict((context, args, row, out) -> out.setLong(
                                row,
                                Math.floorMod(
                                        omendb.engine.type.Interval.read(args[0], row)
                                                .micros(),
                                        Timestamps.MICROS_PER_DAY)))));
    }

    static long local(EvalContext context, ColumnVector in, int row) {
        return Timestamps.toLocal(in.getLong(row), context.types().timeZone());
    }

    static long dateToTimestamp(long date) {
        if (date == Timestamps.DATE_INFINITY) {
            return Timestamps.INFINITY;
        }
        if (date == Timestamps.DATE_MINUS_INFINITY) {
            return Timestamps.MINUS_INFINITY;
        }
        long limit = Long.MAX_VALUE / Timestamps.MICROS_PER_DAY;
        if (date >= limit || !Timestamps.isValid(date * Timestamps.MICROS_PER_DAY)) {
            throw new UserException(SqlState.DATETIME_FIELD_OVERFLOW, "date out of range for timestamp");
        }
        return date * Timestamps.MICROS_PER_DAY;
    }

    static long timestampToDate(long timestamp) {
        if (!Timestamps.isFinite(timestamp)) {
            return timestamp == Timestamps.INFINITY ? Timestamps.DATE_INFINITY : Timestamps.DATE_MINUS_INFINITY;
        }
        return Math.floorDiv(timestamp, Timestamps.MICROS_PER_DAY);
    }

    private static void timeOfDay(long timestamp, ColumnVector out, int row) {
        if (Timestamps.isFinite(timestamp)) {
            out.setLong(row, Math.floorMod(timestamp, Timestamps.MICROS_PER_DAY));
        } else {
            out.setNull(row);
        }
    }

    private static void lengths(Registrar r) {
        r.cast(
                IMPLICIT,
                r.immutable(
                        "varchar(varchar, int4, bool) varchar",
                        Rows.strict((context, args, row, out) ->
                                Coercion.varchar(args[0], row, typmod(args, row), args[2].getBoolean(row), out))));
        r.cast(
                IMPLICIT,
                r.immutable(
                        "bpchar(bpchar, int4, bool) bpchar",
                        Rows.strict((context, args, row, out) ->
                                Coercion.bpchar(args[0], row, typmod(args, row), args[2].getBoolean(row), out))));
        r.cast(
                IMPLICIT,
                r.immutable(
                        "numeric(numeric, int4) numeric",
                        Rows.strict((context, args, row, out) -> Numeric.read(args[0], row)
                                .withTypmod(typmod(args, row))
                                .write(out, row))));
        r.cast(
                IMPLICIT,
                r.immutable(
                        "time(time, int4) time",
                        Rows.strict((context, args, row, out) ->
                                out.setLong(row, Timestamps.round(args[0].getLong(row), typmod(args, row))))));
        for (String type : new String[] {"timestamp", "timestamptz"}) {
            r.cast(
                    IMPLICIT,
                    r.immutable(type + "(" + type + ", int4) " + type, Rows.strict((context, args, row, out) -> {
                        int precision = typmod(args, row);
                        if (precision != -1
                                && (precision < 0 || precision > 6)
                                && Timestamps.isFinite(args[0].getLong(row))) {
                            throw new UserException(
                                    SqlState.INVALID_PARAMETER_VALUE,
                                    "timestamp(" + precision + ") precision must be between 0 and 6");
                        }
                        out.setLong(row, Timestamps.round(args[0].getLong(row), precision));
                    })));
        }
        r.cast(
                IMPLICIT,
                r.immutable(
                        "interval(interval, int4) interval",
                        Rows.strict(
                                (context, args, row, out) -> Coercion.interval(args[0], row, typmod(args, row), out))));
    }

    private static int typmod(ColumnVector[] args, int row) {
        return (int) args[1].getLong(row);
    }

    private static void oids(Registrar r) {
        SqlType[] aliases = {
            Types.REGPROC,
            Types.REGPROCEDURE,
            Types.REGCLASS,
            Types.REGTYPE,
            Types.REGNAMESPACE,
            Types.REGROLE,
            Types.REGOPER,
            Types.REGCONFIG,
            Types.REGDICTIONARY
        };
        FunctionDef fromLong = r.immutable("oid(int8) oid", Lanes.longs(a -> {
            if (a < 0 || a > 0xffff_ffffL) {
                throw new UserException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "OID out of range");
            }
            return a;
        }));
        FunctionDef toLong = r.immutable("int8(oid) int8", Rows.identity());
        // reinterpreting 32 bits: the lanes differ, one is signed
        FunctionDef fromInt = r.immutable("oid(int4) oid", Lanes.longs(a -> a & 0xffff_ffffL));
        FunctionDef toInt = r.immutable("int4(oid) int4", Lanes.longs(a -> (int) a));
        r.cast(Types.INT8, Types.OID, IMPLICIT, fromLong);
        r.cast(Types.INT2, Types.OID, IMPLICIT, fromInt);
        r.cast(Types.INT4, Types.OID, IMPLICIT, fromInt);
        r.cast(Types.OID, Types.INT8, ASSIGNMENT, toLong);
        r.cast(Types.OID, Types.INT4, ASSIGNMENT, toInt);
        for (SqlType alias : aliases) {
            r.cast(Types.OID, alias, IMPLICIT, null);
            r.cast(alias, Types.OID, IMPLICIT, null);
            r.cast(Types.INT8, alias, IMPLICIT, fromLong);
            r.cast(Types.INT2, alias, IMPLICIT, fromInt);
            r.cast(Types.INT4, alias, IMPLICIT, fromInt);
            r.cast(alias, Types.INT8, ASSIGNMENT, toLong);
            r.cast(alias, Types.INT4, ASSIGNMENT, toInt);
        }
        r.cast(Types.REGPROC, Types.REGPROCEDURE, IMPLICIT, null);
        r.cast(Types.REGPROCEDURE, Types.REGPROC, IMPLICIT, null);
        r.cast(IMPLICIT, r.stable("regclass(text) regclass", throughText(Types.TEXT, Types.REGCLASS)));
        r.cast(
                Types.VARCHAR,
                Types.REGCLASS,
                IMPLICIT,
                r.stable("regclass(varchar) regclass", throughText(Types.TEXT, Types.REGCLASS)));
    }

    private static void jsons(Registrar r) {
        r.cast(
                Types.JSON,
                Types.JSONB,
                ASSIGNMENT,
                r.immutable("jsonb(json) jsonb", throughText(Types.JSON, Types.JSONB)));
        r.cast(
                Types.JSONB,
                Types.JSON,
                ASSIGNMENT,
                r.immutable("json(jsonb) json", throughText(Types.JSONB, Types.JSON)));
        r.cast(EXPLICIT, r.immutable("bool(jsonb) bool", Rows.strict((context, args, row, out) -> {
            if (!(JsonbValue.read(args[0], row) instanceof Json.BooleanValue(boolean value))) {
                throw cannotCast(args[0], row, "boolean");
            }
            out.setBoolean(row, value);
        })));
        r.cast(
                EXPLICIT,
                r.immutable(
                        "numeric(jsonb) numeric",
                        Rows.strict((context, args, row, out) ->
                                number(args[0], row, "numeric").write(out, row))));
        for (String type : Arithmetic.integerTypes()) {
            long[] range = range(type);
            r.cast(
                    EXPLICIT,
                    r.immutable(
                            type + "(jsonb) " + type,
                            Rows.strict((context, args, row, out) -> out.setLong(
                                    row, number(args[0], row, name(type)).toLong(range[0], range[1], name(type))))));
        }
        r.cast(
                EXPLICIT,
                r.immutable(
                        "float4(jsonb) float4",
                        Rows.strict((context, args, row, out) -> out.setDouble(
                                row, (float) number(args[0], row, "real").toDouble()))));
        r.cast(
                EXPLICIT,
                r.immutable(
                        "float8(jsonb) float8",
                        Rows.strict((context, args, row, out) -> out.setDouble(
                                row, number(args[0], row, "double precision").toDouble()))));
    }

    private static Numeric number(ColumnVector in, int row, String typeName) {
        if (JsonbValue.read(in, row) instanceof Json.NumberValue(Numeric value)) {
            return value;
        }
        throw cannotCast(in, row, typeName);
    }

    private static UserException cannotCast(ColumnVector in, int row, String typeName) {
        String kind = switch (JsonbValue.tag(in.address(row))) {
            case JsonbValue.NULL -> "null";
            case JsonbValue.STRING -> "string";
            case JsonbValue.NUMBER -> "numeric";
            case JsonbValue.ARRAY -> "array or object";
            case JsonbValue.OBJECT -> "array or object";
            default -> "boolean";
        };
        String what = kind.startsWith("array")
                ? (JsonbValue.tag(in.address(row)) == JsonbValue.ARRAY ? "array" : "object")
                : kind;
        return new UserException(
                SqlState.INVALID_PARAMETER_VALUE, "cannot cast jsonb " + what + " to type " + typeName);
    }

    /// Text of a value, for functions that take anything.
    static String textOf(EvalContext context, ColumnVector in, int row) {
        if (in.type().kind() == SqlType.Kind.BYTES && in.type().category() == 'S') {
            return TextBytes.toString(in.address(row), in.length(row));
        }
        return in.type().io().toText(context.types(), in, row);
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
