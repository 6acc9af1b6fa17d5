package omendb.engine.type;

import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The text forms of dates, times and timestamps (`SET datestyle`): ISO, SQL, Postgres and German.
final class DateTimeText {
    private final TypeContext context;
    private final BytesWriter out;

    DateTimeText(TypeContext context, BytesWriter out) {
        this.context = context;
        this.out = out;
    }

    void date(long date) {
        if (!Timestamps.isFiniteDate(date)) {
            out.writeAscii(date == Timestamps.DATE_INFINITY ? "infinity" : "-infinity");
            return;
        }
        LocalDate civil = Timestamps.localDate(date);
        civilDate(civil);
        era(civil);
    }

    /// @param zone null for a timestamp without time zone
    void timestamp(long timestamp, @Nullable ZoneId zone) {
        if (!Timestamps.isFinite(timestamp)) {
            out.writeAscii(timestamp == Timestamps.INFINITY ? "infinity" : "-infinity");
            return;
        }
        int offset = zone == null ? 0 : Timestamps.offsetAt(timestamp, zone);
        long local = timestamp + offset * Timestamps.MICROS_PER_SECOND;
        LocalDate civil = Timestamps.localDate(Math.floorDiv(local, Timestamps.MICROS_PER_DAY));
        long time = Math.floorMod(local, Timestamps.MICROS_PER_DAY);
        if (context.dateStyle() == TypeContext.DateStyle.POSTGRES) {
            dayNameAndDate(civil);
            time(time, out);
            out.writeByte(' ');
            year(civil);
        } else {
            civilDate(civil);
            out.writeByte(' ');
            time(time, out);
        }
        if (zone != null && context.dateStyle() == TypeContext.DateStyle.ISO) {
            offset(offset, out);
        } else if (zone != null) {
            out.writeByte(' ');
            out.writeUtf8(TimeZones.abbreviation(zone, offset));
        }
        era(civil);
    }

    /// `Thu Feb 29 `, with the day before the month where the session's order is so.
    private void dayNameAndDate(LocalDate civil) {
        out.writeAscii(civil.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH));
        out.writeByte(' ');
        String month = civil.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
        if (context.dateOrder() == TypeContext.DateOrder.DMY) {
            padded(civil.getDayOfMonth(), 2, out);
            out.writeByte(' ');
            out.writeAscii(month);
        } else {
            out.writeAscii(month);
            out.writeByte(' ');
            padded(civil.getDayOfMonth(), 2, out);
        }
        out.writeByte(' ');
    }

    private void civilDate(LocalDate civil) {
        switch (context.dateStyle()) {
            case ISO -> {
                year(civil);
                out.writeByte('-');
                monthAndDay(civil, '-', true);
            }
            case GERMAN -> {
                monthAndDay(civil, '.', false);
                out.writeByte('.');
                year(civil);
            }
            case SQL, POSTGRES -> {
                char separator = context.dateStyle() == TypeContext.DateStyle.SQL ? '/' : '-';
                monthAndDay(civil, separator, context.dateOrder() != TypeContext.DateOrder.DMY);
                out.writeByte(separator);
                year(civil);
            }
        }
    }

    private void monthAndDay(LocalDate civil, char separator, boolean monthFirst) {
        padded(monthFirst ? civil.getMonthValue() : civil.getDayOfMonth(), 2, out);
        out.writeByte(separator);
        padded(monthFirst ? civil.getDayOfMonth() : civil.getMonthValue(), 2, out);
    }

    private void year(LocalDate civil) {
        padded(civil.getYear() > 0 ? civil.getYear() : 1 - civil.getYear(), 4, out);
    }

    private void era(LocalDate civil) {
        if (civil.getYear() <= 0) {
            out.writeAscii(" BC");
        }
    }

    static void time(long micros, BytesWriter out) {
        padded(micros / Timestamps.MICROS_PER_HOUR, 2, out);
        out.writeByte(':');
        padded(micros / Timestamps.MICROS_PER_MINUTE % 60, 2, out);
        out.writeByte(':');
        long seconds = micros % Timestamps.MICROS_PER_MINUTE;
        padded(seconds / Timestamps.MICROS_PER_SECOND, 2, out);
        long fraction = seconds % Timestamps.MICROS_PER_SECOND;
        if (fraction != 0) {
            out.writeByte('.');
            int digits = 6;
            while (fraction % 10 == 0) {
                fraction /= 10;
                digits--;
            }
            padded(fraction, digits, out);
        }
    }

    /// Seconds east of UTC as `+05:30`.
    static void offset(int seconds, BytesWriter out) {
        out.writeByte(seconds < 0 ? '-' : '+');
        int magnitude = Math.abs(seconds);
        padded(magnitude / 3600, 2, out);
        if (magnitude % 3600 != 0) {
            out.writeByte(':');
            padded(magnitude / 60 % 60, 2, out);
        }
        if (magnitude % 60 != 0) {
            out.writeByte(':');
            padded(magnitude % 60, 2, out);
        }
    }

    private static void padded(long value, int width, BytesWriter out) {
        long limit = 10;
        for (int i = 1; i < width; i++) {
            if (value < limit) {
                out.writeByte('0');
            }
            limit *= 10;
        }
        IntegerIo.printLong(value, out);
    }
}
