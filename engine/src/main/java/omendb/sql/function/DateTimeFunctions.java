package omendb.sql.function;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Set;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.Coercion;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Interval;
import omendb.engine.type.Numeric;
import omendb.engine.type.TimeZones;
import omendb.engine.type.Timestamps;
import org.jspecify.annotations.Nullable;

/// The clock, fields of dates, truncation, construction, time zones.
final class DateTimeFunctions {
    private static final Set<String> DATE_FIELDS_OF_TIME = Set.of("epoch");

    private DateTimeFunctions() {}

    static void register(Registrar r) {
        clock(r);
        fields(r);
        truncation(r);
        construction(r);
        zones(r);
        finiteness(r);
    }

    private static void clock(Registrar r) {
        StrictBody transaction =
                Rows.strict((context, args, row, out) -> out.setLong(row, context.transactionTimestamp()));
        r.stable("now() timestamptz", transaction);
        r.stable("transaction_timestamp() timestamptz", transaction);
        r.stable(
                "statement_timestamp() timestamptz",
                Rows.strict((context, args, row, out) -> out.setLong(row, context.statementTimestamp())));
        r.changing(
                "clock_timestamp() timestamptz",
                Rows.strict((context, args, row, out) -> out.setLong(row, context.clockTimestamp())));
        r.changing("timeofday() text", Rows.strict((context, args, row, out) -> {
            ZoneId zone = context.types().timeZone();
            LocalDateTime civil = Timestamps.civil(Timestamps.toLocal(context.clockTimestamp(), zone));
            out.setString(
                    row,
                    civil.format(java.time.format.DateTimeFormatter.ofPattern(
                                    "EEE MMM dd HH:mm:ss.SSSSSS yyyy ", java.util.Locale.ENGLISH))
                            + (zone.equals(ZoneOffset.UTC) ? "UTC" : zone.getId()));
        }));
    }

    // ---- fields ----

    /// Reads a field; null = NULL.
    @FunctionalInterface
    private interface FieldReader {
        @Nullable
        Numeric read(EvalContext context, String unit, ColumnVector in, int row);
    }

    private static void fields(Registrar r) {
        field(
                r,
                "timestamp",
                true,
                (context, unit, in, row) ->
                        DateTimeFields.ofTimestamp(unit, in.getLong(row), null, "timestamp without time zone"));
        field(r, "timestamptz", false, (context, unit, in, row) -> {
            long instant = in.getLong(row);
            int offset = Timestamps.isFinite(instant)
                    ? Timestamps.offsetAt(instant, context.types().timeZone())
                    : 0;
            return DateTimeFields.ofTimestamp(unit, Casts.local(context, in, row), offset, "timestamp with time zone");
        });
        r.immutable("extract(text, date) numeric", exact((context, unit, in, row) -> ofDate(unit, in.getLong(row))));
        // date_part casts a date to timestamp first, so that it knows hours too
        r.immutable(
                "date_part(text, date) float8",
                floating((context, unit, in, row) -> DateTimeFields.ofTimestamp(
                        unit, Casts.dateToTimestamp(in.getLong(row)), null, "timestamp without time zone")));
        field(
                r,
                "time",
                true,
                (context, unit, in, row) -> ofTime(unit, in.getLong(row), null, "time without time zone"));
        field(
                r,
                "timetz",
                true,
                (context, unit, in, row) -> ofTime(
                        unit, Coercion.timetzMicros(in, row), -Coercion.timetzZone(in, row), "time with time zone"));
        FieldReader interval = (context, unit, in, row) -> DateTimeFields.ofInterval(unit, Interval.read(in, row));
        r.immutable("extract(text, interval) numeric", exact(interval));
        r.immutable("date_part(text, interval) float8", Rows.strict((context, args, row, out) -> {
            String unit = args[0].getString(row);
            Interval value = Interval.read(args[1], row);
            out.setDouble(
                    row,
                    DateTimeFields.canonical(unit).equals("epoch")
                            ? DateTimeFields.epochSeconds(value)
                            : DateTimeFields.ofInterval(unit, value).toDouble());
        }));
    }

