package omendb.sql.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import omendb.sql.plan.LogicalPlan.Item;
import org.jspecify.annotations.Nullable;

/// Walks and rebuilds logical plans.
public final class Plans {
    private Plans() {}

    public static List<LogicalPlan> children(LogicalPlan plan) {
        return switch (plan) {
            case LogicalPlan.Scan _,
                    LogicalPlan.VirtualScan _,
                    LogicalPlan.Values _,
                    LogicalPlan.FunctionScan _,
                    LogicalPlan.CteScan _ -> List.of();
            case LogicalPlan.Project project -> List.of(project.input());
            case LogicalPlan.ProjectSet project -> List.of(project.input());
            case LogicalPlan.Filter filter -> List.of(filter.input());
            case LogicalPlan.Aggregate aggregate -> List.of(aggregate.input());
            case LogicalPlan.Window window -> List.of(window.input());
            case LogicalPlan.Distinct distinct -> List.of(distinct.input());
            case LogicalPlan.Sort sort -> List.of(sort.input());
            case LogicalPlan.Limit limit -> List.of(limit.input());
            case LogicalPlan.LockRows lock -> List.of(lock.input());
            case LogicalPlan.Join join -> List.of(join.left(), join.right());
            case LogicalPlan.SetOperation operation -> List.of(operation.left(), operation.right());
            case LogicalPlan.With with -> {
                List<LogicalPlan> all = new ArrayList<>();
                for (LogicalPlan.Cte cte : with.ctes()) {
                    all.add(cte.plan());
                    if (cte.recursive() != null) {
                        all.add(cte.recursive());
                    }
                }
                all.add(with.body());
                yield all;
            }
            case LogicalPlan.Modify modify -> List.of(modify.spec().source());
        };
    }

    /// The same node over other inputs, in the order of [#children].
    public static LogicalPlan withChildren(LogicalPlan plan, UnaryOperator<LogicalPlan> change) {
        return switch (plan) {
            case LogicalPlan.Scan _,
                    LogicalPlan.VirtualScan _,
                    LogicalPlan.Values _,
                    LogicalPlan.FunctionScan _,
                    LogicalPlan.CteScan _ -> plan;
            case LogicalPlan.Project(var input, var items) -> new LogicalPlan.Project(change.apply(input), items);
            case LogicalPlan.ProjectSet(var input, var items) -> new LogicalPlan.ProjectSet(change.apply(input), items);
            case LogicalPlan.Filter(var input, var condition) -> new LogicalPlan.Filter(change.apply(input), condition);
            case LogicalPlan.Aggregate(var input, var groups, var aggregates, var sets) ->
                new LogicalPlan.Aggregate(change.apply(input), groups, aggregates, sets);
            case LogicalPlan.Window(var input, var partitionBy, var orderBy, var calls) ->
                new LogicalPlan.Window(change.apply(input), partitionBy, orderBy, calls);
            case LogicalPlan.Distinct(var input, var on) -> new LogicalPlan.Distinct(change.apply(input), on);
            case LogicalPlan.Sort(var input, var keys) -> new LogicalPlan.Sort(change.apply(input), keys);
            case LogicalPlan.Limit(var input, var count, var offset) ->
                new LogicalPlan.Limit(change.apply(input), count, offset);
            case LogicalPlan.LockRows(var input, var locks) -> new LogicalPlan.LockRows(change.apply(input), locks);
            case LogicalPlan.Join(var kind, var left, var right, var condition, var lateral) ->
                new LogicalPlan.Join(kind, change.apply(left), change.apply(right), condition, lateral);
            case LogicalPlan.SetOperation(var kind, var all, var left, var right, var output) ->
                new LogicalPlan.SetOperation(kind, all, change.apply(left), change.apply(right), output);
            case LogicalPlan.With(var ctes, var body) ->
                new LogicalPlan.With(
                        ctes.stream()
                                .map(cte -> new LogicalPlan.Cte(
                                        cte.id(),
                                        cte.name(),
                                        change.apply(cte.plan()),
                                        cte.recursive() == null ? null : change.apply(cte.recursive()),
                                        cte.distinct(),
                                        cte.materialize()))
                                .toList(),
                        change.apply(body));
            case LogicalPlan.Modify(var spec, var output) ->
                new LogicalPlan.Modify(withSource(spec, change.apply(spec.source())), output);
        };
    }

    private static ModifySpec withSource(ModifySpec spec, LogicalPlan source) {
        return switch (spec) {
            case ModifySpec.Insert insert ->
                new ModifySpec.Insert(
                        insert.table(),
                        source,
                        insert.values(),
                        insert.newRow(),
                        insert.checks(),
                        insert.conflict(),
                        insert.returning());
            case ModifySpec.Update update ->
                new ModifySpec.Update(
                        update.table(),
                        source,
                        update.changed(),
                        update.values(),
                        update.oldRow(),
                        update.rowId(),
                        update.newRow(),
                        update.checks(),
                        update.returning());
            case ModifySpec.Delete delete ->
                new ModifySpec.Delete(delete.table(), source, delete.oldRow(), delete.rowId(), delete.returning());
        };
    }

