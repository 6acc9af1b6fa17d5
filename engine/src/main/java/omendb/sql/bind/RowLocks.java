package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.Types;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.Plans;
import omendb.sql.plan.Scalar;

/// FOR UPDATE and its kin: which tables' rows are locked, and the row ids that takes.
final class RowLocks {
    private final List<LogicalPlan.RowLock> locks = new ArrayList<>();
    private final List<String> aliases = new ArrayList<>();

    private RowLocks() {}

    /// @param shapeless the rows that come out are no longer rows of tables (grouping, DISTINCT)
    static RowLocks of(List<Query.Locking> clauses, FromBinder.Bound from, BindState state, boolean shapeless) {
        RowLocks locks = new RowLocks();
        if (clauses.isEmpty()) {
            return locks;
        }
        String strength = strength(clauses);
        if (shapeless) {
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    strength + " is not allowed with DISTINCT, GROUP BY or aggregate functions");
        }
        for (Query.Locking clause : clauses) {
            LogicalPlan.LockWaiting waiting = switch (clause.waiting()) {
                case BLOCK -> LogicalPlan.LockWaiting.WAIT;
                case SKIP_LOCKED -> LogicalPlan.LockWaiting.SKIP;
                case NOWAIT -> LogicalPlan.LockWaiting.FAIL;
            };
            for (Scope.Relation relation : from.relations()) {
                TableDef table = relation.table();
                if (table != null && named(clause.tables(), relation) && !locks.aliases.contains(relation.alias())) {
                    locks.aliases.add(relation.alias());
                    locks.locks.add(new LogicalPlan.RowLock(table, state.field("ctid", Types.INT8, -1), waiting));
                }
            }
            for (QualifiedName name : clause.tables()) {
                if (from.relations().stream()
                        .noneMatch(relation -> relation.alias().equals(name.name()))) {
                    throw new UserException(
                                    SqlState.UNDEFINED_TABLE,
                                    "relation \"" + name + "\" in " + strength + " clause not found in FROM clause")
                            .withPosition(name.position());
                }
            }
        }
        return locks;
    }

    static void refuseWindows(List<Query.Locking> clauses) {
        if (!clauses.isEmpty()) {
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED, strength(clauses) + " is not allowed with window functions");
        }
    }

    private static String strength(List<Query.Locking> clauses) {
        return "FOR " + clauses.getFirst().strength().name().replace('_', ' ');
    }

    private static boolean named(List<QualifiedName> tables, Scope.Relation relation) {
        return tables.isEmpty() || tables.stream().anyMatch(name -> name.name().equals(relation.alias()));
    }

    List<Field> rowIds() {
        return locks.stream().map(LogicalPlan.RowLock::rowId).toList();
    }

    /// Makes the scans of locked tables produce their row ids.
    LogicalPlan addRowIds(LogicalPlan plan, List<Scalar> unused) {
        return locks.isEmpty() ? plan : addTo(plan);
    }

    private LogicalPlan addTo(LogicalPlan plan) {
        if (plan instanceof LogicalPlan.Scan scan && scan.rowId() == null) {
            int at = aliases.indexOf(scan.alias());
            return at < 0
                    ? scan
                    : new LogicalPlan.Scan(
                            scan.table(),
                            scan.alias(),
                            scan.fields(),
                            locks.get(at).rowId());
        }
        return switch (plan) {
            case LogicalPlan.Filter _, LogicalPlan.Join _ -> Plans.withChildren(plan, this::addTo);
            default -> plan;
        };
    }

    LogicalPlan lock(LogicalPlan plan) {
        return locks.isEmpty() ? plan : new LogicalPlan.LockRows(plan, List.copyOf(locks));
    }
}
