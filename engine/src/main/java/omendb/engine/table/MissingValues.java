package omendb.engine.table;

import java.util.List;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.StoredValue;
import org.jspecify.annotations.Nullable;

/// What rows read in columns that were added after they were written: the default of that moment.
///
/// Threading: immutable; the bytes lie in the table's storage and live as long as it.
final class MissingValues {
    private final boolean[] present;
    private final long[] lanes;
    private final int[] lengths;

    private MissingValues(int columns) {
        this.present = new boolean[columns + 1];
        this.lanes = new long[columns + 1];
        this.lengths = new int[columns + 1];
    }

    /// Those of a table's columns; null = none has one.
    static @Nullable MissingValues of(List<ColumnDef> columns, TableStorage storage) {
        MissingValues values = null;
        for (ColumnDef column : columns) {
            StoredValue value = column.missing();
            if (value == null || column.dropped()) {
                continue;
            }
            if (values == null) {
                values = new MissingValues(columns.size());
            }
            boolean fixed = column.type().storageWidth() > 0;
            values.present[column.attnum()] = true;
            values.lanes[column.attnum()] = fixed ? value.lane() : storage.keep(value);
            values.lengths[column.attnum()] = fixed ? 0 : value.bytes().length;
        }
        return values;
    }

    boolean has(int attnum) {
        return present[attnum];
    }

    /// As [RowView#lane].
    long lane(int attnum) {
        return lanes[attnum];
    }

    /// As [RowView#length].
    int length(int attnum) {
        return lengths[attnum];
    }
}
