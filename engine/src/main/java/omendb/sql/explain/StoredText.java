package omendb.sql.explain;

import omendb.engine.type.TypeContext;
import omendb.sql.plan.Scalar;

/// Bound expressions as the catalog keeps them: what `pg_get_expr` shows.
public final class StoredText {
    private StoredText() {}

    /// The text of an expression over the columns of one table.
    public static String of(Scalar scalar) {
        return new ScalarText(TypeContext.DEFAULT, new ColumnNames(), false)
                .stored()
                .of(scalar);
    }
}
