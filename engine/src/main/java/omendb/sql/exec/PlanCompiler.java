package omendb.sql.exec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.LongSupplier;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.type.SqlType;
import omendb.sql.exec.RowOperators.LimitValues;
import omendb.sql.plan.Datum;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.LogicalPlan.Item;
import omendb.sql.plan.ModifySpec;
import omendb.sql.plan.PhysicalPlan;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.SortKey;
import org.jspecify.annotations.Nullable;

/// Turns a physical plan into operators, expressions into evaluators.
final class PlanCompiler {
    private final ExecutionContext context;
    private final Catalog catalog;
    private final Function<LogicalPlan, PhysicalPlan> planner;
    private final Map<Integer, WithOperators.Source> ctes = new HashMap<>();
    private final IdentityHashMap<PhysicalPlan, Operator> operators = new IdentityHashMap<>();
    private Map<Field, OuterCell> outer = Map.of();
    private @Nullable LongSupplier wanted;

    /// @param planner plans subqueries in expressions
    PlanCompiler(ExecutionContext context, Catalog catalog, Function<LogicalPlan, PhysicalPlan> planner) {
        this.context = context;
        this.catalog = catalog;
        this.planner = planner;
    }

    /// The operator of each node compiled so far.
    IdentityHashMap<PhysicalPlan, Operator> operators() {
        return operators;
    }

    Operator compileSubquery(LogicalPlan plan, Map<Field, OuterCell> cells) {
        Map<Field, OuterCell> enclosing = outer;
        LongSupplier enclosingWanted = wanted;
        Map<Field, OuterCell> all = new HashMap<>(enclosing);
        all.putAll(cells);
        outer = all;
        wanted = null;
        try {
            return compile(planner.apply(plan));
        } finally {
            outer = enclosing;
            wanted = enclosingWanted;
        }
    }

    Operator compile(PhysicalPlan plan) {
        Operator operator = compileNode(plan);
        operators.put(plan, operator);
        return operator;
    }

    private Operator compileNode(PhysicalPlan plan) {
        return switch (plan) {
            case PhysicalPlan.SeqScan scan -> filtered(new ScanOperators.Sequential(context, scan.read()), scan.read());
            case PhysicalPlan.IndexScan scan -> indexScan(scan);
            case PhysicalPlan.BitmapScan scan -> {
                List<Scalar> values = new ArrayList<>();
                scan.probe().tests().forEach(test -> values.add(test.value()));
                yield filtered(new BitmapScanOperator(context, scan, constants(values)), scan.read());
            }
            case PhysicalPlan.RowIdScan scan ->
                filtered(
                        new ScanOperators.ByRowId(context, scan.read(), constants(List.of(scan.value()))), scan.read());
            case PhysicalPlan.VectorScan scan -> new VectorCompiler(context, this).scan(scan, wanted);
            case PhysicalPlan.VectorRangeScan scan -> new VectorCompiler(context, this).range(scan);
            case PhysicalPlan.Nearest nearest -> nearest(nearest);
            case PhysicalPlan.VirtualScan scan -> new ScanOperators.Virtual(context, scan.table(), scan.output());
            case PhysicalPlan.Values values -> values(values);
            case PhysicalPlan.FunctionScan scan -> functionScan(scan);
            case PhysicalPlan.CteScan scan -> new WithOperators.Scan(context, ctes, scan.cteId(), scan.output());
            case PhysicalPlan.Project project -> {
                Operator input = compile(project.input());
                yield new RowOperators.Project(
                        context, input, project.output(), program(project.input(), expressions(project.items())));
            }
            case PhysicalPlan.ProjectSet project -> projectSet(project);
            case PhysicalPlan.Filter filter -> {
                Operator input = compile(filter.input());
                yield new RowOperators.Filter(context, input, program(filter.input(), List.of(filter.condition())));
            }
            case PhysicalPlan.Aggregate aggregate -> aggregate(aggregate);
            case PhysicalPlan.Window window -> new WindowCompiler(context, this).compile(window);
            case PhysicalPlan.Distinct distinct -> distinct(distinct);
            case PhysicalPlan.Sort sort -> sort(sort);
            case PhysicalPlan.Limit limit -> limit(limit);
            case PhysicalPlan.LockRows lock -> lockRows(lock);
            case PhysicalPlan.HashJoin join -> hashJoin(join);
            case PhysicalPlan.NestedLoop join -> nestedLoop(join);
            case PhysicalPlan.SetOperation operation -> setOperation(operation);
            case PhysicalPlan.With with -> with(with);
            case PhysicalPlan.Modify modify -> modify(modify);
        };
    }

    ExpressionCompiler over(List<Field> input) {
        return new ExpressionCompiler(context, this, input, outer);
    }

