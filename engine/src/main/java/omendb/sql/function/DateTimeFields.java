package omendb.sql.function;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.Interval;
import omendb.engine.type.Numeric;
import omendb.engine.type.Timestamps;
import org.jspecify.annotations.Nullable;

/// The fields of dates and times: extract, date_part and date_trunc.
final class DateTimeFields {
    private DateTimeFields() {}

    /// The field's plain name: `years`, `yr`, `y` are `year`.
    static String canonical(String unit) {
        String name = unit.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "microseconds", "microsecond", "us", "usec", "usecs", "usecond", "useconds" -> "microseconds";
            case "milliseconds", "millisecond", "ms", "msec", "msecs", "msecond", "mseconds" -> "milliseconds";
            case "second", "seconds", "s", "sec", "secs" -> "second";
            case "minute", "minutes", "m", "min", "mins" -> "minute";
            case "hour", "hours", "h", "hr", "hrs" -> "hour";
            case "day", "days", "d" -> "day";
            case "week", "weeks", "w" -> "week";
            case "month", "months", "mon", "mons" -> "month";
            case "quarter", "qtr" -> "quarter";
            case "year", "years", "y", "yr", "yrs" -> "year";
            case "decade", "decades", "dec", "decs" -> "decade";
            case "century", "centuries", "c", "cent" -> "century";
            case "millennium", "millennia", "mil", "mils" -> "millennium";
            case "julian", "j", "jd" -> "julian";
            default -> name;
        };
    }

    static UserException notRecognized(String unit, String typeName) {
        return new UserException(
                SqlState.INVALID_PARAMETER_VALUE, "unit \"" + unit + "\" not recognized for type " + typeName);
    }

    static UserException notSupported(String unit, String typeName) {
        return new UserException(
                SqlState.FEATURE_NOT_SUPPORTED, "unit \"" + unit + "\" not supported for type " + typeName);
    }

    // ---- extract ----

    /// A field of a civil timestamp; `offsetSeconds` (east) is null without a zone; null = NULL (fields of infinity).
    static @Nullable Numeric ofTimestamp(String unit, long local, @Nullable Integer offsetSeconds, String typeName) {
        String field = canonical(unit);
        if (!Timestamps.isFinite(local)) {
            return ofInfinity(unit, field, local == Timestamps.INFINITY, typeName);
        }
        LocalDateTime civil = Timestamps.civil(local);
        Numeric date = ofDate(field, civil.toLocalDate());
        if (date != null) {
            return date;
        }
        Numeric time = ofTime(field, Math.floorMod(local, Timestamps.MICROS_PER_DAY));
        if (time != null) {
            return time;
        }
        if (field.equals("epoch")) {
            long offset = offsetSeconds == null ? 0 : offsetSeconds * Timestamps.MICROS_PER_SECOND;
            return micros(local - offset, Timestamps.EPOCH_SECONDS);
        }
        if (field.equals("julian")) {
            return julian(civil.toLocalDate(), Math.floorMod(local, Timestamps.MICROS_PER_DAY));
        }
        Numeric zone = offsetSeconds == null ? null : ofZone(field, offsetSeconds);
        if (zone != null) {
            return zone;
        }
        throw isZone(field) ? notSupported(unit, typeName) : notRecognized(unit, typeName);
    }

    private static Numeric julian(LocalDate date, long timeMicros) {
        Numeric fraction = NumericFunctions.divide(Numeric.of(timeMicros), Numeric.of(Timestamps.MICROS_PER_DAY));
        return NumericFunctions.add(Numeric.of(date.toEpochDay() + 2_440_588), fraction);
    }

    private static boolean isZone(String field) {
        return field.equals("timezone") || field.equals("timezone_hour") || field.equals("timezone_minute");
    }

    static @Nullable Numeric ofZone(String field, int seconds) {
        return switch (field) {
            case "timezone" -> Numeric.of(seconds);
            case "timezone_hour" -> Numeric.of(seconds / 3600);
            case "timezone_minute" -> Numeric.of(seconds / 60 % 60);
            default -> null;
        };
    }

    private static Numeric micros(long micros, long extraSeconds) {
        return Numeric.of(BigDecimal.valueOf(micros, 6).add(BigDecimal.valueOf(extraSeconds)));
    }

    private static @Nullable Numeric ofInfinity(String unit, String field, boolean positive, String typeName) {
        return switch (field) {
            case "microseconds",
                    "milliseconds",
                    "second",
                    "minute",
                    "hour",
                    "day",
                    "month",
                    "quarter",
                    "week",
                    "dow",
                    "isodow",
                    "doy",
                    "timezone",
                    "timezone_hour",
                    "timezone_minute" -> null;
            case "year", "decade", "century", "millennium", "julian", "isoyear", "epoch" ->
                positive ? Numeric.POSITIVE_INFINITY : Numeric.NEGATIVE_INFINITY;
            default -> throw notRecognized(unit, typeName);
        };
    }

    private static int displayedYear(int civilYear) {
        return civilYear > 0 ? civilYear : civilYear - 1;
    }

    /// Null if the field is not one of a date.
    static @Nullable Numeric ofDate(String field, LocalDate date) {
        int year = date.getYear();
        return switch (field) {
            case "day" -> Numeric.of(date.getDayOfMonth());
            case "month" -> Numeric.of(date.getMonthValue());
            case "quarter" -> Numeric.of((date.getMonthValue() + 2) / 3);
            case "week" -> Numeric.of(date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case "year" -> Numeric.of(displayedYear(year));
            case "isoyear" -> Numeric.of(displayedYear(date.get(IsoFields.WEEK_BASED_YEAR)));
            case "decade" -> Numeric.of(Math.floorDiv(year, 10));
            case "century" -> Numeric.of(year > 0 ? (year + 99) / 100 : -((99 - (year - 1)) / 100));
            case "millennium" -> Numeric.of(year > 0 ? (year + 999) / 1000 : -((999 - (year - 1)) / 1000));
            case "dow" -> Numeric.of(date.getDayOfWeek().getValue() % 7);
            case "isodow" -> Numeric.of(date.getDayOfWeek().getValue());
            case "doy" -> Numeric.of(date.getDayOfYear());
            default -> null;
        };
    }

    /// Null if the field is not one of a time of day.
    static @Nullable Numeric ofTime(String field, long micros) {
        long seconds = micros % Timestamps.MICROS_PER_MINUTE;
        return switch (field) {
            case "microseconds" -> Numeric.of(seconds);
            case "milliseconds" -> Numeric.of(BigDecimal.valueOf(seconds, 3));
            case "second" -> Numeric.of(BigDecimal.valueOf(seconds, 6));
            case "minute" -> Numeric.of(micros / Timestamps.MICROS_PER_MINUTE % 60);
            case "hour" -> Numeric.of(micros / Timestamps.MICROS_PER_HOUR);
            default -> null;
        };
    }

    static Numeric ofInterval(String unit, Interval value) {
        String field = canonical(unit);
        Numeric time = ofTime(field, value.micros());
        if (time != null) {
            return time;
        }
        int years = value.months() / 12;
        return switch (field) {
            case "day" -> Numeric.of(value.days());
            case "month" -> Numeric.of(value.months() % 12);
            case "quarter" -> Numeric.of(value.months() % 12 / 3 + 1);
            case "year" -> Numeric.of(years);
            case "decade" -> Numeric.of(years / 10);
            case "century" -> Numeric.of(years / 100);
            case "millennium" -> Numeric.of(years / 1000);
            case "epoch" -> {
                // a year counts 365.25 days, a month of the rest 30
                BigDecimal days = BigDecimal.valueOf(years)
                        .multiply(new BigDecimal("365.25"))
                        .add(BigDecimal.valueOf(value.months() % 12 * 30L + value.days()));
                yield Numeric.of(days.multiply(BigDecimal.valueOf(86_400))
                        .add(BigDecimal.valueOf(value.micros(), 6))
                        .setScale(6, RoundingMode.HALF_UP));
            }
            default -> {
                boolean known = ofDate(field, LocalDate.EPOCH) != null || isZone(field) || field.equals("julian");
                throw known ? notSupported(unit, "interval") : notRecognized(unit, "interval");
            }
        };
    }

    /// The epoch of date_part, added up in floating point in PostgreSQL's order.
    static double epochSeconds(Interval value) {
        int years = value.months() / 12;
        double result = value.micros() / 1_000_000.0;
        result += 365.25 * 86_400 * years;
        result += 30.0 * 86_400 * (value.months() % 12);
        return result + 86_400.0 * value.days();
    }

    // ---- date_trunc ----

    static long truncate(String unit, long local, String typeName) {
        String field = canonical(unit);
        if (!Timestamps.isFinite(local)) {
            return local;
        }
        long unitMicros = switch (field) {
            case "microseconds" -> 1;
            case "milliseconds" -> 1_000;
            case "second" -> Timestamps.MICROS_PER_SECOND;
            case "minute" -> Timestamps.MICROS_PER_MINUTE;
            case "hour" -> Timestamps.MICROS_PER_HOUR;
            case "day" -> Timestamps.MICROS_PER_DAY;
            default -> 0;
        };
        if (unitMicros > 0) {
            return Math.floorDiv(local, unitMicros) * unitMicros;
        }
        LocalDate date = truncateDate(unit, field, Timestamps.civil(local).toLocalDate(), typeName);
        return Timestamps.timestamp(date.atStartOfDay());
    }

    private static LocalDate truncateDate(String unit, String field, LocalDate date, String typeName) {
        int year = date.getYear();
        return switch (field) {
            case "week" -> date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case "month" -> date.withDayOfMonth(1);
            case "quarter" -> LocalDate.of(year, (date.getMonthValue() - 1) / 3 * 3 + 1, 1);
            case "year" -> LocalDate.of(year, 1, 1);
            case "decade" -> LocalDate.of(Math.floorDiv(year, 10) * 10, 1, 1);
            case "century" -> LocalDate.of(Math.floorDiv(year - 1, 100) * 100 + 1, 1, 1);
            case "millennium" -> LocalDate.of(Math.floorDiv(year - 1, 1000) * 1000 + 1, 1, 1);
            default -> {
                throw isZone(field) ? notSupported(unit, typeName) : notRecognized(unit, typeName);
            }
        };
    }

    static Interval truncate(String unit, Interval value) {
        String field = canonical(unit);
        int months = value.months();
        long micros = value.micros();
        return switch (field) {
            case "microseconds" -> value;
            case "milliseconds" -> new Interval(months, value.days(), micros / 1_000 * 1_000);
            case "second" -> new Interval(months, value.days(), cut(micros, Timestamps.MICROS_PER_SECOND));
            case "minute" -> new Interval(months, value.days(), cut(micros, Timestamps.MICROS_PER_MINUTE));
            case "hour" -> new Interval(months, value.days(), cut(micros, Timestamps.MICROS_PER_HOUR));
            case "day" -> new Interval(months, value.days(), 0);
            case "month" -> new Interval(months, 0, 0);
            case "quarter" -> new Interval(months / 3 * 3, 0, 0);
            case "year" -> new Interval(months / 12 * 12, 0, 0);
            case "decade" -> new Interval(months / 120 * 120, 0, 0);
            case "century" -> new Interval(months / 1_200 * 1_200, 0, 0);
            case "millennium" -> new Interval(months / 12_000 * 12_000, 0, 0);
            default -> throw field.equals("week") ? notSupported(unit, "interval") : notRecognized(unit, "interval");
        };
    }

    private static long cut(long micros, long unit) {
        return micros / unit * unit;
    }
}
