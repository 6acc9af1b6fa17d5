package omendb.sql.bind;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Expr;
import omendb.sql.ast.OperatorName;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.function.CastDef.Context;
import omendb.sql.function.OperatorDef;
import omendb.sql.plan.Datum;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalar.CallForm;
import omendb.sql.plan.Scalars;
import org.jspecify.annotations.Nullable;

/// Binds expressions of one clause against a scope.
final class ExpressionBinder {
    private static final BigInteger MIN_INT8 = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MAX_INT8 = BigInteger.valueOf(Long.MAX_VALUE);

    private final BindState state;
    private final Scope scope;
    private final Clause clause;
    private final CallBinder calls;

    ExpressionBinder(BindState state, Scope scope, Clause clause) {
        this.state = state;
        this.scope = scope;
        this.clause = clause;
        this.calls = new CallBinder(state, this);
    }

    BindState state() {
        return state;
    }

    Scope scope() {
        return scope;
    }

    Clause clause() {
        return clause;
    }

    ExpressionBinder in(Clause other) {
        return new ExpressionBinder(state, scope, other);
    }

    /// Binds an expression; an untyped literal or parameter stays of type unknown.
    Scalar bind(Expr expr) {
        return switch (expr) {
            case Expr.Literal literal -> literal(literal);
            case Expr.LiftedLiteral lifted -> throw unsupported("a literal without a value", lifted.position());
            case Expr.Parameter parameter -> parameter(parameter);
            case Expr.ColumnRef column -> column(column);
            case Expr.Star star ->
                throw new UserException(SqlState.SYNTAX_ERROR, "row expansion via \"*\" is not supported here")
                        .withPosition(star.position());
            case Expr.Binary binary -> binary(binary);
            case Expr.Unary unary -> operator(unary.operator(), null, bind(unary.operand()), unary.position());
            case Expr.QuantifiedArray quantified -> quantifiedArray(quantified);
            case Expr.QuantifiedSubquery quantified ->
                quantified(
                        quantified.left(),
                        quantified.operator(),
                        quantified.all(),
                        quantified.query(),
                        quantified.position());
            case Expr.And and -> new Scalar.And(booleans(and.args(), "AND"));
            case Expr.Or or -> new Scalar.Or(booleans(or.args(), "OR"));
            case Expr.Not not -> new Scalar.Not(bindBoolean(not.operand(), "NOT"));
            case Expr.NullTest test -> nullTest(test);
            case Expr.BooleanTest test -> booleanTest(test);
            case Expr.DistinctFrom distinct -> distinctFrom(distinct);
            case Expr.Between between -> between(between);
            case Expr.InList in -> inList(in);
            case Expr.InSubquery in -> {
                Scalar any = quantified(in.operand(), OperatorName.of("="), false, in.query(), in.position());
                yield in.negated() ? new Scalar.Not(any) : any;
            }
            case Expr.Exists exists -> {
                LogicalPlan plan = subquery(exists.query());
                yield new Scalar.Subquery(Scalar.SubqueryKind.EXISTS, plan, null, Types.BOOL);
            }
            case Expr.ScalarSubquery query -> {
                LogicalPlan plan = subquery(query.query());
                Field only = onlyColumn(plan, query.position());
                yield new Scalar.Subquery(Scalar.SubqueryKind.SCALAR, plan, null, only.type());
            }
            case Expr.ArraySubquery query -> arraySubquery(query);
            case Expr.ArrayConstructor array -> array(array, null);
            case Expr.Subscript subscript -> subscript(subscript);
            case Expr.Row row -> new Scalar.RowOf(bindAll(row.elements()));
            case Expr.FunctionCall call -> calls.bind(call);
            case Expr.Cast cast -> cast(cast);
            case Expr.Case conditional -> conditional(conditional);
            case Expr.Coalesce coalesce -> {
                List<Scalar> args = common(coalesce.args(), "COALESCE", coalesce.position());
                yield new Scalar.Coalesce(args, args.getFirst().type());
            }
            case Expr.NullIf nullIf -> nullIf(nullIf);
            case Expr.MinMax minMax -> {
                String name = minMax.greatest() ? "GREATEST" : "LEAST";
                List<Scalar> args = common(minMax.args(), name, minMax.position());
                yield new Scalar.MinMax(minMax.greatest(), args, args.getFirst().type());
            }
            case Expr.Collate collate -> bind(collate.operand());
            case Expr.SqlValue value -> calls.sqlValue(value);
            case Expr.Default missing ->
                throw new UserException(SqlState.SYNTAX_ERROR, "DEFAULT is not allowed in this context")
                        .withPosition(missing.position());
            case Expr.FieldSelection field -> throw unsupported("selection of a field", field.position());
            case Expr.FieldStar star -> throw unsupported("expansion of a composite value", star.position());
            case Expr.NamedArgument named -> throw unsupported("named arguments", named.position());
            case Expr.Grouping grouping -> grouping(grouping);
            case Expr.CurrentOf current -> throw unsupported("WHERE CURRENT OF", current.position());
            case Expr.JsonTest test -> throw unsupported("IS JSON", test.position());
            case Expr.JsonFunction function -> throw unsupported("SQL/JSON functions", function.position());
        };
    }

