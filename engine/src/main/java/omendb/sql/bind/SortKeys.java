package omendb.sql.bind;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.sql.ast.SortItem;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.SortKey;

/// Direction and place of NULLs of an ORDER BY item.
final class SortKeys {
    private SortKeys() {}

    static SortKey of(SortItem item, Scalar key) {
        boolean descending = switch (item.direction()) {
            case DEFAULT, ASC -> false;
            case DESC -> true;
            case USING -> item.using() != null && item.using().name().startsWith(">");
        };
        boolean nullsFirst = switch (item.nulls()) {
            case DEFAULT -> descending;
            case FIRST -> true;
            case LAST -> false;
        };
        if (!key.type().isOrderable() && !(key instanceof Scalar.RowOf)) {
            throw new UserException(
                            SqlState.UNDEFINED_FUNCTION,
                            "could not identify an ordering operator for type "
                                    + key.type().format(-1))
                    .withHint("Use an explicit ordering operator or modify the query.")
                    .withPosition(item.expr().position());
        }
        return new SortKey(key, descending, nullsFirst);
    }
}
