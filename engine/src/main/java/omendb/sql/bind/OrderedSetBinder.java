package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Expr;
import omendb.sql.ast.SortItem;
import omendb.sql.function.AggregateDef;
import omendb.sql.function.HypotheticalRank;
import omendb.sql.plan.Datum;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.SortKey;
import org.jspecify.annotations.Nullable;

/// Binds `f(direct) WITHIN GROUP (ORDER BY sorted)`: ordered-set and hypothetical-set aggregates.
final class OrderedSetBinder {
    private final BindState state;
    private final Expr.FunctionCall call;
    private final List<Scalar> direct;
    private final List<Scalar> sorted = new ArrayList<>();

    OrderedSetBinder(BindState state, ExpressionBinder expressions, Expr.FunctionCall call) {
        this.state = state;
        this.call = call;
        ExpressionBinder inner = expressions.in(Clause.AGGREGATE_ARGUMENT);
        this.direct = new ArrayList<>(inner.bindAll(call.args()));
        for (SortItem item : call.orderBy()) {
            sorted.add(inner.bind(item.expr()));
        }
    }

    /// The arguments of the aggregate in a row: direct ones, sorted ones, and for a hypothetical set how they are
    /// sorted.
    Scalar bind(@Nullable Scalar filter) {
        FunctionResolver.Resolved resolved = resolve();
        AggregateDef aggregate = (AggregateDef) resolved.target();
        if (call.over() != null) {
            throw new UserException(
                            SqlState.FEATURE_NOT_SUPPORTED,
                            "OVER is not supported for ordered-set aggregate " + aggregate.name())
                    .withPosition(call.position());
        }
        List<Scalar> args = new ArrayList<>();
        boolean hypothetical = aggregate.kind() == AggregateDef.Kind.HYPOTHETICAL_SET;
        if (hypothetical) {
            unify();
            args.addAll(direct);
        } else {
            coerce(resolved.argumentTypes(), args);
        }
        List<SortKey> keys = new ArrayList<>();
        for (int i = 0; i < sorted.size(); i++) {
            keys.add(SortKeys.of(call.orderBy().get(i), sorted.get(i)));
        }
        args.addAll(sorted);
        if (hypothetical) {
            keys.forEach(key -> args.add(flags(key)));
        }
        return new Scalar.Aggregate(aggregate, args, false, keys, filter, resolved.result());
    }

    private static Scalar flags(SortKey key) {
        long flags = (key.descending() ? HypotheticalRank.DESCENDING : 0L)
                | (key.nullsFirst() ? HypotheticalRank.NULLS_FIRST : 0L);
        return new Scalar.Constant(Types.INT4, -1, Datum.ofLong(flags));
    }

    private FunctionResolver.Resolved resolve() {
        List<SqlType> types = new ArrayList<>();
        direct.forEach(argument -> types.add(argument.type()));
        sorted.forEach(key -> types.add(key.type()));
        FunctionResolver.Resolved resolved = state.functions.orderedSet(call.name(), types, call.position());
        if (resolved == null) {
            throw state.functions.function(call.name(), types, false, call.position()) == null
                    ? state.functions.noFunction(call.name(), types, call.position())
                    : notOrdered();
        }
        AggregateDef aggregate = (AggregateDef) resolved.target();
        boolean hypothetical = aggregate.kind() == AggregateDef.Kind.HYPOTHETICAL_SET;
        int wanted = hypothetical ? sorted.size() : aggregate.directArguments();
        if (direct.size() != wanted) {
            UserException error = new UserException(
                    SqlState.UNDEFINED_FUNCTION,
                    "function " + FunctionResolver.signature(call.name().toString(), types) + " does not exist");
            if (hypothetical) {
                error.withHint("To use the hypothetical-set aggregate " + aggregate.name()
                        + ", the number of hypothetical direct arguments (here " + direct.size()
                        + ") must match the number of ordering columns (here " + sorted.size() + ").");
            } else {
                error.withHint("There is an ordered-set aggregate " + aggregate.name() + ", but it requires " + wanted
                        + " direct arguments, not " + direct.size() + ".");
            }
            throw error.withPosition(call.position());
        }
        return resolved;
    }

    private UserException notOrdered() {
        boolean aggregate =
                !state.environment.functions().aggregates(call.name().name()).isEmpty();
        UserException error = new UserException(
                SqlState.WRONG_OBJECT_TYPE,
                aggregate
                        ? call.name().name() + " is not an ordered-set aggregate, so it cannot have WITHIN GROUP"
                        : "WITHIN GROUP specified, but " + call.name().name() + " is not an aggregate function");
        error.withPosition(call.position());
        return error;
    }

    private void coerce(List<SqlType> types, List<Scalar> args) {
        for (int i = 0; i < direct.size(); i++) {
            args.add(state.coercions.implicit(direct.get(i), types.get(i), position(call.args(), i)));
        }
        for (int i = 0; i < sorted.size(); i++) {
            SqlType type = types.get(direct.size() + i);
            sorted.set(i, state.coercions.implicit(sorted.get(i), type, call.position()));
        }
    }

    /// A hypothetical value and the column it is compared with get one type.
    private void unify() {
        for (int i = 0; i < direct.size(); i++) {
            int position = position(call.args(), i);
            List<SqlType> both = List.of(sorted.get(i).type(), direct.get(i).type());
            SqlType common = state.coercions.commonType(both, "WITHIN GROUP", position);
            direct.set(i, state.coercions.toCommon(direct.get(i), common, "WITHIN GROUP", position));
            sorted.set(i, state.coercions.toCommon(sorted.get(i), common, "WITHIN GROUP", position));
        }
    }

    private static int position(List<Expr> exprs, int index) {
        return exprs.get(index).position();
    }
}
