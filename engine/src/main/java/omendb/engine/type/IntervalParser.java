package omendb.engine.type;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import org.jspecify.annotations.Nullable;

/// Reads intervals: `1 year 2 mons 3 days 04:05:06.7`, `@ 1 day ago`, `1-2 3 4:05:06`, `P1Y2M3DT4H5M6.7S`.
final class IntervalParser {
    /// A unit: what one of it is.
    private enum Unit {
        MICROSECOND(0, 0, 1),
        MILLISECOND(0, 0, 1_000),
        SECOND(0, 0, Timestamps.MICROS_PER_SECOND),
        MINUTE(0, 0, Timestamps.MICROS_PER_MINUTE),
        HOUR(0, 0, Timestamps.MICROS_PER_HOUR),
        DAY(0, 1, 0),
        WEEK(0, 7, 0),
        MONTH(1, 0, 0),
        YEAR(12, 0, 0),
        DECADE(120, 0, 0),
        CENTURY(1_200, 0, 0),
        MILLENNIUM(12_000, 0, 0);

        private final int months;
        private final int days;
        private final long micros;

        Unit(int months, int days, long micros) {
            this.months = months;
            this.days = days;
            this.micros = micros;
        }
    }

    private static final BigDecimal DAYS_PER_MONTH = BigDecimal.valueOf(30);
    private static final BigDecimal MICROS_PER_DAY = BigDecimal.valueOf(Timestamps.MICROS_PER_DAY);

    private final String text;
    private final int typmod;
    private final boolean standard;
    private final Set<Unit> seen = EnumSet.noneOf(Unit.class);
    private BigDecimal months = BigDecimal.ZERO;
    private BigDecimal days = BigDecimal.ZERO;
    private BigDecimal micros = BigDecimal.ZERO;

    /// @param standard whether the session's style is sql_standard, where one sign in front is that of all fields
    IntervalParser(String text, int typmod, boolean standard) {
        this.text = text;
        this.typmod = typmod;
        this.standard = standard;
    }

    private UserException invalid() {
        return new UserException(
                SqlState.INVALID_DATETIME_FORMAT, "invalid input syntax for type interval: \"" + text + "\"");
    }

    private UserException fieldOutOfRange() {
        return new UserException(
                SqlState.INTERVAL_FIELD_OVERFLOW, "interval field value out of range: \"" + text + "\"");
    }

    Interval parse() {
        String input = text.strip();
        if (input.startsWith("P") && input.length() > 1) {
            parseIso(input.substring(1));
        } else {
            List<String> fields = split(input);
            parseFields(standard ? withSignOfFirst(fields) : fields);
        }
        try {
            return new Interval(
                    months.intValueExact(),
                    days.intValueExact(),
                    micros.setScale(0, RoundingMode.HALF_EVEN).longValueExact());
        } catch (ArithmeticException e) {
            throw fieldOutOfRange();
        }
    }

    /// A unit may be named once.
    private void addOnce(BigDecimal value, Unit unit) {
        if (!seen.add(unit)) {
            throw invalid();
        }
        add(value, unit);
    }

    /// Adds `value` of a unit; the fraction of a month goes to days, that of a day to time.
    private void add(BigDecimal value, Unit unit) {
        if (unit.micros != 0) {
            micros = micros.add(value.multiply(BigDecimal.valueOf(unit.micros)));
        } else if (unit.days != 0) {
            addDays(value.multiply(BigDecimal.valueOf(unit.days)));
        } else {
            BigDecimal exact = value.multiply(BigDecimal.valueOf(unit.months));
            // fractions of years and more are whole months, rounded
            BigDecimal whole = unit == Unit.MONTH
                    ? exact.setScale(0, RoundingMode.DOWN)
                    : exact.setScale(0, RoundingMode.HALF_EVEN);
            months = months.add(whole);
            if (unit == Unit.MONTH) {
                addDays(exact.subtract(whole).multiply(DAYS_PER_MONTH));
            }
        }
    }

    private void addDays(BigDecimal exact) {
        BigDecimal whole = exact.setScale(0, RoundingMode.DOWN);
        days = days.add(whole);
        micros = micros.add(exact.subtract(whole).multiply(MICROS_PER_DAY));
    }

    // ---- PostgreSQL and SQL standard ----

