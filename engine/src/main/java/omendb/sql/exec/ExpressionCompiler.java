package omendb.sql.exec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import omendb.engine.error.InternalException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.engine.type.ValueArena;
import omendb.sql.plan.Field;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalars;
import org.jspecify.annotations.Nullable;

/// Compiles expressions over one input into [Evaluator]s that share an arena.
final class ExpressionCompiler {
    private final ExecutionContext context;
    private final PlanCompiler plans;
    private final Map<Field, OuterCell> outer;
    private final Map<Field, Integer> positions = new HashMap<>();
    private final List<Field> input;
    private final List<SqlType> inputTypes;
    private final ValueArena arena;

    /// @param input the input's columns in order
    /// @param outer cells of enclosing queries' columns
    ExpressionCompiler(ExecutionContext context, PlanCompiler plans, List<Field> input, Map<Field, OuterCell> outer) {
        this(context, plans, input, outer, context.newArena());
    }

    private ExpressionCompiler(
            ExecutionContext context,
            PlanCompiler plans,
            List<Field> input,
            Map<Field, OuterCell> outer,
            ValueArena arena) {
        this.input = input;
        this.arena = arena;
        this.context = context;
        this.plans = plans;
        this.outer = outer;
        this.inputTypes = input.stream().map(Field::type).toList();
        for (int i = 0; i < input.size(); i++) {
            positions.putIfAbsent(input.get(i), i);
        }
    }

    Program program(List<Scalar> scalars) {
        return new Program(scalars.stream().map(this::compile).toList(), arena);
    }

    Evaluator compile(Scalar scalar) {
        if (!(scalar instanceof Scalar.Constant) && !(scalar instanceof Scalar.Parameter) && Scalars.isStable(scalar)) {
            return new BasicEvaluators.Stable(context, compileNode(scalar));
        }
        return compileNode(scalar);
    }

    private Evaluator compileNode(Scalar scalar) {
        return switch (scalar) {
            case Scalar.Constant constant -> new BasicEvaluators.Constant(context, constant.type(), constant.value());
            case Scalar.Parameter parameter ->
                new BasicEvaluators.Parameter(context, parameter.number(), parameter.type());
            case Scalar.Column column -> column(column.field());
            case Scalar.Call call ->
                new BasicEvaluators.Call(
                        context,
                        call.function().scalarBody(),
                        isUniform(call),
                        compileAll(call.args()),
                        call.type(),
                        arena);
            case Scalar.Relabel relabel ->
                new BasicEvaluators.Relabel(compile(relabel.operand()), relabel.type(), arena);
            case Scalar.CoerceViaText coerce ->
                new BasicEvaluators.ViaText(context, compile(coerce.operand()), coerce.type(), coerce.typmod(), arena);
            case Scalar.ArrayCoerce coerce -> arrayCoerce(coerce);
            case Scalar.And and -> connective(true, and.args());
            case Scalar.Or or -> connective(false, or.args());
            case Scalar.Not not -> new LogicEvaluators.Not(compile(not.operand()), arena);
            case Scalar.IsNull test -> new LogicEvaluators.IsNull(compile(test.operand()), test.negated(), arena);
            case Scalar.IsBoolean test ->
                new LogicEvaluators.IsBoolean(compile(test.operand()), test.value(), test.negated(), arena);
            case Scalar.IsDistinct test ->
                new LogicEvaluators.IsDistinct(
                        context,
                        compile(test.left()),
                        compile(test.right()),
                        test.equality().scalarBody(),
                        test.negated(),
                        arena);
            case Scalar.Case conditional -> conditional(conditional);
            case Scalar.Coalesce coalesce ->
                new BranchEvaluators.Coalesce(
                        compileAll(coalesce.args()), subset(coalesce.args()), coalesce.type(), arena);
            case Scalar.NullIf nullIf ->
                new BranchEvaluators.NullIf(compile(nullIf.value()), compile(nullIf.equal()), arena);
            case Scalar.MinMax minMax ->
                new BranchEvaluators.MinMax(minMax.greatest(), compileAll(minMax.args()), minMax.type(), arena);
            case Scalar.ArrayOf array ->
                new ArrayEvaluators.Constructor(compileAll(array.elements()), array.nested(), array.type(), arena);
            case Scalar.Subscript subscript ->
                new ArrayEvaluators.Subscript(
                        compile(subscript.base()),
                        compileNullable(subscript.uppers()),
                        compileNullable(subscript.lowers()),
                        subscript.slice(),
                        subscript.type(),
                        arena);
            case Scalar.Assigned assigned ->
                new ArrayAssignment(
                        compile(assigned.base()),
                        compileNullable(assigned.uppers()),
                        compileNullable(assigned.lowers()),
                        assigned.slice(),
                        compile(assigned.value()),
                        assigned.type(),
                        arena);
            case Scalar.AnyArray any ->
                new ArrayEvaluators.AnyArray(
                        context,
                        compile(any.left()),
                        compile(any.array()),
                        any.function().scalarBody(),
                        any.all(),
                        arena);
            case Scalar.RowOf row -> new ArrayEvaluators.Row(compileAll(row.elements()), arena);
            case Scalar.Subquery subquery -> subquery(subquery);
            case Scalar.OuterAggregate _ ->
                throw new UserException(
                        SqlState.GROUPING_ERROR, "aggregate functions are not allowed in a query without groups");
            case Scalar.Aggregate _,
                    Scalar.GroupingBits _,
                    Scalar.WindowCall _,
                    Scalar.SetCall _,
                    Scalar.DefaultValue _ ->
                throw new InternalException(SqlState.INTERNAL_ERROR, "cannot evaluate " + scalar);
        };
    }

