package omendb.sql.plan;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.function.Volatility;
import org.jspecify.annotations.Nullable;

/// Walks and rebuilds scalar expressions.
public final class Scalars {
    private Scalars() {}

    /// The direct operands, subqueries' tests included, subqueries' plans not.
    public static List<Scalar> children(Scalar scalar) {
        return switch (scalar) {
            case Scalar.Constant _,
                    Scalar.Parameter _,
                    Scalar.Column _,
                    Scalar.OuterAggregate _,
                    Scalar.DefaultValue _ -> List.of();
            case Scalar.Call call -> call.args();
            case Scalar.Relabel relabel -> List.of(relabel.operand());
            case Scalar.CoerceViaText coerce -> List.of(coerce.operand());
            case Scalar.ArrayCoerce coerce -> List.of(coerce.operand());
            case Scalar.And and -> and.args();
            case Scalar.Or or -> or.args();
            case Scalar.Not not -> List.of(not.operand());
            case Scalar.IsNull test -> List.of(test.operand());
            case Scalar.IsBoolean test -> List.of(test.operand());
            case Scalar.IsDistinct test -> List.of(test.left(), test.right());
            case Scalar.Case conditional -> {
                List<Scalar> all = new ArrayList<>();
                conditional.whens().forEach(when -> {
                    all.add(when.condition());
                    all.add(when.result());
                });
                all.add(conditional.otherwise());
                yield all;
            }
            case Scalar.Coalesce coalesce -> coalesce.args();
            case Scalar.NullIf nullIf -> List.of(nullIf.value(), nullIf.equal());
            case Scalar.MinMax minMax -> minMax.args();
            case Scalar.ArrayOf array -> array.elements();
            case Scalar.Subscript subscript -> {
                List<Scalar> all = new ArrayList<>(List.of(subscript.base()));
                subscript.uppers().stream().filter(Objects::nonNull).forEach(all::add);
                subscript.lowers().stream().filter(Objects::nonNull).forEach(all::add);
                yield all;
            }
            case Scalar.Assigned assigned -> {
                List<Scalar> all = new ArrayList<>(List.of(assigned.base(), assigned.value()));
                assigned.uppers().stream().filter(Objects::nonNull).forEach(all::add);
                assigned.lowers().stream().filter(Objects::nonNull).forEach(all::add);
                yield all;
            }
            case Scalar.AnyArray any -> List.of(any.left(), any.array());
            case Scalar.RowOf row -> row.elements();
            case Scalar.Subquery subquery -> subquery.test() == null ? List.of() : List.of(subquery.test());
            case Scalar.Aggregate aggregate -> {
                List<Scalar> all = new ArrayList<>(aggregate.args());
                aggregate.orderBy().forEach(key -> all.add(key.expression()));
                if (aggregate.filter() != null) {
                    all.add(aggregate.filter());
                }
                yield all;
            }
            case Scalar.WindowCall call -> {
                List<Scalar> all = new ArrayList<>(call.args());
                if (call.filter() != null) {
                    all.add(call.filter());
                }
                all.addAll(call.window().scalars());
                yield all;
            }
            case Scalar.SetCall call -> call.args();
            case Scalar.GroupingBits bits -> bits.args();
        };
    }

