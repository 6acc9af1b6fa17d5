package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Expr;
import omendb.sql.ast.OperatorName;
import omendb.sql.ast.Query;
import omendb.sql.function.OperatorDef;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// Binds what is true or false: comparisons of rows, IS tests, BETWEEN, IN, ANY and ALL.
final class PredicateBinder {
    private final ExpressionBinder expressions;
    private final BindState state;

    PredicateBinder(BindState state, ExpressionBinder expressions) {
        this.state = state;
        this.expressions = expressions;
    }

    Scalar compareRows(OperatorName name, List<Scalar> lefts, List<Scalar> rights, int position) {
        if (lefts.size() != rights.size()) {
            throw new UserException(SqlState.SYNTAX_ERROR, "unequal number of entries in row expressions")
                    .withPosition(position);
        }
        if (lefts.isEmpty()) {
            throw ExpressionBinder.unsupported("comparison of zero-length rows", position);
        }
        return switch (name.name()) {
            case "=", "<>" -> {
                List<Scalar> parts = new ArrayList<>();
                for (int i = 0; i < lefts.size(); i++) {
                    parts.add(expressions.operator(name, lefts.get(i), rights.get(i), position));
                }
                yield name.name().equals("=")
                        ? ExpressionBinder.conjunction(parts)
                        : ExpressionBinder.disjunction(parts);
            }
            case "<", "<=", ">", ">=" -> compareInOrder(name, lefts, rights, position);
            default -> throw ExpressionBinder.unsupported("row comparison with " + name.name(), position);
        };
    }

    /// The first pair that differs decides.
    private Scalar compareInOrder(OperatorName name, List<Scalar> lefts, List<Scalar> rights, int position) {
        List<Scalar> parts = new ArrayList<>();
        OperatorName strict = OperatorName.of(name.name().substring(0, 1));
        for (int i = 0; i < lefts.size(); i++) {
            List<Scalar> step = new ArrayList<>();
            for (int j = 0; j < i; j++) {
                step.add(expressions.operator(OperatorName.of("="), lefts.get(j), rights.get(j), position));
            }
            OperatorName last = i == lefts.size() - 1 ? name : strict;
            step.add(expressions.operator(last, lefts.get(i), rights.get(i), position));
            parts.add(ExpressionBinder.conjunction(step));
        }
        return ExpressionBinder.disjunction(parts);
    }

    Scalar nullTest(Expr.NullTest test) {
        Scalar operand = expressions.bind(test.operand());
        if (operand instanceof Scalar.RowOf(var elements)) {
            List<Scalar> parts = new ArrayList<>();
            elements.forEach(element -> parts.add(new Scalar.IsNull(element, test.negated())));
            return parts.isEmpty() ? Scalar.Constant.ofBoolean(true) : ExpressionBinder.conjunction(parts);
        }
        return new Scalar.IsNull(state.coercions.resolveUnknown(operand, test.position()), test.negated());
    }

    Scalar booleanTest(Expr.BooleanTest test) {
        String construct = "IS " + (test.negated() ? "NOT " : "") + test.truth();
        Scalar operand = expressions.bindBoolean(test.operand(), construct);
        return switch (test.truth()) {
            case TRUE -> new Scalar.IsBoolean(operand, true, test.negated());
            case FALSE -> new Scalar.IsBoolean(operand, false, test.negated());
            case UNKNOWN -> new Scalar.IsNull(operand, test.negated());
        };
    }

    Scalar distinctFrom(Expr.DistinctFrom distinct) {
        Scalar left = expressions.bind(distinct.left());
        Scalar right = expressions.bind(distinct.right());
        if (left instanceof Scalar.RowOf(var lefts) && right instanceof Scalar.RowOf(var rights)) {
            List<Scalar> parts = new ArrayList<>();
            for (int i = 0; i < Math.min(lefts.size(), rights.size()); i++) {
                parts.add(distinctPair(lefts.get(i), rights.get(i), distinct.negated(), distinct.position()));
            }
            return distinct.negated() ? ExpressionBinder.conjunction(parts) : ExpressionBinder.disjunction(parts);
        }
        return distinctPair(left, right, distinct.negated(), distinct.position());
    }

    private Scalar distinctPair(Scalar left, Scalar right, boolean negated, int position) {
        if (right instanceof Scalar.Constant constant && constant.isNull()) {
            return new Scalar.IsNull(state.coercions.resolveUnknown(left, position), !negated);
        }
        Scalar equal = expressions.operator(OperatorName.of("="), left, right, position);
        Scalar.Call call = (Scalar.Call) equal;
        return new Scalar.IsDistinct(call.args().get(0), call.args().get(1), call.function(), negated);
    }

    Scalar between(Expr.Between between) {
        Scalar operand = expressions.bind(between.operand());
        Scalar low = expressions.bind(between.low());
        Scalar high = expressions.bind(between.high());
        int position = between.position();
        Scalar inside = range(operand, low, high, position);
        if (between.symmetric()) {
            inside = new Scalar.Or(List.of(inside, range(operand, high, low, position)));
        }
        return between.negated() ? new Scalar.Not(inside) : inside;
    }

