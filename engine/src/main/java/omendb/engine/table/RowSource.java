package omendb.engine.table;

import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import org.jspecify.annotations.Nullable;

/// The values of one row about to be stored: columns that are set come from a batch, the others from the stored row.
///
/// Threading: one thread at a time; reused.
final class RowSource {
    private static final int FROM_STORED = -1;

    private final Table table;
    private final int[] batchColumns;
    private final RowView stored;
    private @Nullable Batch batch;
    private int batchRow;

    RowSource(Table table) {
        this.table = table;
        this.batchColumns = new int[table.def().columns().size() + 1];
        this.stored = new RowView(table);
    }

    /// A new row: column i of the batch is attnum i + 1.
    void setNew(Batch values, int row) {
        batch = values;
        batchRow = row;
        for (int attnum = 1; attnum < batchColumns.length; attnum++) {
            batchColumns[attnum] = attnum - 1;
        }
    }

    /// A stored row with the columns `attnums` replaced; column i of the batch is `attnums[i]`.
    void setChanged(long storedRow, int[] attnums, Batch values, int row) {
        setStored(storedRow);
        batch = values;
        batchRow = row;
        for (int i = 0; i < attnums.length; i++) {
            batchColumns[attnums[i]] = i;
        }
    }

    /// A stored row as it is.
    void setStored(long storedRow) {
        stored.set(storedRow);
        batch = null;
        java.util.Arrays.fill(batchColumns, FROM_STORED);
    }

    SqlType type(int attnum) {
        return table.def().column(attnum).type();
    }

    /// Whether the column's value is new.
    boolean isSet(int attnum) {
        return batchColumns[attnum] != FROM_STORED;
    }

    boolean isNull(int attnum) {
        return isSet(attnum) ? column(attnum).isNull(batchRow) : stored.isNull(attnum);
    }

    /// As [RowView#lane].
    long lane(int attnum) {
        return isSet(attnum) ? column(attnum).getLong(batchRow) : stored.lane(attnum);
    }

    /// As [RowView#length].
    int length(int attnum) {
        return isSet(attnum) ? column(attnum).length(batchRow) : stored.length(attnum);
    }

    /// Slot of an unchanged, non-NULL vector column.
    long storedSlot(int attnum) {
        return stored.slot(attnum);
    }

    private ColumnVector column(int attnum) {
        Batch values = batch;
        if (values == null) {
            throw new IllegalStateException("no batch");
        }
        return values.column(batchColumns[attnum]);
    }
}