    /// Replaces in every expression of the plan and of everything below it (see [Scalars#replace]).
    public static LogicalPlan replaceScalars(LogicalPlan plan, UnaryOperator<Scalar> change) {
        LogicalPlan rebuilt = withChildren(plan, child -> replaceScalars(child, change));
        return mapScalars(rebuilt, scalar -> Scalars.replace(scalar, change));
    }

    /// Changes the expressions of this node alone.
    static LogicalPlan mapScalars(LogicalPlan plan, UnaryOperator<Scalar> each) {
        return switch (plan) {
            case LogicalPlan.Scan _, LogicalPlan.VirtualScan _, LogicalPlan.CteScan _, LogicalPlan.With _ -> plan;
            case LogicalPlan.Values(var rows, var output) ->
                new LogicalPlan.Values(
                        rows.stream()
                                .map(row -> row.stream().map(each).toList())
                                .toList(),
                        output);
            case LogicalPlan.FunctionScan(var calls, var widths, var ordinality, var alias, var output) ->
                new LogicalPlan.FunctionScan(calls.stream().map(each).toList(), widths, ordinality, alias, output);
            case LogicalPlan.Project(var input, var items) -> new LogicalPlan.Project(input, map(items, each));
            case LogicalPlan.ProjectSet(var input, var items) -> new LogicalPlan.ProjectSet(input, map(items, each));
            case LogicalPlan.Filter(var input, var condition) -> new LogicalPlan.Filter(input, each.apply(condition));
            case LogicalPlan.Aggregate(var input, var groups, var aggregates, var sets) ->
                new LogicalPlan.Aggregate(input, map(groups, each), map(aggregates, each), sets);
            case LogicalPlan.Window(var input, var partitionBy, var orderBy, var calls) ->
                new LogicalPlan.Window(
                        input, partitionBy.stream().map(each).toList(), mapKeys(orderBy, each), map(calls, each));
            case LogicalPlan.Distinct(var input, var on) ->
                new LogicalPlan.Distinct(
                        input, on == null ? null : on.stream().map(each).toList());
            case LogicalPlan.Sort(var input, var keys) -> new LogicalPlan.Sort(input, mapKeys(keys, each));
            case LogicalPlan.Limit(var input, var count, var offset) ->
                new LogicalPlan.Limit(input, apply(each, count), apply(each, offset));
            case LogicalPlan.LockRows _ -> plan;
            case LogicalPlan.Join(var kind, var left, var right, var condition, var lateral) ->
                new LogicalPlan.Join(kind, left, right, apply(each, condition), lateral);
            case LogicalPlan.SetOperation _ -> plan;
            case LogicalPlan.Modify(var spec, var output) -> new LogicalPlan.Modify(mapSpec(spec, each), output);
        };
    }

    private static @Nullable Scalar apply(UnaryOperator<Scalar> change, @Nullable Scalar scalar) {
        return scalar == null ? null : change.apply(scalar);
    }

    private static List<Item> map(List<Item> items, UnaryOperator<Scalar> change) {
        return items.stream()
                .map(item -> new Item(item.field(), change.apply(item.expression())))
                .toList();
    }

    private static List<SortKey> mapKeys(List<SortKey> keys, UnaryOperator<Scalar> change) {
        return keys.stream()
                .map(key -> new SortKey(change.apply(key.expression()), key.descending(), key.nullsFirst()))
                .toList();
    }

    private static ModifySpec mapSpec(ModifySpec spec, UnaryOperator<Scalar> change) {
        List<Item> returning = spec.returning() == null ? null : map(spec.returning(), change);
        return switch (spec) {
            case ModifySpec.Insert insert ->
                new ModifySpec.Insert(
                        insert.table(),
                        insert.source(),
                        insert.values().stream().map(change).toList(),
                        insert.newRow(),
                        insert.checks(),
                        insert.conflict(),
                        returning);
            case ModifySpec.Update update ->
                new ModifySpec.Update(
                        update.table(),
                        update.source(),
                        update.changed(),
                        update.values().stream().map(change).toList(),
                        update.oldRow(),
                        update.rowId(),
                        update.newRow(),
                        update.checks(),
                        returning);
            case ModifySpec.Delete delete ->
                new ModifySpec.Delete(delete.table(), delete.source(), delete.oldRow(), delete.rowId(), returning);
        };
    }

