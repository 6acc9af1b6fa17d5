package omendb.sql.function;

import omendb.engine.type.ColumnVector;

/// The running values of one aggregate call over all its groups, numbered from 0 without gaps.
///
/// Threading: one owner. It owns what it allocates; [#close] frees it.
public interface AggregateState extends AutoCloseable {
    /// Makes groups up to `groupCount` exist (new ones empty).
    void ensureGroups(int groupCount);

    /// Adds rows `0..count`: row i of `args` to group `groups[i]`. NULL handling is the aggregate's.
    void update(ColumnVector[] args, int[] groups, int count);

    /// Writes the result of a group (NULL where the aggregate of no rows is NULL). May be asked again later (windows).
    void result(int group, ColumnVector out, int row);

    /// Adds the values of `other`'s group to one of ours (parallel and spilled aggregation); `other` is of the same
    /// call.
    void merge(int group, AggregateState other, int otherGroup);

    /// Empties a group.
    void reset(int group);

    @Override
    default void close() {}
}
