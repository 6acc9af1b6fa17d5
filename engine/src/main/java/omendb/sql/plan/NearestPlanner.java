package omendb.sql.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import omendb.sql.plan.LogicalPlan.JoinKind;
import org.jspecify.annotations.Nullable;

/// ORDER BY distance LIMIT by an hnsw index, through projections, filters and joins.
///
/// Cost is weighed against the plan without the index: a small table, or a filter that lets few rows through,
/// is read
/// whole.
final class NearestPlanner {
    private static final double VISIT = 0.1;
    private static final double DIMENSIONS_PER_UNIT = 256;
    /// Distances the exact plan computes are not in its estimate: cost of one per 256 dimensions.
    private static final double EXACT_DISTANCE = 0.01;

    private final PhysicalPlanner planner;
    private final AccessPaths paths;
    private final PlannerEnvironment environment;

    NearestPlanner(PhysicalPlanner planner, AccessPaths paths, PlannerEnvironment environment) {
        this.planner = planner;
        this.paths = paths;
        this.environment = environment;
    }

    /// What is to be found below: the scan whose index gives the order.
    private record Target(DistanceExpressions.Ordering ordering, double limit, double exactCost, Set<Field> produced) {}

    @Nullable
    PhysicalPlan plan(LogicalPlan.Sort sort, LogicalPlan.Limit limit, double exactCost) {
        if (sort.keys().size() != 1 || limit.count() == null || !environment.enabled("enable_indexscan")) {
            return null;
        }
        SortKey key = sort.keys().getFirst();
        Scalar expression = key.expression();
        LogicalPlan below = sort.input();
        while (below instanceof LogicalPlan.Project project) {
            expression = PhysicalPlanner.substitute(expression, project.items());
            below = project.input();
        }
        DistanceExpressions.Ordering ordering = DistanceExpressions.of(expression);
        if (ordering == null || ordering.ascending() == key.descending() || key.nullsFirst() != key.descending()) {
            return null;
        }
        double rows = PhysicalPlanner.constant(limit.count(), 10) + PhysicalPlanner.constant(limit.offset(), 0);
        Set<Field> produced = new HashSet<>();
        collectProduced(sort.input(), produced);
        PhysicalPlan ordered = order(sort.input(), new Target(ordering, rows, exactCost, produced), List.of());
        if (ordered == null) {
            return null;
        }
        Estimate estimate = ordered.estimate();
        return new PhysicalPlan.Nearest(
                ordered,
                sort.keys(),
                limit.count(),
                limit.offset(),
                new Estimate(
                        Math.max(1, Math.min(rows, estimate.rows())),
                        estimate.startup(),
                        estimate.total(),
                        estimate.width()));
    }

    /// The plan with the wanted order, or null. `conditions` are those of a filter right above.
    private @Nullable PhysicalPlan order(LogicalPlan plan, Target target, List<Scalar> conditions) {
        return switch (plan) {
            case LogicalPlan.Project(var input, var items) -> {
                PhysicalPlan below = order(input, target, List.of());
                yield below == null ? null : PhysicalPlanner.projected(below, items);
            }
            case LogicalPlan.Filter(var input, var condition) -> {
                if (input instanceof LogicalPlan.Scan scan) {
                    yield scan(scan, target, Scalars.conjuncts(condition));
                }
                PhysicalPlan below = order(input, target, List.of());
                yield below == null ? null : PhysicalPlanner.filtered(below, condition);
            }
            case LogicalPlan.Join join -> join(join, target);
            case LogicalPlan.Scan scan -> scan(scan, target, conditions);
            default -> null;
        };
    }

    private @Nullable PhysicalPlan join(LogicalPlan.Join join, Target target) {
        boolean keepsLeft = join.kind() != JoinKind.RIGHT && join.kind() != JoinKind.FULL;
        PhysicalPlan left = keepsLeft && !join.lateral() ? order(join.left(), target, List.of()) : null;
        PhysicalPlan right = null;
        if (left == null && join.kind() == JoinKind.INNER && !join.lateral()) {
            left = order(join.right(), target, List.of());
            right = left == null ? null : planner.plan(join.left());
        } else if (left != null) {
            right = planner.plan(join.right());
        }
        return left == null || right == null ? null : probe(join, left, right);
    }

