package omendb.engine.type;

import omendb.memory.NativeMemory;

/// interval; its output is [IntervalText]'s, its text input [IntervalParser]'s.
final class IntervalIo implements TypeIo {
    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        IntervalParser parser = new IntervalParser(
                TextBytes.toString(address, length),
                typmod,
                context.intervalStyle() == TypeContext.IntervalStyle.SQL_STANDARD);
        adjust(parser.parse(), typmod).write(out, row);
    }

    /// Drops the fields that `INTERVAL DAY TO MINUTE` and the like leave out, and rounds the seconds.
    static Interval adjust(Interval value, int typmod) {
        if (typmod < 0) {
            return value;
        }
        int range = (typmod >> 16) & IntervalFields.FULL;
        int precision = typmod & 0xffff;
        long micros = value.micros();
        int days = value.days();
        int months = value.months();
        if (range != IntervalFields.FULL) {
            long unit = 1;
            if ((range & IntervalFields.SECOND) == 0) {
                unit = (range & IntervalFields.MINUTE) != 0
                        ? Timestamps.MICROS_PER_MINUTE
                        : (range & IntervalFields.HOUR) != 0 ? Timestamps.MICROS_PER_HOUR : Long.MAX_VALUE;
            }
            micros = unit == Long.MAX_VALUE ? 0 : micros / unit * unit;
            if (range == IntervalFields.YEAR) {
                months = months / 12 * 12;
            }
            if (unit == Long.MAX_VALUE && (range & IntervalFields.DAY) == 0) {
                days = 0;
            }
        }
        return new Interval(months, days, precision == 0xffff ? micros : Timestamps.round(micros, precision));
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        out.writeAscii(IntervalText.of(Interval.read(in, row), context.intervalStyle()));
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        TypeErrors.checkLength(length, Interval.BYTES);
        long micros = Long.reverseBytes(NativeMemory.getLong(address));
        int days = Integer.reverseBytes(NativeMemory.getInt(address + 8));
        int months = Integer.reverseBytes(NativeMemory.getInt(address + 12));
        adjust(new Interval(months, days, micros), typmod).write(out, row);
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        Interval value = Interval.read(in, row);
        out.writeLong(value.micros());
        out.writeInt(value.days());
        out.writeInt(value.months());
    }
}