    /// extract(unit, x) as numeric and date_part(unit, x) as float8.
    private static void field(Registrar r, String type, boolean immutable, FieldReader reader) {
        String extract = "extract(text, " + type + ") numeric";
        String part = "date_part(text, " + type + ") float8";
        if (immutable) {
            r.immutable(extract, exact(reader));
            r.immutable(part, floating(reader));
        } else {
            r.stable(extract, exact(reader));
            r.stable(part, floating(reader));
        }
    }

    private static StrictBody exact(FieldReader reader) {
        return Rows.strict((context, args, row, out) -> {
            Numeric value = reader.read(context, args[0].getString(row), args[1], row);
            if (value == null) {
                out.setNull(row);
            } else {
                value.write(out, row);
            }
        });
    }

    private static StrictBody floating(FieldReader reader) {
        return Rows.strict((context, args, row, out) -> {
            Numeric value = reader.read(context, args[0].getString(row), args[1], row);
            if (value == null) {
                out.setNull(row);
            } else {
                out.setDouble(row, value.toDouble());
            }
        });
    }

    private static @Nullable Numeric ofDate(String unit, long date) {
        String field = DateTimeFields.canonical(unit);
        boolean isTime = DateTimeFields.ofTime(field, 0) != null || field.startsWith("timezone");
        if (isTime) {
            throw DateTimeFields.notSupported(unit, "date");
        }
        if (field.equals("julian") && Timestamps.isFiniteDate(date)) {
            return Numeric.of(date + 2_451_545);
        }
        if (field.equals("epoch") && Timestamps.isFiniteDate(date)) {
            return Numeric.of((date + Timestamps.EPOCH_DAYS) * 86_400);
        }
        return Timestamps.isFiniteDate(date)
                ? ofFiniteDate(unit, field, date)
                : DateTimeFields.ofTimestamp(unit, Casts.dateToTimestamp(date), null, "date");
    }

    private static Numeric ofFiniteDate(String unit, String field, long date) {
        Numeric value = DateTimeFields.ofDate(field, Timestamps.localDate(date));
        if (value == null) {
            throw DateTimeFields.notRecognized(unit, "date");
        }
        return value;
    }

    private static Numeric ofTime(String unit, long micros, @Nullable Integer offset, String typeName) {
        String field = DateTimeFields.canonical(unit);
        Numeric value = DateTimeFields.ofTime(field, micros);
        if (value == null && offset != null) {
            value = DateTimeFields.ofZone(field, offset);
        }
        if (value == null && DATE_FIELDS_OF_TIME.contains(field)) {
            long utc = micros - (offset == null ? 0 : offset * Timestamps.MICROS_PER_SECOND);
            value = Numeric.of(java.math.BigDecimal.valueOf(utc, 6));
        }
        if (value == null) {
            boolean known = DateTimeFields.ofDate(field, LocalDate.EPOCH) != null
                    || field.startsWith("timezone")
                    || field.equals("julian");
            throw known ? DateTimeFields.notSupported(unit, typeName) : DateTimeFields.notRecognized(unit, typeName);
        }
        return value;
    }

    // ---- truncation ----

    private static void truncation(Registrar r) {
        r.immutable(
                "date_trunc(text, timestamp) timestamp",
                Rows.strict((context, args, row, out) -> out.setLong(
                        row,
                        DateTimeFields.truncate(
                                args[0].getString(row), args[1].getLong(row), "timestamp without time zone"))));
        r.stable(
                "date_trunc(text, timestamptz) timestamptz",
                Rows.strict((context, args, row, out) -> out.setLong(
                        row, truncateZoned(args, row, context.types().timeZone()))));
        r.stable(
                "date_trunc(text, timestamptz, text) timestamptz",
                Rows.strict((context, args, row, out) ->
                        out.setLong(row, truncateZoned(args, row, zone(args[2].getString(row))))));
        r.immutable(
                "date_trunc(text, interval) interval",
                Rows.strict((context, args, row, out) -> DateTimeFields.truncate(
                                args[0].getString(row), Interval.read(args[1], row))
                        .write(out, row)));
        StrictBody bin = Rows.strict((context, args, row, out) -> {
            Interval stride = Interval.read(args[0], row);
            long source = args[1].getLong(row);
            long origin = args[2].getLong(row);
            if (stride.months() != 0) {
                throw new UserException(
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "timestamps cannot be binned into intervals containing months or years");
            }
            long width = Math.addExact(stride.days() * Timestamps.MICROS_PER_DAY, stride.micros());
            if (width <= 0) {
                throw new UserException(SqlState.DATETIME_FIELD_OVERFLOW, "stride must be greater than zero");
            }
            boolean finite = Timestamps.isFinite(source);
            out.setLong(row, finite ? origin + Math.floorDiv(source - origin, width) * width : source);
        });
        r.immutable("date_bin(interval, timestamp, timestamp) timestamp", bin);
        r.immutable("date_bin(interval, timestamptz, timestamptz) timestamptz", bin);
    }

