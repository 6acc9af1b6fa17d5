package omendb.sql.function;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.IsoFields;
import java.util.List;
import java.util.Locale;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.Timestamps;
import org.jspecify.annotations.Nullable;

/// to_timestamp and to_date: reads a text along a template of [ToChar]'s patterns.
final class DateFormatReader {
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

    private final String text;
    private int at;
    private @Nullable Integer year;
    private @Nullable Integer isoYear;
    private @Nullable Integer isoWeek;
    private @Nullable Integer dayOfYear;
    private @Nullable Long julian;
    private int isoDay = 1;
    private int month = 1;
    private int day = 1;
    private long hour;
    private long minute;
    private long second;
    private long micros;
    private boolean twelveHours;
    private boolean afternoon;
    private boolean beforeChrist;
    private @Nullable Integer zoneSeconds;

    DateFormatReader(String text, String format) {
        this.text = text;
        read(format);
    }

    private UserException invalid(String pattern) {
        return new UserException(
                SqlState.INVALID_DATETIME_FORMAT,
                "invalid value \"" + text.substring(Math.min(at, text.length())).split("\\s", 2)[0] + "\" for \""
                        + pattern + "\"");
    }

    private void read(String format) {
        int f = 0;
        while (f < format.length()) {
            while (format.regionMatches(true, f, "FM", 0, 2)
                    || format.regionMatches(true, f, "TM", 0, 2)
                    || format.startsWith("FX", f)) {
                f += 2;
            }
            String pattern = f < format.length() ? ToChar.patternAt(format, f) : "";
            if (!pattern.isEmpty()) {
                f += pattern.length();
                skipSpace();
                if (at < text.length()) {
                    boolean separated =
                            f >= format.length() || ToChar.patternAt(format, f).isEmpty();
                    readField(pattern, separated);
                }
                if (format.startsWith("TH", f) || format.startsWith("th", f)) {
                    f += 2;
                    at = Math.min(at + 2, text.length());
                }
                continue;
            }
            if (f < format.length()) {
                char c = format.charAt(f++);
                if (c == '"') {
                    int end = format.indexOf('"', f);
                    end = end < 0 ? format.length() : end;
                    at = Math.min(at + end - f, text.length());
                    f = Math.min(end + 1, format.length());
                } else if (at < text.length()
                        && !Character.isLetterOrDigit(text.charAt(at))
                        && !Character.isLetterOrDigit(c)) {
                    at++;
                } else if (Character.isLetterOrDigit(c)) {
                    at = Math.min(at + 1, text.length());
                }
            }
        }
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    /// Digits: at most `width` if another field follows at once.
    private int number(String pattern, int width, boolean separated) {
        int from = at;
        boolean negative = at < text.length() && text.charAt(at) == '-';
        if (negative || (at < text.length() && text.charAt(at) == '+')) {
            from = ++at;
        }
        int limit = separated ? Integer.MAX_VALUE : width;
        while (at < text.length() && at - from < limit && Character.isDigit(text.charAt(at))) {
            at++;
        }
        if (at == from || at - from > 9) {
            at = from;
            throw invalid(pattern);
        }
        int value = Integer.parseInt(text, from, at, 10);
        return negative ? -value : value;
    }

    private void readField(String pattern, boolean separated) {
        switch (pattern) {
            case "YYYY" -> year = number(pattern, 4, separated);
            case "YYY" -> year = number(pattern, 3, separated) + 2000;
            case "YY", "RR" -> year = twoDigitYear(number(pattern, 2, separated));
            case "Y" -> year = number(pattern, 1, separated) + 2020;
            case "Y,YYY" -> {
                int thousands = number(pattern, 3, true);
                at++;
                year = thousands * 1000 + number(pattern, 3, separated);
            }
            case "IYYY" -> isoYear = number(pattern, 4, separated);
            case "IW" -> isoWeek = number(pattern, 2, separated);
            case "ID" -> isoDay = number(pattern, 1, separated);
            case "MM" -> month = number(pattern, 2, separated);
            case "MONTH", "Month", "month", "MON", "Mon", "mon" -> month = monthName(pattern);
            case "DD" -> day = number(pattern, 2, separated);
            case "DDD" -> dayOfYear = number(pattern, 3, separated);
            case "J" -> julian = (long) number(pattern, 9, separated);
            case "DAY", "Day", "day", "DY", "Dy", "dy" -> skipWord();
            case "HH24" -> hour = number(pattern, 2, separated);
            case "HH", "HH12" -> {
                hour = number(pattern, 2, separated);
                twelveHours = true;
            }
            case "MI" -> minute = number(pattern, 2, separated);
            case "SS" -> second = number(pattern, 2, separated);
            case "MS" -> micros = fraction(pattern, 3);
            case "US" -> micros = fraction(pattern, 6);
            case "FF1", "FF2", "FF3", "FF4", "FF5", "FF6" -> micros = fraction(pattern, pattern.charAt(2) - '0');
            case "SSSS", "SSSSS" -> second = number(pattern, 5, separated);
            case "AM", "PM", "am", "pm", "A.M.", "P.M.", "a.m.", "p.m." -> {
                afternoon = Character.toLowerCase(text.charAt(at)) == 'p';
                twelveHours = true;
                at = Math.min(at + pattern.length(), text.length());
            }
            case "BC", "AD", "bc", "ad", "B.C.", "A.D.", "b.c.", "a.d." -> {
                beforeChrist = Character.toLowerCase(text.charAt(at)) == 'b';
                at = Math.min(at + pattern.length(), text.length());
            }
            case "TZH" -> {
                boolean west = text.charAt(at) == '-';
                int hours = number(pattern, 2, separated);
                zoneSeconds = (west ? -Math.abs(hours) : hours) * 3600;
            }
            case "TZM" -> {
                int minutes = number(pattern, 2, separated);
                int hours = zoneSeconds == null ? 0 : zoneSeconds;
                zoneSeconds = hours + (hours < 0 ? -minutes : minutes) * 60;
            }
            default -> skipWord();
        }
    }

    private static int twoDigitYear(int value) {
        return value < 70 ? value + 2000 : value < 100 ? value + 1900 : value;
    }

    private int monthName(String pattern) {
        String rest = text.substring(at).toLowerCase(Locale.ROOT);
        for (int i = 0; i < MONTHS.size(); i++) {
            if (rest.startsWith(MONTHS.get(i))) {
                skipWord();
                return i + 1;
            }
        }
        throw invalid(pattern).withDetail("The given value did not match any of the allowed values for this field.");
    }

    private void skipWord() {
        while (at < text.length() && Character.isLetter(text.charAt(at))) {
            at++;
        }
    }

    private long fraction(String pattern, int width) {
        int from = at;
        while (at < text.length() && at - from < width && Character.isDigit(text.charAt(at))) {
            at++;
        }
        if (at == from) {
            throw invalid(pattern);
        }
        return Long.parseLong((text.substring(from, at) + "000000").substring(0, 6));
    }

    // ---- results ----

    private UserException outOfRange() {
        return new UserException(
                SqlState.DATETIME_FIELD_OVERFLOW, "date/time field value out of range: \"" + text + "\"");
    }

    LocalDate date() {
        try {
            if (julian != null) {
                return LocalDate.ofEpochDay(julian - 2_440_588);
            }
            if (isoYear != null) {
                return LocalDate.of(isoYear, 1, 4)
                        .with(IsoFields.WEEK_OF_WEEK_BASED_YEAR, isoWeek == null ? 1 : isoWeek)
                        .with(java.time.temporal.ChronoField.DAY_OF_WEEK, isoDay);
            }
            int civilYear = year == null ? 0 : beforeChrist ? 1 - year : year < 0 ? year + 1 : year;
            if (dayOfYear != null) {
                return LocalDate.ofYearDay(civilYear, dayOfYear);
            }
            return LocalDate.of(civilYear, month, day);
        } catch (DateTimeException e) {
            throw outOfRange();
        }
    }

    /// East of UTC as written, 0 without.
    int zoneSeconds() {
        return zoneSeconds == null ? 0 : zoneSeconds;
    }

    long instant(ZoneId zone) {
        if (twelveHours && (hour < 1 || hour > 12)) {
            throw new UserException(
                            SqlState.INVALID_DATETIME_FORMAT, "hour \"" + hour + "\" is invalid for the 12-hour clock")
                    .withHint("Use the 24-hour clock, or give an hour between 1 and 12.");
        }
        long hours = twelveHours ? hour % 12 + (afternoon ? 12 : 0) : hour;
        if (hours > 24 || minute > 59 || (second > 59 && second > 86_399)) {
            throw outOfRange();
        }
        LocalDateTime civil = date().atStartOfDay()
                .plusHours(hours)
                .plusMinutes(minute)
                .plusSeconds(second)
                .plusNanos(micros * 1_000);
        long local = Timestamps.timestamp(civil);
        return zoneSeconds == null
                ? Timestamps.toInstant(local, zone)
                : local - zoneSeconds * Timestamps.MICROS_PER_SECOND;
    }
}
