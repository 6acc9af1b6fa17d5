package omendb.sql.exec;

import java.util.Map;
import java.util.Objects;
import omendb.engine.table.RowFetch;
import omendb.engine.table.Table;
import omendb.engine.table.VectorIndexAccess;
import omendb.engine.table.VectorSearch;
import omendb.engine.type.ColumnVector;
import omendb.sql.plan.PhysicalPlan;
import org.jspecify.annotations.Nullable;

/// All rows within a distance of a vector out of an hnsw index, nearest first, and some that lie on its very
/// edge: the condition itself is looked at above.
final class VectorRangeOperator extends Operator {
    private final PhysicalPlan.VectorRangeScan plan;
    private final int[] attnums;
    private final Program query;
    private final Program bound;
    private final SearchFigures figures = new SearchFigures();
    private @Nullable RowFetch fetch;
    private @Nullable VectorSearch search;

    /// @param bound value of the plan's radius
    VectorRangeOperator(ExecutionContext context, PhysicalPlan.VectorRangeScan plan, Program query, Program bound) {
        super(context, batchOf(plan.read().output()));
        this.plan = plan;
        this.attnums = ScanOperators.attnums(plan.read());
        this.query = query;
        this.bound = bound;
    }

    @Override
    void start() {
        finish();
        figures.clear();
        Table table = context()
                .database()
                .table(context().transaction(), plan.read().table().oid());
        fetch = table.fetch(context().transaction(), attnums);
        bound.reset();
        ColumnVector value = bound.evaluator(0).value(new ColumnVector[0], 1);
        query.reset();
        ColumnVector vector = query.evaluator(0).value(new ColumnVector[0], 1);
        if (!value.isNull(0) && !vector.isNull(0)) {
            VectorIndexAccess index = table.vectorIndex(plan.index().oid());
            index.checkDimensions(vector.segment(0));
            search = index.range(
                    context().transaction(), vector.segment(0), plan.radius().of(value.getDouble(0)));
        }
    }

    @Override
    boolean advance() {
        VectorSearch source = search;
        if (source == null) {
            return false;
        }
        RowFetch rows = Objects.requireNonNull(fetch);
        out().reset();
        while (!out().isFull() && source.next()) {
            source.appendTo(rows, out());
        }
        figures.read(source);
        return out().rowCount() > 0;
    }

    @Override
    Map<String, String> details() {
        return figures.shown("codes");
    }

    @Override
    void finish() {
        if (search != null) {
            search.close();
            search = null;
        }
        fetch = null;
    }

    @Override
    public void close() {
        super.close();
        query.close();
        bound.close();
    }
}