    private static long truncateZoned(ColumnVector[] args, int row, ZoneId zone) {
        long local = Timestamps.toLocal(args[1].getLong(row), zone);
        return Timestamps.toInstant(
                DateTimeFields.truncate(args[0].getString(row), local, "timestamp with time zone"), zone);
    }

    // ---- construction ----

    private static UserException outOfRange(String what) {
        return new UserException(SqlState.DATETIME_FIELD_OVERFLOW, what);
    }

    private static LocalDate date(long year, long month, long day) {
        try {
            if (year == 0) {
                throw new DateTimeException("no year 0");
            }
            return LocalDate.of((int) (year > 0 ? year : year + 1), (int) month, (int) day);
        } catch (DateTimeException e) {
            throw outOfRange(String.format("date field value out of range: %d-%02d-%02d", year, month, day));
        }
    }

    private static long time(long hour, long minute, double second) {
        double micros = Math.rint(second * 1e6);
        boolean valid = hour >= 0
                && minute >= 0
                && minute < 60
                && second >= 0
                && second <= 60
                && (hour < 24 || (hour == 24 && minute == 0 && second == 0));
        if (!valid) {
            throw outOfRange(String.format("time field value out of range: %d:%02d:", hour, minute)
                    + (second >= 0 && second < 10 ? "0" : "")
                    + omendb.engine.type.FloatText.format(second));
        }
        return hour * Timestamps.MICROS_PER_HOUR + minute * Timestamps.MICROS_PER_MINUTE + (long) micros;
    }

    private static long timestamp(ColumnVector[] args, int row) {
        long days = Timestamps.days(date(args[0].getLong(row), args[1].getLong(row), args[2].getLong(row)));
        long micros = time(args[3].getLong(row), args[4].getLong(row), args[5].getDouble(row));
        return days * Timestamps.MICROS_PER_DAY + micros;
    }

    private static void construction(Registrar r) {
        r.immutable(
                "make_date(year int4, month int4, day int4) date",
                Rows.strict((context, args, row, out) -> out.setLong(
                        row, Timestamps.days(date(args[0].getLong(row), args[1].getLong(row), args[2].getLong(row))))));
        r.immutable(
                "make_time(hour int4, min int4, sec float8) time",
                Rows.strict((context, args, row, out) ->
                        out.setLong(row, time(args[0].getLong(row), args[1].getLong(row), args[2].getDouble(row)))));
        r.immutable(
                "make_timestamp(year int4, month int4, mday int4, hour int4, min int4, sec float8) timestamp",
                Rows.strict((context, args, row, out) -> out.setLong(row, timestamp(args, row))));
        r.stable(
                "make_timestamptz(year int4, month int4, mday int4, hour int4, min int4, sec float8) timestamptz",
                Rows.strict((context, args, row, out) -> out.setLong(
                        row,
                        Timestamps.toInstant(
                                timestamp(args, row), context.types().timeZone()))));
        r.stable(
                "make_timestamptz(year int4, month int4, mday int4, hour int4, min int4, sec float8, timezone text) timestamptz",
                Rows.strict((context, args, row, out) ->
                        out.setLong(row, Timestamps.toInstant(timestamp(args, row), zone(args[6].getString(row))))));
        r.immutable(
                "make_interval(years int4 = 0, months int4 = 0, weeks int4 = 0, days int4 = 0, hours int4 = 0,"
                        + " mins int4 = 0, secs float8 = 0.0) interval",
                Rows.strict((context, args, row, out) -> {
                    long months = args[0].getLong(row) * 12 + args[1].getLong(row);
                    long days = args[2].getLong(row) * 7 + args[3].getLong(row);
                    double seconds = Math.rint(args[6].getDouble(row) * 1e6);
                    long micros = args[4].getLong(row) * Timestamps.MICROS_PER_HOUR
                            + args[5].getLong(row) * Timestamps.MICROS_PER_MINUTE
                            + (long) seconds;
                    if (months != (int) months || days != (int) days) {
                        throw Interval.outOfRange();
                    }
                    new Interval((int) months, (int) days, micros).write(out, row);
                }));
        r.immutable("to_timestamp(float8) timestamptz", Lanes.doubleToLong(seconds -> {
            if (Double.isInfinite(seconds)) {
                return seconds > 0 ? Timestamps.INFINITY : Timestamps.MINUS_INFINITY;
            }
            double micros = Math.rint((seconds - Timestamps.EPOCH_SECONDS) * 1e6);
            if (!(Math.abs(micros) < 9.3e18) || !Timestamps.isValid((long) micros)) {
                throw outOfRange("timestamp out of range: \"" + omendb.engine.type.FloatText.format(seconds) + "\"");
            }
            return (long) micros;
        }));
    }

