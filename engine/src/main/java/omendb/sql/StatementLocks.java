package omendb.sql;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import omendb.engine.catalog.TableDef;
import omendb.engine.txn.TableLockMode;
import omendb.engine.txn.Transaction;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.Plans;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalars;

/// The tables that a statement uses, each with the lock it needs: ROW EXCLUSIVE to write, ROW SHARE to lock rows,
/// ACCESS SHARE to read. They are taken before the statement is planned and before it has its last snapshot, so
/// that it sees what those did for whom it waited.
///
/// @param modes by oid, the strongest that is needed
record StatementLocks(Map<Integer, TableLockMode> modes) {
    StatementLocks {
        modes = Map.copyOf(modes);
    }

    /// Those of a bound statement.
    static StatementLocks of(LogicalPlan plan) {
        Map<Integer, TableLockMode> modes = new HashMap<>();
        collect(plan, modes);
        return new StatementLocks(modes);
    }

    private static void collect(LogicalPlan plan, Map<Integer, TableLockMode> modes) {
        switch (plan) {
            case LogicalPlan.Scan scan -> add(modes, scan.table(), TableLockMode.ACCESS_SHARE);
            case LogicalPlan.LockRows lock ->
                lock.locks().forEach(each -> add(modes, each.table(), TableLockMode.ROW_SHARE));
            case LogicalPlan.Modify modify -> add(modes, modify.spec().table(), TableLockMode.ROW_EXCLUSIVE);
            default -> {}
        }
        for (Scalar scalar : Plans.scalars(plan)) {
            Scalars.visit(scalar, part -> {
                if (part instanceof Scalar.Subquery subquery) {
                    collect(subquery.plan(), modes);
                }
            });
        }
        Plans.children(plan).forEach(child -> collect(child, modes));
    }

    private static void add(Map<Integer, TableLockMode> modes, TableDef table, TableLockMode mode) {
        modes.merge(table.oid(), mode, (before, added) -> before.compareTo(added) >= 0 ? before : added);
    }

    Set<Integer> tableOids() {
        return modes.keySet();
    }

    /// Takes them, waiting for holders of conflicting ones.
    void take(Transaction transaction) {
        modes.forEach(transaction::lockTable);
    }
}
