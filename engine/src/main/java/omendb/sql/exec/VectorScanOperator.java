package omendb.sql.exec;

import java.util.Map;
import java.util.Objects;
import omendb.engine.catalog.IndexDef;
import omendb.engine.table.RowFetch;
import omendb.engine.table.RowScan;
import omendb.engine.table.Table;
import omendb.engine.table.VectorIndexAccess;
import omendb.engine.table.VectorSearch;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.sql.plan.PhysicalPlan;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/// Rows by growing distance out of an hnsw index, with a filter on each row.
///
/// The index is asked for more as long as rows are wanted, so a filter or a join never costs rows. When so
/// few rows arrive above that a look at every row is cheaper, or when the index is exhausted and rows are
/// still wanted (NULLs, vectors without a distance, nodes that no link leads to), the rest comes from an
/// exact scan: all rows not handed out yet, in order of their distance. A condition on the distance ends the
/// search where no row satisfies it any more. With `hnsw.iterative_scan = off` a search ends after
/// `hnsw.ef_search` hits, as pgvector's does, and one that may go on ends after `hnsw.max_scan_tuples` nodes
/// if the client has set that.
final class VectorScanOperator extends Operator {
    /// A hit costs about as much as this many rows of a sequential scan.
    private static final int HIT_COST_IN_ROWS = 8;
    /// Rows looked at before the pass rate is believed.
    private static final int TRIAL_HITS = 256;

    /// An ivfflat index is a graph here: candidates that stand for the lists a search looks through.
    private static final int LEAST_CANDIDATES = 40;

    private static final int PER_PROBE = 4;
    private static final String DEFAULT_LISTS = "100";

    private final int tableOid;
    private final int indexOid;
    private final int[] attnums;
    private final Program query;
    private final Program distance;
    private final @Nullable RowFilter filter;
    private final @Nullable Program within;
    private final PhysicalPlan.@Nullable Radius radius;
    private final RowDemand demand;
    private final boolean counted;
    private final SearchFigures figures = new SearchFigures();
    private final LongHashSet emitted = new LongHashSet();
    private final long[] batchIds = new long[Batch.CAPACITY];
    private @Nullable Table table;
    private @Nullable RowFetch fetch;
    private @Nullable VectorSearch search;
    private @Nullable DistanceOrder rest;
    private long hits;
    private long passed;
    private double farthest;
    private long mostVisited;
    private int step;
    private long most;
    private boolean indexEnded;

    /// @param within value of the plan's radius, if it has one
    /// @param demand rows that are wanted, and come; null = not known
    VectorScanOperator(
            ExecutionContext context,
            PhysicalPlan.VectorScan plan,
            Program query,
            Program distance,
            @Nullable Program filter,
            @Nullable Program within,
            @Nullable RowDemand demand) {
        super(context, batchOf(plan.read().output()));
        this.tableOid = plan.read().table().oid();
        this.indexOid = plan.index().oid();
        this.attnums = ScanOperators.attnums(plan.read());
        this.query = query;
        this.distance = distance;
        this.filter = filter == null ? null : new RowFilter(filter);
        this.within = within;
        this.radius = plan.within();
        this.demand = demand == null ? new RowDemand(() -> 40) : demand;
        this.counted = demand != null;
    }