    /// Whether an expression has one value for all rows of a batch.
    private boolean isUniform(Scalar scalar) {
        return !Scalars.isVolatile(scalar)
                && !Scalars.contains(scalar, Scalar.Subquery.class)
                && Scalars.fields(scalar).stream().noneMatch(positions::containsKey);
    }

    private Evaluator column(Field field) {
        Integer position = positions.get(field);
        if (position != null) {
            return new BasicEvaluators.Column(position, field.type(), arena);
        }
        OuterCell cell = outer.get(field);
        if (cell != null) {
            return new BasicEvaluators.Outer(context, cell, field.type());
        }
        throw new InternalException(SqlState.INTERNAL_ERROR, "no input has the column " + field);
    }

    private List<Evaluator> compileAll(List<Scalar> scalars) {
        return scalars.stream().map(this::compile).toList();
    }

    private List<@Nullable Evaluator> compileNullable(List<@Nullable Scalar> scalars) {
        List<@Nullable Evaluator> compiled = new ArrayList<>();
        for (Scalar scalar : scalars) {
            compiled.add(scalar == null ? null : compile(scalar));
        }
        return compiled;
    }

    private Evaluator arrayCoerce(Scalar.ArrayCoerce coerce) {
        ExpressionCompiler elements =
                new ExpressionCompiler(context, plans, List.of(coerce.elementInput()), Map.of(), arena);
        return new ArrayEvaluators.Coerce(
                compile(coerce.operand()), elements.compile(coerce.element()), coerce.type(), arena);
    }

    private Evaluator connective(boolean and, List<Scalar> args) {
        List<Subset> subsets = args.stream().map(arg -> subset(List.of(arg))).toList();
        return new LogicEvaluators.Connective(and, compileAll(args), subsets, arena);
    }

    private Evaluator conditional(Scalar.Case conditional) {
        List<Evaluator> conditions = new ArrayList<>();
        List<Evaluator> results = new ArrayList<>();
        List<Scalar> all = Scalars.children(conditional);
        for (Scalar.When when : conditional.whens()) {
            conditions.add(compile(when.condition()));
            results.add(compile(when.result()));
        }
        results.add(compile(conditional.otherwise()));
        return new BranchEvaluators.Case(
                conditions, results, List.of(subset(all), subset(all), subset(all)), conditional.type(), arena);
    }

