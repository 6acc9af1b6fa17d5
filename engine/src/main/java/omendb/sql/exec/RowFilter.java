package omendb.sql.exec;

import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;

/// Drops the rows of a batch for which a condition is not true.
final class RowFilter implements AutoCloseable {
    private final Program condition;
    private final int[] kept = new int[Batch.CAPACITY];
    private int keptCount;

    RowFilter(Program condition) {
        this.condition = condition;
    }

    void apply(Batch batch, ColumnVector[] columns) {
        test(columns, batch.rowCount());
        keep(batch, columns);
    }

    /// Evaluates the condition for the first `count` rows; changes nothing yet.
    void test(ColumnVector[] columns, int count) {
        condition.reset();
        ColumnVector holds = condition.evaluator(0).value(columns, count);
        int keep = 0;
        for (int row = 0; row < count; row++) {
            kept[keep] = row;
            keep += !holds.isNull(row) && holds.getLong(row) != 0 ? 1 : 0;
        }
        keptCount = keep;
    }

    /// Drops what the last [#test] found not to hold.
    void keep(Batch batch, ColumnVector[] columns) {
        if (keptCount < batch.rowCount()) {
            compact(batch, columns, kept, keptCount);
        }
    }

    /// Rows that were kept by the last [#apply], as numbers before it; valid if it dropped any.
    int[] kept() {
        return kept;
    }

    /// Keeps the rows `rows[0..count]`, which are in growing order.
    static void compact(Batch batch, ColumnVector[] columns, int[] rows, int count) {
        for (ColumnVector column : columns) {
            column.gather(column, rows, count);
        }
        batch.setRowCount(count);
    }

    @Override
    public void close() {
        condition.close();
    }
}
