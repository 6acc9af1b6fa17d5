package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.type.SqlType;
import omendb.sql.function.AggregateDef;
import omendb.sql.function.WindowDef;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan.Item;
import omendb.sql.plan.PhysicalPlan;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.SortKey;
import omendb.sql.plan.WindowSpec;
import org.jspecify.annotations.Nullable;

/// Compiles window functions: what they read of each row becomes columns behind those of the input.
final class WindowCompiler {
    private final ExecutionContext context;
    private final PlanCompiler plans;
    private final List<Scalar> columns = new ArrayList<>();
    private int inputWidth;

    WindowCompiler(ExecutionContext context, PlanCompiler plans) {
        this.context = context;
        this.plans = plans;
    }

    Operator compile(PhysicalPlan.Window window) {
        Operator input = plans.compile(window.input());
        List<Field> fields = window.input().output();
        inputWidth = fields.size();
        int[] order =
                positions(window.orderBy().stream().map(SortKey::expression).toList(), fields);
        List<WindowCalls.Call> calls = new ArrayList<>();
        for (Item item : window.calls()) {
            calls.add(call((Scalar.WindowCall) item.expression()));
        }
        return new WindowOperator(
                context,
                input,
                window.output(),
                positions(window.partitionBy(), fields),
                order,
                plans.over(fields).program(columns),
                calls);
    }

    private static int[] positions(List<Scalar> keys, List<Field> fields) {
        return keys.stream()
                .mapToInt(key -> fields.indexOf(((Scalar.Column) key).field()))
                .toArray();
    }

    /// Appends a column, -1 for none.
    private int column(@Nullable Scalar scalar) {
        if (scalar == null) {
            return -1;
        }
        columns.add(scalar);
        return inputWidth + columns.size() - 1;
    }

    private WindowCalls.Call call(Scalar.WindowCall call) {
        int first = inputWidth + columns.size();
        columns.addAll(call.args());
        List<SqlType> types = call.args().stream().map(Scalar::type).toList();
        int filter = column(call.filter());
        return switch (call.function()) {
            case AggregateDef aggregate ->
                new WindowAggregate(context, aggregate, first, types, filter, frame(call.window()), call.type());
            case WindowDef function ->
                switch (function.kind()) {
                    case FIRST_VALUE, LAST_VALUE, NTH_VALUE ->
                        new WindowCalls.OfFrame(function.kind(), first, frame(call.window()));
                    case LAG, LEAD -> new WindowCalls.Neighbour(function.kind(), first, types.size());
                    case NTILE -> new WindowCalls.Ntile(first);
                    case ROW_NUMBER, RANK, DENSE_RANK, PERCENT_RANK, CUME_DIST -> new WindowCalls.Rank(function.kind());
                };
        };
    }

    private WindowFrame frame(WindowSpec window) {
        WindowSpec.Frame frame = window.frame();
        int key = column(frame.rangeKey());
        SortKey order = window.orderBy().isEmpty() ? null : window.orderBy().getFirst();
        return new WindowFrame(
                frame.mode(),
                bound(frame.start()),
                bound(frame.end()),
                frame.exclusion(),
                new WindowFrame.RangeKey(
                        key, order != null && order.descending(), order != null && order.nullsFirst()));
    }

    private WindowFrame.Bound bound(WindowSpec.Bound bound) {
        return new WindowFrame.Bound(
                bound.kind(),
                bound.offset() == null ? null : plans.constants(List.of(bound.offset())),
                bound.negative() == null ? null : plans.constants(List.of(bound.negative())),
                column(bound.limit()));
    }
}
