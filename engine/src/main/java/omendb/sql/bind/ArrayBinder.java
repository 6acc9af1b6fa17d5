package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Expr;
import omendb.sql.ast.OperatorName;
import omendb.sql.function.CastDef.Context;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// Binds array constructors and subscripts.
final class ArrayBinder {
    private final ExpressionBinder expressions;
    private final BindState state;

    ArrayBinder(BindState state, ExpressionBinder expressions) {
        this.state = state;
        this.expressions = expressions;
    }

    /// @param target the array type asked for by a cast around it, or null
    Scalar array(Expr.ArrayConstructor constructor, @Nullable SqlType target) {
        boolean nested = constructor.elements().stream().anyMatch(Expr.ArrayConstructor.class::isInstance);
        if (constructor.elements().isEmpty()) {
            if (target == null) {
                throw new UserException(SqlState.INDETERMINATE_DATATYPE, "cannot determine type of empty array")
                        .withHint("Explicitly cast to the desired type, for example ARRAY[]::integer[].")
                        .withPosition(constructor.position());
            }
            return new Scalar.ArrayOf(List.of(), target, false);
        }
        List<Scalar> elements = new ArrayList<>();
        for (Expr element : constructor.elements()) {
            elements.add(
                    element instanceof Expr.ArrayConstructor inner ? array(inner, target) : expressions.bind(element));
        }
        if (target != null) {
            SqlType element = nested ? target : target.elementType();
            List<Scalar> coerced = new ArrayList<>();
            for (int i = 0; i < elements.size(); i++) {
                Scalar value = element == null
                        ? null
                        : state.coercions.coerce(
                                elements.get(i),
                                element,
                                -1,
                                Context.EXPLICIT,
                                constructor.elements().get(i).position());
                if (value == null) {
                    throw Coercions.cannotCast(
                            elements.get(i).type(), element == null ? target : element, constructor.position());
                }
                coerced.add(value);
            }
            return new Scalar.ArrayOf(coerced, target, nested);
        }
        return arrayOfCommon(elements, constructor.position());
    }

    Scalar arrayOfCommon(List<Scalar> elements, int position) {
        List<SqlType> types = elements.stream().map(Scalar::type).toList();
        SqlType common = state.coercions.commonType(types, "ARRAY", position);
        boolean arrays = common.isArray();
        SqlType type = arrays ? common : common.arrayType();
        if (type == null) {
            throw new UserException(
                            SqlState.UNDEFINED_OBJECT, "could not find array type for data type " + common.format(-1))
                    .withPosition(position);
        }
        List<Scalar> coerced = elements.stream()
                .map(element -> state.coercions.toCommon(element, common, "ARRAY", position))
                .toList();
        return new Scalar.ArrayOf(coerced, type, arrays);
    }

    Scalar subscript(Expr.Subscript subscript) {
        Scalar base = expressions.bind(subscript.base());
        SqlType type = base.type();
        SqlType element = type.elementType();
        if (type == Types.JSONB) {
            return jsonSubscript(base, subscript);
        }
        if (element == null) {
            throw new UserException(
                            SqlState.DATATYPE_MISMATCH,
                            "cannot subscript type " + type.format(-1) + " because it does not support subscripting")
                    .withPosition(subscript.position());
        }
        List<@Nullable Scalar> uppers = new ArrayList<>();
        List<@Nullable Scalar> lowers = new ArrayList<>();
        boolean slice = false;
        for (Expr.Index index : subscript.indexes()) {
            slice |= index.slice();
            uppers.add(
                    index.upper() == null
                            ? null
                            : expressions.bindAs(index.upper(), Types.INT4, -1, Context.ASSIGNMENT));
            lowers.add(
                    index.lower() == null
                            ? null
                            : expressions.bindAs(index.lower(), Types.INT4, -1, Context.ASSIGNMENT));
        }
        return new Scalar.Subscript(base, uppers, lowers, slice, slice ? type : element);
    }

    private Scalar jsonSubscript(Scalar base, Expr.Subscript subscript) {
        Scalar value = base;
        for (Expr.Index index : subscript.indexes()) {
            if (index.slice() || index.upper() == null) {
                throw new UserException(SqlState.DATATYPE_MISMATCH, "jsonb subscript does not support slices")
                        .withPosition(subscript.position());
            }
            value = expressions.operator(
                    OperatorName.of("->"), value, expressions.bind(index.upper()), subscript.position());
        }
        return value;
    }

    Scalar arraySubquery(Expr.ArraySubquery query) {
        LogicalPlan plan = expressions.subquery(query.query());
        Field only = ExpressionBinder.onlyColumn(plan, query.position());
        SqlType array = only.type().isArray() ? only.type() : only.type().arrayType();
        if (array == null) {
            throw new UserException(
                            SqlState.UNDEFINED_OBJECT,
                            "could not find array type for data type "
                                    + only.type().format(-1))
                    .withPosition(query.position());
        }
        return new Scalar.Subquery(Scalar.SubqueryKind.ARRAY, plan, null, array);
    }
}
