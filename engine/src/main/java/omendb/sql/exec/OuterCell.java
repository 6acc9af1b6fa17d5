package omendb.sql.exec;

import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.ValueArena;

/// The current value of a column of an enclosing query, for the subquery that refers to it.
final class OuterCell implements AutoCloseable {
    private final ValueArena arena = new ValueArena();
    private final ColumnVector value;
    private long version;

    OuterCell(SqlType type) {
        this.value = ColumnVector.allocate(type, arena);
    }

    void set(ColumnVector source, int row) {
        arena.reset();
        value.copyValueFrom(source, row, 0);
        version++;
    }

    /// Row 0 holds it.
    ColumnVector value() {
        return value;
    }

    long version() {
        return version;
    }

    @Override
    public void close() {
        value.close();
        arena.close();
    }
}
