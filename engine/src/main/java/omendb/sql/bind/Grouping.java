package omendb.sql.bind;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Query;
import omendb.sql.ast.Query.GroupingElement;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.LogicalPlan.Item;
import omendb.sql.plan.Plans;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalars;
import org.jspecify.annotations.Nullable;

/// GROUP BY of one SELECT: collects groups and aggregates, and rewrites expressions to refer to them.
final class Grouping {
    private static final int MOST_SETS = 4096;

    private final BindState state;
    private final Scope scope;
    private final LogicalPlan input;
    private final Set<Field> inputFields;
    private final Map<Scalar, Field> groups = new LinkedHashMap<>();
    private final Map<Scalar, Field> aggregates = new LinkedHashMap<>();
    private List<List<Integer>> sets = List.of();
    private boolean grouped;

    Grouping(BindState state, Scope scope, LogicalPlan input) {
        this.state = state;
        this.scope = scope;
        this.input = input;
        this.inputFields = new HashSet<>(input.output());
    }

    void bindSets(Query.GroupBy groupBy, Function<Expr, Scalar> binder) {
        grouped = true;
        List<List<Integer>> product = List.of(List.of());
        for (GroupingElement element : groupBy.elements()) {
            product = multiply(product, setsOf(element, binder));
        }
        List<List<Integer>> unique = new ArrayList<>();
        for (List<Integer> set : product) {
            List<Integer> sorted = set.stream().distinct().sorted().toList();
            if (!groupBy.distinct() || !unique.contains(sorted)) {
                unique.add(sorted);
            }
        }
        sets = unique;
    }

