package omendb.sql.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import omendb.sql.plan.LogicalPlan.Item;
import org.jspecify.annotations.Nullable;

/// Chooses access paths and algorithms by estimated cost.
public final class PhysicalPlanner {
    private static final double CPU_ROW = 0.01;
    private static final double CPU_OPERATOR = 0.0025;
    private static final double FUNCTION_ROWS = 100;
    private static final double VIRTUAL_ROWS = 500;

    /// PostgreSQL's default of cursor_tuple_fraction.
    private static final double CURSOR_FRACTION = 0.1;

    private final PlannerEnvironment environment;
    private final AccessPaths paths;
    private final JoinPlanner joins;
    private final NearestPlanner nearest;

    public PhysicalPlanner(PlannerEnvironment environment) {
        this.environment = environment;
        this.paths = new AccessPaths(environment);
        this.joins = new JoinPlanner(this, environment);
        this.nearest = new NearestPlanner(this, paths, environment);
    }

    /// Plans an optimized logical plan (and, when a subquery in an expression is compiled, that one's).
    public PhysicalPlan plan(LogicalPlan plan) {
        return switch (plan) {
            case LogicalPlan.Scan scan -> paths.best(scan, List.of());
            case LogicalPlan.VirtualScan(var table, var alias, var output) ->
                new PhysicalPlan.VirtualScan(
                        table, alias, output, new Estimate(VIRTUAL_ROWS, 0, VIRTUAL_ROWS * CPU_ROW, 64));
            case LogicalPlan.Values(var rows, var output) ->
                new PhysicalPlan.Values(
                        rows, output, new Estimate(rows.size(), 0, rows.size() * CPU_ROW, AccessPaths.width(output)));
            case LogicalPlan.FunctionScan(var calls, var widths, var ordinality, var alias, var output) ->
                new PhysicalPlan.FunctionScan(
                        calls, widths, ordinality, alias, output, functionEstimate(calls, output));
            case LogicalPlan.CteScan(var id, var name, var alias, var output) ->
                new PhysicalPlan.CteScan(
                        id,
                        name,
                        alias,
                        output,
                        new Estimate(FUNCTION_ROWS, 0, FUNCTION_ROWS * CPU_ROW, AccessPaths.width(output)));
            case LogicalPlan.Project(var input, var items) -> project(plan(input), items);
            case LogicalPlan.ProjectSet(var input, var items) -> {
                PhysicalPlan below = plan(input);
                Estimate estimate = below.estimate();
                yield new PhysicalPlan.ProjectSet(
                        below,
                        items,
                        estimate.withRows(estimate.rows() * FUNCTION_ROWS).plus(CPU_ROW));
            }
            case LogicalPlan.Filter filter -> filter(filter);
            case LogicalPlan.Aggregate aggregate -> aggregate(aggregate);
            case LogicalPlan.Window(var input, var partitionBy, var orderBy, var calls) -> {
                PhysicalPlan below = plan(input);
                Estimate estimate = below.estimate();
                yield new PhysicalPlan.Window(
                        below, partitionBy, orderBy, calls, estimate.plus(CPU_ROW + CPU_OPERATOR * calls.size()));
            }
            case LogicalPlan.Distinct(var input, var on) -> {
                PhysicalPlan below = plan(input);
                Estimate estimate = below.estimate();
                yield new PhysicalPlan.Distinct(
                        below,
                        on,
                        new Estimate(
                                Math.max(1, estimate.rows() / 10),
                                estimate.total(),
                                estimate.total() + estimate.rows() * CPU_ROW,
                                estimate.width()));
            }
            case LogicalPlan.Sort sort -> sort(sort, null, null);
            case LogicalPlan.Limit limit -> limit(limit);
            case LogicalPlan.LockRows(var input, var locks) -> {
                PhysicalPlan below = plan(input);
                yield new PhysicalPlan.LockRows(
                        below, locks, recheck(input, below), below.estimate().plus(CPU_ROW));
            }
            case LogicalPlan.Join join -> joins.plan(join);
            case LogicalPlan.SetOperation operation -> setOperation(operation);
            case LogicalPlan.With(var ctes, var body) -> {
                List<PhysicalPlan.Cte> planned = new ArrayList<>();
                for (LogicalPlan.Cte cte : ctes) {
                    planned.add(new PhysicalPlan.Cte(
                            cte.id(),
                            cte.name(),
                            plan(cte.plan()),
                            cte.recursive() == null ? null : plan(cte.recursive()),
                            cte.distinct()));
                }
                PhysicalPlan below = plan(body);
                yield new PhysicalPlan.With(planned, below, below.estimate());
            }
            case LogicalPlan.Modify modify -> modify(modify);
        };
    }

