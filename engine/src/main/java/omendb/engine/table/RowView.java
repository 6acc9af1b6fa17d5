package omendb.engine.table;

import java.util.Objects;
import omendb.engine.txn.StorageFailures;
import omendb.engine.type.ColumnVector;
import omendb.memory.NativeMemory;
import omendb.memory.StorageException;
import org.jspecify.annotations.Nullable;

/// Reads one encoded row in place. Reused: [#set] points it at a row that the caller keeps alive.
///
/// Threading: one thread at a time.
final class RowView {
    private final TableStorage storage;
    private final RowLayout[] layouts;
    private final @Nullable MissingValues missing;
    private RowLayout layout;
    private long row;

    RowView(Table table) {
        this.storage = table.storage();
        this.layouts = table.layouts();
        this.missing = table.missing();
        this.layout = layouts[layouts.length - 1];
    }

    void set(long address) {
        row = address;
        int count = NativeMemory.getShort(address) & 0xffff;
        if (count != layout.columnCount()) {
            layout = layouts[count];
        }
    }

    boolean isNull(int attnum) {
        if (attnum > layout.columnCount()) {
            return missing == null || !missing.has(attnum);
        }
        return isNull(layout, row, attnum);
    }

    static boolean isNull(RowLayout layout, long row, int attnum) {
        int bit = attnum - 1;
        return attnum > layout.columnCount()
                || layout.isDropped(attnum)
                || (NativeMemory.getByte(row + RowLayout.HEADER_BYTES + (bit >>> 3)) & 1 << (bit & 7)) != 0;
    }

    /// Slot of a non-NULL `vector(n)` column.
    long slot(int attnum) {
        return NativeMemory.getLong(row + layout.position(attnum));
    }

    /// Lane of a non-NULL column: the LONG value, a double's bits, or the address of BYTES.
    long lane(int attnum) {
        if (attnum > layout.columnCount()) {
            return Objects.requireNonNull(missing).lane(attnum);
        }
        return switch (layout.storage(attnum)) {
            case FIXED -> layout.type(attnum).readLane(row + layout.position(attnum));
            case SLOT -> vectorAddress(attnum);
            case VARIABLE -> row + layout.dataPosition() + variableStart(layout.position(attnum));
        };
    }

    private long vectorAddress(int attnum) {
        try {
            return storage.vectorColumn(attnum).checkedAddress(slot(attnum));
        } catch (StorageException damaged) {
            throw StorageFailures.translate(damaged);
        }
    }

    /// Length of a non-NULL BYTES column.
    int length(int attnum) {
        if (attnum > layout.columnCount()) {
            return Objects.requireNonNull(missing).length(attnum);
        }
        return switch (layout.storage(attnum)) {
            case FIXED -> 0;
            case SLOT -> storage.vectorColumn(attnum).dimensions() * Float.BYTES;
            case VARIABLE -> {
                int number = layout.position(attnum);
                yield variableEnd(number) - variableStart(number);
            }
        };
    }

    private int variableStart(int number) {
        return number == 0 ? 0 : variableEnd(number - 1);
    }

    private int variableEnd(int number) {
        return NativeMemory.getInt(row + layout.offsetsPosition() + (long) Integer.BYTES * number);
    }

    /// Puts a column into a row of a batch; BYTES by reference.
    void copyTo(int attnum, ColumnVector out, int outRow) {
        if (isNull(attnum)) {
            out.setNull(outRow);
            return;
        }
        if (layouts[layouts.length - 1].storage(attnum) == RowLayout.Storage.FIXED) {
            out.setLong(outRow, lane(attnum));
        } else {
            out.setReference(outRow, lane(attnum), length(attnum));
        }
    }
}
