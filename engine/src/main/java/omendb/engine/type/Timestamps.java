package omendb.engine.type;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Dates (days since 2000-01-01) and timestamps (microseconds since 2000-01-01): limits, civil fields, time zones.
public final class Timestamps {
    /// Seconds from 1970-01-01 to 2000-01-01.
    public static final long EPOCH_SECONDS = 946_684_800L;

    /// Days from 1970-01-01 to 2000-01-01.
    public static final int EPOCH_DAYS = 10_957;

    public static final long MICROS_PER_SECOND = 1_000_000L;
    public static final long MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
    public static final long MICROS_PER_HOUR = 60 * MICROS_PER_MINUTE;
    public static final long MICROS_PER_DAY = 24 * MICROS_PER_HOUR;

    public static final long INFINITY = Long.MAX_VALUE;
    public static final long MINUS_INFINITY = Long.MIN_VALUE;
    public static final int DATE_INFINITY = Integer.MAX_VALUE;
    public static final int DATE_MINUS_INFINITY = Integer.MIN_VALUE;

    /// 4714-11-24 BC, the first day PostgreSQL knows.
    static final long FIRST_DAY = -2_451_545L;

    /// 5874898-01-01, the first day that is no date any more.
    static final long DATE_END = 2_145_031_949L;

    static final long FIRST_TIMESTAMP = FIRST_DAY * MICROS_PER_DAY;

    /// 294277-01-01.
    static final long TIMESTAMP_END = 9_223_371_331_200_000_000L;

    private Timestamps() {}

    public static long now() {
        return fromInstant(Instant.now());
    }

    public static long fromInstant(Instant instant) {
        return (instant.getEpochSecond() - EPOCH_SECONDS) * MICROS_PER_SECOND + instant.getNano() / 1_000;
    }

    public static boolean isFinite(long timestamp) {
        return timestamp != INFINITY && timestamp != MINUS_INFINITY;
    }

    public static boolean isFiniteDate(long date) {
        return date != DATE_INFINITY && date != DATE_MINUS_INFINITY;
    }

    public static boolean isValid(long timestamp) {
        return timestamp >= FIRST_TIMESTAMP && timestamp < TIMESTAMP_END;
    }

    public static boolean isValidDate(long date) {
        return date >= FIRST_DAY && date < DATE_END;
    }

    public static UserException timestampOutOfRange() {
        return new UserException(SqlState.DATETIME_FIELD_OVERFLOW, "timestamp out of range");
    }

    /// The day of a timestamp, as a calendar date.
    public static LocalDate localDate(long days) {
        return LocalDate.ofEpochDay(days + EPOCH_DAYS);
    }

    public static long days(LocalDate date) {
        return date.toEpochDay() - EPOCH_DAYS;
    }

    /// A finite timestamp as civil date and time.
    public static LocalDateTime civil(long timestamp) {
        long days = Math.floorDiv(timestamp, MICROS_PER_DAY);
        long micros = Math.floorMod(timestamp, MICROS_PER_DAY);
        return localDate(days).atStartOfDay().plusNanos(micros * 1_000);
    }

    /// A civil date and time as timestamp; nanoseconds are cut.
    public static long timestamp(LocalDateTime civil) {
        long days = days(civil.toLocalDate());
        long micros = civil.toLocalTime().toNanoOfDay() / 1_000;
        if (days < FIRST_DAY || days > TIMESTAMP_END / MICROS_PER_DAY) {
            throw timestampOutOfRange();
        }
        return days * MICROS_PER_DAY + micros;
    }

    /// Seconds east of UTC at the instant.
    public static int offsetAt(long instant, ZoneId zone) {
        if (zone instanceof ZoneOffset fixed) {
            return fixed.getTotalSeconds();
        }
        long seconds = Math.floorDiv(instant, MICROS_PER_SECOND) + EPOCH_SECONDS;
        return zone.getRules().getOffset(Instant.ofEpochSecond(seconds)).getTotalSeconds();
    }

    /// Seconds east of UTC of a civil time: in a gap the offset before it, in an overlap the one after.
    public static int offsetOf(LocalDateTime civil, ZoneId zone) {
        if (zone instanceof ZoneOffset fixed) {
            return fixed.getTotalSeconds();
        }
        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(civil);
        if (offsets.size() == 1) {
            return offsets.getFirst().getTotalSeconds();
        }
        ZoneOffsetTransition transition = zone.getRules().getTransition(civil);
        ZoneOffset chosen = offsets.isEmpty() ? transition.getOffsetBefore() : transition.getOffsetAfter();
        return chosen.getTotalSeconds();
    }

    /// timestamp to timestamptz.
    public static long toInstant(long local, ZoneId zone) {
        if (!isFinite(local)) {
            return local;
        }
        int offset = zone instanceof ZoneOffset fixed ? fixed.getTotalSeconds() : offsetOf(civil(local), zone);
        long instant = local - offset * MICROS_PER_SECOND;
        if (!isValid(instant)) {
            throw timestampOutOfRange();
        }
        return instant;
    }

    /// timestamptz to timestamp.
    public static long toLocal(long instant, ZoneId zone) {
        return isFinite(instant) ? instant + offsetAt(instant, zone) * MICROS_PER_SECOND : instant;
    }

    /// Rounds to `precision` fractional digits, half away from zero (typmod of time and timestamp); -1 leaves it.
    public static long round(long micros, int precision) {
        if (precision < 0 || precision >= 6 || !isFinite(micros)) {
            return micros;
        }
        long unit = 1;
        for (int i = precision; i < 6; i++) {
            unit *= 10;
        }
        long half = unit / 2;
        return micros >= 0 ? (micros + half) / unit * unit : -((-micros + half) / unit * unit);
    }
}
