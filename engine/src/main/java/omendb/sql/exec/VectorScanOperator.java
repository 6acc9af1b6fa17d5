package omendb.sql.exec;

import java.util.Objects;
import java.util.function.LongSupplier;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.table.RowFetch;
import omendb.engine.table.RowScan;
import omendb.engine.table.Table;
import omendb.engine.table.VectorSearch;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.sql.plan.PhysicalPlan;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/// Rows by growing distance out of an hnsw index, with a filter on each row.
///
/// The index is asked for more as long as rows are wanted, so a filter never costs rows. When so few rows pass that
/// a look at every row is cheaper, or when the index is exhausted and rows are still wanted (NULLs, vectors without
/// a distance, nodes that no link leads to), the rest comes from an exact scan: all rows not handed out yet, in order
/// of their distance. With `hnsw.iterative_scan = off` a search ends after `hnsw.ef_search` hits, as pgvector's does.
final class VectorScanOperator extends Operator {
    /// A hit costs about as much as this many rows of a sequential scan.
    private static final int HIT_COST_IN_ROWS = 8;
    /// Rows looked at before the pass rate is believed.
    private static final int TRIAL_HITS = 256;

    private final int tableOid;
    private final int indexOid;
    private final int[] attnums;
    private final int dimensions;
    private final Program query;
    private final Program distance;
    private final @Nullable RowFilter filter;
    private final LongSupplier wanted;
    private final LongHashSet emitted = new LongHashSet();
    private final long[] batchIds = new long[Batch.CAPACITY];
    private @Nullable Table table;
    private @Nullable RowFetch fetch;
    private @Nullable VectorSearch search;
    private @Nullable DistanceOrder rest;
    private long hits;
    private long passed;
    private int step;
    private long most;
    private boolean indexEnded;

    /// @param wanted rows the plan above asks for at most
    VectorScanOperator(
            ExecutionContext context,
            PhysicalPlan.VectorScan plan,
            int dimensions,
            Program query,
            Program distance,
            @Nullable Program filter,
            LongSupplier wanted) {
        super(context, batchOf(plan.read().output()));
        this.tableOid = plan.read().table().oid();
        this.indexOid = plan.index().oid();
        this.attnums = ScanOperators.attnums(plan.read());
        this.dimensions = dimensions;
        this.query = query;
        this.distance = distance;
        this.filter = filter == null ? null : new RowFilter(filter);
        this.wanted = wanted;
    }

    @Override
    void start() {
        finish();
        table = context().database().table(context().transaction(), tableOid);
        fetch = table.fetch(context().transaction(), attnums);
        hits = 0;
        passed = 0;
        indexEnded = false;
        emitted.clear();
        query.reset();
        ColumnVector vector = query.evaluator(0).value(new ColumnVector[0], 1);
        if (vector.isNull(0)) {
            rest = exactRest();
            return;
        }
        if (vector.length(0) != dimensions * 4) {
            throw new UserException(
                    SqlState.DATA_EXCEPTION,
                    "different vector dimensions " + dimensions + " and " + vector.length(0) / 4);
        }
        long rows = wanted.getAsLong();
        int k = (int) Math.max(1, Math.min(rows, Integer.MAX_VALUE / 2));
        step = (int) Math.max(1, Math.min(rows, Batch.CAPACITY));
        int candidates = context().settings().efSearch();
        boolean goesOn = context().settings().iterativeScan();
        most = goesOn ? Long.MAX_VALUE : candidates;
        int ef = goesOn ? Math.max(candidates, Math.min(k, 1 << 20)) : candidates;
        k = goesOn ? k : Math.min(k, candidates);
        search = table.vectorIndex(indexOid).search(context().transaction(), vector.segment(0), k, ef, null);
    }

    @Override
    boolean advance() {
        while (rest == null) {
            if (indexEnded) {
                rest = exactRest();
            } else if (fromIndex()) {
                return true;
            }
        }
        return fromRest(rest);
    }