    /// The expressions of this node alone.
    public static List<Scalar> scalars(LogicalPlan plan) {
        List<Scalar> all = new ArrayList<>();
        switch (plan) {
            case LogicalPlan.Scan _,
                    LogicalPlan.VirtualScan _,
                    LogicalPlan.CteScan _,
                    LogicalPlan.With _,
                    LogicalPlan.LockRows _,
                    LogicalPlan.SetOperation _ -> {}
            case LogicalPlan.Values values -> values.rows().forEach(all::addAll);
            case LogicalPlan.FunctionScan scan -> all.addAll(scan.calls());
            case LogicalPlan.Project project -> project.items().forEach(item -> all.add(item.expression()));
            case LogicalPlan.ProjectSet project -> project.items().forEach(item -> all.add(item.expression()));
            case LogicalPlan.Filter filter -> all.add(filter.condition());
            case LogicalPlan.Aggregate aggregate -> {
                aggregate.groups().forEach(item -> all.add(item.expression()));
                aggregate.aggregates().forEach(item -> all.add(item.expression()));
            }
            case LogicalPlan.Window window -> {
                all.addAll(window.partitionBy());
                window.orderBy().forEach(key -> all.add(key.expression()));
                window.calls().forEach(item -> all.add(item.expression()));
            }
            case LogicalPlan.Distinct distinct -> {
                if (distinct.on() != null) {
                    all.addAll(distinct.on());
                }
            }
            case LogicalPlan.Sort sort -> sort.keys().forEach(key -> all.add(key.expression()));
            case LogicalPlan.Limit limit -> {
                addIfPresent(all, limit.count());
                addIfPresent(all, limit.offset());
            }
            case LogicalPlan.Join join -> addIfPresent(all, join.condition());
            case LogicalPlan.Modify modify -> addSpec(all, modify.spec());
        }
        return all;
    }

    private static void addSpec(List<Scalar> all, ModifySpec spec) {
        switch (spec) {
            case ModifySpec.Insert insert -> {
                all.addAll(insert.values());
                if (insert.conflict() != null) {
                    if (insert.conflict().assignments() != null) {
                        all.addAll(insert.conflict().assignments());
                    }
                    addIfPresent(all, insert.conflict().where());
                }
            }
            case ModifySpec.Update update -> all.addAll(update.values());
            case ModifySpec.Delete _ -> {}
        }
        if (spec.returning() != null) {
            spec.returning().forEach(item -> all.add(item.expression()));
        }
    }

    private static void addIfPresent(List<Scalar> all, @Nullable Scalar scalar) {
        if (scalar != null) {
            all.add(scalar);
        }
    }

    /// Whether rows are locked in it (FOR UPDATE and its kin), subqueries of its expressions left out.
    static boolean locksRows(LogicalPlan plan) {
        return plan instanceof LogicalPlan.LockRows || children(plan).stream().anyMatch(Plans::locksRows);
    }

    /// Fields it refers to that nothing in it produces: columns of enclosing queries.
    public static Set<Field> outerFields(LogicalPlan plan) {
        Set<Field> used = new LinkedHashSet<>();
        Set<Field> produced = new HashSet<>();
        collect(plan, used, produced);
        used.removeAll(produced);
        return used;
    }

    private static void collect(LogicalPlan plan, Set<Field> used, Set<Field> produced) {
        scalars(plan).forEach(scalar -> Scalars.collectFields(scalar, used));
        produced.addAll(plan.output());
        if (plan instanceof LogicalPlan.Modify modify) {
            switch (modify.spec()) {
                case ModifySpec.Insert insert -> {
                    produced.addAll(insert.newRow());
                    if (insert.conflict() != null) {
                        produced.addAll(insert.conflict().existing());
                        produced.addAll(insert.conflict().excluded());
                    }
                }
                case ModifySpec.Update update -> produced.addAll(update.newRow());
                case ModifySpec.Delete _ -> {}
            }
        }
        children(plan).forEach(child -> collect(child, used, produced));
    }

    /// What every row that comes out meets, as far as it is said of rows before grouping: conditions of
    /// filters and of inner joins.
    static List<Scalar> conditions(LogicalPlan plan) {
        List<Scalar> conditions = new ArrayList<>();
        collectConditions(plan, conditions);
        return conditions;
    }

    private static void collectConditions(LogicalPlan plan, List<Scalar> conditions) {
        switch (plan) {
            case LogicalPlan.Filter filter -> {
                conditions.addAll(Scalars.conjuncts(filter.condition()));
                collectConditions(filter.input(), conditions);
            }
            case LogicalPlan.Join join
            when join.kind() == LogicalPlan.JoinKind.INNER -> {
                conditions.addAll(Scalars.conjuncts(join.condition()));
                collectConditions(join.left(), conditions);
                collectConditions(join.right(), conditions);
            }
            case LogicalPlan.Project project -> collectConditions(project.input(), conditions);
            case LogicalPlan.Sort sort -> collectConditions(sort.input(), conditions);
            default -> {}
        }
    }

    /// Whether the plan writes anywhere.
    public static boolean modifies(LogicalPlan plan) {
        return plan instanceof LogicalPlan.Modify || children(plan).stream().anyMatch(Plans::modifies);
    }
}