    private List<String> split(String input) {
        List<String> fields = new ArrayList<>();
        int at = 0;
        while (at < input.length()) {
            char c = input.charAt(at);
            if (Character.isWhitespace(c) || c == '@' || c == ',') {
                at++;
                continue;
            }
            int end = at + 1;
            if (Character.isLetter(c)) {
                while (end < input.length() && Character.isLetter(input.charAt(end))) {
                    end++;
                }
            } else if (Character.isDigit(c) || c == '-' || c == '+' || c == '.') {
                while (end < input.length() && isNumberPart(input, end)) {
                    end++;
                }
            } else {
                throw invalid();
            }
            fields.add(input.substring(at, end).toLowerCase(Locale.ROOT));
            at = end;
        }
        if (fields.isEmpty()) {
            throw invalid();
        }
        return fields;
    }

    /// `-1 2:03` means `-1 -2:03` unless another field has a sign of its own.
    private static List<String> withSignOfFirst(List<String> fields) {
        List<String> rest = fields.subList(1, fields.size());
        boolean signed = rest.stream().anyMatch(field -> field.startsWith("-") || field.startsWith("+"));
        if (!fields.getFirst().startsWith("-") || signed) {
            return fields;
        }
        return fields.stream()
                .map(field -> Character.isDigit(field.charAt(0)) || field.charAt(0) == '.' ? "-" + field : field)
                .toList();
    }

    private static boolean isNumberPart(String input, int at) {
        char c = input.charAt(at);
        if (Character.isDigit(c) || c == '.' || c == ':') {
            return true;
        }
        char previous = input.charAt(at - 1);
        return (c == '-' || c == '+') && Character.isDigit(previous);
    }

    private void parseFields(List<String> fields) {
        boolean ago = fields.getLast().equals("ago");
        int count = ago ? fields.size() - 1 : fields.size();
        if (count == 1 && isInfinity(fields.getFirst())) {
            throw invalid();
        }
        int i = 0;
        while (i < count) {
            String field = fields.get(i);
            if (Character.isLetter(field.charAt(0))) {
                throw invalid();
            }
            if (field.indexOf(':') > 0) {
                addTime(field);
            } else if (field.indexOf('-', 1) > 0 && field.indexOf('e') < 0) {
                addYearMonth(field);
            } else if (i + 1 < count && Character.isLetter(fields.get(i + 1).charAt(0))) {
                Unit unit = unit(fields.get(++i));
                if (unit == null) {
                    throw invalid();
                }
                addOnce(number(field), unit);
            } else {
                addOnce(number(field), unitWithoutName(i + 1 < count ? fields.get(i + 1) : null));
            }
            i++;
        }
        if (ago) {
            if (count == 0) {
                throw invalid();
            }
            months = months.negate();
            days = days.negate();
            micros = micros.negate();
        }
    }

    private static boolean isInfinity(String field) {
        return field.endsWith("infinity");
    }

    private BigDecimal number(String field) {
        if (!FloatText.isNumber(field)) {
            throw invalid();
        }
        try {
            BigDecimal value = new BigDecimal(field);
            if (value.precision() - value.scale() > 19 || value.scale() > 400) {
                throw fieldOutOfRange();
            }
            return value;
        } catch (NumberFormatException e) {
            throw fieldOutOfRange();
        }
    }

    /// A bare number: days before a time (`3 4:05:06`), else the last field of the interval's range, else seconds.
    private Unit unitWithoutName(@Nullable String next) {
        if (next != null && next.indexOf(':') > 0) {
            return Unit.DAY;
        }
        int range = typmod < 0 ? IntervalFields.FULL : (typmod >> 16) & IntervalFields.FULL;
        return switch (range) {
            case IntervalFields.YEAR -> Unit.YEAR;
            case IntervalFields.MONTH, IntervalFields.YEAR | IntervalFields.MONTH -> Unit.MONTH;
            case IntervalFields.DAY -> Unit.DAY;
            case IntervalFields.HOUR, IntervalFields.DAY | IntervalFields.HOUR -> Unit.HOUR;
            case IntervalFields.MINUTE,
                    IntervalFields.HOUR | IntervalFields.MINUTE,
                    IntervalFields.DAY | IntervalFields.HOUR | IntervalFields.MINUTE -> Unit.MINUTE;
            default -> Unit.SECOND;
        };
    }

