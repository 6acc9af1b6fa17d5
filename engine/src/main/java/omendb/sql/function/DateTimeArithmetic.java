package omendb.sql.function;

import java.time.LocalDateTime;
import java.time.ZoneId;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.Coercion;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Interval;
import omendb.engine.type.Timestamps;

/// + and - over dates, times, timestamps and intervals, age, overlaps of comparison types.
final class DateTimeArithmetic {
    private DateTimeArithmetic() {}

    static void register(Registrar r) {
        dates(r);
        times(r);
        timestamps(r);
        intervals(r);
        mixedComparisons(r);
    }

    private static UserException dateOutOfRange() {
        return new UserException(SqlState.DATETIME_FIELD_OVERFLOW, "date out of range");
    }

    private static long checkDate(long date) {
        if (!Timestamps.isValidDate(date)) {
            throw dateOutOfRange();
        }
        return date;
    }

    private static long shiftDate(long date, long days) {
        return Timestamps.isFiniteDate(date) ? checkDate(date + days) : date;
    }

    private static void dates(Registrar r) {
        r.operator("+", r.immutable("date_pli(date, int4) date", Lanes.longs(DateTimeArithmetic::shiftDate)));
        r.operator("+", r.immutable("integer_pl_date(int4, date) date", Lanes.longs((a, b) -> shiftDate(b, a))));
        r.operator("-", r.immutable("date_mii(date, int4) date", Lanes.longs((a, b) -> shiftDate(a, -b))));
        r.operator("-", r.immutable("date_mi(date, date) int4", Lanes.longs((a, b) -> {
            if (!Timestamps.isFiniteDate(a) || !Timestamps.isFiniteDate(b)) {
                throw new UserException(SqlState.DATETIME_FIELD_OVERFLOW, "cannot subtract infinite dates");
            }
            return a - b;
        })));
        r.operator(
                "+",
                r.immutable(
                        "date_pl_interval(date, interval) timestamp",
                        Rows.strict((context, args, row, out) -> out.setLong(
                                row, add(Casts.dateToTimestamp(args[0].getLong(row)), Interval.read(args[1], row))))));
        r.operator(
                "-",
                r.immutable(
                        "date_mi_interval(date, interval) timestamp",
                        Rows.strict((context, args, row, out) -> out.setLong(
                                row,
                                add(
                                        Casts.dateToTimestamp(args[0].getLong(row)),
                                        Interval.read(args[1], row).negated())))));
        r.operator(
                "+",
                r.immutable(
                        "datetime_pl(date, time) timestamp",
                        Lanes.longs((date, time) -> plusTime(Casts.dateToTimestamp(date), time))));
        r.operator(
                "+",
                r.immutable(
                        "timedate_pl(time, date) timestamp",
                        Lanes.longs((time, date) -> plusTime(Casts.dateToTimestamp(date), time))));
    }

    private static long plusTime(long timestamp, long time) {
        return Timestamps.isFinite(timestamp) ? checked(timestamp + time) : timestamp;
    }

    private static void times(Registrar r) {
        r.operator(
                "-",
                r.immutable(
                        "time_mi_time(time, time) interval",
                        Rows.strict((context, args, row, out) ->
                                new Interval(0, 0, args[0].getLong(row) - args[1].getLong(row)).write(out, row))));
        r.operator(
                "+",
                r.immutable(
                        "time_pl_interval(time, interval) time",
                        Rows.strict((context, args, row, out) -> out.setLong(
                                row,
                                wrap(
                                        args[0].getLong(row),
                                        Interval.read(args[1], row).micros())))));
        r.operator(
                "-",
                r.immutable(
                        "time_mi_interval(time, interval) time",
                        Rows.strict((context, args, row, out) -> out.setLong(
                                row,
                                wrap(
                                        args[0].getLong(row),
                                        -Interval.read(args[1], row).micros())))));
        r.operator(
                "+",
                r.immutable(
                        "timetz_pl_interval(timetz, interval) timetz",
                        Rows.strict((context, args, row, out) -> Coercion.writeTimetz(
                                wrap(
                                        Coercion.timetzMicros(args[0], row),
                                        Interval.read(args[1], row).micros()),
                                Coercion.timetzZone(args[0], row),
                                out,
                                row))));
        r.operator(
                "-",
                r.immutable(
                        "timetz_mi_interval(timetz, interval) timetz",
                        Rows.strict((context, args, row, out) -> Coercion.writeTimetz(
                                wrap(
                                        Coercion.timetzMicros(args[0], row),
                                        -Interval.read(args[1], row).micros()),
                                Coercion.timetzZone(args[0], row),
                                out,
                                row))));
        r.operator(
                "+",
                r.immutable(
                        "interval_pl_time(interval, time) time",
                        Rows.strict((context, args, row, out) -> out.setLong(
                                row,
                                wrap(
                                        args[1].getLong(row),
                                        Interval.read(args[0], row).micros())))));
    }

