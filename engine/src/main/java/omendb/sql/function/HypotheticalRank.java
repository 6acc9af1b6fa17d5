package omendb.sql.function;

import java.util.List;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;

/// rank, dense_rank, percent_rank and cume_dist of a row that is not there, `rank(3) WITHIN GROUP (ORDER BY n)`.
///
/// With k sort keys a state gets 3 k arguments: the hypothetical row, the row of the group, and for each key an integer
/// that says how it is sorted ([#DESCENDING], [#NULLS_FIRST]).
public final class HypotheticalRank extends GroupedState<HypotheticalRank.Counts> {
    /// Flags of a sort key.
    public static final int DESCENDING = 1;

    public static final int NULLS_FIRST = 2;

    /// Which of the four.
    enum Question {
        RANK,
        DENSE_RANK,
        PERCENT_RANK,
        CUME_DIST
    }

    /// What was seen of a group.
    static final class Counts {
        private long rows;
        private long before;
        private long distinctBefore;
        private long equal;
        private HeldValues @org.jspecify.annotations.Nullable [] last;
    }

    private final Question question;
    private final List<SqlType> argTypes;
    private final int keys;

    HypotheticalRank(Question question, List<SqlType> argTypes) {
        super(false);
        this.question = question;
        this.argTypes = argTypes;
        this.keys = argTypes.size() / 3;
    }

    static void register(Registrar r) {
        register(r, "rank(variadic any) int8", Question.RANK);
        register(r, "dense_rank(variadic any) int8", Question.DENSE_RANK);
        register(r, "percent_rank(variadic any) float8", Question.PERCENT_RANK);
        register(r, "cume_dist(variadic any) float8", Question.CUME_DIST);
    }

    private static void register(Registrar r, String signature, Question question) {
        r.hypotheticalSet(signature, (context, args, result) -> new HypotheticalRank(question, args));
    }

    @Override
    Counts empty() {
        return new Counts();
    }

    @Override
    void add(Counts group, ColumnVector[] args, int row) {
        group.rows++;
        int order = compare(args, row);
        if (order > 0) {
            return;
        }
        if (order == 0) {
            group.equal++;
            return;
        }
        group.before++;
        if (question == Question.DENSE_RANK && !isRepeated(group, args, row)) {
            group.distinctBefore++;
            remember(group, args, row);
        }
    }

    /// The row of the group against the hypothetical one.
    private int compare(ColumnVector[] args, int row) {
        for (int key = 0; key < keys; key++) {
            ColumnVector hypothetical = args[key];
            ColumnVector value = args[keys + key];
            long flags = args[2 * keys + key].getLong(row);
            int order;
            if (value.isNull(row) || hypothetical.isNull(row)) {
                order = Boolean.compare(value.isNull(row), hypothetical.isNull(row));
                order = (flags & NULLS_FIRST) != 0 ? -order : order;
            } else {
                order = argTypes.get(key).compare(value, row, hypothetical, row);
                order = (flags & DESCENDING) != 0 ? -order : order;
            }
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private boolean isRepeated(Counts group, ColumnVector[] args, int row) {
        if (group.last == null) {
            return false;
        }
        for (int key = 0; key < keys; key++) {
            if (!group.last[key].isLast(args[keys + key], row)) {
                return false;
            }
        }
        return true;
    }

    private void remember(Counts group, ColumnVector[] args, int row) {
        HeldValues[] last = new HeldValues[keys];
        for (int key = 0; key < keys; key++) {
            last[key] = new HeldValues(argTypes.get(keys + key));
            last[key].add(args[keys + key], row);
        }
        group.last = last;
    }

    @Override
    void write(Counts group, ColumnVector out, int row) {
        switch (question) {
            case RANK -> out.setLong(row, group.before + 1);
            case DENSE_RANK -> out.setLong(row, group.distinctBefore + 1);
            case PERCENT_RANK -> out.setDouble(row, group.rows == 0 ? 0 : (double) group.before / group.rows);
            case CUME_DIST -> out.setDouble(row, (group.before + group.equal + 1.0) / (group.rows + 1));
        }
    }

    @Override
    void combine(Counts group, Counts other) {
        throw new IllegalStateException("ordered sets are not aggregated in parts");
    }
}
