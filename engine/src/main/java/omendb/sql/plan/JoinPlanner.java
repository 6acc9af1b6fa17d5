package omendb.sql.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import omendb.engine.type.SqlType;
import omendb.sql.plan.LogicalPlan.JoinKind;
import org.jspecify.annotations.Nullable;

/// Order and algorithms of joins. Inner joins that stand together are put in a new order: the smallest input
/// first,
/// then again and
/// again the one that keeps the result smallest.
final class JoinPlanner {
    private static final double CPU_ROW = 0.01;
    private static final double CPU_OPERATOR = 0.0025;
    private static final double DISABLED = 1e10;

    private final PhysicalPlanner planner;
    private final PlannerEnvironment environment;

    JoinPlanner(PhysicalPlanner planner, PlannerEnvironment environment) {
        this.planner = planner;
        this.environment = environment;
    }

    PhysicalPlan plan(LogicalPlan.Join join) {
        if (join.kind() == JoinKind.INNER && !join.lateral()) {
            List<LogicalPlan> inputs = new ArrayList<>();
            List<Scalar> conditions = new ArrayList<>();
            collect(join, inputs, conditions);
            return inOrder(inputs, conditions);
        }
        PhysicalPlan left = planner.plan(join.left());
        if (join.lateral()) {
            return lateral(join.kind(), left, join.right(), join.condition());
        }
        return join(join.kind(), left, join.right(), planner.plan(join.right()), join.condition());
    }

    private static void collect(LogicalPlan plan, List<LogicalPlan> inputs, List<Scalar> conditions) {
        if (plan instanceof LogicalPlan.Join(var kind, var left, var right, var condition, var lateral)
                && kind == JoinKind.INNER
                && !lateral) {
            collect(left, inputs, conditions);
            collect(right, inputs, conditions);
            conditions.addAll(Scalars.conjuncts(condition));
        } else {
            inputs.add(plan);
        }
    }

    private record Input(LogicalPlan logical, PhysicalPlan physical) {
        double rows() {
            return physical.estimate().rows();
        }
    }

    private PhysicalPlan inOrder(List<LogicalPlan> logical, List<Scalar> conditions) {
        List<Input> left = new ArrayList<>();
        for (LogicalPlan input : logical) {
            left.add(new Input(input, planner.plan(input)));
        }
        List<Scalar> open = new ArrayList<>(conditions);
        PhysicalPlan result;
        if (left.size() == 2) {
            // the larger side probes, the smaller is built
            Input a = left.get(0);
            Input b = left.get(1);
            boolean swap = b.rows() > a.rows() * 1.5;
            Input probe = swap ? b : a;
            Input build = swap ? a : b;
            Scalar condition = Scalars.conjunction(open);
            PhysicalPlan one = join(JoinKind.INNER, probe.physical(), build.logical(), build.physical(), condition);
            PhysicalPlan other = join(JoinKind.INNER, build.physical(), probe.logical(), probe.physical(), condition);
            return one.estimate().total() <= other.estimate().total() ? one : other;
        }
        Input start =
                left.stream().min((x, y) -> Double.compare(x.rows(), y.rows())).orElseThrow();
        left.remove(start);
        result = start.physical();
        while (!left.isEmpty()) {
            result = extend(result, left, open);
        }
        Scalar rest = Scalars.conjunction(open);
        return rest == null ? result : PhysicalPlanner.filtered(result, rest);
    }

    /// Joins the input that leaves the fewest rows; removes it and the conditions it used.
    private PhysicalPlan extend(PhysicalPlan current, List<Input> left, List<Scalar> open) {
        PhysicalPlan best = null;
        Input chosen = null;
        List<Scalar> used = List.of();
        boolean bestConnected = false;
        for (Input candidate : left) {
            Set<Field> fields = new HashSet<>(current.output());
            fields.addAll(candidate.physical().output());
            List<Scalar> applicable = open.stream()
                    .filter(condition -> covers(fields, left, candidate, condition))
                    .toList();
            boolean connected = !applicable.isEmpty();
            PhysicalPlan joined = join(
                    JoinKind.INNER,
                    current,
                    candidate.logical(),
                    candidate.physical(),
                    Scalars.conjunction(applicable));
            boolean better = best == null
                    || (connected && !bestConnected)
                    || (connected == bestConnected
                            && joined.estimate().total() < best.estimate().total());
            if (better) {
                best = joined;
                chosen = candidate;
                used = applicable;
                bestConnected = connected;
            }
        }
        left.remove(chosen);
        open.removeAll(used);
        return java.util.Objects.requireNonNull(best);
    }