    /// Replaces from the top: where `change` answers something else than its argument, that stands in place,
    /// unvisited.
    @SuppressWarnings("ReferenceEquality") // "the same object" means "not changed"
    public static Scalar replace(Scalar scalar, UnaryOperator<Scalar> change) {
        Scalar changed = change.apply(scalar);
        if (changed != scalar) {
            return changed;
        }
        UnaryOperator<Scalar> self = child -> replace(child, change);
        return switch (scalar) {
            case Scalar.Constant _,
                    Scalar.Parameter _,
                    Scalar.Column _,
                    Scalar.OuterAggregate _,
                    Scalar.DefaultValue _ -> scalar;
            case Scalar.Call(var function, var name, var form, var args, var type, var typmod) ->
                new Scalar.Call(function, name, form, map(args, self), type, typmod);
            case Scalar.Relabel(var operand, var type, var typmod, var explicit) ->
                new Scalar.Relabel(self.apply(operand), type, typmod, explicit);
            case Scalar.CoerceViaText(var operand, var type, var typmod, var explicit) ->
                new Scalar.CoerceViaText(self.apply(operand), type, typmod, explicit);
            case Scalar.ArrayCoerce(var operand, var element, var input, var type, var typmod) ->
                new Scalar.ArrayCoerce(self.apply(operand), element, input, type, typmod);
            case Scalar.And(var args) -> new Scalar.And(map(args, self));
            case Scalar.Or(var args) -> new Scalar.Or(map(args, self));
            case Scalar.Not(var operand) -> new Scalar.Not(self.apply(operand));
            case Scalar.IsNull(var operand, var negated) -> new Scalar.IsNull(self.apply(operand), negated);
            case Scalar.IsBoolean(var operand, var value, var negated) ->
                new Scalar.IsBoolean(self.apply(operand), value, negated);
            case Scalar.IsDistinct(var left, var right, var equality, var negated) ->
                new Scalar.IsDistinct(self.apply(left), self.apply(right), equality, negated);
            case Scalar.Case(var whens, var otherwise, var type) ->
                new Scalar.Case(
                        whens.stream()
                                .map(when -> new Scalar.When(self.apply(when.condition()), self.apply(when.result())))
                                .toList(),
                        self.apply(otherwise),
                        type);
            case Scalar.Coalesce(var args, var type) -> new Scalar.Coalesce(map(args, self), type);
            case Scalar.NullIf(var value, var equal) -> new Scalar.NullIf(self.apply(value), self.apply(equal));
            case Scalar.MinMax(var greatest, var args, var type) -> new Scalar.MinMax(greatest, map(args, self), type);
            case Scalar.ArrayOf(var elements, var type, var nested) ->
                new Scalar.ArrayOf(map(elements, self), type, nested);
            case Scalar.Subscript(var base, var uppers, var lowers, var slice, var type) ->
                new Scalar.Subscript(
                        self.apply(base), mapNullable(uppers, self), mapNullable(lowers, self), slice, type);
            case Scalar.Assigned(var base, var uppers, var lowers, var slice, var value, var type) ->
                new Scalar.Assigned(
                        self.apply(base),
                        mapNullable(uppers, self),
                        mapNullable(lowers, self),
                        slice,
                        self.apply(value),
                        type);
            case Scalar.AnyArray(var left, var function, var operator, var all, var array) ->
                new Scalar.AnyArray(self.apply(left), function, operator, all, self.apply(array));
            case Scalar.RowOf(var elements) -> new Scalar.RowOf(map(elements, self));
            case Scalar.Subquery(var kind, var plan, var test, var type) ->
                new Scalar.Subquery(
                        kind, Plans.replaceScalars(plan, change), test == null ? null : self.apply(test), type);
            case Scalar.Aggregate(var function, var args, var distinct, var orderBy, var filter, var type) ->
                new Scalar.Aggregate(
                        function,
                        map(args, self),
                        distinct,
                        orderBy.stream()
                                .map(key ->
                                        new SortKey(self.apply(key.expression()), key.descending(), key.nullsFirst()))
                                .toList(),
                        filter == null ? null : self.apply(filter),
                        type);
            case Scalar.WindowCall(var function, var args, var filter, var window, var type) ->
                new Scalar.WindowCall(
                        function, map(args, self), filter == null ? null : self.apply(filter), window.map(self), type);
            case Scalar.GroupingBits(var args, var groups) -> new Scalar.GroupingBits(map(args, self), groups);
            case Scalar.SetCall(var function, var args, var type) ->
                new Scalar.SetCall(function, map(args, self), type);
        };
    }

    private static List<Scalar> map(List<Scalar> scalars, UnaryOperator<Scalar> change) {
        return scalars.stream().map(change).toList();
    }

    private static List<@Nullable Scalar> mapNullable(List<@Nullable Scalar> scalars, UnaryOperator<Scalar> change) {
        List<@Nullable Scalar> mapped = new ArrayList<>();
        for (Scalar scalar : scalars) {
            mapped.add(scalar == null ? null : change.apply(scalar));
        }
        return mapped;
    }

