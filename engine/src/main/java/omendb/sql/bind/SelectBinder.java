package omendb.sql.bind;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Query;
import omendb.sql.ast.SelectItem;
import omendb.sql.ast.SortItem;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.LogicalPlan.Item;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalars;
import omendb.sql.plan.SortKey;
import org.jspecify.annotations.Nullable;

/// Binds one SELECT with the ORDER BY and LIMIT around it.
///
/// The plan, from below: FROM, WHERE, grouping and HAVING, the select list together with sort expressions
/// that are not in it, DISTINCT, ORDER BY, LIMIT, and last a projection that drops what only sorting
/// needed.
final class SelectBinder {
    private final BindState state;
    private final Scope scope;

    SelectBinder(BindState state, Scope outer) {
        this.state = state;
        this.scope = new Scope(outer);
    }

    /// One column of the select list, or a hidden one that only ORDER BY or DISTINCT ON needs.
    private record Target(
            String name, Scalar value, @Nullable Expr source, boolean hidden) {}

    private record Ordering(int target, SortItem item) {}

    LogicalPlan bind(Query.Select select, Query query, boolean resolveUnknowns) {
        if (select.into() != null) {
            throw new UserException(SqlState.SYNTAX_ERROR, "SELECT ... INTO is not allowed here")
                    .withPosition(select.into().table().position());
        }
        FromBinder.Bound from = new FromBinder(state, scope)
                .bindList(RowLocks.pushDown(query.locking(), new ViewExpansion(state, scope).expand(select.from())));
        LogicalPlan plan = from.plan();
        if (select.where() != null) {
            Scalar condition = binder(Clause.WHERE).bindBoolean(select.where(), "WHERE");
            plan = new LogicalPlan.Filter(plan, condition);
        }
        scope.defineWindows(select.windows());
        new WindowBinder(state, binder(Clause.SELECT)).checkDefinitions();
        List<Target> targets = bindTargets(select.items(), resolveUnknowns);
        List<Ordering> orderings = bindOrderBy(
                query.orderBy(),
                targets,
                select.distinct() != null && select.distinct().isEmpty());
        List<Integer> distinctOn = bindDistinctOn(select.distinct(), targets);
        LogicalPlan grouped = group(select, plan, targets);
        RowLocks locks = RowLocks.of(query.locking(), from, state, shapeless(select, !grouped.equals(plan)));
        grouped = locks.addRowIds(grouped);
        Windowing windows = windows(targets);
        if (!windows.isEmpty()) {
            if (!query.locking().isEmpty()) {
                throw RowLocks.refused(query.locking(), "window functions");
            }
            grouped = windows.plan(grouped);
        }
        if (!locks.isEmpty()) {
            return finishLocked(grouped, targets, orderings, query, locks);
        }
        boolean[] postponed = Postponement.of(
                targets.stream().map(Target::value).toList(),
                sortedTargets(select, orderings, distinctOn),
                query.limit() != null);
        if (postponed.length > 0) {
            return finishPostponed(grouped, targets, postponed, orderings, distinctOn, query);
        }
        LogicalPlan projected = project(grouped, targets);
        return finish(projected, targets, orderings, distinctOn, select, query);
    }

    /// Targets that are needed for the order of the rows; empty = there is no order, or all are.
    private static Set<Integer> sortedTargets(
            Query.Select select, List<Ordering> orderings, @Nullable List<Integer> distinctOn) {
        Set<Integer> sorted = new HashSet<>();
        if (select.distinct() == null || distinctOn != null) {
            orderings.forEach(ordering -> sorted.add(ordering.target()));
        }
        if (distinctOn != null) {
            sorted.addAll(distinctOn);
        }
        return sorted;
    }

    /// The postponed targets are computed of the sorted rows.
    private LogicalPlan finishPostponed(
            LogicalPlan source,
            List<Target> targets,
            boolean[] postponed,
            List<Ordering> orderings,
            @Nullable List<Integer> distinctOn,
            Query query) {
        List<Field> fields = new ArrayList<>();
        List<Item> early = new ArrayList<>();
        List<Item> late = new ArrayList<>();
        Set<Field> used = new LinkedHashSet<>();
        for (int i = 0; i < postponed.length; i++) {
            Target target = targets.get(i);
            Field field = state.fieldFor(target.name(), target.value());
            fields.add(field);
            if (postponed[i]) {
                used.addAll(Scalars.fields(target.value()));
                late.add(new Item(field, target.value()));
                continue;
            }
            early.add(new Item(field, target.value()));
            if (!target.hidden()) {
                late.add(new Item(field, new Scalar.Column(field)));
            }
        }
        source.output().stream()
                .filter(used::contains)
                .forEach(field -> early.add(new Item(field, new Scalar.Column(field))));
        LogicalPlan plan = sort(new LogicalPlan.Project(source, early), fields, orderings, distinctOn);
        plan = postpones(late) ? SetProjection.plan(state, plan, late) : new LogicalPlan.Project(plan, late);
        return new QueryBinder(state, scope.parent()).limit(plan, query, scope);
    }

