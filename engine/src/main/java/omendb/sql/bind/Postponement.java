package omendb.sql.bind;

import java.util.List;
import java.util.Set;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalars;

/// Which expressions of a select list are computed after ORDER BY, as PostgreSQL does
/// (`make_sort_input_target`): volatile ones, so that `nextval` counts in the order of the rows;
/// set-returning ones, whose rows so keep their order; and, if LIMIT cuts rows off, all that are more than a
/// column. PostgreSQL does the last for costly ones alone.
final class Postponement {
    private static final boolean[] NONE = {};

    private Postponement() {}

    /// One flag for each value; empty = nothing is postponed.
    ///
    /// @param sorted  numbers of the values that the order needs; empty = there is no order
    /// @param limited whether rows are cut off
    static boolean[] of(List<Scalar> values, Set<Integer> sorted, boolean limited) {
        if (sorted.isEmpty()) {
            return NONE;
        }
        boolean setsFirst =
                sorted.stream().anyMatch(target -> Scalars.contains(values.get(target), Scalar.SetCall.class));
        boolean[] postponed = new boolean[values.size()];
        boolean any = false;
        for (int i = 0; i < postponed.length; i++) {
            Scalar value = values.get(i);
            boolean sets = Scalars.contains(value, Scalar.SetCall.class);
            postponed[i] = !sorted.contains(i)
                    && (sets ? !setsFirst : Scalars.isVolatile(value) || (limited && computes(value)));
            any |= postponed[i];
        }
        return any ? postponed : NONE;
    }

    private static boolean computes(Scalar value) {
        return !(value instanceof Scalar.Column) && !(value instanceof Scalar.Constant);
    }
}
