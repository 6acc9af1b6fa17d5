package omendb.engine.type;

import omendb.memory.NativeMemory;

/// Length coercions and the parts of values that cast functions need.
public final class Coercion {
    private Coercion() {}

    /// varchar(n): an explicit cast cuts, an assignment refuses all but blanks.
    public static void varchar(ColumnVector in, int row, int typmod, boolean explicit, ColumnVector out) {
        TextIo.coerceVarchar(in.address(row), in.length(row), typmod, explicit, out, row);
    }

    /// bpchar(n): pads, or cuts as varchar does.
    public static void bpchar(ColumnVector in, int row, int typmod, boolean explicit, ColumnVector out) {
        TextIo.coerceBpchar(in.address(row), in.length(row), typmod, explicit, out, row);
    }

    public static void interval(ColumnVector in, int row, int typmod, ColumnVector out) {
        IntervalIo.adjust(Interval.read(in, row), typmod).write(out, row);
    }

    /// Bytes of a bpchar without its trailing blanks.
    public static int unpaddedLength(ColumnVector in, int row) {
        return TextIo.withoutTrailingBlanks(in.address(row), in.length(row));
    }

    /// Bytes that fit a name.
    public static int nameLength(ColumnVector in, int row) {
        return TextIo.truncated(in.address(row), in.length(row), 63);
    }

    public static void writeTimetz(long micros, int secondsWest, ColumnVector out, int row) {
        DateTimeIo.writeTimetz(micros, secondsWest, out, row);
    }

    public static long timetzMicros(ColumnVector in, int row) {
        return NativeMemory.getLong(in.address(row));
    }

    /// Seconds west of UTC.
    public static int timetzZone(ColumnVector in, int row) {
        return NativeMemory.getInt(in.address(row) + 8);
    }
}