    private static long wrap(long time, long micros) {
        return Math.floorMod(time + micros % Timestamps.MICROS_PER_DAY, Timestamps.MICROS_PER_DAY);
    }

    private static void timestamps(Registrar r) {
        for (String type : new String[] {"timestamp", "timestamptz"}) {
            r.operator(
                    "-",
                    r.immutable(
                            type + "_mi(" + type + ", " + type + ") interval",
                            Rows.strict(
                                    (context, args, row, out) -> difference(args[0].getLong(row), args[1].getLong(row))
                                            .write(out, row))));
        }
        r.operator(
                "+",
                r.immutable(
                        "timestamp_pl_interval(timestamp, interval) timestamp",
                        Rows.strict((context, args, row, out) ->
                                out.setLong(row, add(args[0].getLong(row), Interval.read(args[1], row))))));
        r.operator(
                "-",
                r.immutable(
                        "timestamp_mi_interval(timestamp, interval) timestamp",
                        Rows.strict((context, args, row, out) -> out.setLong(
                                row,
                                add(
                                        args[0].getLong(row),
                                        Interval.read(args[1], row).negated())))));
        r.operator(
                "+",
                r.stable(
                        "timestamptz_pl_interval(timestamptz, interval) timestamptz",
                        Rows.strict((context, args, row, out) -> out.setLong(
                                row, addZoned(args[0].getLong(row), Interval.read(args[1], row), zone(context))))));
        r.operator(
                "-",
                r.stable(
                        "timestamptz_mi_interval(timestamptz, interval) timestamptz",
                        Rows.strict((context, args, row, out) -> out.setLong(
                                row,
                                addZoned(
                                        args[0].getLong(row),
                                        Interval.read(args[1], row).negated(),
                                        zone(context))))));
        r.operator(
                "+",
                r.immutable(
                        "interval_pl_timestamp(interval, timestamp) timestamp",
                        Rows.strict((context, args, row, out) ->
                                out.setLong(row, add(args[1].getLong(row), Interval.read(args[0], row))))));
        r.operator(
                "+",
                r.stable(
                        "interval_pl_timestamptz(interval, timestamptz) timestamptz",
                        Rows.strict((context, args, row, out) -> out.setLong(
                                row, addZoned(args[1].getLong(row), Interval.read(args[0], row), zone(context))))));
        r.operator(
                "+",
                r.immutable(
                        "interval_pl_date(interval, date) timestamp",
                        Rows.strict((context, args, row, out) -> out.setLong(
                                row, add(Casts.dateToTimestamp(args[1].getLong(row)), Interval.read(args[0], row))))));
    }

    private static ZoneId zone(EvalContext context) {
        return context.types().timeZone();
    }

    private static long checked(long timestamp) {
        if (!Timestamps.isValid(timestamp)) {
            throw Timestamps.timestampOutOfRange();
        }
        return timestamp;
    }

    /// Difference as days and time.
    private static Interval difference(long a, long b) {
        if (!Timestamps.isFinite(a) || !Timestamps.isFinite(b)) {
            throw new UserException(SqlState.DATETIME_FIELD_OVERFLOW, "cannot subtract infinite timestamps");
        }
        try {
            return new Interval(0, 0, Math.subtractExact(a, b)).justifyHours();
        } catch (ArithmeticException e) {
            throw Interval.outOfRange();
        }
    }

