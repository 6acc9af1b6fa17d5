package omendb.sql.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import omendb.sql.plan.LogicalPlan.Item;
import omendb.sql.plan.LogicalPlan.JoinKind;

/// Rewrites a logical plan into an equivalent one that is cheaper whatever the data: WITH queries used once
/// are put in
/// place,
/// conditions move down to where their columns come from, EXISTS and IN become joins, columns nobody reads
/// disappear.
public final class Optimizer {
    private final Map<Integer, Integer> references = new HashMap<>();
    private final Map<Integer, LogicalPlan.Cte> inlined = new HashMap<>();

    private Optimizer() {}

    public static LogicalPlan optimize(LogicalPlan plan) {
        Optimizer optimizer = new Optimizer();
        optimizer.countReferences(plan);
        LogicalPlan withoutCtes = optimizer.inlineCtes(plan);
        LogicalPlan pushed = new PredicatePushdown().rewrite(withoutCtes);
        return ColumnPruning.prune(pushed);
    }

    // WITH

    private void countReferences(LogicalPlan plan) {
        if (plan instanceof LogicalPlan.CteScan scan) {
            references.merge(scan.cteId(), 1, Integer::sum);
        }
        Plans.scalars(plan)
                .forEach(scalar -> Scalars.visit(scalar, part -> {
                    if (part instanceof Scalar.Subquery subquery) {
                        countReferences(subquery.plan());
                    }
                }));
        Plans.children(plan).forEach(this::countReferences);
    }

    private LogicalPlan inlineCtes(LogicalPlan plan) {
        if (plan instanceof LogicalPlan.With with) {
            List<LogicalPlan.Cte> kept = new ArrayList<>();
            for (LogicalPlan.Cte cte : with.ctes()) {
                LogicalPlan body = inlineCtes(cte.plan());
                LogicalPlan recursive = cte.recursive() == null ? null : inlineCtes(cte.recursive());
                LogicalPlan.Cte rewritten =
                        new LogicalPlan.Cte(cte.id(), cte.name(), body, recursive, cte.distinct(), cte.materialize());
                if (mayInline(rewritten)) {
                    inlined.put(cte.id(), rewritten);
                } else {
                    kept.add(rewritten);
                }
            }
            LogicalPlan body = inlineCtes(with.body());
            return kept.isEmpty() ? body : new LogicalPlan.With(kept, body);
        }
        if (plan instanceof LogicalPlan.CteScan scan && inlined.containsKey(scan.cteId())) {
            return rename(inlined.get(scan.cteId()).plan(), scan.output());
        }
        LogicalPlan rebuilt = Plans.withChildren(plan, this::inlineCtes);
        return inlined.isEmpty() ? rebuilt : inlineInSubqueries(rebuilt);
    }

    private LogicalPlan inlineInSubqueries(LogicalPlan plan) {
        boolean any = Plans.scalars(plan).stream().anyMatch(scalar -> Scalars.contains(scalar, Scalar.Subquery.class));
        if (!any) {
            return plan;
        }
        return Plans.mapScalars(
                plan,
                scalar -> Scalars.replace(scalar, part -> {
                    if (part instanceof Scalar.Subquery(var kind, var inner, var test, var type)) {
                        return new Scalar.Subquery(kind, inlineCtes(inner), test, type);
                    }
                    return part;
                }));
    }

    private boolean mayInline(LogicalPlan.Cte cte) {
        if (cte.recursive() != null || Plans.modifies(cte.plan()) || Boolean.TRUE.equals(cte.materialize())) {
            return false;
        }
        int uses = references.getOrDefault(cte.id(), 0);
        return uses <= 1 && (uses == 1 || !isVolatile(cte.plan())) && !isVolatile(cte.plan());
    }

    static boolean isVolatile(LogicalPlan plan) {
        return Plans.scalars(plan).stream().anyMatch(Scalars::isVolatile)
                || Plans.children(plan).stream().anyMatch(Optimizer::isVolatile);
    }