    /// Plans a query of which most likely only the first rows are asked for: an index that has the order already
    /// is weighed against a sort by the cost of [#CURSOR_FRACTION] of the rows, and what is computed of a row is
    /// computed of the sorted ones.
    public PhysicalPlan planFirstRows(LogicalPlan plan) {
        List<LogicalPlan.Project> above = new ArrayList<>();
        LogicalPlan below = plan;
        while (below instanceof LogicalPlan.Project project) {
            above.add(project);
            below = project.input();
        }
        if (!(below instanceof LogicalPlan.Sort written)) {
            return plan(plan);
        }
        LogicalPlan.Sort sort = written;
        while (sort.input() instanceof LogicalPlan.Project project) {
            List<SortKey> keys = throughProject(sort.keys(), project);
            if (keys.stream().anyMatch(key -> Scalars.isVolatile(key.expression()))) {
                break;
            }
            sort = new LogicalPlan.Sort(project.input(), keys);
            above.add(project);
        }
        PhysicalPlan sorted = sort(sort, null, null);
        PhysicalPlan ordered = orderedByIndex(sort);
        PhysicalPlan chosen = ordered != null && firstRows(ordered) < firstRows(sorted) ? ordered : sorted;
        for (LogicalPlan.Project project : above.reversed()) {
            chosen = project(chosen, project.items());
        }
        return chosen;
    }

    private static double firstRows(PhysicalPlan plan) {
        Estimate estimate = plan.estimate();
        return estimate.startup() + CURSOR_FRACTION * (estimate.total() - estimate.startup());
    }

    /// Functions that return no set give one row.
    private static Estimate functionEstimate(List<Scalar> calls, List<Field> output) {
        boolean set = calls.stream().anyMatch(Scalar.SetCall.class::isInstance);
        double rows = set ? FUNCTION_ROWS : 1;
        return new Estimate(rows, 0, rows * CPU_ROW, AccessPaths.width(output));
    }

    private static PhysicalPlan project(PhysicalPlan input, List<Item> items) {
        List<Field> fields = items.stream().map(Item::field).toList();
        Estimate estimate = input.estimate().plus(CPU_OPERATOR);
        return new PhysicalPlan.Project(
                input,
                items,
                new Estimate(estimate.rows(), estimate.startup(), estimate.total(), AccessPaths.width(fields)));
    }

    private PhysicalPlan filter(LogicalPlan.Filter filter) {
        List<Scalar> conditions = Scalars.conjuncts(filter.condition());
        if (filter.input() instanceof LogicalPlan.Scan scan) {
            return paths.best(scan, conditions);
        }
        return filtered(plan(filter.input()), filter.condition());
    }

    static PhysicalPlan filtered(PhysicalPlan input, Scalar condition) {
        Estimate estimate = input.estimate();
        double share = Selectivity.of(Scalars.conjuncts(condition), null, List.of(), estimate.rows());
        return new PhysicalPlan.Filter(
                input, condition, estimate.plus(CPU_OPERATOR).withRows(estimate.rows() * share));
    }

    private PhysicalPlan aggregate(LogicalPlan.Aggregate aggregate) {
        PhysicalPlan input = plan(aggregate.input());
        Estimate below = input.estimate();
        double groups = aggregate.groups().isEmpty() ? 1 : Math.min(Math.max(below.rows() / 10, 1), 200);
        double cost = below.total()
                + below.rows() * CPU_OPERATOR * (1 + aggregate.aggregates().size());
        return new PhysicalPlan.Aggregate(
                input,
                aggregate.groups(),
                aggregate.aggregates(),
                aggregate.groupingSets(),
                new Estimate(groups, cost, cost + groups * CPU_ROW, AccessPaths.width(aggregate.output())));
    }

    private PhysicalPlan sort(LogicalPlan.Sort sort, @Nullable Scalar count, @Nullable Scalar offset) {
        PhysicalPlan input = plan(sort.input());
        Estimate below = input.estimate();
        double kept = count == null ? below.rows() : Math.min(below.rows(), constant(count, 100) + constant(offset, 0));
        double compare = 2 * CPU_OPERATOR * below.rows() * (Math.log(Math.max(kept, 2)) / Math.log(2));
        double start = below.total() + compare;
        return new PhysicalPlan.Sort(
                input,
                sort.keys(),
                count,
                offset,
                new Estimate(kept, start, start + kept * CPU_OPERATOR, below.width()));
    }

    static double constant(@Nullable Scalar scalar, double otherwise) {
        return scalar instanceof Scalar.Constant constant && !constant.isNull()
                ? Math.max(0, (double) constant.value().asLong())
                : otherwise;
    }

    /// LIMIT over projections of a sort goes to the sort, so that they are computed for the rows that are
    /// left. Volatile ones are computed for the rows that OFFSET skips, too, as in PostgreSQL.
    private PhysicalPlan limit(LogicalPlan.Limit limit) {
        List<LogicalPlan.Project> above = new ArrayList<>();
        LogicalPlan below = limit.input();
        while (below instanceof LogicalPlan.Project project
                && (limit.offset() == null
                        || project.items().stream().noneMatch(item -> Scalars.isVolatile(item.expression())))) {
            above.add(project);
            below = project.input();
        }
        if (below instanceof LogicalPlan.Sort sort && limit.count() != null) {
            PhysicalPlan first = firstRows(sort, limit);
            for (LogicalPlan.Project project : above.reversed()) {
                first = project(first, project.items());
            }
            return first;
        }
        return limited(plan(limit.input()), limit.count(), limit.offset());
    }

