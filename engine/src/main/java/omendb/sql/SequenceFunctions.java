package omendb.sql;

import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.function.BatchFunction;
import omendb.sql.function.EvalContext;
import omendb.sql.function.FunctionDef;
import omendb.sql.function.FunctionRegistry;
import omendb.sql.function.Volatility;

/// nextval, currval, lastval and setval.
final class SequenceFunctions implements FunctionRegistry.Contribution {
    private static final int NEXTVAL_OID = 1574;
    private static final int CURRVAL_OID = 1575;
    private static final int SETVAL_OID = 1576;
    private static final int SETVAL_CALLED_OID = 1765;
    private static final int LASTVAL_OID = 2559;

    /// One row's value.
    private interface Body {
        long apply(SequenceState state, ColumnVector[] args, int row);
    }

    @Override
    public void contribute(FunctionRegistry.Builder builder) {
        SqlType relation = Types.REGCLASS;
        add(builder, NEXTVAL_OID, "nextval", List.of(relation), (state, args, row) -> state.next(oid(args, row)));
        add(builder, CURRVAL_OID, "currval", List.of(relation), (state, args, row) -> state.current(oid(args, row)));
        add(builder, LASTVAL_OID, "lastval", List.of(), (state, _, _) -> state.last());
        add(
                builder,
                SETVAL_OID,
                "setval",
                List.of(relation, Types.INT8),
                (state, args, row) -> state.set(oid(args, row), args[1].getLong(row), true));
        add(
                builder,
                SETVAL_CALLED_OID,
                "setval",
                List.of(relation, Types.INT8, Types.BOOL),
                (state, args, row) -> state.set(oid(args, row), args[1].getLong(row), args[2].getBoolean(row)));
    }

    private static int oid(ColumnVector[] args, int row) {
        return (int) args[0].getLong(row);
    }

    private static void add(
            FunctionRegistry.Builder builder, int oid, String name, List<SqlType> arguments, Body body) {
        BatchFunction batch = (context, args, out, count) -> each(context, args, out, count, body);
        builder.add(new FunctionDef(
                oid,
                "pg_catalog",
                name,
                arguments,
                Types.INT8,
                null,
                List.of(),
                true,
                Volatility.VOLATILE,
                batch,
                null,
                List.of()));
    }

    private static void each(EvalContext context, ColumnVector[] args, ColumnVector out, int count, Body body) {
        SequenceState state = context.service(SequenceState.class);
        for (int row = 0; row < count; row++) {
            boolean anyNull = false;
            for (ColumnVector arg : args) {
                anyNull |= arg.isNull(row);
            }
            if (anyNull) {
                out.setNull(row);
            } else {
                out.setLong(row, body.apply(state, args, row));
            }
        }
    }

    static UserException notYetDefined(String name) {
        return new UserException(
                SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                "currval of sequence \"" + name + "\" is not yet defined in this session");
    }
}