    static OmenException unsupported(String what, int position) {
        return new UserException(SqlState.FEATURE_NOT_SUPPORTED, what + " is not supported yet").withPosition(position);
    }

    List<Scalar> bindAll(List<Expr> exprs) {
        List<Scalar> all = new ArrayList<>();
        for (Expr expr : exprs) {
            if (expr instanceof Expr.Star star) {
                all.addAll(expandStar(star));
            } else {
                all.add(bind(expr));
            }
        }
        return all;
    }

    private List<Scalar> expandStar(Expr.Star star) {
        List<Scope.VisibleColumn> columns = scope.columns();
        if (!star.qualifier().isEmpty()) {
            Scope.Relation relation = scope.visibleRelation(star.qualifier());
            if (relation == null) {
                throw scope.unknownRelation(star.qualifier(), star.position());
            }
            columns = relation.columns();
        }
        return columns.stream().map(Scope.VisibleColumn::value).toList();
    }

    /// Binds a condition.
    ///
    /// @param construct names it in errors: WHERE, AND, JOIN/ON
    Scalar bindBoolean(Expr expr, String construct) {
        Scalar condition = state.coercions.toBoolean(bind(expr), construct, expr.start());
        Scalar aggregate = clause.allowsAggregates() ? null : Grouping.aggregateInSubquery(condition, scope);
        if (aggregate != null) {
            throw new UserException(SqlState.GROUPING_ERROR, "aggregate functions are not allowed in " + clause.text())
                    .withPosition(state.positionOf(aggregate));
        }
        return condition;
    }

    private List<Scalar> booleans(List<Expr> exprs, String construct) {
        return exprs.stream().map(expr -> bindBoolean(expr, construct)).toList();
    }

    /// Binds and coerces as an assignment does; `what` completes the error's text.
    Scalar bindAs(Expr expr, SqlType type, int typmod, Context context) {
        if (expr instanceof Expr.ArrayConstructor array && type.isArray()) {
            return array(array, type);
        }
        Scalar value = bind(expr);
        Scalar coerced = state.coercions.coerce(value, type, typmod, context, expr.position());
        if (coerced == null) {
            throw Coercions.cannotCast(value.type(), type, expr.start());
        }
        return coerced;
    }

    private Scalar literal(Expr.Literal literal) {
        String text = literal.value();
        return switch (literal.kind()) {
            case NULL -> new Scalar.Constant(Types.UNKNOWN, -1, Datum.NULL);
            case BOOLEAN -> Scalar.Constant.ofBoolean(text.equals("true"));
            case STRING -> new Scalar.Constant(Types.UNKNOWN, -1, Datum.ofText(text));
            case INTEGER -> integer(literal);
            case NUMERIC -> typed(text, Types.NUMERIC, literal.position());
            case BIT -> typed(text, bitType(literal.position()), literal.position());
            case HEX_BIT -> typed("x" + text, bitType(literal.position()), literal.position());
        };
    }

