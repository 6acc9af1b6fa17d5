package omendb.engine.table;

import omendb.engine.type.Batch;

/// Puts chosen columns of encoded rows into batches.
final class BatchFiller {
    private final RowView view;
    private final int[] attnums;

    BatchFiller(Table table, int[] attnums) {
        this.view = new RowView(table);
        this.attnums = attnums.clone();
    }

    /// Appends a row that lies at `address`; BYTES columns refer to it.
    void append(long address, long rowId, Batch batch) {
        view.set(address);
        int row = batch.rowCount();
        for (int i = 0; i < attnums.length; i++) {
            if (attnums[i] == Table.ROW_ID) {
                batch.column(i).setLong(row, rowId);
            } else {
                view.copyTo(attnums[i], batch.column(i), row);
            }
        }
        batch.setRowCount(row + 1);
    }
}
