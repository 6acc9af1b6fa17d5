package omendb.sql;

import java.util.List;
import omendb.engine.type.SqlType;

/// A prepared statement: its parameters, its result columns and (inside) its plan, rebuilt when the catalog has
/// changed.
public interface PreparedPlan {
    /// Types of `$1`, `$2`, ... for ParameterDescription.
    List<SqlType> parameterTypes();

    /// Columns of the result; empty when there are none (then [#returnsRows] tells NoData from a zero-column
    /// SELECT).
    List<ResultColumn> columns();

    boolean returnsRows();

    /// True for `ROLLBACK`, `COMMIT` and their kin: allowed in a failed transaction.
    boolean endsTransaction();
}