    private static SqlType bitType(int position) {
        SqlType bit = Types.byName("bit");
        if (bit == null) {
            throw unsupported("type bit", position);
        }
        return bit;
    }

    private Scalar integer(Expr.Literal literal) {
        BigInteger value = new BigInteger(literal.value());
        if (value.compareTo(MIN_INT8) < 0 || value.compareTo(MAX_INT8) > 0) {
            return typed(literal.value(), Types.NUMERIC, literal.position());
        }
        long small = value.longValueExact();
        SqlType type = small == (int) small ? Types.INT4 : Types.INT8;
        return new Scalar.Constant(type, -1, Datum.ofLong(small));
    }

    private Scalar typed(String text, SqlType type, int position) {
        Scalar.Constant literal = new Scalar.Constant(Types.UNKNOWN, -1, Datum.ofText(text));
        return state.coercions.readLiteral(literal, type, -1, position);
    }

    private Scalar parameter(Expr.Parameter parameter) {
        try {
            return new Scalar.Parameter(parameter.number(), state.parameters.type(parameter.number()));
        } catch (OmenException e) {
            throw e.withPosition(parameter.position());
        }
    }

    private Scalar column(Expr.ColumnRef reference) {
        Scalar found = scope.resolve(reference);
        if (found instanceof Scalar.Column(Field field)) {
            Scalar own = new Scalar.Column(field);
            state.remember(own, reference.position());
            return own;
        }
        if (found != null) {
            return found;
        }
        Scope.Relation relation = scope.visibleRelation(reference.names());
        if (relation != null) {
            return new Scalar.RowOf(
                    relation.columns().stream().map(Scope.VisibleColumn::value).toList());
        }
        throw scope.unknownColumn(reference);
    }

    private Scalar binary(Expr.Binary binary) {
        Scalar left = bind(binary.left());
        Scalar right = bind(binary.right());
        if (left instanceof Scalar.RowOf(var lefts) && right instanceof Scalar.RowOf(var rights)) {
            return compareRows(binary.operator(), lefts, rights, binary.position());
        }
        return operator(
                binary.operator(),
                left,
                right,
                new Places(
                        binary.position(), binary.left().start(), binary.right().start()));
    }

    /// Where an operator and its operands stand.
    private record Places(int operator, int left, int right) {}

    /// `left op right` on bound operands; `left` null for a prefix operator.
    Scalar operator(OperatorName name, @Nullable Scalar left, Scalar right, int position) {
        return operator(name, left, right, new Places(position, position, position));
    }

    private Scalar operator(OperatorName name, @Nullable Scalar left, Scalar right, Places places) {
        FunctionResolver.Resolved resolved =
                state.functions.operator(name, left == null ? null : left.type(), right.type(), places.operator());
        OperatorDef operator = (OperatorDef) resolved.target();
        List<Scalar> args = new ArrayList<>();
        if (left != null) {
            args.add(state.coercions.implicit(left, resolved.argumentTypes().getFirst(), places.left()));
        }
        args.add(state.coercions.implicit(right, resolved.argumentTypes().getLast(), places.right()));
        return new Scalar.Call(operator.function(), name.name(), CallForm.OPERATOR, args, resolved.result(), -1);
    }

    private Scalar compareRows(OperatorName name, List<Scalar> lefts, List<Scalar> rights, int position) {
        if (lefts.size() != rights.size()) {
            throw new UserException(SqlState.SYNTAX_ERROR, "unequal number of entries in row expressions")
                    .withPosition(position);
        }
        if (lefts.isEmpty()) {
            throw unsupported("comparison of zero-length rows", position);
        }
        return switch (name.name()) {
            case "=", "<>" -> {
                List<Scalar> parts = new ArrayList<>();
                for (int i = 0; i < lefts.size(); i++) {
                    parts.add(operator(name, lefts.get(i), rights.get(i), position));
                }
                yield name.name().equals("=") ? conjunction(parts) : disjunction(parts);
            }
            case "<", "<=", ">", ">=" -> compareInOrder(name, lefts, rights, position);
            default -> throw unsupported("row comparison with " + name.name(), position);
        };
    }

