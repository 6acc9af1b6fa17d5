package omendb.engine.type;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import org.jspecify.annotations.Nullable;

/// Reads the date and time formats PostgreSQL takes: the text is cut into fields, then each field finds its place.
final class DateTimeParser {
    private static final Map<String, Integer> MONTHS = Map.ofEntries(
            Map.entry("jan", 1),
            Map.entry("feb", 2),
            Map.entry("mar", 3),
            Map.entry("apr", 4),
            Map.entry("may", 5),
            Map.entry("jun", 6),
            Map.entry("jul", 7),
            Map.entry("aug", 8),
            Map.entry("sep", 9),
            Map.entry("sept", 9),
            Map.entry("oct", 10),
            Map.entry("nov", 11),
            Map.entry("dec", 12));
    private static final List<String> MONTH_NAMES = List.of(
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december");
    private static final List<String> DAY_NAMES =
            List.of("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday");

    private enum Special {
        NONE,
        EPOCH,
        INFINITY,
        MINUS_INFINITY,
        NOW,
        TODAY,
        TOMORROW,
        YESTERDAY
    }

    /// The Julian day of 1970-01-01.
    private static final long JULIAN_EPOCH = 2_440_588;

    private final String text;
    private final String sqlName;
    private final TypeContext context;

    private Special special = Special.NONE;
    private @Nullable Integer year;
    private int yearDigits;
    private @Nullable Integer month;
    private @Nullable Integer day;
    private @Nullable Integer dayOfYear;
    private long micros = -1;
    private @Nullable Integer offsetSeconds;
    private @Nullable ZoneId zone;
    private boolean beforeChrist;
    private @Nullable Boolean afternoon;
    private boolean monthIsText;
    private boolean ymdOrder;

    DateTimeParser(String text, String sqlName, TypeContext context) {
        this.text = text;
        this.sqlName = sqlName;
        this.context = context;
        decode(split(text.strip()));
    }

    // ---- results ----

    long date() {
        return switch (special) {
            case EPOCH -> -Timestamps.EPOCH_DAYS;
            case INFINITY -> Timestamps.DATE_INFINITY;
            case MINUS_INFINITY -> Timestamps.DATE_MINUS_INFINITY;
            case NOW, TODAY, TOMORROW, YESTERDAY -> Math.floorDiv(specialTimestamp(true), Timestamps.MICROS_PER_DAY);
            case NONE -> {
                long days = Timestamps.days(civilDate());
                if (!Timestamps.isValidDate(days)) {
                    throw outOfRange("date");
                }
                yield days;
            }
        };
    }

    long time() {
        if (special == Special.NOW) {
            return Math.floorMod(specialTimestamp(true), Timestamps.MICROS_PER_DAY);
        }
        if (micros < 0 || special != Special.NONE) {
            throw invalid();
        }
        return micros;
    }

    /// Seconds east of UTC for timetz: what was written, or the session's.
    int zoneSecondsOfTime() {
        if (offsetSeconds != null) {
            return offsetSeconds;
        }
        ZoneId used = zone != null ? zone : context.timeZone();
        if (year != null || dayOfYear != null) {
            return Timestamps.offsetOf(civilDate().atStartOfDay().plusNanos(micros * 1_000), used);
        }
        return Timestamps.offsetAt(context.transactionTimestamp(), used);
    }

    long timestamp() {
        if (special != Special.NONE) {
            return special == Special.EPOCH
                    ? -Timestamps.EPOCH_SECONDS * Timestamps.MICROS_PER_SECOND
                    : specialTimestamp(true);
        }
        return checked(localMicros());
    }

    long timestamptz() {
        if (special != Special.NONE) {
            if (special == Special.EPOCH) {
                return -Timestamps.EPOCH_SECONDS * Timestamps.MICROS_PER_SECOND;
            }
            long local = specialTimestamp(special != Special.NOW);
            return special == Special.NOW ? local : Timestamps.toInstant(local, context.timeZone());
        }
        long local = localMicros();
        int offset;
        if (offsetSeconds != null) {
            offset = offsetSeconds;
        } else {
            ZoneId used = zone != null ? zone : context.timeZone();
            offset = used instanceof ZoneOffset fixed
                    ? fixed.getTotalSeconds()
                    : Timestamps.offsetOf(Timestamps.civil(local), used);
        }
        return checked(local - offset * Timestamps.MICROS_PER_SECOND);
    }

    private long localMicros() {
        LocalDate date = civilDate();
        long days = Timestamps.days(date);
        // one day of slack: a time zone may bring it back into range
        if (days < Timestamps.FIRST_DAY - 1 || days > Timestamps.TIMESTAMP_END / Timestamps.MICROS_PER_DAY) {
            throw outOfRange("timestamp");
        }
        return days * Timestamps.MICROS_PER_DAY + Math.max(micros, 0);
    }

    private long checked(long timestamp) {
        if (!Timestamps.isValid(timestamp)) {
            throw outOfRange("timestamp");
        }
        return timestamp;
    }

    /// The current moment or day in the session's zone (`local`), or the instant itself.
    private long specialTimestamp(boolean local) {
        if (special == Special.INFINITY) {
            return Timestamps.INFINITY;
        }
        if (special == Special.MINUS_INFINITY) {
            return Timestamps.MINUS_INFINITY;
        }
        long now = context.transactionTimestamp();
        if (special == Special.NOW) {
            return local ? Timestamps.toLocal(now, context.timeZone()) : now;
        }
        long today = Math.floorDiv(Timestamps.toLocal(now, context.timeZone()), Timestamps.MICROS_PER_DAY);
        int shift = special == Special.TOMORROW ? 1 : special == Special.YESTERDAY ? -1 : 0;
        return (today + shift) * Timestamps.MICROS_PER_DAY + Math.max(micros, 0);
    }

    private LocalDate civilDate() {
        Integer writtenYear = year;
        if (writtenYear == null) {
            throw invalid();
        }
        int civilYear = writtenYear;
        if (beforeChrist) {
            if (civilYear <= 0) {
                throw fieldOutOfRange();
            }
            civilYear = 1 - civilYear;
        } else if (yearDigits <= 2 && !ymdOrder) {
            civilYear += civilYear < 70 ? 2000 : 1900;
        } else if (civilYear <= 0) {
            throw fieldOutOfRange();
        }
        if (dayOfYear != null) {
            try {
                return LocalDate.ofYearDay(civilYear, dayOfYear);
            } catch (DateTimeException e) {
                throw fieldOutOfRange();
            }
        }
        Integer writtenMonth = month;
        Integer writtenDay = day;
        if (writtenMonth == null || writtenDay == null) {
            throw invalid();
        }
        if (writtenMonth < 1 || writtenMonth > 12 || writtenDay < 1 || writtenDay > 31) {
            throw monthDayOutOfRange();
        }
        try {
            return LocalDate.of(civilYear, writtenMonth, writtenDay);
        } catch (DateTimeException e) {
            throw fieldOutOfRange();
        }
    }

    // ---- errors ----

    private UserException invalid() {
        return new UserException(
                SqlState.INVALID_DATETIME_FORMAT, "invalid input syntax for type " + sqlName + ": \"" + text + "\"");
    }

    private UserException fieldOutOfRange() {
        return new UserException(
                SqlState.DATETIME_FIELD_OVERFLOW, "date/time field value out of range: \"" + text + "\"");
    }

    private OmenException monthDayOutOfRange() {
        return fieldOutOfRange().withHint("Perhaps you need a different \"datestyle\" setting.");
    }

    private UserException outOfRange(String what) {
        return new UserException(SqlState.DATETIME_FIELD_OVERFLOW, what + " out of range: \"" + text + "\"");
    }

    // ---- fields ----

    /// Cuts at blanks and where a date meets a time or a zone: `2024-01-02T03:04:05.6+02`.
    private List<String> split(String input) {
        List<String> fields = new ArrayList<>();
        int at = 0;
        while (at < input.length()) {
            char c = input.charAt(at);
            if (Character.isWhitespace(c) || c == ',') {
                at++;
                continue;
            }
            int end = fieldEnd(input, at);
            if (end == at) {
                throw invalid();
            }
            fields.add(input.substring(at, end));
            at = end;
        }
        if (fields.isEmpty()) {
            throw invalid();
        }
        return fields;
    }

    private static int fieldEnd(String input, int from) {
        char first = input.charAt(from);
        int at = from + 1;
        if (Character.isDigit(first) || first == '.') {
            return numberEnd(input, from);
        }
        if (first == '+' || first == '-') {
            while (at < input.length() && (isDigit(input, at) || input.charAt(at) == ':')) {
                at++;
            }
            if (at > from + 1) {
                return at;
            }
            return wordEnd(input, at);
        }
        return Character.isLetter(first) ? wordEnd(input, from) : from;
    }

    private static boolean isDigit(String input, int at) {
        return at < input.length() && Character.isDigit(input.charAt(at));
    }

    /// A word; with `/`, `_` a zone name; with `-` a date like Jan-08-1999 or a zone like Etc/GMT-5.
    private static int wordEnd(String input, int from) {
        int at = from;
        while (at < input.length() && Character.isLetter(input.charAt(at))) {
            at++;
        }
        if (at < input.length() && (input.charAt(at) == '/' || input.charAt(at) == '_')) {
            while (at < input.length()
                    && (Character.isLetterOrDigit(input.charAt(at)) || "/_+-".indexOf(input.charAt(at)) >= 0)) {
                at++;
            }
        } else if (at < input.length() && input.charAt(at) == '-' && isDigit(input, at + 1) && at - from >= 3) {
            while (at < input.length() && (Character.isLetterOrDigit(input.charAt(at)) || input.charAt(at) == '-')) {
                at++;
            }
        } else if (isDigit(input, at) && at - from == 3) {
            // EST5EDT
            int end = at;
            while (end < input.length() && Character.isLetterOrDigit(input.charAt(end))) {
                end++;
            }
            if (TimeZones.find(input.substring(from, end)) != null) {
                return end;
            }
        } else if (at < input.length() && input.charAt(at) == '.') {
            at++; // a.m. is not read by PostgreSQL either; the dot ends abbreviations such as "Jan."
        }
        return at;
    }

    /// Digits with `:` are a time, with `-`, `/` or two dots a date (months may be words), else a number.
    private static int numberEnd(String input, int from) {
        int at = from;
        while (isDigit(input, at)) {
            at++;
        }
        if (at >= input.length()) {
            return at;
        }
        char c = input.charAt(at);
        if (c == ':') {
            while (at < input.length() && (isDigit(input, at) || ":.".indexOf(input.charAt(at)) >= 0)) {
                at++;
            }
        } else if (c == '-' || c == '/') {
            while (at < input.length() && (Character.isLetterOrDigit(input.charAt(at)) || input.charAt(at) == c)) {
                if (isTimeMark(input, at)) {
                    break;
                }
                at++;
            }
        } else if (c == '.') {
            while (at < input.length() && (isDigit(input, at) || input.charAt(at) == '.')) {
                at++;
            }
        }
        return at;
    }

    /// The T between date and time.
    private static boolean isTimeMark(String input, int at) {
        char c = input.charAt(at);
        return (c == 'T' || c == 't') && isDigit(input, at + 1) && at > 0 && isDigit(input, at - 1);
    }

    private void decode(List<String> fields) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            String field = fields.get(i);
            char first = field.charAt(0);
            if (field.indexOf(':') > 0 && Character.isDigit(first)) {
                decodeTime(field);
            } else if (Character.isDigit(first)) {
                decodeNumeric(field, numbers, i, fields);
            } else if (first == '+' || first == '-') {
                decodeSigned(field);
            } else {
                decodeWord(field, i, fields);
            }
        }
        if (afternoon != null) {
            applyMeridiem(afternoon);
        }
    }

    private void decodeTime(String field) {
        if (micros >= 0) {
            throw invalid();
        }
        String[] parts = field.split(":", -1);
        if (parts.length > 3) {
            throw invalid();
        }
        long hours = number(parts[0]);
        long minutes;
        long secondMicros = 0;
        if (parts.length == 2 && parts[1].indexOf('.') > 0) {
            // mm:ss.fff
            minutes = hours;
            hours = 0;
            secondMicros = secondMicros(parts[1]);
        } else {
            minutes = number(parts[1]);
            secondMicros = parts.length == 3 ? secondMicros(parts[2]) : 0;
        }
        setTime(hours, minutes, secondMicros);
    }

    private void setTime(long hours, long minutes, long secondMicros) {
        boolean midnight = hours == 24 && minutes == 0 && secondMicros == 0;
        if (minutes > 59 || secondMicros > 60 * Timestamps.MICROS_PER_SECOND || (hours > 23 && !midnight)) {
            throw fieldOutOfRange();
        }
        micros = hours * Timestamps.MICROS_PER_HOUR + minutes * Timestamps.MICROS_PER_MINUTE + secondMicros;
    }

    private long number(String digits) {
        if (digits.isEmpty() || digits.length() > 9 || !digits.chars().allMatch(Character::isDigit)) {
            throw digits.length() > 9 ? fieldOutOfRange() : invalid();
        }
        return Integer.parseInt(digits);
    }

    /// Seconds with fraction, rounded to microseconds.
    private long secondMicros(String seconds) {
        int dot = seconds.indexOf('.');
        if (dot < 0) {
            return number(seconds) * Timestamps.MICROS_PER_SECOND;
        }
        String fraction = seconds.substring(dot + 1);
        if (!fraction.chars().allMatch(Character::isDigit)) {
            throw invalid();
        }
        String digits = (fraction + "000000").substring(0, 6);
        long result = number(seconds.substring(0, dot)) * Timestamps.MICROS_PER_SECOND + Integer.parseInt(digits);
        boolean up = fraction.length() > 6 && fraction.charAt(6) >= '5';
        return up ? result + 1 : result;
    }

    private void decodeNumeric(String field, List<Integer> numbers, int index, List<String> fields) {
        boolean timeWanted = sqlName.startsWith("time ") || sqlName.equals("time");
        if (timeWanted && micros < 0 && field.matches("\\d{6}-\\d{1,4}")) {
            decodeCompactTime(field.substring(0, 6));
            decodeSigned(field.substring(6));
            return;
        }
        if (field.indexOf('-') > 0 || field.indexOf('/') > 0 || field.indexOf('.') != field.lastIndexOf('.')) {
            decodeDate(field.split("[-/.]", -1));
            return;
        }
        if (field.indexOf('.') > 0) {
            decodeCompact(field);
            return;
        }
        boolean dateKnown = year != null && (day != null || dayOfYear != null);
        if ((dateKnown || timeWanted) && micros < 0 && (field.length() == 4 || field.length() == 6)) {
            decodeCompactTime(field);
            return;
        }
        if (index + 1 < fields.size() && isMeridiem(fields.get(index + 1)) && micros < 0) {
            setTime(number(field), 0, 0);
            return;
        }
        if (field.length() >= 5 && year == null && !monthIsText) {
            decodeCompact(field);
            return;
        }
        decodePlainNumber(field, numbers);
    }

    private static boolean isMeridiem(String word) {
        return word.equalsIgnoreCase("am") || word.equalsIgnoreCase("pm");
    }

    /// yyyymmdd, yymmdd, yyyyddd, yyyymmddThhmmss given as one number, yyyy.ddd.
    private void decodeCompact(String field) {
        int dot = field.indexOf('.');
        if (dot == 4 && field.length() == 8) {
            setYear(field.substring(0, 4));
            dayOfYear = yearDay(field.substring(5));
            return;
        }
        String digits = dot < 0 ? field : field.substring(0, dot);
        switch (digits.length()) {
            case 5, 7 -> {
                if (digits.length() == 5) {
                    throw invalid();
                }
                setYear(digits.substring(0, 4));
                dayOfYear = yearDay(digits.substring(4));
            }
            case 6 -> {
                setYear(digits.substring(0, 2));
                month = (int) number(digits.substring(2, 4));
                day = (int) number(digits.substring(4));
            }
            case 14 -> {
                decodeCompact(digits.substring(0, 8));
                decodeCompactTime(field.substring(8));
            }
            default -> {
                if (digits.length() < 8 || dot >= 0) {
                    throw invalid();
                }
                int yearEnd = digits.length() - 4;
                setYear(digits.substring(0, yearEnd));
                month = (int) number(digits.substring(yearEnd, yearEnd + 2));
                day = (int) number(digits.substring(yearEnd + 2));
            }
        }
    }

    private int yearDay(String digits) {
        int value = (int) number(digits);
        if (value < 1 || value > 366) {
            throw invalid();
        }
        return value;
    }

    private void decodeCompactTime(String field) {
        String seconds = field.length() > 4 ? field.substring(4) : "0";
        setTime(number(field.substring(0, 2)), number(field.substring(2, 4)), secondMicros(seconds));
    }

    private void setYear(String digits) {
        if (year != null) {
            throw invalid();
        }
        year = (int) number(digits);
        yearDigits = digits.length();
    }

    /// `a-b-c`: a word is the month; a first part of three or more digits is the year; else DateStyle decides.
    private void decodeDate(String[] parts) {
        if (parts.length == 2 && parts[0].length() >= 4 && parts[1].length() == 3) {
            setYear(parts[0]);
            dayOfYear = yearDay(parts[1]);
            return;
        }
        if (parts.length != 3 || year != null || day != null) {
            throw invalid();
        }
        int word = -1;
        for (int i = 0; i < 3; i++) {
            if (!parts[i].isEmpty() && Character.isLetter(parts[i].charAt(0))) {
                word = i;
            }
        }
        if (word >= 0) {
            Integer named = monthOf(parts[word]);
            if (named == null) {
                throw invalid();
            }
            month = named;
            String one = parts[word == 0 ? 1 : 0];
            String two = parts[word == 2 ? 1 : 2];
            boolean yearFirst = one.length() > 2;
            setYear(yearFirst ? one : two);
            day = (int) number(yearFirst ? two : one);
        } else if (parts[0].length() > 2) {
            ymdOrder = true;
            setDate(parts[0], parts[1], parts[2]);
        } else {
            switch (context.dateOrder()) {
                case YMD -> setDate(parts[0], parts[1], parts[2]);
                case DMY -> setDate(parts[2], parts[1], parts[0]);
                case MDY -> setDate(parts[2], parts[0], parts[1]);
            }
        }
    }

    private void setDate(String yearText, String monthText, String dayText) {
        setYear(yearText);
        month = (int) number(monthText);
        day = (int) number(dayText);
    }

    /// A number on its own beside a month name: `January 8 1999`, `8 Jan 99`, `1999 Jan 8`.
    private void decodePlainNumber(String field, List<Integer> numbers) {
        int value = (int) number(field);
        numbers.add(value);
        if (field.length() > 2 && year == null) {
            setYear(field);
        } else if (monthIsText && day == null) {
            day = value;
        } else if (!monthIsText && month == null && day == null && year == null) {
            day = value;
        } else if (year == null) {
            setYear(field);
        } else if (day == null) {
            day = value;
        } else {
            throw invalid();
        }
    }

    private void decodeSigned(String field) {
        String rest = field.substring(1).toLowerCase(Locale.ROOT);
        if (rest.equals("infinity") || rest.equals("inf")) {
            special = field.charAt(0) == '-' ? Special.MINUS_INFINITY : Special.INFINITY;
            return;
        }
        if (!rest.isEmpty() && Character.isLetter(rest.charAt(0))) {
            throw invalid();
        }
        boolean takesZone = micros >= 0 || year != null;
        Integer seconds = takesZone ? TimeZones.offset(field) : null;
        if (!takesZone) {
            throw invalid();
        }
        if (seconds == null) {
            throw new UserException(
                    SqlState.INVALID_TIME_ZONE_DISPLACEMENT_VALUE,
                    "time zone displacement out of range: \"" + text + "\"");
        }
        offsetSeconds = seconds;
    }

    private static @Nullable Integer monthOf(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        Integer number = MONTHS.get(lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower);
        return number != null
                ? number
                : MONTH_NAMES.contains(lower) ? (Integer) (MONTH_NAMES.indexOf(lower) + 1) : null;
    }

    private void decodeWord(String field, int index, List<String> fields) {
        String word = field.toLowerCase(Locale.ROOT);
        if (word.indexOf('-') > 0 && monthOf(word.substring(0, word.indexOf('-'))) != null) {
            decodeDate(field.split("-", -1));
            return;
        }
        if (word.equals("j") && index + 1 < fields.size()) {
            LocalDate date = LocalDate.ofEpochDay(number(fields.get(index + 1)) - JULIAN_EPOCH);
            year = date.getYear();
            yearDigits = 4;
            month = date.getMonthValue();
            day = date.getDayOfMonth();
            fields.set(index + 1, "at");
            return;
        }
        Integer named = monthOf(word);
        if (named != null) {
            Integer misread = month;
            if (misread != null && day == null) {
                day = misread;
            }
            month = named;
            monthIsText = true;
            return;
        }
        switch (word) {
            case "infinity", "inf" -> special = Special.INFINITY;
            case "epoch" -> special = Special.EPOCH;
            case "now" -> special = Special.NOW;
            case "today" -> special = Special.TODAY;
            case "tomorrow" -> special = Special.TOMORROW;
            case "yesterday" -> special = Special.YESTERDAY;
            case "allballs" -> {
                micros = 0;
                offsetSeconds = 0;
            }
            case "t" -> {
                if (index + 1 >= fields.size()) {
                    throw invalid();
                }
                // ISO: the next field is a time, written without colons too
                String next = fields.get(index + 1);
                if (next.indexOf(':') < 0 && next.length() >= 4) {
                    decodeCompactTime(next);
                    fields.set(index + 1, "at");
                }
            }
            case "at", "on" -> {}
            case "am" -> afternoon = false;
            case "pm" -> afternoon = true;
            case "bc" -> beforeChrist = true;
            case "ad" -> beforeChrist = false;
            default -> decodeZoneOrDay(word);
        }
    }

    private void decodeZoneOrDay(String word) {
        if (word.length() >= 3 && DAY_NAMES.stream().anyMatch(name -> name.startsWith(word))) {
            return;
        }
        Integer seconds = TimeZones.abbreviation(word);
        if (seconds != null) {
            offsetSeconds = seconds;
            return;
        }
        ZoneId named = TimeZones.find(word);
        if (named == null) {
            if (word.indexOf('/') > 0) {
                throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "time zone \"" + word + "\" not recognized");
            }
            throw invalid();
        }
        zone = named;
    }

    private void applyMeridiem(boolean isAfternoon) {
        long hours = micros / Timestamps.MICROS_PER_HOUR;
        if (micros < 0 || hours > 12) {
            throw fieldOutOfRange();
        }
        if (isAfternoon && hours < 12) {
            micros += 12 * Timestamps.MICROS_PER_HOUR;
        } else if (!isAfternoon && hours == 12) {
            micros -= 12 * Timestamps.MICROS_PER_HOUR;
        }
    }

    /// Civil time of what was read, for tests of the parts.
    LocalDateTime civil() {
        return civilDate().atStartOfDay().plusNanos(Math.max(micros, 0) * 1_000);
    }
}