    private static List<List<Integer>> multiply(List<List<Integer>> left, List<List<Integer>> right) {
        if ((long) left.size() * right.size() > MOST_SETS) {
            throw new UserException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED, "too many grouping sets present (maximum " + MOST_SETS + ")");
        }
        List<List<Integer>> product = new ArrayList<>();
        for (List<Integer> a : left) {
            for (List<Integer> b : right) {
                List<Integer> both = new ArrayList<>(a);
                both.addAll(b);
                product.add(both);
            }
        }
        return product;
    }

    private List<List<Integer>> setsOf(GroupingElement element, Function<Expr, Scalar> binder) {
        return switch (element) {
            case GroupingElement.Simple(var expr) -> List.of(members(expr, binder));
            case GroupingElement.Empty empty -> List.of(List.of());
            case GroupingElement.Rollup(var exprs, var _) -> {
                List<List<Integer>> result = new ArrayList<>();
                for (int length = exprs.size(); length >= 0; length--) {
                    List<Integer> set = new ArrayList<>();
                    exprs.subList(0, length).forEach(expr -> set.addAll(members(expr, binder)));
                    result.add(set);
                }
                yield result;
            }
            case GroupingElement.Cube(var exprs, var position) -> {
                if (exprs.size() > 12) {
                    throw new UserException(SqlState.TOO_MANY_COLUMNS, "CUBE is limited to 12 elements")
                            .withPosition(position);
                }
                List<List<Integer>> result = new ArrayList<>();
                for (int mask = (1 << exprs.size()) - 1; mask >= 0; mask--) {
                    List<Integer> set = new ArrayList<>();
                    for (int i = 0; i < exprs.size(); i++) {
                        if ((mask & 1 << (exprs.size() - 1 - i)) != 0) {
                            set.addAll(members(exprs.get(i), binder));
                        }
                    }
                    result.add(set);
                }
                yield result;
            }
            case GroupingElement.Sets(var elements, var _) -> {
                List<List<Integer>> result = new ArrayList<>();
                elements.forEach(inner -> result.addAll(setsOf(inner, binder)));
                yield result;
            }
        };
    }

    private List<Integer> members(Expr expr, Function<Expr, Scalar> binder) {
        List<Integer> members = new ArrayList<>();
        if (expr instanceof Expr.Row row) {
            row.elements().forEach(element -> members.addAll(members(element, binder)));
            return members;
        }
        Scalar value = binder.apply(expr);
        if (!value.type().isOrderable()) {
            throw new UserException(
                            SqlState.UNDEFINED_FUNCTION,
                            "could not identify an equality operator for type "
                                    + value.type().format(-1))
                    .withPosition(expr.position());
        }
        groups.computeIfAbsent(value, key -> state.fieldFor("group", key));
        members.add(List.copyOf(groups.keySet()).indexOf(value));
        return members;
    }

    /// The expression over the grouped rows.
    Scalar rewrite(Scalar scalar) {
        return Scalars.replace(scalar, part -> rewriteNode(part, false));
    }

    private Scalar rewriteNode(Scalar part, boolean inSubquery) {
        Field group = groups.get(part);
        if (group != null) {
            return new Scalar.Column(group);
        }
        if (part instanceof Scalar.GroupingBits(var args, var _) && !inSubquery) {
            Scalar.GroupingBits bits = new Scalar.GroupingBits(List.of(), groupsOf(args));
            return new Scalar.Column(aggregates.computeIfAbsent(bits, key -> state.fieldFor("grouping", key)));
        }
        if (part instanceof Scalar.Aggregate aggregate && !inSubquery) {
            checkDirectArguments(aggregate);
            Field field = aggregates.computeIfAbsent(
                    aggregate, key -> state.field(aggregate.function().name(), key.type(), -1));
            return new Scalar.Column(field);
        }
        if (part instanceof Scalar.OuterAggregate(Scalar.Aggregate aggregate) && belongsHere(aggregate)) {
            return new Scalar.Column(aggregates.computeIfAbsent(
                    aggregate, key -> state.field(aggregate.function().name(), key.type(), -1)));
        }
        if (part instanceof Scalar.Subquery(var kind, var plan, var test, var type) && !inSubquery) {
            return new Scalar.Subquery(
                    kind,
                    Plans.replaceScalars(plan, inner -> rewriteNode(inner, true)),
                    test == null ? null : rewrite(test),
                    type);
        }
        if (part instanceof Scalar.Column(Field field) && inputFields.contains(field)) {
            if (isDetermined(field)) {
                Field determined = groups.computeIfAbsent(part, key -> state.fieldFor(field.name(), key));
                int index = List.copyOf(groups.keySet()).indexOf(part);
                List<List<Integer>> extended = new ArrayList<>();
                for (List<Integer> set : sets) {
                    List<Integer> more = new ArrayList<>(set);
                    if (!more.contains(index)) {
                        more.add(index);
                    }
                    extended.add(more);
                }
                sets = extended;
                return new Scalar.Column(determined);
            }
            throw ungrouped(part, field, inSubquery);
        }
        return part;
    }

    private boolean belongsHere(Scalar.Aggregate aggregate) {
        return isOver(aggregate, inputFields::contains);
    }

    private static boolean isOver(Scalar.Aggregate aggregate, Predicate<Field> fields) {
        boolean[] found = new boolean[1];
        aggregate
                .args()
                .forEach(arg -> Scalars.visit(arg, part -> {
                    if (part instanceof Scalar.Column(Field field)) {
                        found[0] |= fields.test(field);
                    }
                }));
        return found[0];
    }

    /// An aggregate over this level's columns that stands in a subquery of the expression, or null.
    static @Nullable Scalar aggregateInSubquery(Scalar scalar, Scope scope) {
        List<Scalar> found = new ArrayList<>();
        Scalars.replace(scalar, part -> {
            Scalar inside = part instanceof Scalar.Subquery subquery ? aggregateBelow(subquery.plan(), scope) : null;
            if (inside != null) {
                found.add(inside);
            }
            return part;
        });
        return found.isEmpty() ? null : found.getFirst();
    }

    /// An aggregate over the columns of `scope` in a plan below it, or null.
    static @Nullable Scalar aggregateBelow(LogicalPlan plan, Scope scope) {
        List<Scalar> found = new ArrayList<>();
        Plans.replaceScalars(plan, part -> {
            if (part instanceof Scalar.OuterAggregate(Scalar.Aggregate aggregate) && isOver(aggregate, scope::owns)) {
                found.add(part);
            }
            return part;
        });
        return found.isEmpty() ? null : found.getFirst();
    }

    private List<Integer> groupsOf(List<Scalar> args) {
        List<Scalar> known = List.copyOf(groups.keySet());
        List<Integer> indexes = new ArrayList<>();
        for (Scalar arg : args) {
            if (!known.contains(arg)) {
                UserException error = new UserException(
                        SqlState.GROUPING_ERROR,
                        "arguments to GROUPING must be grouping expressions of the associated query level");
                error.withPosition(state.positionOf(arg));
                throw error;
            }
            indexes.add(known.indexOf(arg));
        }
        return indexes;
    }

    /// What stands before WITHIN GROUP is one value for a group.
    private void checkDirectArguments(Scalar.Aggregate aggregate) {
        int direct = switch (aggregate.function().kind()) {
            case NORMAL -> 0;
            case ORDERED_SET -> aggregate.function().directArguments();
            case HYPOTHETICAL_SET -> aggregate.orderBy().size();
        };
        try {
            aggregate.args().subList(0, direct).forEach(this::rewrite);
        } catch (UserException e) {
            throw e.withDetail("Direct arguments of an ordered-set aggregate must use only grouped columns.");
        }
    }

    private UserException ungrouped(Scalar part, Field field, boolean inSubquery) {
        String name = scope.describe(field);
        String message = inSubquery
                ? "subquery uses ungrouped column \"" + name + "\" from outer query"
                : "column \"" + name + "\" must appear in the GROUP BY clause or be used in an aggregate function";
        UserException error = new UserException(SqlState.GROUPING_ERROR, message);
        error.withPosition(state.positionOf(part));
        return error;
    }

    /// Whether the groups fix the column: they hold the primary key of its table (and there is one grouping
    /// set).
    private boolean isDetermined(Field field) {
        if (!grouped || sets.size() != 1 || field.tableOid() == 0) {
            return false;
        }
        for (Scope.Relation relation : scope.relations()) {
            TableDef table = relation.table();
            boolean holds = relation.columns().stream()
                    .anyMatch(column ->
                            column.value() instanceof Scalar.Column(Field candidate) && candidate.equals(field));
            if (table == null || !holds) {
                continue;
            }
            ConstraintDef.Key key = table.primaryKey();
            if (key == null || key.timing().deferrable()) {
                return false;
            }
            return key.attnums().stream()
                    .allMatch(attnum -> relation.columns().stream()
                            .anyMatch(column -> column.value() instanceof Scalar.Column(Field candidate)
                                    && candidate.columnNumber() == attnum
                                    && groups.containsKey(column.value())));
        }
        return false;
    }

    LogicalPlan plan() {
        List<Item> groupItems = new ArrayList<>();
        groups.forEach((expression, field) -> groupItems.add(new Item(field, expression)));
        List<Item> aggregateItems = new ArrayList<>();
        aggregates.forEach((expression, field) -> aggregateItems.add(new Item(field, expression)));
        List<List<Integer>> allSets = sets.isEmpty() ? List.of(List.of()) : sets;
        return new LogicalPlan.Aggregate(input, groupItems, aggregateItems, allSets);
    }
}
