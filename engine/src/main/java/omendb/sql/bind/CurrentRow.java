package omendb.sql.bind;

import java.util.List;
import omendb.engine.catalog.TableDef;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.function.FunctionDef;
import omendb.sql.function.OperatorDef;
import omendb.sql.function.PositionedCursors;
import omendb.sql.function.Volatility;
import omendb.sql.plan.Field;
import omendb.sql.plan.Scalar;

/// `WHERE CURRENT OF cursor`: the target's row id equals that of the cursor's row, which is looked up when
/// the statement runs.
final class CurrentRow {
    private CurrentRow() {}

    static Scalar condition(BindState state, Field rowId, TableDef table, String cursor) {
        int tableOid = table.oid();
        String tableName = table.name();
        FunctionDef lookUp = new FunctionDef(
                0,
                "pg_catalog",
                "CURRENT OF " + cursor,
                List.<SqlType>of(),
                Types.INT8,
                null,
                List.of(),
                false,
                Volatility.STABLE,
                (context, _, out, count) -> {
                    long row = context.service(PositionedCursors.class).rowId(cursor, tableOid, tableName);
                    for (int i = 0; i < count; i++) {
                        out.setLong(i, row);
                    }
                },
                null,
                List.of());
        Scalar found = new Scalar.Call(lookUp, lookUp.name(), Scalar.CallForm.FUNCTION, List.of(), Types.INT8, -1);
        OperatorDef equal = state.functions.comparison("=", Types.INT8, Types.INT8, 0);
        return new Scalar.Call(
                equal.function(),
                "=",
                Scalar.CallForm.OPERATOR,
                List.of(new Scalar.Column(rowId), found),
                Types.BOOL,
                -1);
    }
}
