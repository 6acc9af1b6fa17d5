package omendb.engine.type;

import java.time.LocalDate;
import java.time.ZoneOffset;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// date, time, timetz, timestamp, timestamptz; output in ISO style.
final class DateTimeIo implements TypeIo {
    private enum Part {
        DATE,
        TIME,
        TIMETZ,
        TIMESTAMP,
        TIMESTAMPTZ
    }

    private static final int TIMETZ_BYTES = 12;

    private final Part part;
    private final String sqlName;

    private DateTimeIo(Part part, String sqlName) {
        this.part = part;
        this.sqlName = sqlName;
    }

    static DateTimeIo date() {
        return new DateTimeIo(Part.DATE, "date");
    }

    static DateTimeIo time() {
        return new DateTimeIo(Part.TIME, "time");
    }

    static DateTimeIo timetz() {
        return new DateTimeIo(Part.TIMETZ, "time with time zone");
    }

    static DateTimeIo timestamp() {
        return new DateTimeIo(Part.TIMESTAMP, "timestamp");
    }

    static DateTimeIo timestamptz() {
        return new DateTimeIo(Part.TIMESTAMPTZ, "timestamp with time zone");
    }

    // ---- text ----

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        DateTimeParser parser = new DateTimeParser(TextBytes.toString(address, length), sqlName, context);
        switch (part) {
            case DATE -> out.setLong(row, parser.date());
            case TIME -> out.setLong(row, Timestamps.round(parser.time(), typmod));
            case TIMETZ -> {
                long micros = Timestamps.round(parser.time(), typmod);
                writeTimetz(micros, -parser.zoneSecondsOfTime(), out, row);
            }
            case TIMESTAMP -> out.setLong(row, Timestamps.round(parser.timestamp(), typmod));
            case TIMESTAMPTZ -> out.setLong(row, Timestamps.round(parser.timestamptz(), typmod));
        }
    }

    static void writeTimetz(long micros, int secondsWest, ColumnVector out, int row) {
        long address = out.arena().allocate(TIMETZ_BYTES);
        NativeMemory.putLong(address, micros);
        NativeMemory.putInt(address + 8, secondsWest);
        out.setReference(row, address, TIMETZ_BYTES);
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        switch (part) {
            case DATE -> printDate(in.getLong(row), out);
            case TIME -> printTime(in.getLong(row), out);
            case TIMETZ -> {
                printTime(NativeMemory.getLong(in.address(row)), out);
                printOffset(-NativeMemory.getInt(in.address(row) + 8), out);
            }
            case TIMESTAMP -> printTimestamp(in.getLong(row), 0, false, out);
            case TIMESTAMPTZ -> {
                long instant = in.getLong(row);
                boolean finite = Timestamps.isFinite(instant);
                int offset = finite ? Timestamps.offsetAt(instant, context.timeZone()) : 0;
                printTimestamp(instant, offset, true, out);
            }
        }
    }

    private static void printDate(long date, BytesWriter out) {
        if (!Timestamps.isFiniteDate(date)) {
            out.writeAscii(date == Timestamps.DATE_INFINITY ? "infinity" : "-infinity");
            return;
        }
        LocalDate civil = Timestamps.localDate(date);
        printCivilDate(civil, out);
        printEra(civil, out);
    }

    private static void printCivilDate(LocalDate civil, BytesWriter out) {
        int year = civil.getYear() > 0 ? civil.getYear() : 1 - civil.getYear();
        printPadded(year, 4, out);
        out.writeByte('-');
        printPadded(civil.getMonthValue(), 2, out);
        out.writeByte('-');
        printPadded(civil.getDayOfMonth(), 2, out);
    }

    private static void printEra(LocalDate civil, BytesWriter out) {
        if (civil.getYear() <= 0) {
            out.writeAscii(" BC");
        }
    }

    private static void printTimestamp(long timestamp, int offset, boolean withZone, BytesWriter out) {
        if (!Timestamps.isFinite(timestamp)) {
            out.writeAscii(timestamp == Timestamps.INFINITY ? "infinity" : "-infinity");
            return;
        }
        long local = timestamp + offset * Timestamps.MICROS_PER_SECOND;
        LocalDate civil = Timestamps.localDate(Math.floorDiv(local, Timestamps.MICROS_PER_DAY));
        printCivilDate(civil, out);
        out.writeByte(' ');
        printTime(Math.floorMod(local, Timestamps.MICROS_PER_DAY), out);
        if (withZone) {
            printOffset(offset, out);
        }
        printEra(civil, out);
    }

    static void printTime(long micros, BytesWriter out) {
        printPadded(micros / Timestamps.MICROS_PER_HOUR, 2, out);
        out.writeByte(':');
        printPadded(micros / Timestamps.MICROS_PER_MINUTE % 60, 2, out);
        out.writeByte(':');
        printSeconds(micros % Timestamps.MICROS_PER_MINUTE, out);
    }

    /// Two digits and the fraction without trailing zeros.
    static void printSeconds(long micros, BytesWriter out) {
        printPadded(micros / Timestamps.MICROS_PER_SECOND, 2, out);
        long fraction = micros % Timestamps.MICROS_PER_SECOND;
        if (fraction != 0) {
            out.writeByte('.');
            int digits = 6;
            while (fraction % 10 == 0) {
                fraction /= 10;
                digits--;
            }
            printPadded(fraction, digits, out);
        }
    }

    private static void printOffset(int seconds, BytesWriter out) {
        out.writeByte(seconds < 0 ? '-' : '+');
        int magnitude = Math.abs(seconds);
        printPadded(magnitude / 3600, 2, out);
        if (magnitude % 3600 != 0) {
            out.writeByte(':');
            printPadded(magnitude / 60 % 60, 2, out);
        }
        if (magnitude % 60 != 0) {
            out.writeByte(':');
            printPadded(magnitude % 60, 2, out);
        }
    }

    private static void printPadded(long value, int width, BytesWriter out) {
        long limit = 10;
        for (int i = 1; i < width; i++) {
            if (value < limit) {
                out.writeByte('0');
            }
            limit *= 10;
        }
        IntegerIo.printLong(value, out);
    }

    // ---- binary ----

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        if (part == Part.DATE) {
            TypeErrors.checkLength(length, 4);
            int date = Integer.reverseBytes(NativeMemory.getInt(address));
            if (Timestamps.isFiniteDate(date) && !Timestamps.isValidDate(date)) {
                throw new UserException(SqlState.DATETIME_FIELD_OVERFLOW, "date out of range");
            }
            out.setLong(row, date);
            return;
        }
        TypeErrors.checkLength(length, part == Part.TIMETZ ? TIMETZ_BYTES : 8);
        long micros = Long.reverseBytes(NativeMemory.getLong(address));
        if (part == Part.TIME || part == Part.TIMETZ) {
            if (micros < 0 || micros > Timestamps.MICROS_PER_DAY) {
                throw new UserException(SqlState.DATETIME_FIELD_OVERFLOW, "time out of range");
            }
        } else if (Timestamps.isFinite(micros) && !Timestamps.isValid(micros)) {
            throw Timestamps.timestampOutOfRange();
        }
        long rounded = Timestamps.round(micros, typmod);
        if (part == Part.TIMETZ) {
            int west = Integer.reverseBytes(NativeMemory.getInt(address + 8));
            if (Math.abs(west) > ZoneOffset.MAX.getTotalSeconds()) {
                throw new UserException(
                        SqlState.INVALID_TIME_ZONE_DISPLACEMENT_VALUE, "time zone displacement out of range");
            }
            writeTimetz(rounded, west, out, row);
        } else {
            out.setLong(row, rounded);
        }
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        switch (part) {
            case DATE -> out.writeInt((int) in.getLong(row));
            case TIMETZ -> {
                out.writeLong(NativeMemory.getLong(in.address(row)));
                out.writeInt(NativeMemory.getInt(in.address(row) + 8));
            }
            default -> out.writeLong(in.getLong(row));
        }
    }
}
