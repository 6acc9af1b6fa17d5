package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Expr;
import omendb.sql.ast.OperatorName;
import omendb.sql.ast.SortItem;
import omendb.sql.ast.Window;
import omendb.sql.function.AggregateDef;
import omendb.sql.function.CastDef.Context;
import omendb.sql.function.WindowDef;
import omendb.sql.function.WindowFunction;
import omendb.sql.plan.Datum;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.SortKey;
import omendb.sql.plan.WindowSpec;
import omendb.sql.plan.WindowSpec.Bound;
import omendb.sql.plan.WindowSpec.Frame;
import org.jspecify.annotations.Nullable;

/// Binds calls with OVER and the windows they name.
final class WindowBinder {
    private final BindState state;
    private final ExpressionBinder expressions;

    WindowBinder(BindState state, ExpressionBinder expressions) {
        this.state = state;
        this.expressions = expressions;
    }

    /// A call with OVER; its arguments are bound and coerced.
    Scalar call(Expr.FunctionCall call, Window over, FunctionResolver.Resolved resolved, List<Scalar> args) {
        if (!(resolved.target() instanceof WindowFunction function)) {
            throw error(
                    SqlState.WRONG_OBJECT_TYPE,
                    "OVER specified, but " + call.name().name() + " is not a window function nor an aggregate function",
                    call.position());
        }
        checkForm(call, function);
        checkPlace(call);
        WindowSpec window = resolve(over, true);
        Scalar filter =
                call.filter() == null ? null : expressions.in(Clause.FILTER).bindBoolean(call.filter(), "FILTER");
        return new Scalar.WindowCall(function, args, filter, window, resolved.result());
    }

    private static void checkForm(Expr.FunctionCall call, WindowFunction function) {
        if (call.distinct()) {
            throw error(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "DISTINCT is not implemented for window functions",
                    call.position());
        }
        if (!call.orderBy().isEmpty()) {
            throw error(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "aggregate ORDER BY is not implemented for window functions",
                    call.position());
        }
        if (call.filter() != null && !(function instanceof AggregateDef)) {
            throw error(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "FILTER is not implemented for non-aggregate window functions",
                    call.position());
        }
        if (call.args().isEmpty() && !call.star() && function instanceof AggregateDef) {
            throw error(
                    SqlState.WRONG_OBJECT_TYPE,
                    function.name() + "(*) must be used to call a parameterless aggregate function",
                    call.position());
        }
    }

    private void checkPlace(Expr.FunctionCall call) {
        Clause clause = expressions.clause();
        if (clause.allowsWindows()) {
            return;
        }
        if (clause == Clause.AGGREGATE_ARGUMENT) {
            throw error(
                    SqlState.GROUPING_ERROR,
                    "aggregate function calls cannot contain window function calls",
                    call.position());
        }
        String message = clause == Clause.WINDOW_ARGUMENT
                ? "window function calls cannot be nested"
                : "window functions are not allowed in "
                        + (clause.definesWindow() ? "window definitions" : clause.text());
        throw error(SqlState.WINDOWING_ERROR, message, call.position());
    }

    private static OmenException error(SqlState state, String message, int position) {
        return new UserException(state, message).withPosition(position);
    }

    /// Binds the definitions of a WINDOW clause, for their errors: a window that nobody uses is checked as well.
    void checkDefinitions() {
        List<Window> definitions = expressions.scope().windows();
        for (int i = 0; i < definitions.size(); i++) {
            Window definition = definitions.get(i);
            if (find(definition.name(), i) != null) {
                throw error(
                        SqlState.WINDOWING_ERROR,
                        "window \"" + definition.name() + "\" is already defined",
                        definition.position());
            }
            specification(definition, i, false);
        }
    }

    /// The last definition of that name among the first `count`.
    private @Nullable Window find(@Nullable String name, int count) {
        List<Window> definitions = expressions.scope().windows();
        for (int i = count - 1; i >= 0; i--) {
            if (Objects.equals(definitions.get(i).name(), name)) {
                return definitions.get(i);
            }
        }
        return null;
    }

    private WindowSpec resolve(Window over, boolean inline) {
        List<Window> definitions = expressions.scope().windows();
        if (over.name() == null) {
            return specification(over, definitions.size(), inline);
        }
        Window definition = find(over.name(), definitions.size());
        if (definition == null) {
            throw unknown(over.name(), over.position());
        }
        return specification(definition, definitions.indexOf(definition), false);
    }