    // ---- zones ----

    private static ZoneId zone(String name) {
        ZoneId zone = TimeZones.parse(name);
        if (zone == null) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "time zone \"" + name + "\" not recognized");
        }
        return zone;
    }

    private static ZoneId zone(Interval offset) {
        if (offset.months() != 0 || offset.days() != 0) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "interval time zone \"" + offset.text() + "\" must not include months or days");
        }
        return ZoneOffset.ofTotalSeconds((int) (offset.micros() / Timestamps.MICROS_PER_SECOND));
    }

    private static void zones(Registrar r) {
        r.immutable(
                "timezone(text, timestamptz) timestamp",
                Rows.strict((context, args, row, out) ->
                        out.setLong(row, Timestamps.toLocal(args[1].getLong(row), zone(args[0].getString(row))))));
        r.immutable(
                "timezone(text, timestamp) timestamptz",
                Rows.strict((context, args, row, out) ->
                        out.setLong(row, Timestamps.toInstant(args[1].getLong(row), zone(args[0].getString(row))))));
        r.immutable(
                "timezone(interval, timestamptz) timestamp",
                Rows.strict((context, args, row, out) ->
                        out.setLong(row, Timestamps.toLocal(args[1].getLong(row), zone(Interval.read(args[0], row))))));
        r.immutable(
                "timezone(interval, timestamp) timestamptz",
                Rows.strict((context, args, row, out) -> out.setLong(
                        row, Timestamps.toInstant(args[1].getLong(row), zone(Interval.read(args[0], row))))));
        r.stable("timezone(text, timetz) timetz", Rows.strict((context, args, row, out) -> {
            int west = -Timestamps.offsetAt(context.transactionTimestamp(), zone(args[0].getString(row)));
            shiftTimetz(args[1], row, west, out);
        }));
        r.immutable(
                "timezone(interval, timetz) timetz",
                Rows.strict((context, args, row, out) -> shiftTimetz(
                        args[1],
                        row,
                        -(int) (Interval.read(args[0], row).micros() / Timestamps.MICROS_PER_SECOND),
                        out)));
    }

    private static void shiftTimetz(ColumnVector in, int row, int west, ColumnVector out) {
        long shift = (Coercion.timetzZone(in, row) - west) * Timestamps.MICROS_PER_SECOND;
        long micros = Math.floorMod(Coercion.timetzMicros(in, row) + shift, Timestamps.MICROS_PER_DAY);
        Coercion.writeTimetz(micros, west, out, row);
    }

    private static void finiteness(Registrar r) {
        r.immutable("isfinite(date) bool", Lanes.longs(a -> Timestamps.isFiniteDate(a) ? 1 : 0));
        r.immutable("isfinite(timestamp) bool", Lanes.longs(a -> Timestamps.isFinite(a) ? 1 : 0));
        r.immutable("isfinite(timestamptz) bool", Lanes.longs(a -> Timestamps.isFinite(a) ? 1 : 0));
        r.immutable("isfinite(interval) bool", Rows.strict((context, args, row, out) -> out.setBoolean(row, true)));
    }
}
