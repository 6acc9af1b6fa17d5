package omendb.engine.type;

/// The four output forms of an interval (`SET intervalstyle`).
final class IntervalText {
    private final long years;
    private final long months;
    private final long days;
    private final long hours;
    private final long minutes;
    private final long seconds;
    private final long fraction;

    private IntervalText(Interval value) {
        this.years = value.months() / 12;
        this.months = value.months() % 12;
        this.days = value.days();
        this.hours = value.micros() / Timestamps.MICROS_PER_HOUR;
        this.minutes = value.micros() / Timestamps.MICROS_PER_MINUTE % 60;
        this.seconds = value.micros() / Timestamps.MICROS_PER_SECOND % 60;
        this.fraction = value.micros() % Timestamps.MICROS_PER_SECOND;
    }

    static String of(Interval value, TypeContext.IntervalStyle style) {
        IntervalText fields = new IntervalText(value);
        return switch (style) {
            case POSTGRES -> fields.postgres();
            case POSTGRES_VERBOSE -> fields.verbose();
            case SQL_STANDARD -> fields.standard();
            case ISO_8601 -> fields.iso();
        };
    }

    private boolean hasTime() {
        return hours != 0 || minutes != 0 || seconds != 0 || fraction != 0;
    }

    private boolean isTimeNegative() {
        return hours < 0 || minutes < 0 || seconds < 0 || fraction < 0;
    }

    private static String two(long value) {
        long magnitude = Math.abs(value);
        return magnitude < 10 ? "0" + magnitude : Long.toString(magnitude);
    }

    /// Seconds without sign, the fraction without trailing zeros.
    private String plainSeconds(boolean padded) {
        String whole = padded ? two(seconds) : Long.toString(Math.abs(seconds));
        if (fraction == 0) {
            return whole;
        }
        String digits = String.format("%06d", Math.abs(fraction));
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        return whole + "." + digits.substring(0, end);
    }

    // ---- postgres: 1 year 2 mons -3 days +04:05:06.7

    private String postgres() {
        StringBuilder text = new StringBuilder();
        // a field after a negative one carries its sign
        boolean before = appendSigned(text, years, "year", false);
        before = appendSigned(text, months, "mon", before);
        before = appendSigned(text, days, "day", before);
        if (text.isEmpty() || hasTime()) {
            text.append(text.isEmpty() ? "" : " ");
            text.append(isTimeNegative() ? "-" : before ? "+" : "");
            text.append(two(hours)).append(':').append(two(minutes)).append(':').append(plainSeconds(true));
        }
        return text.toString();
    }

    private static boolean appendSigned(StringBuilder text, long value, String unit, boolean before) {
        if (value == 0) {
            return before;
        }
        text.append(text.isEmpty() ? "" : " ").append(before && value > 0 ? "+" : "");
        text.append(value).append(' ').append(unit).append(value == 1 ? "" : "s");
        return value < 0;
    }

    // ---- postgres_verbose: @ 1 year 2 mons -3 days 4 hours 5 mins 6.7 secs

    private String verbose() {
        // the first field's sign becomes "ago" at the end and turns the others
        long[] values = {years, months, days, hours, minutes};
        String[] units = {"year", "mon", "day", "hour", "min"};
        StringBuilder text = new StringBuilder("@");
        boolean ago = false;
        boolean empty = true;
        for (int i = 0; i < values.length; i++) {
            if (values[i] == 0) {
                continue;
            }
            ago = empty ? values[i] < 0 : ago;
            long shown = ago ? -values[i] : values[i];
            text.append(' ').append(shown).append(' ').append(units[i]).append(shown == 1 ? "" : "s");
            empty = false;
        }
        if (seconds != 0 || fraction != 0) {
            boolean negative = seconds < 0 || fraction < 0;
            ago = empty ? negative : ago;
            text.append(negative == ago ? " " : " -").append(plainSeconds(false));
            text.append(Math.abs(seconds) == 1 && fraction == 0 ? " sec" : " secs");
            empty = false;
        }
        return text.append(empty ? " 0" : "").append(ago ? " ago" : "").toString();
    }

    // ---- sql_standard: 1-2, 3 4:05:06, or all of it with signs

    private String standard() {
        boolean negative = years < 0 || months < 0 || days < 0 || isTimeNegative();
        boolean positive =
                years > 0 || months > 0 || days > 0 || hours > 0 || minutes > 0 || seconds > 0 || fraction > 0;
        boolean yearMonth = years != 0 || months != 0;
        boolean dayTime = days != 0 || hasTime();
        if (!negative && !positive) {
            return "0";
        }
        String time = Math.abs(hours) + ":" + two(minutes) + ":" + plainSeconds(true);
        String date = Math.abs(years) + "-" + Math.abs(months);
        if ((negative && positive) || (yearMonth && dayTime)) {
            return (years < 0 || months < 0 ? "-" : "+")
                    + date
                    + (days < 0 ? " -" : " +")
                    + Math.abs(days)
                    + (isTimeNegative() ? " -" : " +")
                    + time;
        }
        return (negative ? "-" : "") + (yearMonth ? date : days != 0 ? Math.abs(days) + " " + time : time);
    }

    // ---- iso_8601: P1Y2M-3DT4H5M6.7S

    private String iso() {
        StringBuilder text = new StringBuilder("P");
        appendIso(text, years, 'Y');
        appendIso(text, months, 'M');
        appendIso(text, days, 'D');
        if (hasTime()) {
            text.append('T');
            appendIso(text, hours, 'H');
            appendIso(text, minutes, 'M');
            if (seconds != 0 || fraction != 0) {
                text.append(seconds < 0 || fraction < 0 ? "-" : "")
                        .append(plainSeconds(false))
                        .append('S');
            }
        }
        return text.length() == 1 ? "PT0S" : text.toString();
    }

    private static void appendIso(StringBuilder text, long value, char unit) {
        if (value != 0) {
            text.append(value).append(unit);
        }
    }
}
