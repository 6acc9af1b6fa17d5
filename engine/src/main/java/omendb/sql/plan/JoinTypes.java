package omendb.sql.plan;

import omendb.engine.type.SqlType;
import omendb.engine.type.Types;

/// Which equalities a hash table can answer.
public final class JoinTypes {
    private JoinTypes() {}

    /// Whether values of these types are equal exactly if their lanes are: the same type, or integers of
    /// different
    /// widths.
    public static boolean hashable(SqlType left, SqlType right) {
        return left.isOrderable() && (left == right || (isInteger(left) && isInteger(right)));
    }

    private static boolean isInteger(SqlType type) {
        return type == Types.INT2 || type == Types.INT4 || type == Types.INT8 || type == Types.OID;
    }
}
