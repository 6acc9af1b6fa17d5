package omendb.sql.function;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.type.ColumnVector;

/// An aggregate state with one object per group. Rows with a NULL first argument are skipped unless told otherwise.
abstract class GroupedState<G> implements AggregateState {
    private final List<G> groups = new ArrayList<>();
    private final boolean skipsNulls;

    GroupedState() {
        this(true);
    }

    GroupedState(boolean skipsNulls) {
        this.skipsNulls = skipsNulls;
    }

    /// The value of no rows.
    abstract G empty();

    abstract void add(G group, ColumnVector[] args, int row);

    /// Writes the result; NULL for no rows where the aggregate says so.
    abstract void write(G group, ColumnVector out, int row);

    /// Adds `other`'s rows to `group`.
    abstract void combine(G group, G other);

    @Override
    public void ensureGroups(int groupCount) {
        while (groups.size() < groupCount) {
            groups.add(empty());
        }
    }

    @Override
    public void update(ColumnVector[] args, int[] groupOfRow, int count) {
        for (int row = 0; row < count; row++) {
            if (!skipsNulls || !args[0].isNull(row)) {
                add(groups.get(groupOfRow[row]), args, row);
            }
        }
    }

    @Override
    public void result(int group, ColumnVector out, int row) {
        write(groups.get(group), out, row);
    }

    @Override
    @SuppressWarnings("unchecked") // both are states of one call, so of one class
    public void merge(int group, AggregateState other, int otherGroup) {
        combine(groups.get(group), ((GroupedState<G>) other).groups.get(otherGroup));
    }

    @Override
    public void reset(int group) {
        groups.set(group, empty());
    }
}