    private static boolean postpones(List<Item> late) {
        return late.stream().anyMatch(item -> Scalars.contains(item.expression(), Scalar.SetCall.class));
    }

    /// What makes the rows that come out no rows of tables, in words; empty = nothing.
    private static String shapeless(Query.Select select, boolean grouped) {
        if (select.distinct() != null) {
            return "DISTINCT clause";
        }
        if (select.groupBy() != null) {
            return "GROUP BY clause";
        }
        if (select.having() != null) {
            return "HAVING clause";
        }
        return grouped ? "aggregate functions" : "";
    }

    /// A locking SELECT computes its targets last: a row that someone changed meanwhile is read again
    /// when its lock is there, and the targets are those of the row as it is then. The order is that of
    /// the row found first.
    private LogicalPlan finishLocked(
            LogicalPlan source, List<Target> targets, List<Ordering> orderings, Query query, RowLocks locks) {
        if (targets.stream().anyMatch(target -> Scalars.contains(target.value(), Scalar.SetCall.class))) {
            throw RowLocks.refused(query.locking(), "set-returning functions in the target list");
        }
        List<Item> items = new ArrayList<>();
        source.output().forEach(field -> items.add(new Item(field, new Scalar.Column(field))));
        List<SortKey> keys = new ArrayList<>();
        for (Ordering ordering : orderings) {
            Scalar value = targets.get(ordering.target()).value();
            Field field = state.fieldFor("sort", value);
            if (!source.output().contains(field)) {
                field = state.field("sort", value.type(), -1);
                items.add(new Item(field, value));
            }
            keys.add(SortKeys.of(ordering.item(), new Scalar.Column(field)));
        }
        LogicalPlan plan = new LogicalPlan.Project(source, items);
        if (!keys.isEmpty()) {
            plan = new LogicalPlan.Sort(plan, keys);
        }
        plan = new QueryBinder(state, scope.parent()).limit(locks.lock(plan), query, scope);
        List<Item> shown = new ArrayList<>();
        for (Target target : targets) {
            if (!target.hidden()) {
                shown.add(new Item(state.fieldFor(target.name(), target.value()), target.value()));
            }
        }
        return new LogicalPlan.Project(plan, shown);
    }

    private ExpressionBinder binder(Clause clause) {
        return new ExpressionBinder(state, scope, clause);
    }

    private List<Target> bindTargets(List<SelectItem> items, boolean resolveUnknowns) {
        List<Target> targets = new ArrayList<>();
        ExpressionBinder binder = binder(Clause.SELECT);
        for (SelectItem item : items) {
            if (item.expr() instanceof Expr.Star star) {
                expandStar(star, targets);
                continue;
            }
            Scalar value = binder.bind(item.expr());
            if (resolveUnknowns) {
                value = state.coercions.resolveUnknown(value, item.expr().position());
            }
            targets.add(new Target(ColumnNames.of(item), value, item.expr(), false));
        }
        return targets;
    }

    private void expandStar(Expr.Star star, List<Target> targets) {
        List<Scope.VisibleColumn> columns = scope.columns();
        if (star.qualifier().isEmpty()) {
            if (scope.relations().isEmpty()) {
                throw new UserException(SqlState.SYNTAX_ERROR, "SELECT * with no tables specified is not valid")
                        .withPosition(star.position());
            }
        } else {
            Scope.Relation relation = scope.visibleRelation(star.qualifier());
            if (relation == null) {
                throw scope.unknownRelation(star.qualifier(), star.position());
            }
            columns = relation.columns();
        }
        for (Scope.VisibleColumn column : columns) {
            Scalar value =
                    column.value() instanceof Scalar.Column(Field field) ? new Scalar.Column(field) : column.value();
            state.remember(value, star.position());
            targets.add(new Target(column.name(), value, null, false));
        }
    }

