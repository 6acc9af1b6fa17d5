package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.ResourceException;
import omendb.engine.error.SqlState;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;

/// Rows kept off-heap, values and all, numbered from 0.
final class MaterializedRows implements AutoCloseable {
    private static final int SHIFT = 10;
    private static final int MASK = Batch.CAPACITY - 1;

    private final List<SqlType> types;
    private final List<Batch> batches = new ArrayList<>();
    private final List<ColumnVector[]> columns = new ArrayList<>();
    private int count;

    MaterializedRows(List<SqlType> types) {
        this.types = List.copyOf(types);
    }

    int count() {
        return count;
    }

    List<SqlType> types() {
        return types;
    }

    /// Appends a row; the values are copied.
    int append(ColumnVector[] source, int row) {
        ColumnVector[] target = room();
        int at = count & MASK;
        for (int i = 0; i < target.length; i++) {
            target[i].copyValueFrom(source[i], row, at);
        }
        return added();
    }

    /// Appends a row made of two.
    int append(ColumnVector[] first, ColumnVector[] second, int row) {
        ColumnVector[] target = room();
        int at = count & MASK;
        for (int i = 0; i < first.length; i++) {
            target[i].copyValueFrom(first[i], row, at);
        }
        for (int i = 0; i < second.length; i++) {
            target[first.length + i].copyValueFrom(second[i], row, at);
        }
        return added();
    }

    void appendAll(ColumnVector[] source, int rows) {
        for (int row = 0; row < rows; row++) {
            append(source, row);
        }
    }

    private int added() {
        batches.get(count >> SHIFT).setRowCount((count & MASK) + 1);
        return count++;
    }

    private ColumnVector[] room() {
        if (count == Integer.MAX_VALUE) {
            throw new ResourceException(SqlState.PROGRAM_LIMIT_EXCEEDED, "too many rows in memory");
        }
        int index = count >> SHIFT;
        if (index == batches.size()) {
            Batch batch = Batch.allocate(types);
            ColumnVector[] vectors = new ColumnVector[types.size()];
            for (int i = 0; i < vectors.length; i++) {
                vectors[i] = batch.column(i);
            }
            batches.add(batch);
            columns.add(vectors);
        }
        return columns.get(index);
    }

    /// The vector that holds a column of this row, at [#rowIn].
    ColumnVector column(int column, int row) {
        return columns.get(row >> SHIFT)[column];
    }

    /// Where in its vectors this row stands.
    static int rowIn(int row) {
        return row & MASK;
    }

    /// Puts a row's first columns, by reference, into `out[offset..]`.
    void copyTo(int row, ColumnVector[] out, int offset, int width, int outRow) {
        ColumnVector[] source = columns.get(row >> SHIFT);
        int at = row & MASK;
        for (int i = 0; i < width; i++) {
            out[offset + i].copyFrom(source[i], at, outRow);
        }
    }

    /// Empties it; keeps one batch for the next time.
    void clear() {
        count = 0;
        while (batches.size() > 1) {
            batches.removeLast().close();
            columns.removeLast();
        }
        if (!batches.isEmpty()) {
            batches.getFirst().reset();
        }
    }

    @Override
    public void close() {
        batches.forEach(Batch::close);
        batches.clear();
        columns.clear();
        count = 0;
    }
}
