package omendb.sql.plan;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import org.jspecify.annotations.Nullable;

/// One value on the heap: a constant of a plan. Rows never travel in it.
public final class Datum {
    public static final Datum NULL = new Datum(true, 0, null);

    private final boolean isNull;
    private final long lane;
    private final byte @Nullable [] bytes;

    private Datum(boolean isNull, long lane, byte @Nullable [] bytes) {
        this.isNull = isNull;
        this.lane = lane;
        this.bytes = bytes;
    }

    public static Datum ofLong(long value) {
        return new Datum(false, value, null);
    }

    public static Datum ofBoolean(boolean value) {
        return ofLong(value ? 1 : 0);
    }

    public static Datum ofDouble(double value) {
        return new Datum(false, Double.doubleToRawLongBits(value), null);
    }

    public static Datum ofBytes(byte[] value) {
        return new Datum(false, 0, value.clone());
    }

    public static Datum ofText(String value) {
        return new Datum(false, 0, value.getBytes(StandardCharsets.UTF_8));
    }

    /// Copies a value out of a vector.
    public static Datum load(ColumnVector in, int row) {
        if (in.isNull(row)) {
            return NULL;
        }
        return in.type().kind() == SqlType.Kind.BYTES
                ? new Datum(false, 0, in.getBytes(row))
                : new Datum(false, in.getLong(row), null);
    }

    /// Writes the value into a vector; bytes go to its arena.
    public void store(ColumnVector out, int row) {
        if (isNull) {
            out.setNull(row);
        } else if (bytes != null) {
            out.setBytes(row, bytes);
        } else {
            out.setLong(row, lane);
        }
    }

    public boolean isNull() {
        return isNull;
    }

    public long asLong() {
        return lane;
    }

    public boolean asBoolean() {
        return lane != 0;
    }

    public double asDouble() {
        return Double.longBitsToDouble(lane);
    }

    /// The value as text; only for BYTES types that hold UTF-8.
    public String asText() {
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }

    /// Length of a BYTES value.
    public int length() {
        return bytes == null ? 0 : bytes.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Datum datum
                && datum.isNull == isNull
                && datum.lane == lane
                && Arrays.equals(datum.bytes, bytes);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(lane) * 31 + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        if (isNull) {
            return "NULL";
        }
        return bytes == null ? Long.toString(lane) : asText();
    }
}