    private Program program(PhysicalPlan input, List<Scalar> scalars) {
        return over(input.output()).program(scalars);
    }

    Program constants(List<Scalar> scalars) {
        return over(List.of()).program(scalars);
    }

    private static List<Scalar> expressions(List<Item> items) {
        return items.stream().map(Item::expression).toList();
    }

    // Scans

    private Operator filtered(Operator scan, PhysicalPlan.TableRead read) {
        return read.filter() == null
                ? scan
                : new RowOperators.Filter(context, scan, over(read.output()).program(List.of(read.filter())));
    }

    private Operator indexScan(PhysicalPlan.IndexScan scan) {
        PhysicalPlan.KeyBounds bounds = scan.bounds();
        List<Scalar> values = new ArrayList<>(bounds.equals());
        SqlType elementType = null;
        if (bounds.any() != null) {
            values.add(bounds.any());
            IndexDef.Key key = scan.index().keys().get(bounds.equals().size());
            SqlType computed = key.type();
            elementType = computed != null
                    ? computed
                    : scan.read().table().column(key.attnum()).type();
        }
        if (bounds.lower() != null) {
            values.add(bounds.lower().value());
        }
        if (bounds.upper() != null) {
            values.add(bounds.upper().value());
        }
        Operator operator = new ScanOperators.ByIndex(context, scan, constants(values), elementType);
        return filtered(operator, scan.read());
    }

    private Operator nearest(PhysicalPlan.Nearest nearest) {
        LimitValues limits = limits(nearest.count(), nearest.offset());
        LongSupplier enclosing = wanted;
        RowDemand demand = new RowDemand(limits::needed);
        wanted = demand;
        Operator input = compile(nearest.input());
        wanted = enclosing;
        return new SortOperators.Nearest(
                context,
                input,
                program(nearest.input(), keys(nearest.keys())),
                new RowOrder(nearest.keys()),
                limits,
                demand);
    }

    private LimitValues limits(@Nullable Scalar count, @Nullable Scalar offset) {
        return new LimitValues(
                count == null ? null : constants(List.of(count)), offset == null ? null : constants(List.of(offset)));
    }

    private static List<Scalar> keys(List<SortKey> keys) {
        return keys.stream().map(SortKey::expression).toList();
    }

    private Operator values(PhysicalPlan.Values values) {
        List<Program> rows = values.rows().stream().map(this::constants).toList();
        return new RowOperators.Values(context, values.output(), rows);
    }

    private Operator functionScan(PhysicalPlan.FunctionScan scan) {
        List<FunctionOperators.SetCall> calls = new ArrayList<>();
        for (int i = 0; i < scan.calls().size(); i++) {
            calls.add(setCall(scan.calls().get(i), List.of(), scan.widths().get(i)));
        }
        return new FunctionOperators.Scan(context, calls, scan.ordinality(), scan.output());
    }

    private FunctionOperators.SetCall setCall(Scalar scalar, List<Field> input, int width) {
        if (scalar instanceof Scalar.SetCall call) {
            return new FunctionOperators.SetCall(
                    Objects.requireNonNull(call.function().setBody()),
                    call.function().strict(),
                    over(input).program(call.args()),
                    width);
        }
        return new FunctionOperators.SetCall(null, false, over(input).program(List.of(scalar)), width);
    }

    // One input

    private Operator projectSet(PhysicalPlan.ProjectSet project) {
        Operator input = compile(project.input());
        List<Scalar> scalars = new ArrayList<>();
        List<FunctionOperators.@Nullable SetCall> calls = new ArrayList<>();
        for (Item item : project.items()) {
            boolean set = item.expression() instanceof Scalar.SetCall;
            scalars.add(set ? new Scalar.Constant(item.field().type(), -1, Datum.NULL) : item.expression());
            calls.add(set ? setCall(item.expression(), project.input().output(), 1) : null);
        }
        return new FunctionOperators.ProjectSet(
                context, input, project.output(), program(project.input(), scalars), calls);
    }