    @Override
    void start() {
        finish();
        table = context().database().table(context().transaction(), tableOid);
        fetch = table.fetch(context().transaction(), attnums);
        hits = 0;
        passed = 0;
        figures.clear();
        indexEnded = false;
        emitted.clear();
        query.reset();
        ColumnVector vector = query.evaluator(0).value(new ColumnVector[0], 1);
        if (vector.isNull(0)) {
            rest = exactRest();
            return;
        }
        VectorIndexAccess index = table.vectorIndex(indexOid);
        index.checkDimensions(vector.segment(0));
        farthest = Double.POSITIVE_INFINITY;
        if (within != null) {
            within.reset();
            ColumnVector value = within.evaluator(0).value(new ColumnVector[0], 1);
            if (value.isNull(0)) {
                rest = DistanceOrder.EMPTY; // no row satisfies a condition that is NULL
                return;
            }
            farthest = Objects.requireNonNull(radius).of(value.getDouble(0));
        }
        long rows = demand.getAsLong();
        int k = (int) Math.max(1, Math.min(rows, Integer.MAX_VALUE / 2));
        step = (int) Math.max(1, Math.min(rows, Batch.CAPACITY));
        SearchSettings settings = context().settings().search();
        boolean lists = index.def().method().equals(IndexDef.IVFFLAT);
        int candidates = lists ? Math.max(LEAST_CANDIDATES, PER_PROBE * settings.probes()) : settings.efSearch();
        boolean goesOn = lists ? settings.iterativeLists() : settings.iterativeScan();
        long rowsOfProbes = lists ? rowsOfLists(index.def(), settings.probes()) : candidates;
        most = goesOn ? Long.MAX_VALUE : rowsOfProbes;
        int ef = goesOn ? Math.max(candidates, Math.min(k, 1 << 20)) : candidates;
        // what is filtered may take all candidates, and no more than those
        k = goesOn ? k : filter == null && counted ? Math.min(k, candidates) : candidates;
        mostVisited = goesOn && !lists ? settings.maxScanTuples() : Long.MAX_VALUE;
        search = index.search(context().transaction(), vector.segment(0), k, ef, null);
    }

    /// About how many rows pgvector would look at.
    private long rowsOfLists(IndexDef index, int probes) {
        long lists = Long.parseLong(index.options().getOrDefault("lists", DEFAULT_LISTS));
        long rows = Math.max(1, Objects.requireNonNull(table).estimatedRowCount());
        return Math.max(1, probes * ((rows + lists - 1) / lists));
    }

    @Override
    boolean advance() {
        while (rest == null) {
            if (indexEnded || scanIsCheaper()) {
                closeSearch();
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
        while (out().rowCount() < limit && more) {
            more = nextNearEnough(source);
            if (more) {
                batchIds[out().rowCount()] = source.rowId();
                source.appendTo(rows, out());
            }
        }
        figures.read(source);
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
        boolean whole = most == Long.MAX_VALUE && farthest == Double.POSITIVE_INFINITY;
        if (!more && whole && source.visited() < mostVisited) {
            indexEnded = true;
        } else if (!more || hits >= most || source.visited() >= mostVisited) {
            closeSearch();
            rest = DistanceOrder.EMPTY;
        }
        return kept > 0;
    }

    /// The next row of the search; false if it has ended, or goes on too far away: when a whole beam holds
    /// nothing near enough.
    private boolean nextNearEnough(VectorSearch source) {
        int seen = -1;
        while (source.next()) {
            if (source.distance() <= farthest) {
                return true;
            }
            if (source.beam() != seen && seen >= 0) {
                return false;
            }
            seen = source.beam();
        }
        return false;
    }

    /// Whether finding the missing rows among the hits costs more than looking at every row of the table.
    private boolean scanIsCheaper() {
        long arrived = counted ? demand.received() : passed;
        long missing = demand.getAsLong() - arrived;
        if (missing <= 0 || hits < TRIAL_HITS || hits == arrived || most != Long.MAX_VALUE) {
            return false;
        }
        double hitsPerRow = hits / Math.max((double) arrived, 0.5);
        double expectedHits = Math.min(missing * hitsPerRow, 1e15);
        return expectedHits * HIT_COST_IN_ROWS > Objects.requireNonNull(table).estimatedRowCount();
    }

    @Override
    Map<String, String> details() {
        return figures.shown(rest == null || rest == DistanceOrder.EMPTY ? "graph" : "graph, then all rows");
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
        if (within != null) {
            within.close();
        }
        if (filter != null) {
            filter.close();
        }
    }
}
