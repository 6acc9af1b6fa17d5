package omendb.engine.type;

import java.util.ArrayList;
import java.util.List;

/// Rows as columns: [ColumnVector]s of one length, with the arena their variable-length results live in.
///
/// Threading: one owner; pooled per session and reused through [#reset].
public final class Batch implements AutoCloseable {
    /// Rows of a full batch.
    public static final int CAPACITY = 1024;

    private final List<ColumnVector> columns;
    private final ValueArena arena;
    private int rowCount;

    private Batch(List<ColumnVector> columns, ValueArena arena) {
        this.columns = columns;
        this.arena = arena;
    }

    public static Batch allocate(List<SqlType> types) {
        ValueArena arena = new ValueArena();
        List<ColumnVector> columns = new ArrayList<>(types.size());
        for (SqlType type : types) {
            columns.add(ColumnVector.allocate(type, arena));
        }
        return new Batch(columns, arena);
    }

    public int columnCount() {
        return columns.size();
    }

    public ColumnVector column(int index) {
        return columns.get(index);
    }

    public ValueArena arena() {
        return arena;
    }

    public int rowCount() {
        return rowCount;
    }

    public void setRowCount(int rowCount) {
        this.rowCount = rowCount;
    }

    public boolean isFull() {
        return rowCount == CAPACITY;
    }

    /// Empties the batch and its arena for the next fill.
    public void reset() {
        rowCount = 0;
        arena.reset();
    }

    @Override
    public void close() {
        columns.forEach(ColumnVector::close);
        arena.close();
    }
}