    /// Months first (to the last day of a shorter month), then days, then time.
    static long add(long timestamp, Interval interval) {
        if (!Timestamps.isFinite(timestamp)) {
            return timestamp;
        }
        try {
            long result = timestamp;
            if (interval.months() != 0) {
                result = Timestamps.timestamp(Timestamps.civil(result).plusMonths(interval.months()));
            }
            result = Math.addExact(result, interval.days() * Timestamps.MICROS_PER_DAY);
            return checked(Math.addExact(result, interval.micros()));
        } catch (ArithmeticException e) {
            throw Timestamps.timestampOutOfRange();
        }
    }

    /// Months and days move the civil time in the zone, time moves the instant.
    static long addZoned(long instant, Interval interval, ZoneId zone) {
        if (!Timestamps.isFinite(instant)) {
            return instant;
        }
        try {
            long result = instant;
            if (interval.months() != 0 || interval.days() != 0) {
                LocalDateTime civil = Timestamps.civil(Timestamps.toLocal(result, zone));
                civil = civil.plusMonths(interval.months()).plusDays(interval.days());
                result = Timestamps.toInstant(Timestamps.timestamp(civil), zone);
            }
            return checked(Math.addExact(result, interval.micros()));
        } catch (ArithmeticException e) {
            throw Timestamps.timestampOutOfRange();
        }
    }

    private static void intervals(Registrar r) {
        r.operator(
                "+",
                r.immutable(
                        "interval_pl(interval, interval) interval",
                        Rows.strict((context, args, row, out) -> Interval.read(args[0], row)
                                .plus(Interval.read(args[1], row))
                                .write(out, row))));
        r.operator(
                "-",
                r.immutable(
                        "interval_mi(interval, interval) interval",
                        Rows.strict((context, args, row, out) -> Interval.read(args[0], row)
                                .plus(Interval.read(args[1], row).negated())
                                .write(out, row))));
        r.operator("-", r.immutable("interval_um(interval) interval", Rows.interval(Interval::negated)));
        r.operator(
                "*",
                r.immutable(
                        "interval_mul(interval, float8) interval",
                        Rows.strict((context, args, row, out) -> Interval.read(args[0], row)
                                .times(args[1].getDouble(row))
                                .write(out, row))));
        r.operator(
                "*",
                r.immutable(
                        "mul_d_interval(float8, interval) interval",
                        Rows.strict((context, args, row, out) -> Interval.read(args[1], row)
                                .times(args[0].getDouble(row))
                                .write(out, row))));
        r.operator(
                "/",
                r.immutable(
                        "interval_div(interval, float8) interval",
                        Rows.strict((context, args, row, out) -> Interval.read(args[0], row)
                                .dividedBy(args[1].getDouble(row))
                                .write(out, row))));
        r.immutable("justify_hours(interval) interval", Rows.interval(Interval::justifyHours));
        r.immutable("justify_days(interval) interval", Rows.interval(Interval::justifyDays));
        r.immutable("justify_interval(interval) interval", Rows.interval(Interval::justify));
        StrictBody age = Rows.strict((context, args, row, out) ->
                age(args[0].getLong(row), args[1].getLong(row)).write(out, row));
        r.immutable("age(timestamp, timestamp) interval", age);
        r.immutable(
                "age(timestamptz, timestamptz) interval",
                Rows.strict((context, args, row, out) -> age(
                                Casts.local(context, args[0], row), Casts.local(context, args[1], row))
                        .write(out, row)));
        r.stable(
                "age(timestamp) interval",
                Rows.strict((context, args, row, out) ->
                        age(today(context), args[0].getLong(row)).write(out, row)));
        r.stable(
                "age(timestamptz) interval",
                Rows.strict((context, args, row, out) ->
                        age(today(context), Casts.local(context, args[0], row)).write(out, row)));
    }

    private static long today(EvalContext context) {
        long local = Timestamps.toLocal(context.transactionTimestamp(), zone(context));
        return Math.floorDiv(local, Timestamps.MICROS_PER_DAY) * Timestamps.MICROS_PER_DAY;
    }