    /// A subset that gathers the columns these expressions read.
    private Subset subset(List<Scalar> scalars) {
        TreeSet<Integer> used = new TreeSet<>();
        for (Scalar scalar : scalars) {
            for (Field field : Scalars.fields(scalar)) {
                Integer position = positions.get(field);
                if (position != null) {
                    used.add(position);
                }
            }
        }
        return new Subset(List.copyOf(used), inputTypes, arena);
    }

    private Evaluator subquery(Scalar.Subquery subquery) {
        List<Field> parameters = new ArrayList<>(omendb.sql.plan.Plans.outerFields(subquery.plan()));
        Map<Field, OuterCell> cells = new HashMap<>();
        List<OuterCell> ordered = new ArrayList<>();
        List<Evaluator> values = new ArrayList<>();
        for (Field field : parameters) {
            OuterCell cell = new OuterCell(field.type());
            cells.put(field, cell);
            ordered.add(cell);
            values.add(column(field));
        }
        Operator plan = plans.compileSubquery(subquery.plan(), cells);
        SubqueryEvaluators.Subplan subplan = new SubqueryEvaluators.Subplan(plan, values, ordered);
        return switch (subquery.kind()) {
            case SCALAR -> new SubqueryEvaluators.ScalarValue(context, subplan, subquery.type(), arena);
            case EXISTS -> new SubqueryEvaluators.Exists(context, subplan, Types.BOOL, arena);
            case ARRAY -> new SubqueryEvaluators.Array(context, subplan, subquery.type(), arena);
            case ANY, ALL -> quantified(subquery, subplan);
        };
    }

    private Evaluator quantified(Scalar.Subquery subquery, SubqueryEvaluators.Subplan subplan) {
        Scalar test = java.util.Objects.requireNonNull(subquery.test());
        List<Field> inner = subquery.plan().output();
        List<Field> outerFields = new ArrayList<>(Scalars.fields(test));
        outerFields.removeAll(inner);
        List<Scalar> outerScalars = new ArrayList<>();
        outerFields.forEach(field -> outerScalars.add(new Scalar.Column(field)));
        Program outerValues = fresh().program(outerScalars);
        List<Field> testInput = new ArrayList<>(outerFields);
        testInput.addAll(inner);
        Program tests = new ExpressionCompiler(context, plans, testInput, outer).program(List.of(test));
        return new SubqueryEvaluators.Quantified(
                context,
                subplan,
                subquery.kind(),
                outerValues,
                tests,
                subplan.correlated() ? null : hashed(subquery, test),
                arena);
    }

    /// `left = ANY (query)` by hash, if the comparison is one of equal types.
    private SubqueryEvaluators.@Nullable HashedSet hashed(Scalar.Subquery subquery, Scalar test) {
        if (subquery.kind() != Scalar.SubqueryKind.ANY
                || !(test instanceof Scalar.Call call)
                || !call.name().equals("=")
                || call.args().size() != 2) {
            return null;
        }
        Scalar left = call.args().get(0);
        Scalar right = call.args().get(1);
        List<Field> inner = subquery.plan().output();
        boolean separate =
                Scalars.fields(left).stream().noneMatch(inner::contains) && inner.containsAll(Scalars.fields(right));
        if (!separate || !omendb.sql.plan.JoinTypes.hashable(left.type(), right.type())) {
            return null;
        }
        return new SubqueryEvaluators.HashedSet(
                fresh().program(List.of(left)),
                new ExpressionCompiler(context, plans, inner, Map.of()).program(List.of(right)));
    }

    /// The same input with an arena of its own.
    private ExpressionCompiler fresh() {
        return new ExpressionCompiler(context, plans, input, outer);
    }
}
