package omendb.sql.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import omendb.sql.plan.LogicalPlan.JoinKind;
import org.jspecify.annotations.Nullable;

/// Turns `EXISTS (query)`, `NOT EXISTS (query)` and `x IN (query)` as conditions into semi and anti joins.
final class Decorrelation {
    private Decorrelation() {}

    /// The join that filters `input` by the condition, or null if it stays an expression.
    static @Nullable LogicalPlan toJoin(LogicalPlan input, Scalar condition) {
        return switch (condition) {
            case Scalar.Subquery subquery -> join(input, subquery, JoinKind.SEMI);
            // NOT IN is no anti join: a NULL on either side makes it unknown
            case Scalar.Not(Scalar.Subquery subquery)
            when subquery.kind() == Scalar.SubqueryKind.EXISTS -> join(input, subquery, JoinKind.ANTI);
            default -> null;
        };
    }

    private static @Nullable LogicalPlan join(LogicalPlan input, Scalar.Subquery subquery, JoinKind kind) {
        List<Scalar> on = new ArrayList<>();
        LogicalPlan plan = subquery.plan();
        switch (subquery.kind()) {
            case ANY -> {
                if (subquery.test() == null) {
                    return null;
                }
                on.addAll(Scalars.conjuncts(subquery.test()));
            }
            case EXISTS -> {
                while (plan instanceof LogicalPlan.Project project
                        && project.items().stream().noneMatch(item -> Scalars.isVolatile(item.expression()))) {
                    plan = project.input();
                }
            }
            default -> {
                return null;
            }
        }
        if (Plans.locksRows(plan)) {
            return null; // it locks the rows it finds for the row at hand, and checks them again
        }
        Pulled pulled = pullConditions(plan);
        if (pulled == null || !uncorrelatedWith(pulled.plan(), input)) {
            return null;
        }
        Set<Field> produced = new HashSet<>(pulled.plan().output());
        produced.addAll(input.output());
        for (Scalar part : pulled.conditions()) {
            if (Scalars.contains(part, Scalar.Subquery.class)) {
                return null;
            }
            for (Field field : Scalars.fields(part)) {
                if (!produced.contains(field) && comesFrom(field, plan)) {
                    return null;
                }
            }
        }
        on.addAll(pulled.conditions());
        return new LogicalPlan.Join(kind, input, pulled.plan(), Scalars.conjunction(on), false);
    }

    private static boolean uncorrelatedWith(LogicalPlan plan, LogicalPlan input) {
        Set<Field> outer = new HashSet<>(Plans.outerFields(plan));
        outer.retainAll(input.output());
        return outer.isEmpty();
    }

    private static boolean comesFrom(Field field, LogicalPlan plan) {
        return plan.output().contains(field)
                || Plans.children(plan).stream().anyMatch(child -> comesFrom(field, child));
    }

    private record Pulled(LogicalPlan plan, List<Scalar> conditions) {}

    /// Takes the conditions that refer to outer columns out of the filters at the top of the subquery.
    private static @Nullable Pulled pullConditions(LogicalPlan plan) {
        return switch (plan) {
            case LogicalPlan.Filter(var input, var condition) -> {
                Pulled below = pullConditions(input);
                if (below == null) {
                    yield null;
                }
                Set<Field> inner = new HashSet<>(input.output());
                List<Scalar> kept = new ArrayList<>();
                List<Scalar> pulled = new ArrayList<>(below.conditions());
                for (Scalar part : Scalars.conjuncts(condition)) {
                    boolean local = inner.containsAll(Scalars.fields(part));
                    (local ? kept : pulled).add(part);
                }
                Scalar rest = Scalars.conjunction(kept);
                yield new Pulled(rest == null ? below.plan() : new LogicalPlan.Filter(below.plan(), rest), pulled);
            }
            case LogicalPlan.Project(var input, var items) -> {
                Pulled below = pullConditions(input);
                if (below == null) {
                    yield null;
                }
                if (below.conditions().isEmpty()) {
                    yield new Pulled(new LogicalPlan.Project(below.plan(), items), List.of());
                }
                // the pulled conditions read columns below the projection: let it pass them on
                List<LogicalPlan.Item> all = new ArrayList<>(items);
                Set<Field> available = new HashSet<>(below.plan().output());
                Set<Field> present = new HashSet<>();
                items.forEach(item -> present.add(item.field()));
                for (Scalar part : below.conditions()) {
                    for (Field field : Scalars.fields(part)) {
                        if (available.contains(field) && present.add(field)) {
                            all.add(new LogicalPlan.Item(field, new Scalar.Column(field)));
                        }
                    }
                }
                yield new Pulled(new LogicalPlan.Project(below.plan(), all), below.conditions());
            }
            default -> new Pulled(plan, List.of());
        };
    }
}
