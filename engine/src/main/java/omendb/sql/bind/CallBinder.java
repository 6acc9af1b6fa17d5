package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Expr;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.SortItem;
import omendb.sql.function.AggregateDef;
import omendb.sql.function.CastDef.Context;
import omendb.sql.function.FunctionDef;
import omendb.sql.function.WindowDef;
import omendb.sql.parse.SqlParser;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalar.CallForm;
import omendb.sql.plan.SortKey;
import org.jspecify.annotations.Nullable;

/// Binds calls: scalar functions, aggregates, set-returning functions, and casts in the form of a call.
final class CallBinder {
    /// Aggregates whose result shows the order of their rows.
    private static final Set<String> KEEP_ORDER =
            Set.of("array_agg", "string_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg");

    private final BindState state;
    private final ExpressionBinder expressions;

    CallBinder(BindState state, ExpressionBinder expressions) {
        this.state = state;
        this.expressions = expressions;
    }

    Scalar bind(Expr.FunctionCall written) {
        Expr.FunctionCall call = written.args().stream().anyMatch(Expr.NamedArgument.class::isInstance)
                ? new NamedArguments(state, expressions).positional(written)
                : written;
        if (call.withinGroup()) {
            requireAggregates(call);
            return new OrderedSetBinder(state, expressions, call).bind(filter(call));
        }
        boolean aggregateName =
                !state.environment.functions().aggregates(call.name().name()).isEmpty();
        ExpressionBinder arguments = aggregateName || call.over() != null ? argumentBinder(call) : expressions;
        List<Scalar> args = arguments.bindAll(call.args());
        List<SqlType> types = args.stream().map(Scalar::type).toList();
        FunctionResolver.Resolved resolved =
                state.functions.function(call.name(), types, call.variadic(), call.position());
        Scalar cast = castByName(call, args, types, resolved);
        if (cast != null) {
            return cast;
        }
        if (resolved == null) {
            throw state.functions.orderedSet(call.name(), types, call.position()) == null
                    ? state.functions.noFunction(call.name(), types, call.position())
                    : new UserException(
                                    SqlState.WRONG_OBJECT_TYPE,
                                    "WITHIN GROUP is required for ordered-set aggregate "
                                            + call.name().name())
                            .withPosition(call.position());
        }
        List<Scalar> coerced = coerceArguments(resolved, args, call);
        if (call.over() != null) {
            return new WindowBinder(state, expressions).call(call, call.over(), resolved, coerced);
        }
        if (resolved.target() instanceof WindowDef window) {
            throw WindowBinder.needsOver(window, call.position());
        }
        if (resolved.target() instanceof AggregateDef aggregate) {
            return aggregate(call, aggregate, coerced, resolved.result());
        }
        refuseAggregateClauses(call);
        FunctionDef function = (FunctionDef) resolved.target();
        return function(function, call, resolved, coerced);
    }

    /// Arguments of what may be an aggregate: no aggregate inside an aggregate, no window function in either.
    private ExpressionBinder argumentBinder(Expr.FunctionCall call) {
        if (call.over() != null) {
            return expressions.clause().allowsWindows() ? expressions.in(Clause.WINDOW_ARGUMENT) : expressions;
        }
        boolean onlyAggregates =
                state.environment.functions().functions(call.name().name()).isEmpty();
        return onlyAggregates && expressions.clause().allowsAggregates()
                ? expressions.in(Clause.AGGREGATE_ARGUMENT)
                : expressions;
    }

    private void refuseAggregateClauses(Expr.FunctionCall call) {
        String what = call.star()
                ? call.name().name() + "(*)"
                : call.distinct() ? "DISTINCT" : call.filter() != null ? "FILTER" : "ORDER BY";
        if (call.star()
                || call.distinct()
                || call.filter() != null
                || !call.orderBy().isEmpty()) {
            throw new UserException(
                            SqlState.WRONG_OBJECT_TYPE,
                            what + " specified, but " + call.name().name() + " is not an aggregate function")
                    .withPosition(call.position());
        }
    }

