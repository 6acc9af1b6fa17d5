package omendb.sql.function;

import java.util.function.BiFunction;
import omendb.engine.type.ColumnVector;

/// Aggregates that fold LONG lanes with an associative operation (bool_and, bit_or, ...).
final class FoldState extends GroupedState<FoldState.Value> {
    /// The folded value; null before the first row.
    static final class Value {
        private boolean seen;
        private long value;
    }

    private final BiFunction<Long, Long, Long> fold;

    FoldState(BiFunction<Long, Long, Long> fold) {
        this.fold = fold;
    }

    @Override
    Value empty() {
        return new Value();
    }

    private void add(Value group, long value) {
        group.value = group.seen ? fold.apply(group.value, value) : value;
        group.seen = true;
    }

    @Override
    void add(Value group, ColumnVector[] args, int row) {
        add(group, args[0].getLong(row));
    }

    @Override
    void write(Value group, ColumnVector out, int row) {
        if (group.seen) {
            out.setLong(row, group.value);
        } else {
            out.setNull(row);
        }
    }

    @Override
    void combine(Value group, Value other) {
        if (other.seen) {
            add(group, other.value);
        }
    }
}
