package omendb.engine.type;

import java.time.ZoneOffset;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// date, time, timetz, timestamp, timestamptz; their text output is [DateTimeText]'s.
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
            case DATE -> new DateTimeText(context, out).date(in.getLong(row));
            case TIME -> DateTimeText.time(in.getLong(row), out);
            case TIMETZ -> {
                DateTimeText.time(NativeMemory.getLong(in.address(row)), out);
                DateTimeText.offset(-NativeMemory.getInt(in.address(row) + 8), out);
            }
            case TIMESTAMP -> new DateTimeText(context, out).timestamp(in.getLong(row), null);
            case TIMESTAMPTZ -> new DateTimeText(context, out).timestamp(in.getLong(row), context.timeZone());
        }
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
