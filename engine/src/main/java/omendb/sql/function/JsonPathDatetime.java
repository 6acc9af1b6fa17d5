package omendb.sql.function;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Timestamps;
import omendb.engine.type.Types;
import org.jspecify.annotations.Nullable;

/// A value of `.datetime()`: a date, a time or a timestamp, with a zone or without.
///
/// @param type        date, time, timetz, timestamp or timestamptz
/// @param local       microseconds: of the day for times, else since 2000-01-01, as written
/// @param zoneSeconds east of UTC, 0 without a zone
record JsonPathDatetime(SqlType type, long local, int zoneSeconds) {
    private static final Pattern ISO = Pattern.compile("(?:(\\d{4}-\\d{1,2}-\\d{1,2})(?:[ T](?=\\d))?)?"
            + "(?:(\\d{1,2}:\\d{1,2}:\\d{1,2})(?:\\.(\\d{1,6}))?\\s*(?:([+-])(\\d{1,2})(?::(\\d{1,2}))?)?)?");

    /// @param template of to_timestamp, or null for the ISO forms
    /// @throws JsonPathError 22031 if the text is none
    static JsonPathDatetime parse(String text, @Nullable String template) {
        return template == null ? parseIso(text) : parseByTemplate(text, template);
    }

    private static JsonPathError notRecognized(String text) {
        return new JsonPathError(
                SqlState.INVALID_ARGUMENT_FOR_SQL_JSON_DATETIME_FUNCTION,
                "datetime format is not recognized: \"" + text + "\"");
    }

    private static JsonPathDatetime parseIso(String text) {
        Matcher parts = ISO.matcher(text);
        if (!parts.matches() || (parts.group(1) == null && parts.group(2) == null)) {
            throw notRecognized(text);
        }
        boolean dated = parts.group(1) != null;
        boolean timed = parts.group(2) != null;
        boolean zoned = parts.group(4) != null;
        try {
            long day = 0;
            if (dated) {
                String[] date = parts.group(1).split("-", 3);
                day = Timestamps.days(java.time.LocalDate.of(
                        Integer.parseInt(date[0]), Integer.parseInt(date[1]), Integer.parseInt(date[2])));
            }
            long micros = 0;
            if (timed) {
                String[] time = parts.group(2).split(":", 3);
                long hour = Long.parseLong(time[0]);
                long minute = Long.parseLong(time[1]);
                long second = Long.parseLong(time[2]);
                if (hour > 23 || minute > 59 || second > 59) {
                    throw notRecognized(text);
                }
                String fraction = parts.group(3) == null ? "" : parts.group(3);
                micros = ((hour * 60 + minute) * 60 + second) * Timestamps.MICROS_PER_SECOND
                        + Long.parseLong((fraction + "000000").substring(0, 6));
            }
            int zone = zoned ? zone(parts.group(4), parts.group(5), parts.group(6)) : 0;
            return new JsonPathDatetime(type(dated, timed, zoned), day * Timestamps.MICROS_PER_DAY + micros, zone);
        } catch (java.time.DateTimeException e) {
            throw notRecognized(text);
        }
    }

    private static int zone(String sign, String hours, @Nullable String minutes) {
        int seconds = Integer.parseInt(hours) * 3600 + (minutes == null ? 0 : Integer.parseInt(minutes) * 60);
        return sign.equals("-") ? -seconds : seconds;
    }

    private static SqlType type(boolean dated, boolean timed, boolean zoned) {
        if (!timed) {
            return Types.DATE;
        }
        return dated ? (zoned ? Types.TIMESTAMPTZ : Types.TIMESTAMP) : zoned ? Types.TIMETZ : Types.TIME;
    }

