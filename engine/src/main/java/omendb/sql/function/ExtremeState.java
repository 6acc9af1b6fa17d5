package omendb.sql.function;

import java.util.Arrays;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.ValueArena;

/// min and max by the type's order. The best value of a group is a one-row vector; bytes are copied when they change.
final class ExtremeState implements AggregateState {
    private final int sign;
    private final SqlType type;
    private final ValueArena arena = new ValueArena();
    private ColumnVector[] best = new ColumnVector[0];
    private int groupCount;

    /// @param sign 1 for max, -1 for min
    ExtremeState(SqlType type, int sign) {
        this.type = type;
        this.sign = sign;
    }

    @Override
    public void ensureGroups(int wanted) {
        if (wanted > best.length) {
            best = Arrays.copyOf(best, Math.max(wanted, best.length * 2));
        }
        for (; groupCount < wanted; groupCount++) {
            best[groupCount] = ColumnVector.cell(type, arena);
            best[groupCount].setNull(0);
        }
    }

    @Override
    public void update(ColumnVector[] args, int[] groups, int count) {
        for (int row = 0; row < count; row++) {
            if (!args[0].isNull(row)) {
                offer(best[groups[row]], args[0], row);
            }
        }
    }

    private void offer(ColumnVector cell, ColumnVector values, int row) {
        if (cell.isNull(0) || sign * type.compare(values, row, cell, 0) > 0) {
            cell.replaceWith(values, row);
        }
    }

    @Override
    public void result(int group, ColumnVector out, int row) {
        out.copyFrom(best[group], 0, row);
    }

    @Override
    public void merge(int group, AggregateState other, int otherGroup) {
        ColumnVector source = ((ExtremeState) other).best[otherGroup];
        if (!source.isNull(0)) {
            offer(best[group], source, 0);
        }
    }

    @Override
    public void reset(int group) {
        best[group].setNull(0);
    }

    @Override
    public void close() {
        arena.close();
    }
}