    /// Whether every column of the condition that one of the joined inputs makes is there already.
    private static boolean covers(Set<Field> there, List<Input> left, Input candidate, Scalar condition) {
        for (Field field : Scalars.fields(condition)) {
            if (there.contains(field)) {
                continue;
            }
            for (Input other : left) {
                if (!other.equals(candidate) && other.physical().output().contains(field)) {
                    return false;
                }
            }
        }
        return true;
    }

    private record Keys(List<Scalar> left, List<Scalar> right, List<Scalar> residual) {}

    /// Splits a condition into equalities between the sides and the rest.
    private static Keys keys(PhysicalPlan left, PhysicalPlan right, @Nullable Scalar condition) {
        Set<Field> leftFields = new HashSet<>(left.output());
        Set<Field> rightFields = new HashSet<>(right.output());
        Keys keys = new Keys(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (Scalar part : Scalars.conjuncts(condition)) {
            if (part instanceof Scalar.Call call
                    && call.name().equals("=")
                    && call.args().size() == 2
                    && hashable(call.args().get(0).type(), call.args().get(1).type())) {
                Scalar a = call.args().get(0);
                Scalar b = call.args().get(1);
                if (belongs(a, leftFields, rightFields) && belongs(b, rightFields, leftFields)) {
                    keys.left().add(a);
                    keys.right().add(b);
                    continue;
                }
                if (belongs(b, leftFields, rightFields) && belongs(a, rightFields, leftFields)) {
                    keys.left().add(b);
                    keys.right().add(a);
                    continue;
                }
            }
            keys.residual().add(part);
        }
        return keys;
    }

    private static boolean belongs(Scalar scalar, Set<Field> own, Set<Field> other) {
        Set<Field> fields = Scalars.fields(scalar);
        return fields.stream().anyMatch(own::contains)
                && fields.stream().noneMatch(other::contains)
                && !Scalars.isVolatile(scalar)
                && !Scalars.contains(scalar, Scalar.Subquery.class);
    }

    static boolean hashable(SqlType left, SqlType right) {
        return JoinTypes.hashable(left, right);
    }

    private PhysicalPlan join(
            JoinKind kind,
            PhysicalPlan left,
            LogicalPlan rightLogical,
            PhysicalPlan right,
            @Nullable Scalar condition) {
        Keys keys = keys(left, right, condition);
        PhysicalPlan best = nestedLoop(kind, left, right, condition);
        if (!keys.left().isEmpty()) {
            PhysicalPlan hash = hashJoin(kind, left, right, keys);
            if (hash.estimate().total() < best.estimate().total() || kind == JoinKind.FULL || kind == JoinKind.RIGHT) {
                best = hash;
            }
        }
        PhysicalPlan byIndex = indexLoop(kind, left, rightLogical, condition);
        if (byIndex != null && byIndex.estimate().total() < best.estimate().total()) {
            best = byIndex;
        }
        return best;
    }

    private PhysicalPlan hashJoin(JoinKind kind, PhysicalPlan left, PhysicalPlan right, Keys keys) {
        Estimate l = left.estimate();
        Estimate r = right.estimate();
        double start =
                (environment.enabled("enable_hashjoin") ? 0 : DISABLED) + r.total() + r.rows() * CPU_ROW + l.startup();
        double rows = joinRows(kind, l.rows(), r.rows(), keys.left().size(), keys.residual());
        double total = start + l.total() - l.startup() + l.rows() * CPU_OPERATOR + rows * CPU_ROW;
        return new PhysicalPlan.HashJoin(
                kind,
                left,
                right,
                keys.left(),
                keys.right(),
                Scalars.conjunction(keys.residual()),
                new Estimate(rows, start, total, l.width() + r.width()));
    }

    /// An equality keeps as many rows as the larger side has.
    private static double joinRows(JoinKind kind, double left, double right, int keys, List<Scalar> residual) {
        double rows = left * right;
        if (keys > 0) {
            rows /= Math.max(1, Math.max(left, right));
            rows *= Math.pow(0.1, keys - 1.0);
        }
        rows *= Selectivity.of(residual, null, List.of(), rows);
        rows = switch (kind) {
            case INNER -> rows;
            case LEFT -> Math.max(rows, left);
            case RIGHT -> Math.max(rows, right);
            case FULL -> Math.max(rows, left + right);
            case SEMI -> Math.min(rows, left * 0.5);
            case ANTI -> left * 0.5;
        };
        return Math.max(1, rows);
    }

    private PhysicalPlan nestedLoop(JoinKind kind, PhysicalPlan left, PhysicalPlan right, @Nullable Scalar condition) {
        Estimate l = left.estimate();
        Estimate r = right.estimate();
        double rows = joinRows(kind, l.rows(), r.rows(), 0, Scalars.conjuncts(condition));
        double start = (environment.enabled("enable_nestloop") ? 0 : DISABLED) + l.startup() + r.startup();
        double total = start
                + (l.total() - l.startup())
                + (r.total() - r.startup())
                + l.rows() * r.rows() * CPU_OPERATOR * 2
                + rows * CPU_ROW;
        return new PhysicalPlan.NestedLoop(
                kind, left, right, condition, List.of(), new Estimate(rows, start, total, l.width() + r.width()));
    }

    /// For each row of the left, the right table's rows by an index on the join's columns; null if there is no
    /// such
    /// index.
    private @Nullable PhysicalPlan indexLoop(
            JoinKind kind, PhysicalPlan left, LogicalPlan right, @Nullable Scalar condition) {
        boolean table = right instanceof LogicalPlan.Scan
                || (right instanceof LogicalPlan.Filter filter && filter.input() instanceof LogicalPlan.Scan);
        if (!table || condition == null || kind == JoinKind.RIGHT || kind == JoinKind.FULL) {
            return null;
        }
        LogicalPlan filtered = right instanceof LogicalPlan.Filter(var input, var own)
                ? new LogicalPlan.Filter(input, new Scalar.And(List.of(own, condition)))
                : new LogicalPlan.Filter(right, condition);
        PhysicalPlan inner = planner.plan(filtered);
        if (!refersTo(inner, left)) {
            return null;
        }
        Estimate l = left.estimate();
        double rows = Math.max(1, l.rows() * inner.estimate().rows());
        double total = l.total() + l.rows() * inner.estimate().total() + rows * CPU_ROW;
        return new PhysicalPlan.NestedLoop(
                kind,
                left,
                inner,
                null,
                parameters(left, filtered),
                new Estimate(
                        rows, l.startup(), total, l.width() + inner.estimate().width()));
    }

    /// Whether it is a scan whose index is asked with values of the left side.
    private static boolean refersTo(PhysicalPlan inner, PhysicalPlan left) {
        List<Scalar> conditions = switch (inner) {
            case PhysicalPlan.IndexScan scan -> scan.conditions();
            case PhysicalPlan.BitmapScan scan -> scan.conditions();
            default -> List.of();
        };
        return conditions.stream()
                .anyMatch(condition -> Scalars.fields(condition).stream().anyMatch(left.output()::contains));
    }

    private static List<Field> parameters(PhysicalPlan left, LogicalPlan rightLogical) {
        Set<Field> outer = new HashSet<>(Plans.outerFields(rightLogical));
        return left.output().stream().filter(outer::contains).toList();
    }

    private PhysicalPlan lateral(JoinKind kind, PhysicalPlan left, LogicalPlan right, @Nullable Scalar condition) {
        PhysicalPlan inner = planner.plan(right);
        Estimate l = left.estimate();
        Estimate r = inner.estimate();
        double rows = joinRows(kind, l.rows(), r.rows(), 0, Scalars.conjuncts(condition));
        return new PhysicalPlan.NestedLoop(
                kind,
                left,
                inner,
                condition,
                parameters(left, right),
                new Estimate(rows, l.startup(), l.total() + l.rows() * r.total(), l.width() + r.width()));
    }
}
