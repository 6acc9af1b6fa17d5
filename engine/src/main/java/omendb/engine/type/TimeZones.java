package omendb.engine.type;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/// Time zones by name, in any case, and the abbreviations of PostgreSQL's default set that people write.
public final class TimeZones {
    private static final Map<String, Integer> ABBREVIATION_MINUTES = Map.ofEntries(
            Map.entry("utc", 0),
            Map.entry("ut", 0),
            Map.entry("uct", 0),
            Map.entry("gmt", 0),
            Map.entry("z", 0),
            Map.entry("zulu", 0),
            Map.entry("wet", 0),
            Map.entry("west", 60),
            Map.entry("bst", 60),
            Map.entry("cet", 60),
            Map.entry("cest", 120),
            Map.entry("met", 60),
            Map.entry("mest", 120),
            Map.entry("eet", 120),
            Map.entry("eest", 180),
            Map.entry("sast", 120),
            Map.entry("ist", 120),
            Map.entry("idt", 180),
            Map.entry("msk", 180),
            Map.entry("msd", 240),
            Map.entry("sgt", 480),
            Map.entry("hkt", 480),
            Map.entry("awst", 480),
            Map.entry("jst", 540),
            Map.entry("kst", 540),
            Map.entry("acst", 570),
            Map.entry("aest", 600),
            Map.entry("aedt", 660),
            Map.entry("nzst", 720),
            Map.entry("nzdt", 780),
            Map.entry("ast", -240),
            Map.entry("adt", -180),
            Map.entry("est", -300),
            Map.entry("edt", -240),
            Map.entry("cst", -360),
            Map.entry("cdt", -300),
            Map.entry("mst", -420),
            Map.entry("mdt", -360),
            Map.entry("pst", -480),
            Map.entry("pdt", -420),
            Map.entry("akst", -540),
            Map.entry("akdt", -480),
            Map.entry("hst", -600));

    private TimeZones() {}

    private static final class Names {
        /// Lower-case name to the tz database's.
        static final Map<String, String> BY_LOWER_CASE = new HashMap<>();

        static {
            for (String id : ZoneId.getAvailableZoneIds()) {
                BY_LOWER_CASE.put(id.toLowerCase(Locale.ROOT), id);
            }
        }
    }

    /// What a zone is called while it is `offsetSeconds` east of UTC: EST or EDT, `-03` where there are no letters.
    public static String abbreviation(ZoneId zone, int offsetSeconds) {
        if (zone instanceof ZoneOffset || zone.getId().equals("UTC")) {
            return offsetSeconds == 0 ? "UTC" : offsetName(offsetSeconds);
        }
        TimeZone named = TimeZone.getTimeZone(zone);
        boolean summer = named.getRawOffset() / 1_000 != offsetSeconds;
        return named.getDisplayName(summer, TimeZone.SHORT, Locale.ENGLISH);
    }

    /// The name of a zone that is nothing but an offset, as PostgreSQL makes it: `<-03:30>+03:30`. The part in angle
    /// brackets is the abbreviation, behind it stands the offset in POSIX sense.
    public static String nameOfOffset(int offsetSeconds) {
        return "<" + offsetName(offsetSeconds) + ">" + offsetName(-offsetSeconds);
    }

    private static String offsetName(int seconds) {
        int magnitude = Math.abs(seconds);
        StringBuilder name = new StringBuilder(seconds < 0 ? "-" : "+").append(twoDigits(magnitude / 3600));
        if (magnitude % 3600 != 0) {
            name.append(':').append(twoDigits(magnitude / 60 % 60));
        }
        if (magnitude % 60 != 0) {
            name.append(':').append(twoDigits(magnitude % 60));
        }
        return name.toString();
    }

    private static String twoDigits(int value) {
        return value < 10 ? "0" + value : Integer.toString(value);
    }

    /// Seconds east of UTC that an abbreviation means, or null.
    static @Nullable Integer abbreviation(String name) {
        Integer minutes = ABBREVIATION_MINUTES.get(name.toLowerCase(Locale.ROOT));
        return minutes == null ? null : minutes * 60;
    }

    /// A zone by tz database name, abbreviation or ISO offset (`+05:30`: east, as in timestamps); null if unknown.
    public static @Nullable ZoneId find(String name) {
        String lower = name.strip().toLowerCase(Locale.ROOT);
        if (lower.equals("utc") || lower.equals("gmt") || lower.equals("etc/utc")) {
            return ZoneOffset.UTC;
        }
        String id = Names.BY_LOWER_CASE.get(lower);
        if (id != null) {
            return ZoneId.of(id);
        }
        Integer seconds = abbreviation(lower);
        return seconds == null ? null : ZoneOffset.ofTotalSeconds(seconds);
    }

    /// `+hh`, `+hhmm`, `+hh:mm`, `+hh:mm:ss` as seconds east; null if not of this form or out of range.
    static @Nullable Integer offset(String text) {
        String digits = text.substring(1).replace(":", "");
        if (digits.isEmpty() || digits.length() > 6 || !digits.chars().allMatch(Character::isDigit)) {
            return null;
        }
        int hours;
        int rest = 0;
        if (text.indexOf(':') > 0) {
            String[] parts = text.substring(1).split(":", -1);
            hours = Integer.parseInt(parts[0]);
            rest = parts[1].isEmpty() ? 0 : Integer.parseInt(parts[1]) * 60;
            rest += parts.length > 2 && !parts[2].isEmpty() ? Integer.parseInt(parts[2]) : 0;
        } else if (digits.length() > 2) {
            hours = Integer.parseInt(digits.substring(0, digits.length() - 2));
            rest = Integer.parseInt(digits.substring(digits.length() - 2)) * 60;
        } else {
            hours = Integer.parseInt(digits);
        }
        int seconds = hours * 3600 + rest;
        return hours > 15 || rest >= 3600 ? null : text.charAt(0) == '-' ? -seconds : seconds;
    }

    /// A zone as SET TIME ZONE and AT TIME ZONE take it: a name, or an offset in POSIX sense (`+5` is west) when not
    /// ISO.
    public static @Nullable ZoneId parse(String name) {
        ZoneId zone = find(name);
        if (zone != null) {
            return zone;
        }
        String text = withoutPosixName(name.strip());
        if (!text.isEmpty() && Character.isDigit(text.charAt(0))) {
            text = "+" + text;
        }
        if (text.startsWith("+") || text.startsWith("-")) {
            Integer seconds = offset(text);
            try {
                // POSIX: positive is west of Greenwich
                return seconds == null ? null : ZoneOffset.ofTotalSeconds(-seconds);
            } catch (DateTimeException e) {
                return null;
            }
        }
        return null;
    }

    /// The offset behind the name of a POSIX zone: `<-03>+03` and `XYZ+3` are `+03` and `+3`.
    private static String withoutPosixName(String text) {
        if (text.startsWith("<")) {
            return text.substring(text.indexOf('>') + 1);
        }
        int letters = 0;
        while (letters < text.length() && Character.isLetter(text.charAt(letters))) {
            letters++;
        }
        return letters >= 3 ? text.substring(letters) : text;
    }
}