    /// Hands out some hits that pass; false = no hit of this step passed, or the index has no more.
    private boolean fromIndex() {
        VectorSearch source = Objects.requireNonNull(search);
        RowFetch rows = Objects.requireNonNull(fetch);
        out().reset();
        boolean more = true;
        int limit = (int) Math.min(step, most - hits);
        while (out().rowCount() < limit) {
            if (!source.next()) {
                more = false;
                break;
            }
            batchIds[out().rowCount()] = source.rowId();
            source.appendTo(rows, out());
        }
        int count = out().rowCount();
        hits += count;
        step = Math.min(step * 2, Batch.CAPACITY);
        if (filter != null && count > 0) {
            filter.apply(out(), columns());
        }
        int kept = out().rowCount();
        for (int i = 0; i < kept; i++) {
            emitted.add(batchIds[kept == count || filter == null ? i : filter.kept()[i]]);
        }
        passed += kept;
        if (!more && most == Long.MAX_VALUE) {
            closeSearch();
            indexEnded = true;
        } else if (!more || hits >= most) {
            closeSearch();
            rest = DistanceOrder.EMPTY;
        } else if (filter != null && scanIsCheaper()) {
            closeSearch();
            rest = exactRest();
        }
        return kept > 0;
    }

    /// Whether finding the missing rows among the hits costs more than looking at every row of the table.
    private boolean scanIsCheaper() {
        long missing = wanted.getAsLong() - passed;
        if (missing <= 0 || hits < TRIAL_HITS) {
            return false;
        }
        double hitsPerRow = hits / Math.max((double) passed, 0.5);
        double expectedHits = Math.min(missing * hitsPerRow, 1e15);
        return expectedHits * HIT_COST_IN_ROWS > Objects.requireNonNull(table).estimatedRowCount();
    }

    /// All rows that pass and were not handed out, by distance.
    private DistanceOrder exactRest() {
        int[] withId = java.util.Arrays.copyOf(attnums, attnums.length + 1);
        withId[attnums.length] = Table.ROW_ID;
        java.util.List<omendb.engine.type.SqlType> types = new java.util.ArrayList<>();
        for (ColumnVector column : columns()) {
            types.add(column.type());
        }
        types.add(omendb.engine.type.Types.INT8);
        DistanceOrder order = new DistanceOrder();
        try (Batch batch = Batch.allocate(types);
                RowScan scan = Objects.requireNonNull(table).scan(context().transaction(), withId)) {
            ColumnVector[] all = new ColumnVector[types.size()];
            for (int i = 0; i < all.length; i++) {
                all[i] = batch.column(i);
            }
            while (scan.next(batch)) {
                context().checkCancelled();
                if (filter != null) {
                    filter.apply(batch, all);
                }
                collect(batch, all, order);
            }
        }
        order.sort();
        return order;
    }

    private void collect(Batch batch, ColumnVector[] all, DistanceOrder order) {
        int count = batch.rowCount();
        if (count == 0) {
            return;
        }
        distance.reset();
        ColumnVector distances = distance.evaluator(0).value(all, count);
        ColumnVector ids = all[all.length - 1];
        for (int row = 0; row < count; row++) {
            long id = ids.getLong(row);
            if (!emitted.contains(id)) {
                order.add(
                        id,
                        distances.isNull(row) ? DistanceOrder.NULL : distances.getDouble(row),
                        distances.isNull(row));
            }
        }
    }

    private boolean fromRest(DistanceOrder order) {
        out().reset();
        RowFetch rows = Objects.requireNonNull(fetch);
        while (!out().isFull() && order.hasNext()) {
            rows.append(order.next(), out());
        }
        return out().rowCount() > 0;
    }

    private void closeSearch() {
        if (search != null) {
            search.close();
            search = null;
        }
    }

    @Override
    void finish() {
        closeSearch();
        rest = null;
        table = null;
        fetch = null;
    }

    @Override
    public void close() {
        super.close();
        query.close();
        distance.close();
        if (filter != null) {
            filter.close();
        }
    }
}
