package omendb.engine.type;

import omendb.memory.NativeMemory;

/// interval: PostgreSQL's style out (`1 year 2 mons -3 days +04:05:06.7`), or ISO 8601 when the session asks.
final class IntervalIo implements TypeIo {
    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        IntervalParser parser = new IntervalParser(TextBytes.toString(address, length), typmod);
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
        Interval value = Interval.read(in, row);
        if (context.intervalStyle() == TypeContext.IntervalStyle.ISO_8601) {
            out.writeAscii(isoText(value));
        } else {
            printPostgres(value, out);
        }
    }

    private static void printPostgres(Interval value, BytesWriter out) {
        StringBuilder text = new StringBuilder();
        // a field after a negative one carries its sign
        boolean before = append(text, value.months() / 12, "year", false);
        before = append(text, value.months() % 12, "mon", before);
        before = append(text, value.days(), "day", before);
        long micros = value.micros();
        if (!text.isEmpty() && micros == 0) {
            out.writeAscii(text.toString());
            return;
        }
        if (!text.isEmpty()) {
            text.append(' ');
        }
        text.append(micros < 0 ? "-" : before ? "+" : "");
        out.writeAscii(text.toString());
        long magnitude = Math.abs(micros);
        if (magnitude == Long.MIN_VALUE) {
            out.writeAscii("2562047788:00:54.775808");
        } else {
            DateTimeIo.printTime(magnitude, out);
        }
    }

    private static boolean append(StringBuilder text, int value, String unit, boolean before) {
        if (value == 0) {
            return before;
        }
        text.append(text.isEmpty() ? "" : " ").append(before && value > 0 ? "+" : "");
        text.append(value).append(' ').append(unit).append(value == 1 ? "" : "s");
        return value < 0;
    }

    private static String isoText(Interval value) {
        if (value.months() == 0 && value.days() == 0 && value.micros() == 0) {
            return "PT0S";
        }
        StringBuilder text = new StringBuilder("P");
        appendIso(text, value.months() / 12, 'Y');
        appendIso(text, value.months() % 12, 'M');
        appendIso(text, value.days(), 'D');
        if (value.micros() != 0) {
            text.append('T');
            appendIso(text, value.micros() / Timestamps.MICROS_PER_HOUR, 'H');
            appendIso(text, value.micros() / Timestamps.MICROS_PER_MINUTE % 60, 'M');
            long seconds = value.micros() % Timestamps.MICROS_PER_MINUTE;
            if (seconds != 0) {
                text.append(seconds < 0 ? "-" : "").append(Math.abs(seconds) / Timestamps.MICROS_PER_SECOND);
                long fraction = Math.abs(seconds) % Timestamps.MICROS_PER_SECOND;
                if (fraction != 0) {
                    text.append('.').append(String.format("%06d", fraction).replaceAll("0+$", ""));
                }
                text.append('S');
            }
        }
        return text.toString();
    }

    private static void appendIso(StringBuilder text, long value, char unit) {
        if (value != 0) {
            text.append(value).append(unit);
        }
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