    /// The first pair that differs decides.
    private Scalar compareInOrder(OperatorName name, List<Scalar> lefts, List<Scalar> rights, int position) {
        List<Scalar> parts = new ArrayList<>();
        OperatorName strict = OperatorName.of(name.name().substring(0, 1));
        for (int i = 0; i < lefts.size(); i++) {
            List<Scalar> step = new ArrayList<>();
            for (int j = 0; j < i; j++) {
                step.add(operator(OperatorName.of("="), lefts.get(j), rights.get(j), position));
            }
            OperatorName last = i == lefts.size() - 1 ? name : strict;
            step.add(operator(last, lefts.get(i), rights.get(i), position));
            parts.add(conjunction(step));
        }
        return disjunction(parts);
    }

    static Scalar conjunction(List<Scalar> parts) {
        return parts.size() == 1 ? parts.getFirst() : new Scalar.And(parts);
    }

    static Scalar disjunction(List<Scalar> parts) {
        return parts.size() == 1 ? parts.getFirst() : new Scalar.Or(parts);
    }

    private Scalar nullTest(Expr.NullTest test) {
        Scalar operand = bind(test.operand());
        if (operand instanceof Scalar.RowOf(var elements)) {
            List<Scalar> parts = new ArrayList<>();
            elements.forEach(element -> parts.add(new Scalar.IsNull(element, test.negated())));
            return parts.isEmpty() ? Scalar.Constant.ofBoolean(true) : conjunction(parts);
        }
        return new Scalar.IsNull(state.coercions.resolveUnknown(operand, test.position()), test.negated());
    }

    private Scalar booleanTest(Expr.BooleanTest test) {
        String construct = "IS " + (test.negated() ? "NOT " : "") + test.truth();
        Scalar operand = bindBoolean(test.operand(), construct);
        return switch (test.truth()) {
            case TRUE -> new Scalar.IsBoolean(operand, true, test.negated());
            case FALSE -> new Scalar.IsBoolean(operand, false, test.negated());
            case UNKNOWN -> new Scalar.IsNull(operand, test.negated());
        };
    }

    private Scalar distinctFrom(Expr.DistinctFrom distinct) {
        Scalar left = bind(distinct.left());
        Scalar right = bind(distinct.right());
        if (left instanceof Scalar.RowOf(var lefts) && right instanceof Scalar.RowOf(var rights)) {
            List<Scalar> parts = new ArrayList<>();
            for (int i = 0; i < Math.min(lefts.size(), rights.size()); i++) {
                parts.add(distinctPair(lefts.get(i), rights.get(i), distinct.negated(), distinct.position()));
            }
            return distinct.negated() ? conjunction(parts) : disjunction(parts);
        }
        return distinctPair(left, right, distinct.negated(), distinct.position());
    }

    private Scalar distinctPair(Scalar left, Scalar right, boolean negated, int position) {
        if (right instanceof Scalar.Constant constant && constant.isNull()) {
            return new Scalar.IsNull(state.coercions.resolveUnknown(left, position), !negated);
        }
        Scalar equal = operator(OperatorName.of("="), left, right, position);
        Scalar.Call call = (Scalar.Call) equal;
        return new Scalar.IsDistinct(call.args().get(0), call.args().get(1), call.function(), negated);
    }

    private Scalar between(Expr.Between between) {
        Scalar operand = bind(between.operand());
        Scalar low = bind(between.low());
        Scalar high = bind(between.high());
        int position = between.position();
        Scalar inside = range(operand, low, high, position);
        if (between.symmetric()) {
            inside = new Scalar.Or(List.of(inside, range(operand, high, low, position)));
        }
        return between.negated() ? new Scalar.Not(inside) : inside;
    }