    private static OmenException unknown(String name, int position) {
        return error(SqlState.UNDEFINED_OBJECT, "window \"" + name + "\" does not exist", position);
    }

    /// @param known  definitions that `window` may extend: those before it
    /// @param inline written behind OVER
    private WindowSpec specification(Window window, int known, boolean inline) {
        List<Scalar> partition = new ArrayList<>();
        List<SortKey> order = new ArrayList<>();
        if (window.base() != null) {
            Window base = find(window.base(), known);
            if (base == null) {
                throw unknown(window.base(), window.position());
            }
            checkExtension(window, base, inline);
            WindowSpec copied =
                    specification(base, expressions.scope().windows().indexOf(base), false);
            partition.addAll(copied.partitionBy());
            order.addAll(copied.orderBy());
        }
        for (Expr expr : window.partitionBy()) {
            partition.add(partitionKey(expr));
        }
        for (SortItem item : window.orderBy()) {
            Scalar key = state.coercions.resolveUnknown(
                    expressions.in(Clause.WINDOW_ORDER).bind(item.expr()), item.position());
            order.add(SortKeys.of(item, key));
        }
        return new WindowSpec(partition, order, frame(window, order));
    }

    private void checkExtension(Window window, Window base, boolean inline) {
        if (!window.partitionBy().isEmpty()) {
            throw error(
                    SqlState.WINDOWING_ERROR,
                    "cannot override PARTITION BY clause of window \"" + window.base() + "\"",
                    window.position());
        }
        if (!window.orderBy().isEmpty() && !base.orderBy().isEmpty()) {
            throw error(
                    SqlState.WINDOWING_ERROR,
                    "cannot override ORDER BY clause of window \"" + window.base() + "\"",
                    window.position());
        }
        if (base.frame() != null) {
            OmenException error = error(
                    SqlState.WINDOWING_ERROR,
                    "cannot copy window \"" + window.base() + "\" because it has a frame clause",
                    window.position());
            if (inline && window.orderBy().isEmpty() && window.frame() == null) {
                error.withHint("Omit the parentheses in this OVER clause.");
            }
            throw error;
        }
    }

    private Scalar partitionKey(Expr expr) {
        Scalar key = state.coercions.resolveUnknown(
                expressions.in(Clause.WINDOW_PARTITION).bind(expr), expr.start());
        if (!key.type().isOrderable()) {
            throw error(
                    SqlState.UNDEFINED_FUNCTION,
                    "could not identify an equality operator for type "
                            + key.type().format(-1),
                    expr.start());
        }
        return key;
    }

    private Frame frame(Window window, List<SortKey> order) {
        Window.Frame written = window.frame();
        if (written == null) {
            return Frame.DEFAULT;
        }
        boolean ranged = written.mode() == Window.Mode.RANGE
                && (written.start().offset() != null || written.end().offset() != null);
        if (ranged && order.size() != 1) {
            throw error(
                    SqlState.WINDOWING_ERROR,
                    "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column",
                    window.position());
        }
        if (written.mode() == Window.Mode.GROUPS && order.isEmpty()) {
            throw error(SqlState.WINDOWING_ERROR, "GROUPS mode requires an ORDER BY clause", window.position());
        }
        SortKey key = ranged ? order.getFirst() : null;
        return new Frame(
                written.mode(),
                bound(written.mode(), written.start(), key),
                bound(written.mode(), written.end(), key),
                written.exclusion(),
                key == null ? null : rangeValue(key.expression(), rangeTypes(key.expression(), window.position())));
    }

    private Bound bound(Window.Mode mode, Window.Bound written, @Nullable SortKey key) {
        Expr offset = written.offset();
        if (offset == null) {
            return Bound.of(written.kind());
        }
        return key == null ? rowOffset(mode, written.kind(), offset) : rangeOffset(written.kind(), offset, key);
    }