    private static JsonPathDatetime parseByTemplate(String text, String template) {
        boolean dated = false;
        boolean timed = false;
        boolean zoned = false;
        for (int i = 0; i < template.length(); ) {
            String pattern = ToChar.patternAt(template, i);
            zoned |= pattern.startsWith("TZ");
            boolean clock = pattern.startsWith("HH")
                    || pattern.startsWith("MI")
                    || pattern.startsWith("SS")
                    || pattern.startsWith("MS")
                    || pattern.startsWith("US")
                    || pattern.startsWith("FF")
                    || pattern.matches("(?i)[ap]\\.?m\\.?");
            timed |= clock;
            dated |= !pattern.isEmpty() && !clock && !pattern.startsWith("TZ");
            i += Math.max(1, pattern.length());
        }
        try {
            DateFormatReader reader = new DateFormatReader(text, template);
            ZoneId utc = ZoneOffset.UTC;
            long instant = reader.instant(utc);
            int zone = reader.zoneSeconds();
            long local = instant + zone * Timestamps.MICROS_PER_SECOND;
            boolean zonedTime = zoned && timed;
            SqlType type = type(dated, timed, zonedTime);
            if (type == Types.TIME || type == Types.TIMETZ) {
                local = Math.floorMod(local, Timestamps.MICROS_PER_DAY);
            }
            return new JsonPathDatetime(type, local, zonedTime ? zone : 0);
        } catch (OmenException e) {
            throw new JsonPathError(e.sqlState(), e.text());
        }
    }

    private boolean isZoned() {
        return type == Types.TIMESTAMPTZ || type == Types.TIMETZ;
    }

    private boolean isTime() {
        return type == Types.TIME || type == Types.TIMETZ;
    }

    private long utc() {
        return local - zoneSeconds * Timestamps.MICROS_PER_SECOND;
    }

    /// The order of two; null if they cannot be compared.
    ///
    /// @param zone what values without a zone are in, null = refuse to compare them with those that have one
    static @Nullable Integer compare(JsonPathDatetime a, JsonPathDatetime b, @Nullable ZoneId zone) {
        if (a.isTime() != b.isTime()) {
            return null;
        }
        if (a.isZoned() == b.isZoned()) {
            int order = Long.compare(a.utc(), b.utc());
            return order != 0 || !a.isTime() ? order : Integer.compare(b.zoneSeconds, a.zoneSeconds);
        }
        if (zone == null) {
            SqlType from = a.isZoned() ? b.type : a.type;
            SqlType to = a.isZoned() ? a.type : b.type;
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "cannot convert value from " + shortName(from) + " to " + shortName(to)
                            + " without time zone usage",
                    null);
        }
        return Long.compare(a.instant(zone), b.instant(zone));
    }

    private static String shortName(SqlType type) {
        return type.name();
    }

    private long instant(ZoneId zone) {
        if (isZoned()) {
            return utc();
        }
        return isTime()
                ? local - Timestamps.offsetAt(Timestamps.now(), zone) * Timestamps.MICROS_PER_SECOND
                : Timestamps.toInstant(local, zone);
    }

    /// ISO 8601 with a T.
    String text() {
        StringBuilder text = new StringBuilder();
        if (!isTime()) {
            LocalDateTime civil = Timestamps.civil(local);
            text.append(String.format("%04d-%02d-%02d", civil.getYear(), civil.getMonthValue(), civil.getDayOfMonth()));
            if (type == Types.DATE) {
                return text.toString();
            }
            text.append('T');
        }
        long micros = Math.floorMod(local, Timestamps.MICROS_PER_DAY);
        long seconds = micros / Timestamps.MICROS_PER_SECOND;
        text.append(String.format("%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60));
        long fraction = micros % Timestamps.MICROS_PER_SECOND;
        if (fraction != 0) {
            text.append('.').append(String.format("%06d", fraction).replaceAll("0+$", ""));
        }
        if (isZoned()) {
            int offset = Math.abs(zoneSeconds);
            text.append(zoneSeconds < 0 ? '-' : '+')
                    .append(String.format("%02d:%02d", offset / 3600, offset / 60 % 60));
        }
        return text.toString();
    }
}
