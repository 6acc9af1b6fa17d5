package omendb.sql.function;

import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ColumnVector;

/// A set function whose columns the query names: `jsonb_to_record(x) AS t(a int, b text)`.
public final class RecordFunction implements SetFunction {
    /// The body, told of the columns.
    @FunctionalInterface
    interface Body {
        Cursor open(EvalContext context, ColumnVector[] args, int row, List<FunctionDef.Column> columns);
    }

    private final Body body;

    RecordFunction(Body body) {
        this.body = body;
    }

    /// The function with these columns.
    SetFunction returning(List<FunctionDef.Column> columns) {
        return (context, args, row) -> body.open(context, args, row, columns);
    }

    @Override
    public Cursor open(EvalContext context, ColumnVector[] args, int row) {
        throw new UserException(
                SqlState.FEATURE_NOT_SUPPORTED,
                "function returning record called in context that cannot accept type record");
    }
}