    private List<Ordering> bindOrderBy(List<SortItem> items, List<Target> targets, boolean distinct) {
        List<Ordering> orderings = new ArrayList<>();
        for (SortItem item : items) {
            int target = findTarget(item.expr(), targets, Clause.ORDER_BY);
            if (target < 0) {
                Scalar value = state.coercions.resolveUnknown(
                        binder(Clause.ORDER_BY).bind(item.expr()), item.expr().position());
                target = addHidden(value, item.expr(), targets);
                if (distinct && targets.get(target).hidden()) {
                    throw new UserException(
                                    SqlState.INVALID_COLUMN_REFERENCE,
                                    "for SELECT DISTINCT, ORDER BY expressions must appear in select list")
                            .withPosition(item.expr().position());
                }
            }
            orderings.add(new Ordering(target, item));
        }
        return orderings;
    }

    private static int addHidden(Scalar value, Expr source, List<Target> targets) {
        for (int i = 0; i < targets.size(); i++) {
            if (targets.get(i).value().equals(value) && !Scalars.isVolatile(value)) {
                return i;
            }
        }
        targets.add(new Target("", value, source, true));
        return targets.size() - 1;
    }

    /// The select list's column that a name or number in ORDER BY, GROUP BY or DISTINCT ON means, or -1.
    private int findTarget(Expr expr, List<Target> targets, Clause clause) {
        if (expr instanceof Expr.ColumnRef column && column.names().size() == 1) {
            if (clause == Clause.GROUP_BY && scopeHas(column.name())) {
                return -1;
            }
            int found = -1;
            for (int i = 0; i < targets.size(); i++) {
                Target target = targets.get(i);
                if (!target.hidden() && target.name().equals(column.name())) {
                    if (found >= 0 && !targets.get(found).value().equals(target.value())) {
                        throw new UserException(
                                        SqlState.AMBIGUOUS_COLUMN,
                                        clause.text() + " \"" + column.name() + "\" is ambiguous")
                                .withPosition(column.position());
                    }
                    found = found < 0 ? i : found;
                }
            }
            return found;
        }
        if (expr instanceof Expr.Literal literal) {
            if (literal.kind() != Expr.LiteralKind.INTEGER) {
                throw new UserException(SqlState.SYNTAX_ERROR, "non-integer constant in " + clause.text())
                        .withPosition(literal.position());
            }
            int visible =
                    (int) targets.stream().filter(target -> !target.hidden()).count();
            return QueryBinder.ordinal(literal, visible, clause.text());
        }
        return -1;
    }

    private boolean scopeHas(String name) {
        return scope.columns().stream().anyMatch(column -> column.name().equals(name));
    }

    private @Nullable List<Integer> bindDistinctOn(@Nullable List<Expr> distinct, List<Target> targets) {
        if (distinct == null || distinct.isEmpty()) {
            return null;
        }
        List<Integer> on = new ArrayList<>();
        for (Expr expr : distinct) {
            int target = findTarget(expr, targets, Clause.DISTINCT_ON);
            if (target < 0) {
                Scalar value = state.coercions.resolveUnknown(
                        binder(Clause.DISTINCT_ON).bind(expr), expr.position());
                target = addHidden(value, expr, targets);
            }
            on.add(target);
        }
        return on;
    }

    /// Groups if the query does, and rewrites the targets to refer to groups and aggregates.
    private LogicalPlan group(Query.Select select, LogicalPlan plan, List<Target> targets) {
        Scalar having = select.having() == null ? null : binder(Clause.HAVING).bindBoolean(select.having(), "HAVING");
        boolean aggregates = having != null
                || targets.stream()
                        .anyMatch(target -> Scalars.contains(target.value(), Scalar.Aggregate.class)
                                || Scalars.contains(target.value(), Scalar.GroupingBits.class)
                                || Grouping.aggregateInSubquery(target.value(), scope) != null);
        if (select.groupBy() == null && !aggregates) {
            return plan;
        }
        Grouping grouping = new Grouping(state, scope, plan);
        if (select.groupBy() != null) {
            grouping.bindSets(select.groupBy(), expr -> bindGroupExpression(expr, targets));
        }
        for (int i = 0; i < targets.size(); i++) {
            Target target = targets.get(i);
            targets.set(
                    i, new Target(target.name(), grouping.rewrite(target.value()), target.source(), target.hidden()));
        }
        Scalar condition = having == null ? null : grouping.rewrite(having);
        LogicalPlan grouped = grouping.plan();
        return condition == null ? grouped : new LogicalPlan.Filter(grouped, condition);
    }

    /// Rewrites the targets to refer to window functions' results.
    private Windowing windows(List<Target> targets) {
        Windowing windows = new Windowing(state);
        for (int i = 0; i < targets.size(); i++) {
            Target target = targets.get(i);
            if (Scalars.contains(target.value(), Scalar.WindowCall.class)) {
                Scalar value = windows.rewrite(target.value());
                targets.set(i, new Target(target.name(), value, target.source(), target.hidden()));
            }
        }
        return windows;
    }