    /// A hash join that keeps the order of its left side.
    private static PhysicalPlan probe(LogicalPlan.Join join, PhysicalPlan left, PhysicalPlan right) {
        Set<Field> leftFields = new HashSet<>(left.output());
        Set<Field> rightFields = new HashSet<>(right.output());
        List<Scalar> leftKeys = new ArrayList<>();
        List<Scalar> rightKeys = new ArrayList<>();
        List<Scalar> residual = new ArrayList<>();
        for (Scalar part : Scalars.conjuncts(join.condition())) {
            Scalar.Call equal = part instanceof Scalar.Call call
                            && call.name().equals("=")
                            && call.args().size() == 2
                            && JoinTypes.hashable(
                                    call.args().get(0).type(),
                                    call.args().get(1).type())
                    ? call
                    : null;
            if (equal != null
                    && over(equal.args().get(0), leftFields)
                    && over(equal.args().get(1), rightFields)) {
                leftKeys.add(equal.args().get(0));
                rightKeys.add(equal.args().get(1));
            } else if (equal != null
                    && over(equal.args().get(1), leftFields)
                    && over(equal.args().get(0), rightFields)) {
                leftKeys.add(equal.args().get(1));
                rightKeys.add(equal.args().get(0));
            } else {
                residual.add(part);
            }
        }
        Estimate l = left.estimate();
        Estimate r = right.estimate();
        Estimate estimate =
                new Estimate(l.rows(), l.startup() + r.total(), l.total() + r.total(), l.width() + r.width());
        return leftKeys.isEmpty()
                ? new PhysicalPlan.NestedLoop(join.kind(), left, right, join.condition(), List.of(), estimate)
                : new PhysicalPlan.HashJoin(
                        join.kind(), left, right, leftKeys, rightKeys, Scalars.conjunction(residual), estimate);
    }

    private static boolean over(Scalar scalar, Set<Field> fields) {
        Set<Field> used = Scalars.fields(scalar);
        return !used.isEmpty() && fields.containsAll(used);
    }

    private @Nullable PhysicalPlan scan(LogicalPlan.Scan scan, Target target, List<Scalar> conditions) {
        boolean subquery =
                conditions.stream().anyMatch(condition -> Scalars.contains(condition, Scalar.Subquery.class));
        VectorPaths.Match match =
                subquery ? null : paths.vectors().match(scan, target.ordering(), conditions, target.produced());
        return match == null ? null : path(scan, match, target, conditions);
    }

    private @Nullable PhysicalPlan path(
            LogicalPlan.Scan scan, VectorPaths.Match match, Target target, List<Scalar> conditions) {
        double rows = Math.max(1, environment.rows(scan.table().oid()));
        double passing = paths.rowsAfter(scan, conditions);
        double perVector = 1 + match.dimensions() / DIMENSIONS_PER_UNIT;
        double visits = Math.max(environment.efSearch(), target.limit() * rows / passing);
        double cost = Math.min(visits, rows) * VISIT * perVector + 1;
        double exact = target.exactCost() + passing * EXACT_DISTANCE * perVector;
        if (cost >= exact) {
            return null;
        }
        return new PhysicalPlan.VectorScan(
                paths.read(scan, conditions),
                match.index(),
                match.query(),
                target.ordering().call(),
                paths.vectors().within(scan, conditions, target.ordering()),
                new Estimate(passing, 1, Math.max(cost, 1), AccessPaths.width(scan.fields())));
    }

    /// Every field of a plan's nodes.
    static void collectProduced(LogicalPlan plan, Set<Field> produced) {
        produced.addAll(plan.output());
        Plans.children(plan).forEach(child -> collectProduced(child, produced));
    }
}
