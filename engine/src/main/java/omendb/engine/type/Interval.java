package omendb.engine.type;

import java.math.BigInteger;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// An interval: months, days and microseconds, each with its own sign.
///
///     offset size field (little-endian)
///     0      8    microseconds
///     8      4    days
///     12     4    months
///
/// Compared as a length of time with days of 24 hours and months of 30 days: `1 mon` = `30 days`.
public record Interval(int months, int days, long micros) implements Comparable<Interval> {
    public static final int BYTES = 16;
    static final int DAYS_PER_MONTH = 30;
    private static final BigInteger MICROS_PER_DAY = BigInteger.valueOf(Timestamps.MICROS_PER_DAY);

    /// Reads a text in any form that interval input takes; errors are the user's.
    public static Interval parse(String text) {
        return new IntervalParser(text, -1, false).parse();
    }

    public static Interval read(ColumnVector in, int row) {
        return read(in.address(row));
    }

    static Interval read(long address) {
        return new Interval(
                NativeMemory.getInt(address + 12), NativeMemory.getInt(address + 8), NativeMemory.getLong(address));
    }

    public void write(ColumnVector out, int row) {
        long address = out.arena().allocate(BYTES);
        NativeMemory.putLong(address, micros);
        NativeMemory.putInt(address + 8, days);
        NativeMemory.putInt(address + 12, months);
        out.setReference(row, address, BYTES);
    }

    /// PostgreSQL's text form.
    public String text() {
        try (ValueArena arena = new ValueArena()) {
            ColumnVector cell = ColumnVector.cell(Types.INTERVAL, arena);
            write(cell, 0);
            return Types.INTERVAL.io().toText(TypeContext.DEFAULT, cell, 0);
        }
    }

    public static UserException outOfRange() {
        return new UserException(SqlState.DATETIME_FIELD_OVERFLOW, "interval out of range");
    }

    public Interval plus(Interval other) {
        try {
            return new Interval(
                    Math.addExact(months, other.months),
                    Math.addExact(days, other.days),
                    Math.addExact(micros, other.micros));
        } catch (ArithmeticException e) {
            throw outOfRange();
        }
    }

    public Interval negated() {
        if (months == Integer.MIN_VALUE || days == Integer.MIN_VALUE || micros == Long.MIN_VALUE) {
            throw outOfRange();
        }
        return new Interval(-months, -days, -micros);
    }

    /// Multiplies; fractions of months go to days (of a 30-day month), fractions of days to time.
    public Interval times(double factor) {
        double monthsExact = months * factor;
        double daysExact = days * factor;
        if (!(Math.abs(monthsExact) < Integer.MAX_VALUE) || !(Math.abs(daysExact) < Integer.MAX_VALUE)) {
            throw outOfRange();
        }
        int wholeMonths = (int) monthsExact;
        int wholeDays = (int) daysExact;
        double monthRemainderDays = roundToMicro((monthsExact - wholeMonths) * DAYS_PER_MONTH);
        double secondRemainder =
                roundToMicro((daysExact - wholeDays + monthRemainderDays - (int) monthRemainderDays) * 86_400.0);
        if (Math.abs(secondRemainder) >= 86_400.0) {
            wholeDays += (int) (secondRemainder / 86_400.0);
            secondRemainder -= ((int) (secondRemainder / 86_400.0)) * 86_400.0;
        }
        wholeDays += (int) monthRemainderDays;
        double result = Math.rint(micros * factor + secondRemainder * Timestamps.MICROS_PER_SECOND);
        if (!(Math.abs(result) < 9.3e18) || result >= 0x1p63 || result < -0x1p63) {
            throw outOfRange();
        }
        return new Interval(wholeMonths, wholeDays, (long) result);
    }

    public Interval dividedBy(double divisor) {
        if (divisor == 0) {
            throw new UserException(SqlState.DIVISION_BY_ZERO, "division by zero");
        }
        double monthsExact = months / divisor;
        double daysExact = days / divisor;
        int wholeMonths = (int) monthsExact;
        int wholeDays = (int) daysExact;
        double monthRemainderDays = roundToMicro((monthsExact - wholeMonths) * DAYS_PER_MONTH);
        double secondRemainder =
                roundToMicro((daysExact - wholeDays + monthRemainderDays - (int) monthRemainderDays) * 86_400.0);
        if (Math.abs(secondRemainder) >= 86_400.0) {
            wholeDays += (int) (secondRemainder / 86_400.0);
            secondRemainder -= ((int) (secondRemainder / 86_400.0)) * 86_400.0;
        }
        wholeDays += (int) monthRemainderDays;
        double result = Math.rint(micros / divisor + secondRemainder * Timestamps.MICROS_PER_SECOND);
        return new Interval(wholeMonths, wholeDays, (long) result);
    }

    private static double roundToMicro(double value) {
        return Math.rint(value * 1e6) / 1e6;
    }

    /// Whole 24-hour stretches of the time become days.
    public Interval justifyHours() {
        long whole = micros / Timestamps.MICROS_PER_DAY;
        int newDays = Math.toIntExact(days + whole);
        long rest = micros - whole * Timestamps.MICROS_PER_DAY;
        if (newDays > 0 && rest < 0) {
            return new Interval(months, newDays - 1, rest + Timestamps.MICROS_PER_DAY);
        }
        if (newDays < 0 && rest > 0) {
            return new Interval(months, newDays + 1, rest - Timestamps.MICROS_PER_DAY);
        }
        return new Interval(months, newDays, rest);
    }

    /// Whole 30-day stretches become months.
    public Interval justifyDays() {
        int whole = days / DAYS_PER_MONTH;
        int newMonths = Math.addExact(months, whole);
        int rest = days - whole * DAYS_PER_MONTH;
        if (newMonths > 0 && rest < 0) {
            return new Interval(newMonths - 1, rest + DAYS_PER_MONTH, micros);
        }
        if (newMonths < 0 && rest > 0) {
            return new Interval(newMonths + 1, rest - DAYS_PER_MONTH, micros);
        }
        return new Interval(newMonths, rest, micros);
    }

    /// Both, with one sign for all three fields.
    public Interval justify() {
        long whole = micros / Timestamps.MICROS_PER_DAY;
        long allDays = days + whole;
        long newMicros = micros - whole * Timestamps.MICROS_PER_DAY;
        int newMonths = Math.addExact(months, Math.toIntExact(allDays / DAYS_PER_MONTH));
        int newDays = (int) (allDays % DAYS_PER_MONTH);
        if (newMonths > 0 && (newDays < 0 || (newDays == 0 && newMicros < 0))) {
            newDays += DAYS_PER_MONTH;
            newMonths--;
        } else if (newMonths < 0 && (newDays > 0 || (newDays == 0 && newMicros > 0))) {
            newDays -= DAYS_PER_MONTH;
            newMonths++;
        }
        if (newDays > 0 && newMicros < 0) {
            newMicros += Timestamps.MICROS_PER_DAY;
            newDays--;
        } else if (newDays < 0 && newMicros > 0) {
            newMicros -= Timestamps.MICROS_PER_DAY;
            newDays++;
        }
        return new Interval(newMonths, newDays, newMicros);
    }

    /// The length that comparison uses, in microseconds.
    BigInteger length() {
        return BigInteger.valueOf((long) months * DAYS_PER_MONTH + days)
                .multiply(MICROS_PER_DAY)
                .add(BigInteger.valueOf(micros));
    }

    @Override
    public int compareTo(Interval other) {
        return length().compareTo(other.length());
    }
}
