package omendb.sql;

import java.util.List;
import omendb.engine.txn.Transaction;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.memory.NativeMemory;
import omendb.sql.function.FunctionDef;
import omendb.sql.function.FunctionRegistry;
import omendb.sql.function.Volatility;

/// Advisory locks held until the transaction ends: pg_advisory_xact_lock. They live in the transaction's own
/// lock table, so they
/// take part in deadlock detection.
final class LockFunctions implements FunctionRegistry.Contribution {
    /// A relation id that no relation has.
    private static final long ADVISORY = -2;

    @Override
    public void contribute(FunctionRegistry.Builder builder) {
        add(builder, 3089, List.of(Types.INT8));
        add(builder, 3095, List.of(Types.INT4, Types.INT4));
    }

    private static void add(FunctionRegistry.Builder builder, int oid, List<SqlType> arguments) {
        builder.add(new FunctionDef(
                oid,
                "pg_catalog",
                "pg_advisory_xact_lock",
                arguments,
                Types.VOID,
                null,
                List.of(),
                true,
                Volatility.VOLATILE,
                (context, args, out, count) -> {
                    Transaction transaction = context.service(Transaction.class);
                    for (int row = 0; row < count; row++) {
                        lock(transaction, args, row);
                        out.setString(row, "");
                    }
                },
                null,
                List.of()));
    }

    private static void lock(Transaction transaction, ColumnVector[] args, int row) {
        int length = 0;
        for (ColumnVector arg : args) {
            if (arg.isNull(row)) {
                return;
            }
        }
        long scratch = transaction.scratch();
        for (ColumnVector arg : args) {
            NativeMemory.putLong(scratch + length, arg.getLong(row));
            length += Long.BYTES;
        }
        transaction.lockKey(ADVISORY, scratch, length);
    }
}
