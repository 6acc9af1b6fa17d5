package omendb.sql.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import omendb.sql.plan.LogicalPlan.Item;

/// Drops the columns nobody reads, so that scans read only what is needed.
final class ColumnPruning {
    private ColumnPruning() {}

    static LogicalPlan prune(LogicalPlan plan) {
        return prune(plan, new HashSet<>(plan.output()));
    }

    private static LogicalPlan prune(LogicalPlan plan, Set<Field> needed) {
        LogicalPlan inner = Plans.mapScalars(plan, ColumnPruning::pruneSubqueries);
        return switch (inner) {
            case LogicalPlan.Scan(var table, var alias, var fields, var rowId) -> {
                List<Field> kept = fields.stream().filter(needed::contains).toList();
                yield new LogicalPlan.Scan(table, alias, kept, rowId != null && needed.contains(rowId) ? rowId : null);
            }
            case LogicalPlan.Project(var input, var items) -> {
                List<Item> kept = keep(items, needed);
                yield new LogicalPlan.Project(prune(input, used(kept)), kept);
            }
            case LogicalPlan.ProjectSet(var input, var items) ->
                new LogicalPlan.ProjectSet(prune(input, used(items)), items);
            case LogicalPlan.Aggregate(var input, var groups, var aggregates, var sets) -> {
                List<Item> kept = keep(aggregates, needed);
                Set<Field> below = used(groups);
                below.addAll(used(kept));
                yield new LogicalPlan.Aggregate(prune(input, below), groups, kept, sets);
            }
            case LogicalPlan.Window(var input, var partitionBy, var orderBy, var calls) -> {
                List<Item> kept = keep(calls, needed);
                Set<Field> below = new HashSet<>(needed);
                below.addAll(used(kept));
                partitionBy.forEach(scalar -> Scalars.collectFields(scalar, below));
                orderBy.forEach(key -> Scalars.collectFields(key.expression(), below));
                yield new LogicalPlan.Window(prune(input, below), partitionBy, orderBy, kept);
            }
            // these compare or count whole rows
            case LogicalPlan.Distinct(var input, var on) -> {
                Set<Field> all = new HashSet<>(input.output());
                if (on != null) {
                    on.forEach(scalar -> Scalars.collectFields(scalar, all));
                }
                yield new LogicalPlan.Distinct(prune(input, all), on);
            }
            case LogicalPlan.SetOperation operation ->
                new LogicalPlan.SetOperation(
                        operation.kind(),
                        operation.all(),
                        prune(operation.left(), new HashSet<>(operation.left().output())),
                        prune(operation.right(), new HashSet<>(operation.right().output())),
                        operation.output());
            case LogicalPlan.With(var ctes, var body) ->
                new LogicalPlan.With(
                        ctes.stream()
                                .map(cte -> new LogicalPlan.Cte(
                                        cte.id(),
                                        cte.name(),
                                        prune(cte.plan()),
                                        cte.recursive() == null ? null : prune(cte.recursive()),
                                        cte.distinct(),
                                        cte.materialize()))
                                .toList(),
                        prune(body, needed));
            case LogicalPlan.Modify(var spec, var output) -> pruneModify(new LogicalPlan.Modify(spec, output), spec);
            default -> {
                Set<Field> below = new LinkedHashSet<>(needed);
                Plans.scalars(inner).forEach(scalar -> Scalars.collectFields(scalar, below));
                if (inner instanceof LogicalPlan.LockRows lock) {
                    lock.locks().forEach(each -> below.add(each.rowId()));
                    Plans.conditions(lock.input()).forEach(each -> Scalars.collectFields(each, below));
                }
                if (inner instanceof LogicalPlan.Join join && join.lateral()) {
                    below.addAll(Plans.outerFields(join.right()));
                }
                yield Plans.withChildren(inner, child -> prune(child, below));
            }
        };
    }

    private static LogicalPlan pruneModify(LogicalPlan.Modify plan, ModifySpec spec) {
        Set<Field> below = new HashSet<>();
        Plans.scalars(plan).forEach(scalar -> Scalars.collectFields(scalar, below));
        switch (spec) {
            case ModifySpec.Insert _ -> {}
            case ModifySpec.Update update -> {
                below.add(update.rowId());
                // constraints, their errors and RETURNING show the whole row
                below.addAll(update.oldRow());
            }
            case ModifySpec.Delete delete -> {
                below.add(delete.rowId());
                if (delete.returning() != null) {
                    below.addAll(delete.oldRow());
                }
            }
        }
        return Plans.withChildren(plan, child -> prune(child, below));
    }

    private static Scalar pruneSubqueries(Scalar scalar) {
        if (!Scalars.contains(scalar, Scalar.Subquery.class)) {
            return scalar;
        }
        return Scalars.replace(
                scalar,
                part -> part instanceof Scalar.Subquery(var kind, var plan, var test, var type)
                        ? new Scalar.Subquery(kind, prune(plan), test, type)
                        : part);
    }

    private static List<Item> keep(List<Item> items, Set<Field> needed) {
        List<Item> kept = new ArrayList<>();
        for (Item item : items) {
            if (needed.contains(item.field()) || Scalars.isVolatile(item.expression())) {
                kept.add(item);
            }
        }
        return kept;
    }

    private static Set<Field> used(List<Item> items) {
        Set<Field> fields = new HashSet<>();
        items.forEach(item -> Scalars.collectFields(item.expression(), fields));
        return fields;
    }
}