    /// The plan's columns under the identities of other fields.
    private static LogicalPlan rename(LogicalPlan plan, List<Field> fields) {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            items.add(new Item(fields.get(i), new Scalar.Column(plan.output().get(i))));
        }
        return new LogicalPlan.Project(plan, items);
    }

    /// Moves conditions down and turns conditions that hold subqueries into joins.
    private static final class PredicatePushdown {
        LogicalPlan rewrite(LogicalPlan plan) {
            return push(plan, List.of());
        }

        /// The plan with `conditions` applied somewhere in or above it.
        private LogicalPlan push(LogicalPlan plan, List<Scalar> conditions) {
            return switch (plan) {
                case LogicalPlan.Filter(var input, var condition) -> {
                    List<Scalar> all = new ArrayList<>(Scalars.conjuncts(condition));
                    all.addAll(conditions);
                    yield push(input, all);
                }
                case LogicalPlan.Project project -> throughProject(project, conditions);
                case LogicalPlan.Join join -> intoJoin(join, conditions);
                case LogicalPlan.Sort(var input, var keys) -> new LogicalPlan.Sort(push(input, conditions), keys);
                case LogicalPlan.SetOperation operation -> intoSetOperation(operation, conditions);
                case LogicalPlan.Aggregate aggregate -> belowAggregate(aggregate, conditions);
                case LogicalPlan.Window window -> belowWindow(window, conditions);
                case LogicalPlan.Distinct(var input, var on)
                when on == null -> new LogicalPlan.Distinct(push(input, conditions), null);
                default -> filter(inside(plan), conditions);
            };
        }

        private LogicalPlan inside(LogicalPlan plan) {
            return Plans.withChildren(plan, this::rewrite);
        }

        /// A filter, its subqueries turned into joins where they can be.
        private LogicalPlan filter(LogicalPlan input, List<Scalar> conditions) {
            LogicalPlan plan = input;
            List<Scalar> plain = new ArrayList<>();
            List<Scalar> subqueries = new ArrayList<>();
            for (Scalar condition : conditions) {
                (Scalars.contains(condition, Scalar.Subquery.class) ? subqueries : plain).add(condition);
            }
            Scalar first = Scalars.conjunction(plain);
            if (first != null) {
                plan = new LogicalPlan.Filter(plan, first);
            }
            List<Scalar> rest = new ArrayList<>();
            for (Scalar condition : subqueries) {
                LogicalPlan joined = Decorrelation.toJoin(plan, condition);
                if (joined instanceof LogicalPlan.Join join) {
                    plan = new LogicalPlan.Join(
                            join.kind(), join.left(), rewrite(join.right()), join.condition(), join.lateral());
                } else {
                    rest.add(condition);
                }
            }
            Scalar last = Scalars.conjunction(rest);
            return last == null ? plan : new LogicalPlan.Filter(plan, last);
        }

        private LogicalPlan throughProject(LogicalPlan.Project project, List<Scalar> conditions) {
            Map<Field, Scalar> definitions = new HashMap<>();
            project.items().forEach(item -> definitions.put(item.field(), item.expression()));
            List<Scalar> below = new ArrayList<>();
            List<Scalar> above = new ArrayList<>();
            for (Scalar condition : conditions) {
                boolean movable = Scalars.fields(condition).stream()
                        .map(definitions::get)
                        .noneMatch(definition -> definition != null
                                && (Scalars.isVolatile(definition)
                                        || Scalars.contains(definition, Scalar.Subquery.class)));
                (movable ? below : above).add(movable ? substitute(condition, definitions) : condition);
            }
            LogicalPlan input = push(project.input(), below);
            LogicalPlan rebuilt = new LogicalPlan.Project(input, project.items());
            return above.isEmpty() ? rebuilt : filter(rebuilt, above);
        }

        private static Scalar substitute(Scalar scalar, Map<Field, Scalar> definitions) {
            return Scalars.replace(
                    scalar,
                    part -> part instanceof Scalar.Column(Field field) && definitions.containsKey(field)
                            ? definitions.get(field)
                            : part);
        }

        private LogicalPlan intoJoin(LogicalPlan.Join join, List<Scalar> conditions) {
            Set<Field> leftFields = new HashSet<>(join.left().output());
            Set<Field> rightFields = new HashSet<>(join.right().output());
            List<Scalar> toLeft = new ArrayList<>();
            List<Scalar> toRight = new ArrayList<>();
            List<Scalar> on = new ArrayList<>();
            List<Scalar> above = new ArrayList<>();
            JoinKind kind = strengthen(join.kind(), leftFields, rightFields, conditions);
            for (Scalar condition : conditions) {
                Side side = side(condition, leftFields, rightFields);
                boolean subquery = Scalars.contains(condition, Scalar.Subquery.class);
                if (side == Side.LEFT && (kind != JoinKind.RIGHT && kind != JoinKind.FULL)) {
                    toLeft.add(condition);
                } else if (side == Side.RIGHT && (kind == JoinKind.INNER || kind == JoinKind.RIGHT)) {
                    toRight.add(condition);
                } else if (kind == JoinKind.INNER && !subquery) {
                    on.add(condition);
                } else {
                    above.add(condition);
                }
            }
            for (Scalar condition : Scalars.conjuncts(join.condition())) {
                Side side = side(condition, leftFields, rightFields);
                boolean innerLeft = kind == JoinKind.INNER || kind == JoinKind.SEMI || kind == JoinKind.RIGHT;
                boolean innerRight = kind != JoinKind.RIGHT && kind != JoinKind.FULL;
                if (side == Side.LEFT && innerLeft) {
                    toLeft.add(condition);
                } else if (side == Side.RIGHT && innerRight) {
                    toRight.add(condition);
                } else {
                    on.add(condition);
                }
            }
            LogicalPlan joined = new LogicalPlan.Join(
                    kind,
                    push(join.left(), toLeft),
                    push(join.right(), toRight),
                    Scalars.conjunction(on),
                    join.lateral());
            return above.isEmpty() ? joined : filter(joined, above);
        }

        private enum Side {
            LEFT,
            RIGHT,
            BOTH
        }

        private static Side side(Scalar condition, Set<Field> left, Set<Field> right) {
            boolean usesLeft = false;
            boolean usesRight = false;
            for (Field field : Scalars.fields(condition)) {
                usesLeft |= left.contains(field);
                usesRight |= right.contains(field);
            }
            if (Scalars.isVolatile(condition)) {
                return Side.BOTH;
            }
            return usesRight ? usesLeft ? Side.BOTH : Side.RIGHT : Side.LEFT;
        }

        /// An outer join whose added NULL rows the conditions above would drop anyway is an inner one.
        private static JoinKind strengthen(JoinKind kind, Set<Field> left, Set<Field> right, List<Scalar> conditions) {
            boolean needsLeft = conditions.stream().anyMatch(condition -> rejectsNulls(condition, left));
            boolean needsRight = conditions.stream().anyMatch(condition -> rejectsNulls(condition, right));
            return switch (kind) {
                case LEFT -> needsRight ? JoinKind.INNER : kind;
                case RIGHT -> needsLeft ? JoinKind.INNER : kind;
                case FULL ->
                    needsLeft ? needsRight ? JoinKind.INNER : JoinKind.LEFT : needsRight ? JoinKind.RIGHT : kind;
                default -> kind;
            };
        }

        /// Whether the condition cannot be true when all these fields are NULL.
        private static boolean rejectsNulls(Scalar condition, Set<Field> fields) {
            return switch (condition) {
                case Scalar.Call call ->
                    call.function().strict() && call.args().stream().anyMatch(arg -> nullWhenNull(arg, fields));
                case Scalar.IsNull test -> test.negated() && nullWhenNull(test.operand(), fields);
                case Scalar.AnyArray any -> !any.all() && nullWhenNull(any.left(), fields);
                case Scalar.Column column -> fields.contains(column.field());
                case Scalar.And and -> and.args().stream().anyMatch(arg -> rejectsNulls(arg, fields));
                case Scalar.Or or -> or.args().stream().allMatch(arg -> rejectsNulls(arg, fields));
                default -> false;
            };
        }

        private static boolean nullWhenNull(Scalar scalar, Set<Field> fields) {
            return switch (scalar) {
                case Scalar.Column column -> fields.contains(column.field());
                case Scalar.Relabel relabel -> nullWhenNull(relabel.operand(), fields);
                case Scalar.Call call ->
                    call.function().strict() && call.args().stream().anyMatch(arg -> nullWhenNull(arg, fields));
                default -> false;
            };
        }

        private LogicalPlan intoSetOperation(LogicalPlan.SetOperation operation, List<Scalar> conditions) {
            boolean movable = conditions.stream()
                    .noneMatch(condition ->
                            Scalars.isVolatile(condition) || Scalars.contains(condition, Scalar.Subquery.class));
            if (!movable || conditions.isEmpty()) {
                return filter(inside(operation), conditions);
            }
            return new LogicalPlan.SetOperation(
                    operation.kind(),
                    operation.all(),
                    push(operation.left(), over(conditions, operation, operation.left())),
                    push(operation.right(), over(conditions, operation, operation.right())),
                    operation.output());
        }

        private static List<Scalar> over(
                List<Scalar> conditions, LogicalPlan.SetOperation operation, LogicalPlan side) {
            Map<Field, Scalar> definitions = new HashMap<>();
            for (int i = 0; i < operation.output().size(); i++) {
                definitions.put(
                        operation.output().get(i),
                        new Scalar.Column(side.output().get(i)));
            }
            return conditions.stream()
                    .map(condition -> substitute(condition, definitions))
                    .toList();
        }

        /// What holds for a whole partition or for none of its rows does not change what functions see.
        private LogicalPlan belowWindow(LogicalPlan.Window window, List<Scalar> conditions) {
            Set<Field> partition = new HashSet<>();
            window.partitionBy().forEach(scalar -> Scalars.collectFields(scalar, partition));
            Set<Field> own = new HashSet<>(window.output());
            List<Scalar> below = new ArrayList<>();
            List<Scalar> above = new ArrayList<>();
            for (Scalar condition : conditions) {
                boolean movable = !Scalars.isVolatile(condition)
                        && !Scalars.contains(condition, Scalar.Subquery.class)
                        && Scalars.fields(condition).stream()
                                .allMatch(field -> partition.contains(field) || !own.contains(field));
                (movable ? below : above).add(condition);
            }
            LogicalPlan rebuilt = new LogicalPlan.Window(
                    push(window.input(), below), window.partitionBy(), window.orderBy(), window.calls());
            return above.isEmpty() ? rebuilt : filter(rebuilt, above);
        }

        /// HAVING on groups alone is WHERE.
        private LogicalPlan belowAggregate(LogicalPlan.Aggregate aggregate, List<Scalar> conditions) {
            Map<Field, Scalar> definitions = new HashMap<>();
            aggregate.groups().forEach(item -> definitions.put(item.field(), item.expression()));
            Set<Field> own = new HashSet<>(aggregate.output());
            List<Scalar> below = new ArrayList<>();
            List<Scalar> above = new ArrayList<>();
            boolean oneSet =
                    aggregate.groupingSets().size() == 1 && !aggregate.groups().isEmpty();
            for (Scalar condition : conditions) {
                boolean movable = oneSet
                        && !Scalars.isVolatile(condition)
                        && !Scalars.contains(condition, Scalar.Subquery.class)
                        && Scalars.fields(condition).stream()
                                .allMatch(field -> definitions.containsKey(field) || !own.contains(field));
                (movable ? below : above).add(movable ? substitute(condition, definitions) : condition);
            }
            LogicalPlan rebuilt = new LogicalPlan.Aggregate(
                    push(aggregate.input(), below),
                    aggregate.groups(),
                    aggregate.aggregates(),
                    aggregate.groupingSets());
            return above.isEmpty() ? rebuilt : filter(rebuilt, above);
        }
    }
}