    /// `float8(x)`: a call by a type's name with one argument is a cast, unless a function fits exactly.
    private @Nullable Scalar castByName(
            Expr.FunctionCall call,
            List<Scalar> args,
            List<SqlType> types,
            FunctionResolver.@Nullable Resolved resolved) {
        if (args.size() != 1 || call.star() || call.distinct() || call.over() != null) {
            return null;
        }
        if (resolved != null
                && ((types.getFirst() != Types.UNKNOWN
                                && resolved.argumentTypes().equals(types))
                        || resolved.target() instanceof AggregateDef)) {
            return null;
        }
        SqlType type = state.types.lookup(call.name().parts());
        if (type == null || !state.coercions.canCoerce(types.getFirst(), type, Context.EXPLICIT)) {
            return null;
        }
        return expressions.castTo(
                args.getFirst(),
                type,
                -1,
                call.position(),
                call.args().getFirst().position());
    }

    private List<Scalar> coerceArguments(
            FunctionResolver.Resolved resolved, List<Scalar> args, Expr.FunctionCall call) {
        List<Scalar> coerced = new ArrayList<>();
        for (int i = 0; i < args.size(); i++) {
            int position = i < call.args().size() ? call.args().get(i).position() : call.position();
            coerced.add(state.coercions.implicit(
                    args.get(i), resolved.argumentTypes().get(i), position));
        }
        return coerced;
    }

    private Scalar function(
            FunctionDef function, Expr.FunctionCall call, FunctionResolver.Resolved resolved, List<Scalar> coerced) {
        List<Scalar> all = completeArguments(function, resolved, coerced, call.position());
        if (function.returnsSet()) {
            if (!expressions.clause().allowsSets()) {
                String message = expressions.clause() == Clause.AGGREGATE_ARGUMENT
                        ? "aggregate function calls cannot contain set-returning function calls"
                        : "set-returning functions are not allowed in "
                                + expressions.clause().text();
                throw new UserException(SqlState.FEATURE_NOT_SUPPORTED, message).withPosition(call.position());
            }
            return new Scalar.SetCall(function, all, resolved.result());
        }
        return new Scalar.Call(function, call.name().name(), CallForm.FUNCTION, all, resolved.result(), -1);
    }

    /// Packs a VARIADIC tail into an array and appends defaults.
    private List<Scalar> completeArguments(
            FunctionDef function, FunctionResolver.Resolved resolved, List<Scalar> args, int position) {
        List<Scalar> all = new ArrayList<>(args);
        if (resolved.variadic() >= 0 && function.variadicElement() != Types.ANY) {
            List<Scalar> tail = new ArrayList<>(all.subList(resolved.variadic(), all.size()));
            all.subList(resolved.variadic(), all.size()).clear();
            all.add(expressions.arrays().arrayOfCommon(tail, position));
        } else if (resolved.variadic() < 0) {
            int missing = function.argTypes().size() - all.size();
            List<String> defaults = function.defaultTexts();
            for (int i = defaults.size() - missing; i < defaults.size() && missing > 0; i++) {
                SqlType type = function.argTypes().get(all.size());
                all.add(expressions.bindAs(SqlParser.parseExpression(defaults.get(i)), type, -1, Context.ASSIGNMENT));
            }
        }
        return all;
    }

    private Scalar aggregate(Expr.FunctionCall call, AggregateDef aggregate, List<Scalar> args, SqlType result) {
        boolean outer = call.filter() == null && expressions.areOuter(args);
        if (!outer) {
            requireAggregates(call);
        }
        List<SortKey> order = new ArrayList<>();
        ExpressionBinder inner = expressions.in(Clause.AGGREGATE_ARGUMENT);
        for (SortItem item : call.orderBy()) {
            Scalar key = state.coercions.resolveUnknown(inner.bind(item.expr()), item.position());
            order.add(SortKeys.of(item, key));
        }
        if (call.distinct()) {
            sortDistinct(args, order, call);
        }
        Scalar.Aggregate bound = new Scalar.Aggregate(aggregate, args, call.distinct(), order, filter(call), result);
        if (outer) {
            Scalar marked = new Scalar.OuterAggregate(bound);
            state.remember(marked, call.position());
            return marked;
        }
        return bound;
    }