    /// Years, months, days and time between two civil times, borrowing days from the month before the later one.
    private static Interval age(long a, long b) {
        if (!Timestamps.isFinite(a) || !Timestamps.isFinite(b)) {
            throw Interval.outOfRange();
        }
        boolean negative = a < b;
        LocalDateTime later = Timestamps.civil(negative ? b : a);
        LocalDateTime earlier = Timestamps.civil(negative ? a : b);
        long micros = (later.toLocalTime().toNanoOfDay() - earlier.toLocalTime().toNanoOfDay()) / 1_000;
        int days = later.getDayOfMonth() - earlier.getDayOfMonth();
        int months = (later.getYear() - earlier.getYear()) * 12 + later.getMonthValue() - earlier.getMonthValue();
        if (micros < 0) {
            micros += Timestamps.MICROS_PER_DAY;
            days--;
        }
        if (days < 0) {
            days += earlier.toLocalDate().lengthOfMonth();
            months--;
        }
        Interval result = new Interval(months, days, micros);
        return negative ? result.negated() : result;
    }

    /// date with timestamp, timestamp with timestamptz and so on: both sides as the wider type.
    private static void mixedComparisons(Registrar r) {
        mixed(
                r,
                "date_",
                "date",
                "timestamp",
                (context, in, row) -> Casts.dateToTimestamp(in.getLong(row)),
                DateTimeArithmetic::lane);
        mixed(
                r,
                "timestamp_",
                "timestamp",
                "date",
                DateTimeArithmetic::lane,
                (context, in, row) -> Casts.dateToTimestamp(in.getLong(row)));
        mixed(r, "date_", "date", "timestamptz", DateTimeArithmetic::dateInstant, DateTimeArithmetic::lane);
        mixed(r, "timestamptz_", "timestamptz", "date", DateTimeArithmetic::lane, DateTimeArithmetic::dateInstant);
        mixed(r, "timestamp_", "timestamp", "timestamptz", DateTimeArithmetic::instant, DateTimeArithmetic::lane);
        mixed(r, "timestamptz_", "timestamptz", "timestamp", DateTimeArithmetic::lane, DateTimeArithmetic::instant);
    }

    /// Reads a value in the common type.
    @FunctionalInterface
    private interface Reader {
        long read(EvalContext context, ColumnVector in, int row);
    }

    private static long lane(EvalContext context, ColumnVector in, int row) {
        return in.getLong(row);
    }

    private static long instant(EvalContext context, ColumnVector in, int row) {
        return Timestamps.toInstant(in.getLong(row), zone(context));
    }

    private static long dateInstant(EvalContext context, ColumnVector in, int row) {
        return Timestamps.toInstant(Casts.dateToTimestamp(in.getLong(row)), zone(context));
    }

    private static void mixed(Registrar r, String prefix, String left, String right, Reader a, Reader b) {
        mixed(r, "=", prefix + "eq", left, right, mixed(a, b, o -> o == 0));
        mixed(r, "<>", prefix + "ne", left, right, mixed(a, b, o -> o != 0));
        mixed(r, "<", prefix + "lt", left, right, mixed(a, b, o -> o < 0));
        mixed(r, "<=", prefix + "le", left, right, mixed(a, b, o -> o <= 0));
        mixed(r, ">", prefix + "gt", left, right, mixed(a, b, o -> o > 0));
        mixed(r, ">=", prefix + "ge", left, right, mixed(a, b, o -> o >= 0));
    }

    /// What needs the session's zone is stable only.
    private static void mixed(Registrar r, String operator, String name, String left, String right, StrictBody body) {
        String signature = name + "_" + right + "(" + left + ", " + right + ") bool";
        boolean zoned = left.endsWith("tz") || right.endsWith("tz");
        r.operator(operator, zoned ? r.stable(signature, body) : r.immutable(signature, body));
    }

    private static StrictBody mixed(Reader a, Reader b, java.util.function.IntPredicate outcome) {
        return Rows.strict((context, args, row, out) -> out.setBoolean(
                row, outcome.test(Long.compare(a.read(context, args[0], row), b.read(context, args[1], row)))));
    }
}
