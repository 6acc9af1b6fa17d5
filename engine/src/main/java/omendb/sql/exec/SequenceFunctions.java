package omendb.sql.exec;

import java.util.List;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.function.EvalContext;
import omendb.sql.function.FunctionDef;
import omendb.sql.function.FunctionRegistry;
import omendb.sql.function.Volatility;

/// nextval, currval, lastval and setval, on the statement's [SequenceSession].
public final class SequenceFunctions implements FunctionRegistry.Contribution {
    /// One row's call; no argument is NULL.
    @FunctionalInterface
    private interface Body {
        long apply(SequenceSession session, ColumnVector[] args, int row);
    }

    @Override
    public void contribute(FunctionRegistry.Builder builder) {
        SqlType sequence = Types.REGCLASS;
        add(builder, 1574, "nextval", List.of(sequence), (session, args, row) -> session.nextval(oid(args, row)));
        add(builder, 1575, "currval", List.of(sequence), (session, args, row) -> session.currval(oid(args, row)));
        add(builder, 2559, "lastval", List.of(), (session, _, _) -> session.lastval());
        add(
                builder,
                1576,
                "setval",
                List.of(sequence, Types.INT8),
                (session, args, row) -> session.setval(oid(args, row), args[1].getLong(row), true));
        add(
                builder,
                1765,
                "setval",
                List.of(sequence, Types.INT8, Types.BOOL),
                (session, args, row) -> session.setval(oid(args, row), args[1].getLong(row), args[2].getBoolean(row)));
    }

    private static int oid(ColumnVector[] args, int row) {
        return (int) args[0].getLong(row);
    }

    private static void add(
            FunctionRegistry.Builder builder, int oid, String name, List<SqlType> arguments, Body body) {
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
                (context, args, out, count) -> apply(context, body, args, out, count),
                null,
                List.of()));
    }

    private static void apply(EvalContext context, Body body, ColumnVector[] args, ColumnVector out, int count) {
        SequenceSession session = context.service(SequenceSession.class);
        for (int row = 0; row < count; row++) {
            boolean anyNull = false;
            for (ColumnVector arg : args) {
                anyNull |= arg.isNull(row);
            }
            if (anyNull) {
                out.setNull(row);
            } else {
                out.setLong(row, body.apply(session, args, row));
            }
        }
    }
}
