package omendb.sql.function;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.TextStyle;
import java.time.temporal.IsoFields;
import java.util.List;
import java.util.Locale;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Interval;
import omendb.engine.type.Numeric;
import omendb.engine.type.TimeZones;
import omendb.engine.type.Timestamps;

/// to_char for dates and times; numbers are [NumberFormat]'s, reading is [DateFormatReader]'s.
final class ToChar {
    /// Patterns, longer ones first; letters that are none stand for themselves.
    private static final List<String> PATTERNS = List.of(
            "SSSSS", "SSSS", "Y,YYY", "YYYY", "IYYY", "MONTH", "Month", "month", "HH24", "HH12", "A.D.", "B.C.", "a.d.",
            "b.c.", "A.M.", "P.M.", "a.m.", "p.m.", "IDDD", "YYY", "IYY", "DAY", "Day", "day", "DDD", "MON", "Mon",
            "mon", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "TZH", "TZM", "HH", "MI", "SS", "MS", "US", "AM", "PM",
            "am", "pm", "AD", "BC", "ad", "bc", "YY", "IY", "MM", "DD", "DY", "Dy", "dy", "ID", "IW", "WW", "CC", "RM",
            "rm", "TZ", "tz", "OF", "Y", "I", "D", "W", "J", "Q");

    private static final String[] ROMAN = {"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"};

    private ToChar() {}

    static void register(Registrar r) {
        r.stable(
                "to_char(timestamp, text) text",
                Rows.strict((context, args, row, out) ->
                        write(args[0].getLong(row), ZoneOffset.UTC, false, args[1].getString(row), out, row)));
        r.stable(
                "to_char(timestamptz, text) text",
                Rows.strict((context, args, row, out) -> write(
                        args[0].getLong(row), context.types().timeZone(), true, args[1].getString(row), out, row)));
        r.stable(
                "to_char(interval, text) text",
                Rows.strict((context, args, row, out) ->
                        out.setString(row, interval(Interval.read(args[0], row), args[1].getString(row)))));
        r.stable(
                "to_char(numeric, text) text",
                Rows.strict((context, args, row, out) ->
                        out.setString(row, NumberFormat.format(Numeric.read(args[0], row), args[1].getString(row)))));
        for (String type : new String[] {"int4", "int8"}) {
            r.stable(
                    "to_char(" + type + ", text) text",
                    Rows.strict((context, args, row, out) -> out.setString(
                            row, NumberFormat.format(Numeric.of(args[0].getLong(row)), args[1].getString(row)))));
        }
        for (String type : new String[] {"float4", "float8"}) {
            boolean single = type.equals("float4");
            r.stable("to_char(" + type + ", text) text", Rows.strict((context, args, row, out) -> {
                out.setString(row, NumberFormat.format(args[0].getDouble(row), single, args[1].getString(row)));
            }));
        }
        r.stable(
                "to_number(text, text) numeric",
                Rows.strict(
                        (context, args, row, out) -> NumberFormat.parse(args[0].getString(row), args[1].getString(row))
                                .write(out, row)));
        r.stable("to_timestamp(text, text) timestamptz", Rows.strict((context, args, row, out) -> {
            DateFormatReader reader = new DateFormatReader(args[0].getString(row), args[1].getString(row));
            out.setLong(row, reader.instant(context.types().timeZone()));
        }));
        r.stable(
                "to_date(text, text) date",
                Rows.strict((context, args, row, out) -> out.setLong(
                        row,
                        Timestamps.days(new DateFormatReader(args[0].getString(row), args[1].getString(row)).date()))));
    }

    /// The pattern at a position of a format, or the empty string.
    static String patternAt(String format, int at) {
        for (String pattern : PATTERNS) {
            if (format.startsWith(pattern, at)) {
                return pattern;
            }
        }
        // mixed-case spellings of the numeric ones mean the same
        String upper = format.substring(at).toUpperCase(Locale.ROOT);
        for (String pattern : PATTERNS) {
            if (pattern.equals(pattern.toUpperCase(Locale.ROOT)) && upper.startsWith(pattern)) {
                return pattern;
            }
        }
        return "";
    }

    private static void write(long value, ZoneId zone, boolean zoned, String format, ColumnVector out, int row) {
        if (!Timestamps.isFinite(value)) {
            out.setNull(row);
            return;
        }
        int offset = Timestamps.offsetAt(value, zone);
        LocalDateTime civil = Timestamps.civil(value + offset * Timestamps.MICROS_PER_SECOND);
        out.setString(
                row,
                apply(
                        format,
                        (pattern, fill) -> zoned || !isZone(pattern)
                                ? field(pattern, civil, offset, zone, fill)
                                : zoneless(pattern)));
    }

    private static boolean isZone(String pattern) {
        return pattern.startsWith("TZ") || pattern.equals("tz") || pattern.equals("OF");
    }

    private static String zoneless(String pattern) {
        return switch (pattern) {
            case "TZ", "tz" -> "";
            case "TZM" -> "00";
            default -> "+00";
        };
    }