    private PhysicalPlan firstRows(LogicalPlan.Sort sort, LogicalPlan.Limit limit) {
        PhysicalPlan sorted = sort(sort, limit.count(), limit.offset());
        PhysicalPlan byDistance = nearest.plan(sort, limit, sorted.estimate().total());
        if (byDistance != null) {
            return byDistance;
        }
        PhysicalPlan unlimited = orderedByIndex(sort);
        PhysicalPlan ordered = unlimited == null ? null : limited(unlimited, limit.count(), limit.offset());
        // the sort itself counts and skips
        return ordered != null && ordered.estimate().total() < sorted.estimate().total() ? ordered : sorted;
    }

    private static PhysicalPlan limited(PhysicalPlan input, @Nullable Scalar count, @Nullable Scalar offset) {
        Estimate below = input.estimate();
        double rows = Math.min(below.rows(), constant(count, below.rows() / 10) + constant(offset, 0));
        double share = rows / Math.max(below.rows(), 1);
        double total = below.startup() + (below.total() - below.startup()) * Math.min(share, 1);
        return new PhysicalPlan.Limit(
                input, count, offset, new Estimate(Math.max(1, rows), below.startup(), total, below.width()));
    }

    /// ORDER BY by a btree that has the order already, or null.
    private @Nullable PhysicalPlan orderedByIndex(LogicalPlan.Sort sort) {
        List<LogicalPlan.Project> projections = new ArrayList<>();
        LogicalPlan below = sort.input();
        List<SortKey> keys = sort.keys();
        while (below instanceof LogicalPlan.Project project) {
            projections.add(project);
            keys = throughProject(keys, project);
            below = project.input();
        }
        List<Scalar> conditions = List.of();
        if (below instanceof LogicalPlan.Filter filter) {
            conditions = Scalars.conjuncts(filter.condition());
            below = filter.input();
        }
        if (!(below instanceof LogicalPlan.Scan scan)) {
            return null;
        }
        PhysicalPlan plan = paths.ordered(scan, conditions, keys);
        if (plan == null) {
            return null;
        }
        for (LogicalPlan.Project project : projections.reversed()) {
            plan = project(plan, project.items());
        }
        return plan;
    }

    static List<SortKey> throughProject(List<SortKey> keys, LogicalPlan.Project project) {
        return keys.stream()
                .map(key ->
                        new SortKey(substitute(key.expression(), project.items()), key.descending(), key.nullsFirst()))
                .toList();
    }

    static Scalar substitute(Scalar scalar, List<Item> items) {
        return Scalars.replace(scalar, part -> {
            if (part instanceof Scalar.Column(Field field)) {
                for (Item item : items) {
                    if (item.field().equals(field)) {
                        return item.expression();
                    }
                }
            }
            return part;
        });
    }

    private PhysicalPlan setOperation(LogicalPlan.SetOperation operation) {
        PhysicalPlan left = plan(operation.left());
        PhysicalPlan right = plan(operation.right());
        double rows = switch (operation.kind()) {
            case UNION -> left.estimate().rows() + right.estimate().rows();
            case INTERSECT -> Math.min(left.estimate().rows(), right.estimate().rows());
            case EXCEPT -> left.estimate().rows();
        };
        double cost = left.estimate().total() + right.estimate().total() + rows * CPU_ROW;
        return new PhysicalPlan.SetOperation(
                operation.kind(),
                operation.all(),
                left,
                right,
                operation.output(),
                new Estimate(Math.max(1, rows), 0, cost, left.estimate().width()));
    }

    private PhysicalPlan modify(LogicalPlan.Modify modify) {
        LogicalPlan source = modify.spec().source();
        PhysicalPlan planned = plan(source);
        return new PhysicalPlan.Modify(
                modify.spec(), planned, recheck(source, planned), modify.output(), planned.estimate());
    }

    /// The condition a changed row has to meet again: that of the filter on the target, as far as its
    /// columns are at hand or those of an enclosing query.
    private static @Nullable Scalar recheck(LogicalPlan source, PhysicalPlan planned) {
        Set<Field> missing = new HashSet<>();
        NearestPlanner.collectProduced(source, missing);
        planned.output().forEach(missing::remove);
        List<Scalar> usable = Plans.conditions(source).stream()
                .filter(condition -> Scalars.fields(condition).stream().noneMatch(missing::contains))
                .toList();
        return Scalars.conjunction(usable);
    }

    PlannerEnvironment environment() {
        return environment;
    }

    static PhysicalPlan projected(PhysicalPlan input, List<Item> items) {
        return project(input, items);
    }
}