    private Operator aggregate(PhysicalPlan.Aggregate aggregate) {
        Operator input = compile(aggregate.input());
        List<AggregateOperator.Call> calls = new ArrayList<>();
        List<AggregateOperator.GroupingBits> groupings = new ArrayList<>();
        for (int i = 0; i < aggregate.aggregates().size(); i++) {
            Item item = aggregate.aggregates().get(i);
            if (item.expression() instanceof Scalar.GroupingBits(var _, var members)) {
                groupings.add(new AggregateOperator.GroupingBits(i, members));
                continue;
            }
            Scalar.Aggregate call = (Scalar.Aggregate) item.expression();
            List<Scalar> scalars = new ArrayList<>(call.args());
            call.orderBy().forEach(key -> scalars.add(key.expression()));
            if (call.filter() != null) {
                scalars.add(call.filter());
            }
            calls.add(new AggregateOperator.Call(
                    call.function(),
                    call.args().size(),
                    call.distinct(),
                    call.orderBy().isEmpty() ? null : new RowOrder(call.orderBy()),
                    call.filter() != null,
                    program(aggregate.input(), scalars),
                    call.type()));
        }
        return new AggregateOperator(
                context,
                input,
                aggregate.output(),
                program(aggregate.input(), expressions(aggregate.groups())),
                calls,
                groupings,
                aggregate.groupingSets());
    }

    private Operator distinct(PhysicalPlan.Distinct distinct) {
        Operator input = compile(distinct.input());
        return distinct.on() == null
                ? new SetOperators.Distinct(context, input, distinct.output())
                : new RowOperators.DistinctOn(context, input, program(distinct.input(), distinct.on()));
    }

    private Operator sort(PhysicalPlan.Sort sort) {
        LongSupplier enclosing = wanted;
        wanted = null;
        Operator input = compile(sort.input());
        wanted = enclosing;
        LimitValues limits = sort.count() == null ? null : limits(sort.count(), sort.offset());
        return new SortOperators.Sort(
                context, input, program(sort.input(), keys(sort.keys())), new RowOrder(sort.keys()), limits);
    }

    private Operator limit(PhysicalPlan.Limit limit) {
        LimitValues limits = limits(limit.count(), limit.offset());
        LongSupplier enclosing = wanted;
        wanted = limit.input() instanceof PhysicalPlan.LockRows ? limits::needed : enclosing;
        Operator input = compile(limit.input());
        wanted = enclosing;
        return new RowOperators.Limit(context, input, limits);
    }

    private Operator lockRows(PhysicalPlan.LockRows lock) {
        LongSupplier rows = wanted;
        wanted = null;
        Operator input = compile(lock.input());
        wanted = rows;
        List<Field> fields = lock.output();
        List<LockRowsOperator.Lock> locks = lock.locks().stream()
                .map(each -> new LockRowsOperator.Lock(
                        each.table().oid(),
                        fields.indexOf(each.rowId()),
                        each.mode(),
                        each.waiting(),
                        each.columns().stream().filter(fields::contains).toList()))
                .toList();
        return new LockRowsOperator(context, input, fields, locks, condition(fields, lock.recheck()), rows);
    }

    // Two inputs

    private static List<Field> pairFields(PhysicalPlan left, PhysicalPlan right) {
        List<Field> fields = new ArrayList<>(left.output());
        fields.addAll(right.output());
        return fields;
    }

    private @Nullable Program condition(List<Field> fields, @Nullable Scalar condition) {
        return condition == null ? null : over(fields).program(List.of(condition));
    }

    private Operator hashJoin(PhysicalPlan.HashJoin join) {
        Operator left = compile(join.left());
        LongSupplier enclosing = wanted;
        wanted = null;
        Operator right = compile(join.right());
        wanted = enclosing;
        List<Field> pairs = pairFields(join.left(), join.right());
        return new HashJoinOperator(
                context,
                join.kind(),
                left,
                right,
                join.output(),
                pairs,
                program(join.left(), join.leftKeys()),
                program(join.right(), join.rightKeys()),
                condition(pairs, join.residual()));
    }

    private Operator nestedLoop(PhysicalPlan.NestedLoop join) {
        Operator left = compile(join.left());
        List<OuterCell> cells = new ArrayList<>();
        Map<Field, OuterCell> byField = new HashMap<>();
        int[] columns = new int[join.parameters().size()];
        for (int i = 0; i < columns.length; i++) {
            Field field = join.parameters().get(i);
            OuterCell cell = new OuterCell(field.type());
            cells.add(cell);
            byField.put(field, cell);
            columns[i] = join.left().output().indexOf(field);
        }
        Map<Field, OuterCell> enclosing = outer;
        LongSupplier enclosingWanted = wanted;
        wanted = null;
        if (!cells.isEmpty()) {
            Map<Field, OuterCell> all = new HashMap<>(outer);
            all.putAll(byField);
            outer = all;
        }
        Operator right = compile(join.right());
        outer = enclosing;
        wanted = enclosingWanted;
        List<Field> pairs = pairFields(join.left(), join.right());
        return new NestedLoopOperator(
                context,
                join.kind(),
                left,
                right,
                join.output(),
                pairs,
                condition(pairs, join.condition()),
                columns,
                cells);
    }