    private @Nullable Scalar filter(Expr.FunctionCall call) {
        return call.filter() == null ? null : expressions.in(Clause.FILTER).bindBoolean(call.filter(), "FILTER");
    }

    private void requireAggregates(Expr.FunctionCall call) {
        Clause clause = expressions.clause();
        if (!clause.allowsAggregates()) {
            String message = clause == Clause.AGGREGATE_ARGUMENT
                    ? "aggregate function calls cannot be nested"
                    : "aggregate functions are not allowed in " + clause.text();
            throw new UserException(SqlState.GROUPING_ERROR, message).withPosition(call.position());
        }
    }

    /// DISTINCT sorts, in PostgreSQL, and what was not asked for is ascending. It shows in aggregates that keep an
    /// order.
    private static void sortDistinct(List<Scalar> args, List<SortKey> order, Expr.FunctionCall call) {
        for (int i = 0; i < order.size(); i++) {
            if (!args.contains(order.get(i).expression())) {
                throw new UserException(
                                SqlState.INVALID_COLUMN_REFERENCE,
                                "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list")
                        .withPosition(call.orderBy().get(i).expr().position());
            }
        }
        for (int i = 0; i < args.size(); i++) {
            Scalar arg = args.get(i);
            if (!arg.type().isOrderable()) {
                throw new UserException(
                                SqlState.UNDEFINED_FUNCTION,
                                "could not identify an equality operator for type "
                                        + arg.type().format(-1))
                        .withPosition(call.args().get(i).position());
            }
            boolean ordered = order.stream().anyMatch(key -> key.expression().equals(arg));
            if (!ordered && KEEP_ORDER.contains(call.name().name())) {
                order.add(new SortKey(arg, false, false));
            }
        }
    }

    /// A scalar function on bound arguments.
    Scalar scalar(QualifiedName name, List<Scalar> args, int position) {
        List<SqlType> types = args.stream().map(Scalar::type).toList();
        FunctionResolver.Resolved resolved = state.functions.function(name, types, false, position);
        if (resolved == null || !(resolved.target() instanceof FunctionDef function)) {
            throw state.functions.noFunction(name, types, position);
        }
        List<Scalar> coerced = new ArrayList<>();
        for (int i = 0; i < args.size(); i++) {
            coerced.add(state.coercions.implicit(
                    args.get(i), resolved.argumentTypes().get(i), position));
        }
        return new Scalar.Call(
                function,
                name.name(),
                CallForm.FUNCTION,
                completeArguments(function, resolved, coerced, position),
                resolved.result(),
                -1);
    }

    Scalar sqlValue(Expr.SqlValue value) {
        int position = value.position();
        int precision = value.precision();
        return switch (value.kind()) {
            case CURRENT_DATE -> now(Types.DATE, -1, position);
            case CURRENT_TIME -> now(Types.TIMETZ, precision, position);
            case CURRENT_TIMESTAMP -> now(Types.TIMESTAMPTZ, precision, position);
            case LOCALTIME -> now(Types.TIME, precision, position);
            case LOCALTIMESTAMP -> now(Types.TIMESTAMP, precision, position);
            case CURRENT_ROLE, CURRENT_USER, USER -> named("current_user", position);
            case SESSION_USER, SYSTEM_USER -> named("session_user", position);
            case CURRENT_CATALOG -> named("current_database", position);
            case CURRENT_SCHEMA -> named("current_schema", position);
        };
    }

    private Scalar now(SqlType type, int precision, int position) {
        return expressions.castTo(named("now", position), type, precision, position, position);
    }

    private Scalar named(String name, int position) {
        return scalar(QualifiedName.of(name), List.of(), position);
    }
}