    /// Text of one pattern; `fill` false = FM, without padding.
    @FunctionalInterface
    private interface Field {
        String text(String pattern, boolean fill);
    }

    private static String apply(String format, Field field) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at);
            if (c == '"') {
                int end = format.indexOf('"', at + 1);
                end = end < 0 ? format.length() : end;
                text.append(format, at + 1, end);
                at = Math.min(end + 1, format.length());
                continue;
            }
            if (c == '\\' && at + 1 < format.length() && format.charAt(at + 1) == '"') {
                text.append('"');
                at += 2;
                continue;
            }
            boolean fill = true;
            while (format.regionMatches(true, at, "FM", 0, 2)
                    || format.regionMatches(true, at, "TM", 0, 2)
                    || format.startsWith("FX", at)) {
                fill &= !format.regionMatches(true, at, "FM", 0, 2);
                at += 2;
            }
            String pattern = at < format.length() ? patternAt(format, at) : "";
            if (pattern.isEmpty()) {
                if (at < format.length()) {
                    text.append(format.charAt(at++));
                }
                continue;
            }
            String value = field.text(pattern, fill);
            at += pattern.length();
            text.append(value);
            if (format.startsWith("TH", at) || format.startsWith("th", at)) {
                String suffix = ordinalSuffix(value);
                text.append(format.charAt(at) == 'T' ? suffix.toUpperCase(Locale.ROOT) : suffix);
                at += 2;
            }
        }
        return text.toString();
    }

    static String ordinalSuffix(String number) {
        if (number.isEmpty() || !Character.isDigit(number.charAt(number.length() - 1))) {
            return "";
        }
        boolean teen = number.length() > 1 && number.charAt(number.length() - 2) == '1';
        return teen
                ? "th"
                : switch (number.charAt(number.length() - 1)) {
                    case '1' -> "st";
                    case '2' -> "nd";
                    case '3' -> "rd";
                    default -> "th";
                };
    }

    private static String number(long value, int width, boolean fill) {
        String digits = Long.toString(Math.abs(value));
        String padded = fill && digits.length() < width ? "0".repeat(width - digits.length()) + digits : digits;
        return value < 0 ? "-" + padded : padded;
    }

    private static String word(String name, String pattern, int width, boolean fill) {
        String cased = pattern.equals(pattern.toUpperCase(Locale.ROOT))
                ? name.toUpperCase(Locale.ROOT)
                : pattern.equals(pattern.toLowerCase(Locale.ROOT)) ? name.toLowerCase(Locale.ROOT) : name;
        return fill && cased.length() < width ? cased + " ".repeat(width - cased.length()) : cased;
    }

    private static String field(String pattern, LocalDateTime civil, int offset, ZoneId zone, boolean fill) {
        LocalDate date = civil.toLocalDate();
        String time = timeField(pattern, civil, fill);
        if (time != null) {
            return time;
        }
        String zoneText = zoneField(pattern, offset, zone, fill);
        return zoneText != null ? zoneText : dateField(pattern, date, fill);
    }

    private static @org.jspecify.annotations.Nullable String timeField(
            String pattern, LocalDateTime civil, boolean fill) {
        int hour = civil.getHour();
        int micros = civil.getNano() / 1_000;
        return switch (pattern) {
            case "HH24" -> number(hour, 2, fill);
            case "HH12", "HH" -> number(hour % 12 == 0 ? 12 : hour % 12, 2, fill);
            case "MI" -> number(civil.getMinute(), 2, fill);
            case "SS" -> number(civil.getSecond(), 2, fill);
            case "MS", "FF3" -> number(micros / 1_000, 3, true);
            case "US", "FF6" -> number(micros, 6, true);
            case "FF1" -> number(micros / 100_000, 1, true);
            case "FF2" -> number(micros / 10_000, 2, true);
            case "FF4" -> number(micros / 100, 4, true);
            case "FF5" -> number(micros / 10, 5, true);
            case "SSSS", "SSSSS" -> number(civil.toLocalTime().toSecondOfDay(), 1, fill);
            case "AM", "PM" -> hour < 12 ? "AM" : "PM";
            case "am", "pm" -> hour < 12 ? "am" : "pm";
            case "A.M.", "P.M." -> hour < 12 ? "A.M." : "P.M.";
            case "a.m.", "p.m." -> hour < 12 ? "a.m." : "p.m.";
            default -> null;
        };
    }

    private static @org.jspecify.annotations.Nullable String zoneField(
            String pattern, int offset, ZoneId zone, boolean fill) {
        int magnitude = Math.abs(offset);
        String sign = offset < 0 ? "-" : "+";
        return switch (pattern) {
            case "TZH" -> sign + number(magnitude / 3600, 2, true);
            case "TZM" -> number(magnitude / 60 % 60, 2, true);
            case "OF" ->
                sign
                        + number(magnitude / 3600, 2, true)
                        + (magnitude / 60 % 60 == 0 ? "" : ":" + number(magnitude / 60 % 60, 2, fill));
            case "TZ", "tz" -> {
                String name = TimeZones.abbreviation(zone, offset);
                yield pattern.equals("TZ") ? name.toUpperCase(Locale.ROOT) : name.toLowerCase(Locale.ROOT);
            }
            default -> null;
        };
    }

    private static String dateField(String pattern, LocalDate date, boolean fill) {
        int civilYear = date.getYear();
        int year = civilYear > 0 ? civilYear : 1 - civilYear;
        int isoYear = date.get(IsoFields.WEEK_BASED_YEAR);
        return switch (pattern) {
            case "YYYY" -> number(year, 4, fill);
            case "Y,YYY" -> number(year / 1000, 1, fill) + "," + number(year % 1000, 3, true);
            case "YYY" -> number(year % 1000, 3, fill);
            case "YY" -> number(year % 100, 2, fill);
            case "Y" -> number(year % 10, 1, fill);
            case "IYYY" -> number(isoYear, 4, fill);
            case "IYY" -> number(isoYear % 1000, 3, fill);
            case "IY" -> number(isoYear % 100, 2, fill);
            case "I" -> number(isoYear % 10, 1, fill);
            case "BC", "AD" -> civilYear > 0 ? "AD" : "BC";
            case "bc", "ad" -> civilYear > 0 ? "ad" : "bc";
            case "B.C.", "A.D." -> civilYear > 0 ? "A.D." : "B.C.";
            case "b.c.", "a.d." -> civilYear > 0 ? "a.d." : "b.c.";
            case "MONTH", "Month", "month" ->
                word(date.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH), pattern, 9, fill);
            case "MON", "Mon", "mon" ->
                word(
                        date.getMonth()
                                .getDisplayName(TextStyle.FULL, Locale.ENGLISH)
                                .substring(0, 3),
                        pattern,
                        3,
                        fill);
            case "DAY", "Day", "day" ->
                word(date.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH), pattern, 9, fill);
            case "DY", "Dy", "dy" ->
                word(
                        date.getDayOfWeek()
                                .getDisplayName(TextStyle.FULL, Locale.ENGLISH)
                                .substring(0, 3),
                        pattern,
                        3,
                        fill);
            case "MM" -> number(date.getMonthValue(), 2, fill);
            case "DD" -> number(date.getDayOfMonth(), 2, fill);
            case "DDD" -> number(date.getDayOfYear(), 3, fill);
            case "IDDD" ->
                number(
                        (date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR) - 1) * 7L
                                + date.getDayOfWeek().getValue(),
                        3,
                        fill);
            case "D" -> number(date.getDayOfWeek().getValue() % 7 + 1, 1, fill);
            case "ID" -> number(date.getDayOfWeek().getValue(), 1, fill);
            case "W" -> number((date.getDayOfMonth() - 1) / 7 + 1, 1, fill);
            case "WW" -> number((date.getDayOfYear() - 1) / 7 + 1, 2, fill);
            case "IW" -> number(date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, fill);
            case "CC" -> number((year + 99) / 100, 2, fill);
            case "Q" -> number((date.getMonthValue() + 2) / 3, 1, fill);
            case "J" -> number(date.toEpochDay() + 2_440_588, 1, fill);
            case "RM" -> word(ROMAN[date.getMonthValue() - 1], "RM", 4, fill);
            case "rm" -> word(ROMAN[date.getMonthValue() - 1], "rm", 4, fill);
            default -> "";
        };
    }

    private static String interval(Interval value, String format) {
        long hours = value.micros() / Timestamps.MICROS_PER_HOUR;
        int micros = (int) (value.micros() % Timestamps.MICROS_PER_SECOND);
        return apply(format, (pattern, fill) -> switch (pattern) {
            case "YYYY" -> number(value.months() / 12, 4, fill);
            case "YY" -> number(value.months() / 12 % 100, 2, fill);
            case "Y" -> number(value.months() / 12 % 10, 1, fill);
            case "MM" -> number(value.months() % 12, 2, fill);
            case "DD" -> number(value.days(), 2, fill);
            case "DDD" -> number(value.months() * 30L + value.days(), 3, fill);
            case "HH24" -> number(hours, 2, fill);
            case "HH12", "HH" -> number(hours % 12 == 0 ? 12 : hours % 12, 2, fill);
            case "MI" -> number(value.micros() / Timestamps.MICROS_PER_MINUTE % 60, 2, fill);
            case "SS" -> number(value.micros() / Timestamps.MICROS_PER_SECOND % 60, 2, fill);
            case "MS" -> number(micros / 1_000, 3, true);
            case "US" -> number(micros, 6, true);
            case "AM", "PM" -> hours % 24 < 12 ? "AM" : "PM";
            case "am", "pm" -> hours % 24 < 12 ? "am" : "pm";
            case "SSSS", "SSSSS" -> number(value.micros() / Timestamps.MICROS_PER_SECOND, 1, fill);
            default ->
                throw new UserException(
                                SqlState.INVALID_DATETIME_FORMAT, "invalid format specification for an interval value")
                        .withHint("Intervals are not tied to specific calendar dates.");
        });
    }
}