    /// Visits an expression and everything below it; subqueries' plans are not entered.
    public static void visit(Scalar scalar, Consumer<Scalar> visitor) {
        visitor.accept(scalar);
        for (Scalar child : children(scalar)) {
            visit(child, visitor);
        }
    }

    /// Fields it refers to, of its input and of enclosing queries; a subquery's own fields are left out.
    public static Set<Field> fields(Scalar scalar) {
        Set<Field> all = new LinkedHashSet<>();
        collectFields(scalar, all);
        return all;
    }

    static void collectFields(Scalar scalar, Set<Field> into) {
        if (scalar instanceof Scalar.Column(Field field)) {
            into.add(field);
        } else if (scalar instanceof Scalar.Subquery subquery) {
            Set<Field> inside = new LinkedHashSet<>(Plans.outerFields(subquery.plan()));
            if (subquery.test() != null) {
                collectFields(subquery.test(), inside);
            }
            subquery.plan().output().forEach(inside::remove);
            into.addAll(inside);
        } else {
            for (Scalar child : children(scalar)) {
                collectFields(child, into);
            }
        }
    }

    public static boolean contains(Scalar scalar, Class<? extends Scalar> kind) {
        if (kind.isInstance(scalar)) {
            return true;
        }
        for (Scalar child : children(scalar)) {
            if (contains(child, kind)) {
                return true;
            }
        }
        return false;
    }

    /// Whether two evaluations could differ: it calls something volatile.
    public static boolean isVolatile(Scalar scalar) {
        if (scalar instanceof Scalar.Call call && call.function().volatility() == Volatility.VOLATILE) {
            return true;
        }
        if (scalar instanceof Scalar.SetCall call && call.function().volatility() == Volatility.VOLATILE) {
            return true;
        }
        for (Scalar child : children(scalar)) {
            if (isVolatile(child)) {
                return true;
            }
        }
        return false;
    }

    /// Whether it depends on nothing but its columns: what indexes and generated columns may be made of.
    public static boolean isImmutable(Scalar scalar) {
        Volatility volatility = switch (scalar) {
            case Scalar.Call call -> call.function().volatility();
            case Scalar.SetCall call -> call.function().volatility();
            // output and input of these depend on settings
            case Scalar.CoerceViaText coerce ->
                isOfSettings(coerce.type()) || isOfSettings(coerce.operand().type())
                        ? Volatility.STABLE
                        : Volatility.IMMUTABLE;
            default -> Volatility.IMMUTABLE;
        };
        return volatility == Volatility.IMMUTABLE && children(scalar).stream().allMatch(Scalars::isImmutable);
    }

    private static boolean isOfSettings(SqlType type) {
        return type == Types.DATE || type == Types.TIMESTAMP || type == Types.TIMESTAMPTZ;
    }

    /// Whether it has the same value for every row of one execution: no column, nothing volatile, no subquery.
    public static boolean isStable(Scalar scalar) {
        return !contains(scalar, Scalar.Column.class)
                && !contains(scalar, Scalar.Subquery.class)
                && !contains(scalar, Scalar.Aggregate.class)
                && !contains(scalar, Scalar.SetCall.class)
                && !contains(scalar, Scalar.WindowCall.class)
                && !isVolatile(scalar);
    }

    /// Splits a condition at its ANDs.
    public static List<Scalar> conjuncts(@Nullable Scalar condition) {
        List<Scalar> parts = new ArrayList<>();
        if (condition != null) {
            addConjuncts(condition, parts);
        }
        return parts;
    }

    private static void addConjuncts(Scalar condition, List<Scalar> parts) {
        if (condition instanceof Scalar.And(var args)) {
            args.forEach(arg -> addConjuncts(arg, parts));
        } else {
            parts.add(condition);
        }
    }

    /// The opposite of [#conjuncts]; null for no parts.
    public static @Nullable Scalar conjunction(List<Scalar> parts) {
        return switch (parts.size()) {
            case 0 -> null;
            case 1 -> parts.getFirst();
            default -> new Scalar.And(parts);
        };
    }
}
