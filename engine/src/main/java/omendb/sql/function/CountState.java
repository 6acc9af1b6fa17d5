package omendb.sql.function;

import java.util.Arrays;
import omendb.engine.type.ColumnVector;

/// count(*) and count(x).
final class CountState implements AggregateState {
    private long[] counts = new long[16];

    @Override
    public void ensureGroups(int groupCount) {
        if (groupCount > counts.length) {
            counts = Arrays.copyOf(counts, Math.max(groupCount, counts.length * 2));
        }
    }

    @Override
    public void update(ColumnVector[] args, int[] groups, int count) {
        if (args.length == 0) {
            for (int row = 0; row < count; row++) {
                counts[groups[row]]++;
            }
        } else {
            for (int row = 0; row < count; row++) {
                counts[groups[row]] += args[0].isNull(row) ? 0 : 1;
            }
        }
    }

    @Override
    public void result(int group, ColumnVector out, int row) {
        out.setLong(row, counts[group]);
    }

    @Override
    public void merge(int group, AggregateState other, int otherGroup) {
        counts[group] += ((CountState) other).counts[otherGroup];
    }

    @Override
    public void reset(int group) {
        counts[group] = 0;
    }
}
