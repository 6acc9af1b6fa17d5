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
    private final PredicateBinder predicates;
    private final ArrayBinder arrays;

    ExpressionBinder(BindState state, Scope scope, Clause clause) {
        this.state = state;
        this.scope = scope;
        this.clause = clause;
        this.calls = new CallBinder(state, this);
        this.predicates = new PredicateBinder(state, this);
        this.arrays = new ArrayBinder(state, this);
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

    ArrayBinder arrays() {
        return arrays;
    }

    ExpressionBinder in(Clause other) {
        return new ExpressionBinder(state, scope, other);
    }

    /// Binds an expression; an untyped literal or parameter stays of type unknown.
    Scalar bind(Expr expr) {
        return switch (expr) {
            case Expr.Literal literal -> literal(literal);
            case Expr.Parameter parameter -> parameter(parameter);
            case Expr.ColumnRef column -> column(column);
            case Expr.Star star ->
                throw new UserException(SqlState.SYNTAX_ERROR, "row expansion via \"*\" is not supported here")
                        .withPosition(star.position());
            case Expr.Binary binary -> binary(binary);
            case Expr.Unary unary -> operator(unary.operator(), null, bind(unary.operand()), unary.position());
            case Expr.QuantifiedArray quantified -> predicates.quantifiedArray(quantified);
            case Expr.QuantifiedSubquery quantified ->
                predicates.quantified(
                        quantified.left(),
                        quantified.operator(),
                        quantified.all(),
                        quantified.query(),
                        quantified.position());
            case Expr.And and -> new Scalar.And(booleans(and.args(), "AND"));
            case Expr.Or or -> new Scalar.Or(booleans(or.args(), "OR"));
            case Expr.Not not -> new Scalar.Not(bindBoolean(not.operand(), "NOT"));
            case Expr.NullTest test -> predicates.nullTest(test);
            case Expr.BooleanTest test -> predicates.booleanTest(test);
            case Expr.DistinctFrom distinct -> predicates.distinctFrom(distinct);
            case Expr.Between between -> predicates.between(between);
            case Expr.InList in -> predicates.inList(in);
            case Expr.InSubquery in -> {
                Scalar any =
                        predicates.quantified(in.operand(), OperatorName.of("="), false, in.query(), in.position());
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
            case Expr.ArraySubquery query -> arrays.arraySubquery(query);
            case Expr.ArrayConstructor array -> arrays.array(array, null);
            case Expr.Subscript subscript -> arrays.subscript(subscript);
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
            return arrays.array(array, type);
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
            return predicates.compareRows(binary.operator(), lefts, rights, binary.position());
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

    static Scalar conjunction(List<Scalar> parts) {
        return parts.size() == 1 ? parts.getFirst() : new Scalar.And(parts);
    }

    static Scalar disjunction(List<Scalar> parts) {
        return parts.size() == 1 ? parts.getFirst() : new Scalar.Or(parts);
    }

    LogicalPlan subquery(Query query) {
        return new QueryBinder(state, scope).bind(query).plan();
    }

    static Field onlyColumn(LogicalPlan plan, int position) {
        if (plan.output().size() != 1) {
            throw new UserException(SqlState.SYNTAX_ERROR, "subquery must return only one column")
                    .withPosition(position);
        }
        return plan.output().getFirst();
    }

    private Scalar cast(Expr.Cast cast) {
        TypeResolver.TypeUse target = state.types.resolve(cast.type());
        if (cast.operand() instanceof Expr.ArrayConstructor array
                && target.type().isArray()) {
            return arrays.array(array, target.type());
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
