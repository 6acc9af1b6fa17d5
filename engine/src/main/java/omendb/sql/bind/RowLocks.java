package omendb.sql.bind;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.LockWaiting;
import omendb.engine.txn.RowLockMode;
import omendb.engine.type.Types;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.ast.TableRef;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.Plans;

/// FOR UPDATE and its kin: which tables' rows are locked, how, and the row ids that takes.
///
/// A table named by several clauses is locked in the strongest mode that any asks for; NOWAIT wins over
/// SKIP LOCKED, which wins over waiting. Clauses reach into subqueries of FROM, not into WITH queries.
final class RowLocks {
    private final List<LogicalPlan.RowLock> locks = new ArrayList<>();
    private final List<String> aliases = new ArrayList<>();

    private RowLocks() {}

    /// @param shapeless the rows that come out are no longer rows of tables (grouping, DISTINCT), in
    ///        words, or ""
    static RowLocks of(List<Query.Locking> clauses, FromBinder.Bound from, BindState state, String shapeless) {
        RowLocks locks = new RowLocks();
        if (clauses.isEmpty()) {
            return locks;
        }
        if (!shapeless.isEmpty()) {
            throw refused(clauses, shapeless);
        }
        for (Query.Locking clause : clauses) {
            for (Scope.Relation relation : from.relations()) {
                TableDef table = relation.table();
                if (table != null && named(clause.tables(), relation)) {
                    locks.add(clause, relation.alias(), table, state);
                }
            }
            for (QualifiedName name : clause.tables()) {
                if (from.relations().stream()
                        .noneMatch(relation -> relation.alias().equals(name.name()))) {
                    throw new UserException(
                                    SqlState.UNDEFINED_TABLE,
                                    "relation \"" + name + "\" in " + strength(clause)
                                            + " clause not found in FROM clause")
                            .withPosition(name.position());
                }
            }
        }
        locks.refuseNullable(from.plan(), strength(clauses.getFirst()));
        return locks;
    }

    private void add(Query.Locking clause, String alias, TableDef table, BindState state) {
        RowLockMode mode = switch (clause.strength()) {
            case KEY_SHARE -> RowLockMode.KEY_SHARE;
            case SHARE -> RowLockMode.SHARE;
            case NO_KEY_UPDATE -> RowLockMode.NO_KEY_UPDATE;
            case UPDATE -> RowLockMode.UPDATE;
        };
        LockWaiting waiting = switch (clause.waiting()) {
            case BLOCK -> LockWaiting.WAIT;
            case SKIP_LOCKED -> LockWaiting.SKIP;
            case NOWAIT -> LockWaiting.FAIL;
        };
        int at = aliases.indexOf(alias);
        if (at < 0) {
            aliases.add(alias);
            locks.add(new LogicalPlan.RowLock(table, state.field("ctid", Types.INT8, -1), List.of(), mode, waiting));
        } else {
            LogicalPlan.RowLock known = locks.get(at);
            locks.set(
                    at,
                    new LogicalPlan.RowLock(
                            table,
                            known.rowId(),
                            List.of(),
                            mode.compareTo(known.mode()) > 0 ? mode : known.mode(),
                            waiting.compareTo(known.waiting()) > 0 ? waiting : known.waiting()));
        }
    }

    /// The query with the clauses that reach into its FROM subqueries put there.
    static List<TableRef> pushDown(List<Query.Locking> clauses, List<TableRef> from) {
        return clauses.isEmpty()
                ? from
                : from.stream().map(item -> pushDown(clauses, item)).toList();
    }

    private static TableRef pushDown(List<Query.Locking> clauses, TableRef item) {
        return switch (item) {
            case TableRef.Derived derived -> {
                String alias = derived.alias() == null ? "" : derived.alias().name();
                List<Query.Locking> reaching = new ArrayList<>(derived.query().locking());
                for (Query.Locking clause : clauses) {
                    if (clause.tables().isEmpty()
                            || clause.tables().stream()
                                    .anyMatch(name -> name.name().equals(alias))) {
                        reaching.add(new Query.Locking(clause.strength(), List.of(), clause.waiting()));
                    }
                }
                yield derived.withQuery(derived.query().withLocking(reaching));
            }
            case TableRef.Join join -> join.withSides(pushDown(clauses, join.left()), pushDown(clauses, join.right()));
            case TableRef.Table _, TableRef.Function _ -> item;
        };
    }

    static UserException refused(List<Query.Locking> clauses, String with) {
        return new UserException(
                SqlState.FEATURE_NOT_SUPPORTED, strength(clauses.getFirst()) + " is not allowed with " + with);
    }

    static UserException onValues(List<Query.Locking> clauses) {
        return new UserException(
                SqlState.FEATURE_NOT_SUPPORTED, strength(clauses.getFirst()) + " cannot be applied to VALUES");
    }

    private static String strength(Query.Locking clause) {
        return "FOR " + clause.strength().name().replace('_', ' ');
    }

    private static boolean named(List<QualifiedName> tables, Scope.Relation relation) {
        return tables.isEmpty() || tables.stream().anyMatch(name -> name.name().equals(relation.alias()));
    }

    /// A row of NULLs that an outer join made up cannot be locked.
    private void refuseNullable(LogicalPlan plan, String strength) {
        Set<String> nullable = new HashSet<>();
        collectNullable(plan, false, nullable);
        if (aliases.stream().anyMatch(nullable::contains)) {
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    strength + " cannot be applied to the nullable side of an outer join");
        }
    }

    private static void collectNullable(LogicalPlan plan, boolean isNullable, Set<String> aliases) {
        switch (plan) {
            case LogicalPlan.Scan scan when isNullable -> aliases.add(scan.alias());
            case LogicalPlan.Filter filter -> collectNullable(filter.input(), isNullable, aliases);
            case LogicalPlan.Join join -> {
                boolean left = join.kind() == LogicalPlan.JoinKind.RIGHT || join.kind() == LogicalPlan.JoinKind.FULL;
                boolean right = join.kind() == LogicalPlan.JoinKind.LEFT || join.kind() == LogicalPlan.JoinKind.FULL;
                collectNullable(join.left(), isNullable || left, aliases);
                collectNullable(join.right(), isNullable || right, aliases);
            }
            default -> {}
        }
    }

    boolean isEmpty() {
        return locks.isEmpty();
    }

    /// Makes the scans of locked tables produce their row ids, and remembers their columns.
    LogicalPlan addRowIds(LogicalPlan plan) {
        return locks.isEmpty() ? plan : addTo(plan);
    }

    private LogicalPlan addTo(LogicalPlan plan) {
        if (plan instanceof LogicalPlan.Scan scan && scan.rowId() == null) {
            int at = aliases.indexOf(scan.alias());
            if (at < 0) {
                return scan;
            }
            LogicalPlan.RowLock lock = locks.get(at);
            locks.set(
                    at,
                    new LogicalPlan.RowLock(lock.table(), lock.rowId(), scan.fields(), lock.mode(), lock.waiting()));
            return new LogicalPlan.Scan(scan.table(), scan.alias(), scan.fields(), lock.rowId());
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
