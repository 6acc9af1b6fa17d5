package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import omendb.sql.plan.Field;
import omendb.sql.plan.PhysicalPlan;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// The part of [PlanCompiler] for scans of vector indexes.
final class VectorCompiler {
    private final ExecutionContext context;
    private final PlanCompiler plans;

    VectorCompiler(ExecutionContext context, PlanCompiler plans) {
        this.context = context;
        this.plans = plans;
    }

    /// @param wanted what the plan above asks for, a [RowDemand] if it also says what has come
    Operator scan(PhysicalPlan.VectorScan scan, @Nullable LongSupplier wanted) {
        List<Field> fields = scan.read().output();
        Scalar filter = scan.read().filter();
        PhysicalPlan.Radius within = scan.within();
        return new VectorScanOperator(
                context,
                scan,
                plans.constants(List.of(scan.query())),
                plans.over(fields).program(List.of(scan.distance())),
                filter == null ? null : plans.over(fields).program(List.of(filter)),
                within == null ? null : plans.constants(List.of(within.value())),
                wanted instanceof RowDemand demand ? demand : null);
    }

    Operator range(PhysicalPlan.VectorRangeScan scan) {
        List<Scalar> conditions = new ArrayList<>();
        conditions.add(scan.condition());
        Scalar filter = scan.read().filter();
        if (filter != null) {
            conditions.add(filter);
        }
        Scalar all = conditions.size() == 1 ? conditions.getFirst() : new Scalar.And(conditions);
        Operator near = new VectorRangeOperator(
                context,
                scan,
                plans.constants(List.of(scan.query())),
                plans.constants(List.of(scan.radius().value())));
        return new RowOperators.Filter(
                context, near, plans.over(scan.read().output()).program(List.of(all)));
    }
}
