package omendb.sql.function;

import omendb.engine.type.ColumnVector;
import omendb.engine.type.Interval;

/// sum and avg of intervals.
final class IntervalSumState extends GroupedState<IntervalSumState.Sum> {
    /// Running sum of one group.
    static final class Sum {
        private long count;
        private Interval total = new Interval(0, 0, 0);
    }

    private final boolean average;

    IntervalSumState(boolean average) {
        this.average = average;
    }

    @Override
    Sum empty() {
        return new Sum();
    }

    @Override
    void add(Sum group, ColumnVector[] args, int row) {
        group.total = group.total.plus(Interval.read(args[0], row));
        group.count++;
    }

    @Override
    void write(Sum group, ColumnVector out, int row) {
        if (group.count == 0) {
            out.setNull(row);
        } else {
            (average ? group.total.dividedBy((double) group.count) : group.total).write(out, row);
        }
    }

    @Override
    void combine(Sum group, Sum other) {
        group.total = group.total.plus(other.total);
        group.count += other.count;
    }
}
