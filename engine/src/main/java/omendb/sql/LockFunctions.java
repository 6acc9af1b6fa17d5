package omendb.sql;

import java.util.List;
import omendb.engine.txn.LockTag;
import omendb.engine.txn.LockWaiting;
import omendb.engine.txn.TableLockMode;
import omendb.engine.txn.Transaction;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.function.FunctionDef;
import omendb.sql.function.FunctionRegistry;
import omendb.sql.function.Volatility;

/// Advisory locks: for the session or the transaction, exclusive or shared, on one 8-byte key or two of
/// four bytes.
final class LockFunctions implements FunctionRegistry.Contribution {
    private static final List<SqlType> ONE_KEY = List.of(Types.INT8);
    private static final List<SqlType> TWO_KEYS = List.of(Types.INT4, Types.INT4);

    /// Takes a lock of a row's arguments, or gives one back.
    private interface Body {
        boolean apply(Transaction transaction, LockTag.Named tag, TableLockMode mode);
    }

    @Override
    public void contribute(FunctionRegistry.Builder builder) {
        Body lock = (transaction, tag, mode) -> transaction.lockForSession(tag, mode, LockWaiting.WAIT);
        Body lockInTransaction = (transaction, tag, mode) -> transaction.lockNamed(tag, mode, LockWaiting.WAIT);
        Body tryLock = (transaction, tag, mode) -> transaction.lockForSession(tag, mode, LockWaiting.SKIP);
        Body tryInTransaction = (transaction, tag, mode) -> transaction.lockNamed(tag, mode, LockWaiting.SKIP);
        family(builder, "pg_advisory_lock", 2880, 2881, 2886, 2887, Types.VOID, lock);
        family(builder, "pg_advisory_xact_lock", 3089, 3090, 3093, 3094, Types.VOID, lockInTransaction);
        family(builder, "pg_try_advisory_lock", 2882, 2883, 2888, 2889, Types.BOOL, tryLock);
        family(builder, "pg_try_advisory_xact_lock", 3091, 3092, 3095, 3096, Types.BOOL, tryInTransaction);
        family(builder, "pg_advisory_unlock", 2884, 2885, 2890, 2891, Types.BOOL, Transaction::unlockForSession);
    }

    /// The four functions of a name: exclusive and shared, with one key and with two.
    private static void family(
            FunctionRegistry.Builder builder,
            String name,
            int oneOid,
            int sharedOneOid,
            int twoOid,
            int sharedTwoOid,
            SqlType result,
            Body body) {
        add(builder, oneOid, name, ONE_KEY, result, TableLockMode.EXCLUSIVE, body);
        add(builder, sharedOneOid, name + "_shared", ONE_KEY, result, TableLockMode.SHARE, body);
        add(builder, twoOid, name, TWO_KEYS, result, TableLockMode.EXCLUSIVE, body);
        add(builder, sharedTwoOid, name + "_shared", TWO_KEYS, result, TableLockMode.SHARE, body);
    }

    private static void add(
            FunctionRegistry.Builder builder,
            int oid,
            String name,
            List<SqlType> arguments,
            SqlType result,
            TableLockMode mode,
            Body body) {
        builder.add(new FunctionDef(
                oid,
                "pg_catalog",
                name,
                arguments,
                result,
                null,
                List.of(),
                true,
                Volatility.VOLATILE,
                (context, args, out, count) -> {
                    Transaction transaction = context.service(Transaction.class);
                    for (int row = 0; row < count; row++) {
                        if (args[0].isNull(row) || args[args.length - 1].isNull(row)) {
                            out.setNull(row);
                        } else {
                            put(result, out, row, body.apply(transaction, tag(args, row), mode));
                        }
                    }
                },
                null,
                List.of()));
    }

    private static void put(SqlType result, ColumnVector out, int row, boolean value) {
        if (result == Types.VOID) {
            out.setString(row, "");
        } else {
            out.setLong(row, value ? 1 : 0);
        }
    }

    private static LockTag.Named tag(ColumnVector[] args, int row) {
        return args.length == 1
                ? LockTag.Advisory.of(args[0].getLong(row))
                : LockTag.Advisory.of((int) args[0].getLong(row), (int) args[1].getLong(row));
    }
}