    private Operator setOperation(PhysicalPlan.SetOperation operation) {
        LongSupplier enclosing = wanted;
        wanted = null;
        Operator left = compile(operation.left());
        Operator right = compile(operation.right());
        wanted = enclosing;
        if (operation.kind() == LogicalPlan.SetKind.UNION) {
            Operator append = new SetOperators.Append(context, left, right, operation.output());
            return operation.all() ? append : new SetOperators.Distinct(context, append, operation.output());
        }
        return new SetOperators.Compare(context, operation.kind(), operation.all(), left, right, operation.output());
    }

    private Operator with(PhysicalPlan.With with) {
        List<WithOperators.Source> sources = new ArrayList<>();
        LongSupplier enclosing = wanted;
        wanted = null;
        for (PhysicalPlan.Cte cte : with.ctes()) {
            Operator plan = compile(cte.plan());
            List<SqlType> types = Operator.types(cte.plan().output());
            // the recursive term reads the very source it belongs to: it is found by its id when it runs
            Operator recursive = cte.recursive() == null ? null : compile(cte.recursive());
            WithOperators.Source source = new WithOperators.Source(
                    plan, recursive, cte.distinct(), cte.plan() instanceof PhysicalPlan.Modify, types);
            sources.add(source);
            ctes.put(cte.id(), source);
        }
        wanted = enclosing;
        return new WithOperators.With(context, compile(with.body()), sources);
    }

    // Writing

    private Operator modify(PhysicalPlan.Modify modify) {
        Operator source = compile(modify.source());
        List<Field> input = modify.source().output();
        return switch (modify.spec()) {
            case ModifySpec.Insert insert -> insert(insert, source, input, modify.output());
            case ModifySpec.Update update -> update(update, source, input, modify);
            case ModifySpec.Delete delete -> delete(delete, source, input, modify);
        };
    }

    /// An expression over a table's row.
    Program overRow(List<Field> row, Scalar expression) {
        return over(row).program(List.of(expression));
    }

    Program overRow(List<Field> row, List<Scalar> expressions) {
        return over(row).program(expressions);
    }

    RowChecks checks(TableDef table, List<ModifySpec.Check> checks, List<Field> row) {
        SchemaDef schema = catalog.schema(table.schemaOid());
        return new RowChecks(
                table,
                schema == null ? "" : schema.name(),
                checks,
                over(row)
                        .program(
                                checks.stream().map(ModifySpec.Check::condition).toList()));
    }

    private Operator insert(ModifySpec.Insert insert, Operator source, List<Field> input, List<Field> output) {
        InsertOperator.Conflict conflict = null;
        ModifySpec.Conflict clause = insert.conflict();
        if (clause != null) {
            List<Field> both = new ArrayList<>(clause.existing());
            both.addAll(clause.excluded());
            conflict = new InsertOperator.Conflict(
                    clause.arbiters(),
                    clause.assignments() == null ? null : over(both).program(clause.assignments()),
                    condition(both, clause.where()));
        }
        return new InsertOperator(
                context,
                source,
                insert.table(),
                output,
                Operator.types(insert.newRow()),
                over(input).program(insert.values()),
                checks(insert.table(), insert.checks(), insert.newRow()),
                conflict,
                returning(insert.returning(), insert.newRow()));
    }

    private @Nullable Program returning(@Nullable List<Item> items, List<Field> shown) {
        return items == null ? null : over(shown).program(expressions(items));
    }

    private Operator update(ModifySpec.Update update, Operator source, List<Field> input, PhysicalPlan.Modify modify) {
        List<Field> shown = new ArrayList<>(update.newRow());
        shown.addAll(input);
        return new ModifyOperators.Update(
                context,
                source,
                update.table(),
                modify.output(),
                Operator.types(shown),
                input.indexOf(update.rowId()),
                positions(update.oldRow(), input),
                update.changed().stream().mapToInt(Integer::intValue).toArray(),
                over(input).program(update.values()),
                checks(update.table(), update.checks(), update.newRow()),
                condition(input, modify.recheck()),
                returning(update.returning(), shown));
    }

    private Operator delete(ModifySpec.Delete delete, Operator source, List<Field> input, PhysicalPlan.Modify modify) {
        List<Field> shown = new ArrayList<>(delete.oldRow());
        shown.addAll(input);
        return new ModifyOperators.Delete(
                context,
                source,
                delete.table(),
                modify.output(),
                Operator.types(shown),
                input.indexOf(delete.rowId()),
                positions(delete.oldRow(), input),
                condition(input, modify.recheck()),
                returning(delete.returning(), shown));
    }

    private static int[] positions(List<Field> fields, List<Field> input) {
        return fields.stream().mapToInt(input::indexOf).toArray();
    }
}