    private Scalar bindOffset(Window.Mode mode, Expr offset) {
        Clause clause = switch (mode) {
            case ROWS -> Clause.WINDOW_ROWS;
            case RANGE -> Clause.WINDOW_RANGE;
            case GROUPS -> Clause.WINDOW_GROUPS;
        };
        Scalar value = expressions.in(clause).bind(offset);
        if (expressions.scope().ownsColumnOf(value)) {
            throw error(
                    SqlState.INVALID_COLUMN_REFERENCE,
                    "argument of " + mode + " must not contain variables",
                    offset.start());
        }
        return value;
    }

    private Bound rowOffset(Window.Mode mode, Window.BoundKind kind, Expr offset) {
        Scalar value = bindOffset(mode, offset);
        Scalar coerced = state.coercions.coerce(value, Types.INT8, -1, Context.ASSIGNMENT, offset.start());
        if (coerced == null) {
            throw error(
                    SqlState.DATATYPE_MISMATCH,
                    "argument of " + mode + " must be type bigint, not type "
                            + value.type().format(-1),
                    offset.start());
        }
        return new Bound(kind, coerced, null, null);
    }

    /// How values of a sort key's type are moved by an offset.
    ///
    /// @param offset   type an offset may be coerced to
    /// @param compared type that key and limit are computed and compared in: wide enough not to overflow
    private record RangeTypes(SqlType offset, SqlType compared) {}

    private static RangeTypes rangeTypes(Scalar key, int position) {
        SqlType type = key.type();
        if (type == Types.INT2 || type == Types.INT4 || type == Types.INT8) {
            return new RangeTypes(Types.INT8, Types.NUMERIC);
        }
        if (type == Types.NUMERIC) {
            return new RangeTypes(Types.NUMERIC, Types.NUMERIC);
        }
        if (type == Types.FLOAT4 || type == Types.FLOAT8) {
            return new RangeTypes(Types.FLOAT8, Types.FLOAT8);
        }
        if (type == Types.DATE || type == Types.TIMESTAMP) {
            return new RangeTypes(Types.INTERVAL, Types.TIMESTAMP);
        }
        if (type == Types.TIMESTAMPTZ || type == Types.INTERVAL) {
            return new RangeTypes(Types.INTERVAL, type);
        }
        throw error(
                SqlState.FEATURE_NOT_SUPPORTED,
                "RANGE with offset PRECEDING/FOLLOWING is not supported for column type " + type.format(-1),
                position);
    }

    private Scalar rangeValue(Scalar value, RangeTypes types) {
        return state.coercions.implicit(value, types.compared(), 0);
    }

    private Bound rangeOffset(Window.BoundKind kind, Expr written, SortKey key) {
        int position = written.start();
        Scalar bound = bindOffset(Window.Mode.RANGE, written);
        RangeTypes types = rangeTypes(key.expression(), position);
        boolean fits = bound.type() == Types.UNKNOWN
                || (types.offset() == Types.NUMERIC && bound.type().category() == 'N')
                || state.coercions.canCoerce(bound.type(), types.offset(), Context.IMPLICIT);
        if (!fits) {
            throw error(
                            SqlState.FEATURE_NOT_SUPPORTED,
                            "RANGE with offset PRECEDING/FOLLOWING is not supported for column type "
                                    + key.expression().type().format(-1) + " and offset type "
                                    + bound.type().format(-1),
                            position)
                    .withHint("Cast the offset value to an appropriate type.");
        }
        SqlType type = bound.type() == Types.UNKNOWN && types.offset() == Types.INT8
                ? key.expression().type()
                : types.offset();
        Scalar offset = state.coercions.implicit(bound, type, position);
        Scalar step =
                types.offset() == Types.INT8 ? state.coercions.implicit(offset, types.compared(), position) : offset;
        boolean adds = (kind == Window.BoundKind.FOLLOWING) != key.descending();
        Scalar limit = expressions.operator(
                OperatorName.of(adds ? "+" : "-"), rangeValue(key.expression(), types), step, position);
        Scalar zero = state.coercions.readLiteral(
                new Scalar.Constant(Types.UNKNOWN, -1, Datum.ofText("0")), type, -1, position);
        Scalar negative = expressions.operator(OperatorName.of("<"), offset, zero, position);
        return new Bound(kind, offset, limit, negative);
    }

    /// Why a window function stands without OVER.
    static OmenException needsOver(WindowDef function, int position) {
        return error(
                SqlState.WRONG_OBJECT_TYPE,
                "window function " + function.name() + " requires an OVER clause",
                position);
    }
}