    private Scalar range(Scalar operand, Scalar low, Scalar high, int position) {
        return new Scalar.And(List.of(
                expressions.operator(OperatorName.of(">="), operand, low, position),
                expressions.operator(OperatorName.of("<="), operand, high, position)));
    }

    Scalar inList(Expr.InList in) {
        Scalar operand = expressions.bind(in.operand());
        List<Scalar> items = expressions.bindAll(in.items());
        Scalar any = operand instanceof Scalar.RowOf ? null : inArray(operand, items, in.position());
        if (any == null) {
            List<Scalar> parts = new ArrayList<>();
            for (Scalar item : items) {
                parts.add(
                        operand instanceof Scalar.RowOf(var lefts) && item instanceof Scalar.RowOf(var rights)
                                ? compareRows(OperatorName.of("="), lefts, rights, in.position())
                                : expressions.operator(OperatorName.of("="), operand, item, in.position()));
            }
            any = ExpressionBinder.disjunction(parts);
        }
        return in.negated() ? new Scalar.Not(any) : any;
    }

    /// `x IN (1, 2, 3)` as `x = ANY (ARRAY[1, 2, 3])`, if the items have one type; else null.
    private @Nullable Scalar inArray(Scalar operand, List<Scalar> items, int position) {
        if (items.size() < 2) {
            return null;
        }
        List<SqlType> types = new ArrayList<>();
        types.add(operand.type());
        items.forEach(item -> types.add(item.type()));
        SqlType common;
        try {
            common = state.coercions.commonType(types, "IN", position);
        } catch (OmenException e) {
            return null;
        }
        SqlType array = common.arrayType();
        if (array == null) {
            return null;
        }
        List<Scalar> elements = new ArrayList<>();
        for (Scalar item : items) {
            elements.add(state.coercions.implicit(item, common, position));
        }
        return anyArray(operand, OperatorName.of("="), false, new Scalar.ArrayOf(elements, array, false), position);
    }

    Scalar quantifiedArray(Expr.QuantifiedArray quantified) {
        Scalar left = expressions.bind(quantified.left());
        Scalar array = expressions.bind(quantified.array());
        if (array.type() == Types.UNKNOWN) {
            SqlType element = left.type() == Types.UNKNOWN ? Types.TEXT : left.type();
            SqlType target = element.arrayType();
            if (target != null) {
                array = state.coercions.implicit(array, target, quantified.position());
            }
        }
        return anyArray(left, quantified.operator(), quantified.all(), array, quantified.position());
    }

    private Scalar anyArray(Scalar left, OperatorName name, boolean all, Scalar array, int position) {
        SqlType element = array.type().elementType();
        if (element == null) {
            throw new UserException(SqlState.WRONG_OBJECT_TYPE, "op ANY/ALL (array) requires array on right side")
                    .withPosition(position);
        }
        FunctionResolver.Resolved resolved = state.functions.operator(name, left.type(), element, position);
        OperatorDef operator = (OperatorDef) resolved.target();
        if (resolved.result() != Types.BOOL) {
            throw new UserException(SqlState.WRONG_OBJECT_TYPE, "op ANY/ALL (array) requires operator to yield boolean")
                    .withPosition(position);
        }
        SqlType wanted = resolved.argumentTypes().getLast().arrayType();
        Scalar coercedArray =
                wanted == null || wanted == array.type() ? array : state.coercions.implicit(array, wanted, position);
        return new Scalar.AnyArray(
                state.coercions.implicit(left, resolved.argumentTypes().getFirst(), position),
                operator.function(),
                name.name(),
                all,
                coercedArray);
    }

    /// `left op ANY|ALL (query)`, `left IN (query)`.
    Scalar quantified(Expr leftExpr, OperatorName name, boolean all, Query query, int position) {
        Scalar left = expressions.bind(leftExpr);
        LogicalPlan plan = expressions.subquery(query);
        List<Scalar> lefts = left instanceof Scalar.RowOf(var elements) ? elements : List.of(left);
        List<Field> outputs = plan.output();
        if (outputs.size() != lefts.size()) {
            throw new UserException(
                            SqlState.SYNTAX_ERROR,
                            outputs.size() < lefts.size()
                                    ? "subquery has too few columns"
                                    : "subquery has too many columns")
                    .withPosition(position);
        }
        List<Scalar> rights = new ArrayList<>();
        outputs.forEach(field -> rights.add(new Scalar.Column(field)));
        Scalar test = lefts.size() == 1
                ? expressions.operator(name, lefts.getFirst(), rights.getFirst(), position)
                : compareRows(name, lefts, rights, position);
        if (test.type() != Types.BOOL) {
            throw new UserException(SqlState.DATATYPE_MISMATCH, "subquery must use an operator that yields boolean")
                    .withPosition(position);
        }
        Scalar.SubqueryKind kind = all ? Scalar.SubqueryKind.ALL : Scalar.SubqueryKind.ANY;
        return new Scalar.Subquery(kind, plan, test, Types.BOOL);
    }
}
