package omendb.engine.table;

import java.util.List;
import omendb.engine.catalog.TableDef;
import omendb.engine.type.BytesWriter;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.KeyEncoding;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.memory.NativeMemory;

/// Values of some columns of one row, by reference, and their form in an event:
///
///     per column    0                         NULL
///                   1, lane (8)               a LONG or DOUBLE value
///                   1, length (4), bytes      a BYTES value
///
/// Threading: one thread at a time; reused.
final class KeyValues {
    private final SqlType[] types;
    private final long[] lanes;
    private final int[] lengths;
    private final boolean[] nulls;

    KeyValues(TableDef table, List<Integer> attnums) {
        this.types = attnums.stream().map(attnum -> table.column(attnum).type()).toArray(SqlType[]::new);
        this.lanes = new long[types.length];
        this.lengths = new int[types.length];
        this.nulls = new boolean[types.length];
    }

    int count() {
        return types.length;
    }

    SqlType type(int column) {
        return types[column];
    }

    /// Points at a row's values.
    void read(RowSource row, List<Integer> attnums) {
        for (int i = 0; i < types.length; i++) {
            int attnum = attnums.get(i);
            nulls[i] = row.isNull(attnum);
            lanes[i] = nulls[i] ? 0 : row.lane(attnum);
            lengths[i] = nulls[i] ? 0 : row.length(attnum);
        }
    }

    int nullCount() {
        int count = 0;
        for (boolean isNull : nulls) {
            count += isNull ? 1 : 0;
        }
        return count;
    }

    void write(BytesWriter out) {
        for (int i = 0; i < types.length; i++) {
            out.writeByte(nulls[i] ? 0 : 1);
            if (nulls[i]) {
                continue;
            }
            if (isBytes(types[i])) {
                out.writeInt(lengths[i]);
                out.writeBytes(lanes[i], lengths[i]);
            } else {
                out.writeLong(lanes[i]);
            }
        }
    }

    /// Points at written values; returns the address behind them.
    long read(long address) {
        long at = address;
        for (int i = 0; i < types.length; i++) {
            nulls[i] = NativeMemory.getByte(at++) == 0;
            lengths[i] = 0;
            if (nulls[i]) {
                continue;
            }
            if (isBytes(types[i])) {
                // as BytesWriter wrote it: big-endian
                lengths[i] = Integer.reverseBytes(NativeMemory.getInt(at));
                lanes[i] = at + Integer.BYTES;
                at += Integer.BYTES + lengths[i];
            } else {
                lanes[i] = Long.reverseBytes(NativeMemory.getLong(at));
                at += Long.BYTES;
            }
        }
        return at;
    }

    static boolean isBytes(SqlType type) {
        return type.kind() == SqlType.Kind.BYTES;
    }

    /// Appends column `column` as the key of a column of type `target`; false = no value of that type equals it.
    boolean encode(int column, SqlType target, boolean descending, boolean nullsFirst, BytesWriter out) {
        if (nulls[column]) {
            KeyEncoding.encodeNull(nullsFirst, out);
            return true;
        }
        if (!fits(target, lanes[column])) {
            return false;
        }
        KeyEncoding.encodeLane(target, lanes[column], lengths[column], descending, out);
        return true;
    }

    private static boolean fits(SqlType target, long lane) {
        if (target == Types.INT2) {
            return lane == (short) lane;
        }
        return target != Types.INT4 || lane == (int) lane;
    }

    /// Puts a value into a row of a vector of its type, by reference.
    void copyTo(int column, ColumnVector out, int row) {
        if (nulls[column]) {
            out.setNull(row);
        } else if (isBytes(types[column])) {
            out.setReference(row, lanes[column], lengths[column]);
        } else {
            out.setLong(row, lanes[column]);
        }
    }

    /// The values as messages show them, "null" for NULL.
    String text(int column) {
        return nulls[column] ? "null" : ConstraintErrors.text(types[column], lanes[column], lengths[column]);
    }
}
