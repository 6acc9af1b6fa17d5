package omendb.sql.function;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.ValueArena;
import org.jspecify.annotations.Nullable;

/// Values of one type that an aggregate keeps until its result, in the order they came.
final class HeldValues {
    private final SqlType type;
    private final boolean byReference;
    private final List<byte @Nullable []> bytes = new ArrayList<>();
    private long[] lanes = new long[4];
    private boolean[] nulls = new boolean[4];
    private int count;

    HeldValues(SqlType type) {
        this.type = type;
        this.byReference = type.kind() == SqlType.Kind.BYTES;
    }

    int count() {
        return count;
    }

    boolean isNull(int index) {
        return byReference ? bytes.get(index) == null : nulls[index];
    }

    void clear() {
        bytes.clear();
        count = 0;
    }

    void add(ColumnVector in, int row) {
        if (byReference) {
            bytes.add(in.isNull(row) ? null : in.getBytes(row));
        } else {
            if (count == lanes.length) {
                lanes = Arrays.copyOf(lanes, 2 * count);
                nulls = Arrays.copyOf(nulls, 2 * count);
            }
            nulls[count] = in.isNull(row);
            lanes[count] = in.isNull(row) ? 0 : in.getLong(row);
        }
        count++;
    }

    void read(int index, ColumnVector out, int row) {
        if (isNull(index)) {
            out.setNull(row);
        } else if (byReference) {
            out.setBytes(row, bytes.get(index));
        } else {
            out.setLong(row, lanes[index]);
        }
    }

    /// Whether the last value is equal to that of `in` by the type's `=`.
    boolean isLast(ColumnVector in, int row) {
        if (count == 0) {
            return false;
        }
        if (type.kind() == SqlType.Kind.LONG) {
            return nulls[count - 1] ? in.isNull(row) : !in.isNull(row) && lanes[count - 1] == in.getLong(row);
        }
        try (ValueArena arena = new ValueArena()) {
            ColumnVector cell = ColumnVector.cell(type, arena);
            read(count - 1, cell, 0);
            return cell.isNull(0) ? in.isNull(row) : !in.isNull(row) && type.equal(cell, 0, in, row);
        }
    }
}
