package omendb.sql;

import java.util.Locale;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.LockTag;
import omendb.engine.txn.LockWaiting;
import omendb.engine.txn.TableLockMode;
import omendb.engine.txn.Transaction;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.TableRef;
import omendb.sql.ast.Utility;

/// LOCK TABLE.
record TableLocker(SessionParts parts) {
    void lock(Utility.Lock lock) {
        if (!parts.transactions().inBlock()) {
            throw new UserException(
                    SqlState.NO_ACTIVE_SQL_TRANSACTION, "LOCK TABLE can only be used in transaction blocks");
        }
        TableLockMode mode =
                TableLockMode.valueOf(lock.mode().toUpperCase(Locale.ROOT).replace(' ', '_'));
        Transaction transaction = parts.transactions().startStatement();
        try {
            parts.evaluation();
            if (transaction.readOnly() && mode.compareTo(TableLockMode.ROW_EXCLUSIVE) > 0) {
                throw new UserException(
                        SqlState.READ_ONLY_SQL_TRANSACTION, "cannot execute LOCK TABLE in a read-only transaction");
            }
            parts.environment().refresh();
            for (TableRef.Table ref : lock.tables()) {
                lock(transaction, ref.name(), mode, lock.nowait());
            }
        } finally {
            parts.transactions().endStatement();
        }
    }

    /// Locks the table of a name and answers it. After a wait the name may mean another table, or none.
    TableDef lock(Transaction transaction, QualifiedName name, TableLockMode mode, boolean nowait) {
        TableDef locked = null;
        TableDef table = parts.requireTable(name);
        while (locked == null || locked.oid() != table.oid()) {
            LockTag.Named tag = new LockTag.Relation(table.oid());
            if (!transaction.lockNamed(tag, mode, nowait ? LockWaiting.FAIL : LockWaiting.WAIT)) {
                throw new UserException(
                        SqlState.LOCK_NOT_AVAILABLE, "could not obtain lock on relation \"" + table.name() + "\"");
            }
            locked = table;
            parts.environment().refresh();
            table = parts.requireTable(name);
        }
        return table;
    }
}