    private Scalar range(Scalar operand, Scalar low, Scalar high, int position) {
        return new Scalar.And(List.of(
                operator(OperatorName.of(">="), operand, low, position),
                operator(OperatorName.of("<="), operand, high, position)));
    }

    private Scalar inList(Expr.InList in) {
        Scalar operand = bind(in.operand());
        List<Scalar> items = bindAll(in.items());
        Scalar any = operand instanceof Scalar.RowOf ? null : inArray(operand, items, in.position());
        if (any == null) {
            List<Scalar> parts = new ArrayList<>();
            for (Scalar item : items) {
                parts.add(
                        operand instanceof Scalar.RowOf(var lefts) && item instanceof Scalar.RowOf(var rights)
                                ? compareRows(OperatorName.of("="), lefts, rights, in.position())
                                : operator(OperatorName.of("="), operand, item, in.position()));
            }
            any = disjunction(parts);
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

    private Scalar quantifiedArray(Expr.QuantifiedArray quantified) {
        Scalar left = bind(quantified.left());
        Scalar array = bind(quantified.array());
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

    LogicalPlan subquery(Query query) {
        return new QueryBinder(state, scope).bind(query).plan();
    }

    private static Field onlyColumn(LogicalPlan plan, int position) {
        if (plan.output().size() != 1) {
            throw new UserException(SqlState.SYNTAX_ERROR, "subquery must return only one column")
                    .withPosition(position);
        }
        return plan.output().getFirst();
    }

    private Scalar arraySubquery(Expr.ArraySubquery query) {
        LogicalPlan plan = subquery(query.query());
        Field only = onlyColumn(plan, query.position());
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

    /// `left op ANY|ALL (query)`, `left IN (query)`.
    private Scalar quantified(Expr leftExpr, OperatorName name, boolean all, Query query, int position) {
        Scalar left = bind(leftExpr);
        LogicalPlan plan = subquery(query);
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
                ? operator(name, lefts.getFirst(), rights.getFirst(), position)
                : compareRows(name, lefts, rights, position);
        if (test.type() != Types.BOOL) {
            throw new UserException(SqlState.DATATYPE_MISMATCH, "subquery must use an operator that yields boolean")
                    .withPosition(position);
        }
        Scalar.SubqueryKind kind = all ? Scalar.SubqueryKind.ALL : Scalar.SubqueryKind.ANY;
        return new Scalar.Subquery(kind, plan, test, Types.BOOL);
    }

    /// @param target the array type asked for by a cast around it, or null
    private Scalar array(Expr.ArrayConstructor constructor, @Nullable SqlType target) {
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
            elements.add(element instanceof Expr.ArrayConstructor inner ? array(inner, target) : bind(element));
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

    private Scalar subscript(Expr.Subscript subscript) {
        Scalar base = bind(subscript.base());
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
            uppers.add(index.upper() == null ? null : bindAs(index.upper(), Types.INT4, -1, Context.ASSIGNMENT));
            lowers.add(index.lower() == null ? null : bindAs(index.lower(), Types.INT4, -1, Context.ASSIGNMENT));
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
            value = operator(OperatorName.of("->"), value, bind(index.upper()), subscript.position());
        }
        return value;
    }

    private Scalar cast(Expr.Cast cast) {
        TypeResolver.TypeUse target = state.types.resolve(cast.type());
        if (cast.operand() instanceof Expr.ArrayConstructor array
                && target.type().isArray()) {
            return array(array, target.type());
        }
        Scalar operand = bind(cast.operand());
        return castTo(
                operand,
                target.type(),
                target.typmod(),
                cast.position(),
                cast.operand().position());
    }

    Scalar castTo(Scalar operand, SqlType type, int typmod, int position, int operandPosition) {
        int at = operand.type() == Types.UNKNOWN ? operandPosition : position;
        Scalar coerced = state.coercions.coerce(operand, type, typmod, Context.EXPLICIT, at);
        if (coerced == null) {
            throw Coercions.cannotCast(operand.type(), type, position);
        }
        return coerced;
    }

    private Scalar conditional(Expr.Case conditional) {
        List<Scalar> conditions = new ArrayList<>();
        Scalar operand = conditional.operand() == null ? null : bind(conditional.operand());
        if (operand != null && operand.type() == Types.UNKNOWN) {
            operand = state.coercions.resolveUnknown(operand, conditional.position());
        }
        List<Expr> resultExprs = new ArrayList<>();
        for (Expr.When when : conditional.whens()) {
            conditions.add(
                    operand == null
                            ? bindBoolean(when.condition(), "CASE/WHEN")
                            : operator(OperatorName.of("="), operand, bind(when.condition()), when.position()));
            resultExprs.add(when.result());
        }
        List<Scalar> results = new ArrayList<>();
        List<SqlType> types = new ArrayList<>();
        Scalar otherwise = conditional.otherwise() == null
                ? new Scalar.Constant(Types.UNKNOWN, -1, Datum.NULL)
                : bind(conditional.otherwise());
        types.add(otherwise.type());
        for (Expr expr : resultExprs) {
            Scalar result = bind(expr);
            results.add(result);
            types.add(result.type());
        }
        SqlType common = state.coercions.commonType(types, "CASE", conditional.position());
        List<Scalar.When> whens = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            Scalar result = state.coercions.toCommon(
                    results.get(i), common, "CASE/WHEN", resultExprs.get(i).position());
            whens.add(new Scalar.When(conditions.get(i), result));
        }
        int otherwisePosition = conditional.otherwise() == null
                ? conditional.position()
                : conditional.otherwise().position();
        return new Scalar.Case(
                whens, state.coercions.toCommon(otherwise, common, "CASE/ELSE", otherwisePosition), common);
    }

    private List<Scalar> common(List<Expr> exprs, String construct, int position) {
        List<Scalar> values = bindAll(exprs);
        SqlType common =
                state.coercions.commonType(values.stream().map(Scalar::type).toList(), construct, position);
        return values.stream()
                .map(value -> state.coercions.toCommon(value, common, construct, position))
                .toList();
    }

    private Scalar grouping(Expr.Grouping grouping) {
        if (!clause.allowsAggregates()) {
            throw new UserException(SqlState.GROUPING_ERROR, "grouping operations are not allowed in " + clause.text())
                    .withPosition(grouping.position());
        }
        if (grouping.args().size() > 31) {
            throw new UserException(SqlState.TOO_MANY_ARGUMENTS, "GROUPING must have fewer than 32 arguments")
                    .withPosition(grouping.position());
        }
        return new Scalar.GroupingBits(bindAll(grouping.args()), List.of());
    }

    /// Whether the expressions refer to columns, and to columns of enclosing queries alone.
    boolean areOuter(List<Scalar> scalars) {
        List<Field> fields = new ArrayList<>();
        scalars.forEach(scalar -> Scalars.visit(scalar, part -> {
            if (part instanceof Scalar.Column(Field field)) {
                fields.add(field);
            }
        }));
        return !fields.isEmpty()
                && fields.stream().noneMatch(scope::owns)
                && fields.stream().allMatch(scope::encloses);
    }

    private Scalar nullIf(Expr.NullIf nullIf) {
        Scalar left = bind(nullIf.left());
        Scalar right = bind(nullIf.right());
        Scalar equal = operator(OperatorName.of("="), left, right, nullIf.position());
        Scalar coercedLeft = ((Scalar.Call) equal).args().getFirst();
        return new Scalar.NullIf(left.type() == Types.UNKNOWN ? coercedLeft : left, equal);
    }

    /// A call of a function by name on bound arguments; for what the grammar spells otherwise.
    Scalar call(String name, List<Scalar> args, int position) {
        return calls.scalar(QualifiedName.of(name), args, position);
    }
}