    private void addTime(String field) {
        boolean negative = field.charAt(0) == '-';
        String[] parts = (negative || field.charAt(0) == '+' ? field.substring(1) : field).split(":", -1);
        if (parts.length > 3) {
            throw invalid();
        }
        int range = typmod < 0 ? IntervalFields.FULL : (typmod >> 16) & IntervalFields.FULL;
        boolean minuteSecond = parts.length == 2
                && (parts[1].indexOf('.') >= 0 || range == (IntervalFields.MINUTE | IntervalFields.SECOND));
        BigDecimal hours = minuteSecond ? BigDecimal.ZERO : number(parts[0]);
        BigDecimal minutes = minuteSecond ? number(parts[0]) : number(parts[1]);
        BigDecimal seconds = parts.length == 3 ? number(parts[2]) : minuteSecond ? number(parts[1]) : BigDecimal.ZERO;
        if (minutes.intValue() > 59 || seconds.compareTo(BigDecimal.valueOf(60)) > 0) {
            throw fieldOutOfRange();
        }
        BigDecimal total = hours.multiply(BigDecimal.valueOf(Timestamps.MICROS_PER_HOUR))
                .add(minutes.multiply(BigDecimal.valueOf(Timestamps.MICROS_PER_MINUTE)))
                .add(seconds.multiply(BigDecimal.valueOf(Timestamps.MICROS_PER_SECOND)));
        micros = negative ? micros.subtract(total) : micros.add(total);
    }

    private void addYearMonth(String field) {
        int dash = field.indexOf('-', 1);
        boolean negative = field.charAt(0) == '-';
        BigDecimal years = number(field.substring(0, dash));
        int end = dash + 1;
        while (end < field.length() && Character.isDigit(field.charAt(end))) {
            end++;
        }
        BigDecimal extra = number(field.substring(dash + 1, end));
        if (extra.intValue() > 11) {
            throw fieldOutOfRange();
        }
        if (end < field.length()) {
            throw invalid();
        }
        add(years, Unit.YEAR);
        add(negative ? extra.negate() : extra, Unit.MONTH);
    }

    private static @Nullable Unit unit(String word) {
        return switch (word) {
            case "us", "usec", "usecs", "usecond", "useconds", "microsecond", "microseconds", "microsecon" ->
                Unit.MICROSECOND;
            case "ms", "msec", "msecs", "msecond", "mseconds", "millisecond", "milliseconds", "millisecon" ->
                Unit.MILLISECOND;
            case "s", "sec", "secs", "second", "seconds" -> Unit.SECOND;
            case "m", "min", "mins", "minute", "minutes" -> Unit.MINUTE;
            case "h", "hr", "hrs", "hour", "hours" -> Unit.HOUR;
            case "d", "day", "days" -> Unit.DAY;
            case "w", "week", "weeks" -> Unit.WEEK;
            case "mon", "mons", "month", "months" -> Unit.MONTH;
            case "y", "yr", "yrs", "year", "years" -> Unit.YEAR;
            case "dec", "decs", "decade", "decades" -> Unit.DECADE;
            case "c", "cent", "century", "centuries" -> Unit.CENTURY;
            case "mil", "mils", "millennium", "millennia" -> Unit.MILLENNIUM;
            default -> null;
        };
    }

    // ---- ISO 8601 ----

    private void parseIso(String input) {
        int dateEnd = input.indexOf('T') < 0 ? input.length() : input.indexOf('T');
        if (input.indexOf('-', 1) > 0 && input.substring(0, dateEnd).indexOf('-', 1) > 0) {
            parseIsoAlternative(input.substring(0, dateEnd), input.substring(Math.min(dateEnd + 1, input.length())));
            return;
        }
        boolean inTime = false;
        int at = 0;
        while (at < input.length()) {
            char c = input.charAt(at);
            if (c == 'T') {
                inTime = true;
                at++;
                continue;
            }
            int end = at;
            while (end < input.length()
                    && (Character.isDigit(input.charAt(end)) || "+-.".indexOf(input.charAt(end)) >= 0)) {
                end++;
            }
            if (end == at || end == input.length()) {
                throw invalid();
            }
            add(number(input.substring(at, end)), isoUnit(input.charAt(end), inTime));
            at = end + 1;
        }
    }

    /// `P0001-02-03T04:05:06`
    private void parseIsoAlternative(String date, String time) {
        String[] parts = date.split("-", -1);
        Unit[] units = {Unit.YEAR, Unit.MONTH, Unit.DAY};
        if (parts.length > units.length) {
            throw invalid();
        }
        for (int i = 0; i < parts.length; i++) {
            add(number(parts[i]), units[i]);
        }
        if (!time.isEmpty()) {
            addTime(time);
        }
    }

    private Unit isoUnit(char letter, boolean inTime) {
        return switch (letter) {
            case 'Y' -> Unit.YEAR;
            case 'M' -> inTime ? Unit.MINUTE : Unit.MONTH;
            case 'W' -> Unit.WEEK;
            case 'D' -> Unit.DAY;
            case 'H' -> Unit.HOUR;
            case 'S' -> Unit.SECOND;
            default -> throw invalid();
        };
    }
}