    private Scalar bindGroupExpression(Expr expr, List<Target> targets) {
        int target = findTarget(expr, targets, Clause.GROUP_BY);
        if (target >= 0) {
            Scalar value = targets.get(target).value();
            if (Scalars.contains(value, Scalar.Aggregate.class)) {
                throw new UserException(SqlState.GROUPING_ERROR, "aggregate functions are not allowed in GROUP BY")
                        .withPosition(expr.position());
            }
            if (Scalars.contains(value, Scalar.WindowCall.class)) {
                throw new UserException(SqlState.WINDOWING_ERROR, "window functions are not allowed in GROUP BY")
                        .withPosition(expr.position());
            }
            return value;
        }
        return state.coercions.resolveUnknown(binder(Clause.GROUP_BY).bind(expr), expr.position());
    }

    /// The targets as items, in order.
    private LogicalPlan project(LogicalPlan input, List<Target> targets) {
        List<Item> items = new ArrayList<>();
        boolean sets = false;
        for (Target target : targets) {
            sets |= Scalars.contains(target.value(), Scalar.SetCall.class);
            items.add(new Item(state.fieldFor(target.name(), target.value()), target.value()));
        }
        return sets ? SetProjection.plan(state, input, items) : new LogicalPlan.Project(input, items);
    }

    private LogicalPlan finish(
            LogicalPlan projected,
            List<Target> targets,
            List<Ordering> orderings,
            @Nullable List<Integer> distinctOn,
            Query.Select select,
            Query query) {
        List<Field> fields = projected.output();
        LogicalPlan plan = projected;
        if (select.distinct() != null && distinctOn == null) {
            checkEquality(fields, targets);
            plan = new LogicalPlan.Distinct(plan, null);
        }
        plan = sort(plan, fields, orderings, distinctOn);
        plan = new QueryBinder(state, scope.parent()).limit(plan, query, scope);
        return dropHidden(plan, targets, fields);
    }

    /// ORDER BY and DISTINCT ON.
    ///
    /// @param fields of the targets
    private static LogicalPlan sort(
            LogicalPlan plan, List<Field> fields, List<Ordering> orderings, @Nullable List<Integer> distinctOn) {
        List<SortKey> keys = new ArrayList<>();
        for (Ordering ordering : orderings) {
            keys.add(SortKeys.of(ordering.item(), new Scalar.Column(fields.get(ordering.target()))));
        }
        if (distinctOn != null) {
            return distinctOn(plan, fields, distinctOn, orderings, keys);
        }
        return keys.isEmpty() ? plan : new LogicalPlan.Sort(plan, keys);
    }

    private static void checkEquality(List<Field> fields, List<Target> targets) {
        for (int i = 0; i < targets.size(); i++) {
            SqlType type = fields.get(i).type();
            Expr source = targets.get(i).source();
            if (!type.isOrderable() && type != Types.RECORD) {
                throw new UserException(
                                SqlState.UNDEFINED_FUNCTION,
                                "could not identify an equality operator for type " + type.format(-1))
                        .withPosition(source == null ? 0 : source.position());
            }
        }
    }

    private static LogicalPlan distinctOn(
            LogicalPlan plan,
            List<Field> fields,
            List<Integer> distinctOn,
            List<Ordering> orderings,
            List<SortKey> keys) {
        List<Integer> missing = new ArrayList<>(distinctOn);
        for (Ordering ordering : orderings) {
            if (missing.isEmpty()) {
                break;
            }
            if (!distinctOn.contains(ordering.target())) {
                throw new UserException(
                                SqlState.INVALID_COLUMN_REFERENCE,
                                "SELECT DISTINCT ON expressions must match initial ORDER BY expressions")
                        .withPosition(ordering.item().expr().position());
            }
            missing.remove(Integer.valueOf(ordering.target()));
        }
        List<SortKey> all = new ArrayList<>(keys);
        for (int target : missing) {
            all.add(new SortKey(new Scalar.Column(fields.get(target)), false, false));
        }
        List<Scalar> on = new ArrayList<>();
        distinctOn.forEach(target -> on.add(new Scalar.Column(fields.get(target))));
        return new LogicalPlan.Distinct(new LogicalPlan.Sort(plan, all), on);
    }

    private static LogicalPlan dropHidden(LogicalPlan plan, List<Target> targets, List<Field> fields) {
        if (fields.size() == targets.size() && targets.stream().noneMatch(Target::hidden)) {
            return plan;
        }
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            if (!targets.get(i).hidden()) {
                Field field = fields.get(i);
                items.add(new Item(field, new Scalar.Column(field)));
            }
        }
        return new LogicalPlan.Project(plan, items);
    }
}
