package omendb.ann.hnsw;

import omendb.ann.DistanceKernels;
import omendb.ann.HnswSearch;
import omendb.ann.SlotFilter;
import omendb.ann.VectorMetric;
import omendb.memory.Epochs;
import org.jspecify.annotations.Nullable;

/// A search: beam after beam through the graph, each rescored with the float vectors, merged with the tail.
///
/// Candidates whose estimate says that they are hardly among the `k` nearest of the first beam are *deferred*:
/// rescored only
/// if the caller takes more than `k`. They then count as a beam of their own.
///
/// Nothing is missed and nothing comes twice while nodes are linked meanwhile: the limit between graph and tail is
/// read
/// once, before the walk. What the walk meets above the limit is dropped, since the tail holds it.
/// After the last beam, what is linked but was never reached (its in-links were pruned away) is scanned exactly: a
/// search
/// that goes on to its end returns every live slot.
public final class BeamStream implements HnswSearch {
    private static final int GROUP = 4;
    private static final int TAIL_BLOCK = 256;

    private enum Stage {
        NEW,
        WALKING,
        SWEPT,
        CLOSED
    }

    private final IndexMemory memory;
    private final Scratch scratch;
    private final int k;
    private final int ef;
    private final long tailLimit;
    private final @Nullable SlotFilter filter;
    private final VectorMetric metric;
    private final float queryNormSquared;
    private final double[] exact = new double[GROUP];
    private final float[] group = new float[DistanceKernels.SCRATCH_FLOATS];
    private final int[] pending = new int[GROUP];
    private int pendingCount;
    private Stage stage = Stage.NEW;
    private @Nullable Scorer scorer;
    private @Nullable CodeTable scorerCodes;
    private long limit;
    private int walkable;
    private long slot = -1;
    private double distance = Double.NaN;
    private int beam;
    private long taken;
    private long visited;
    private long rescored;
    private long tailScanned;

    /// @param query absolute address; copied
    /// @param k results that the caller expects to take
    public BeamStream(IndexMemory memory, long query, int k, int ef, long tailLimit, @Nullable SlotFilter filter) {
        this.memory = memory;
        this.k = k;
        this.ef = ef;
        this.tailLimit = tailLimit;
        this.filter = filter;
        this.metric = memory.metric;
        memory.searchBegins();
        this.scratch = memory.takeScratch();
        long copy = scratch.copyQuery(query);
        this.queryNormSquared = metric.queryNormSquared(copy);
        scratch.results.clear();
        scratch.tail.clear();
        scratch.nearest.begin(k);
        scratch.deferredCount = 0;
        if (scratch.deferred.length < ef) {
            scratch.deferred = new int[ef];
        }
        if (!metric.isIndexable(copy)) {
            // every distance is NaN
            stage = Stage.SWEPT;
        }
    }

    @Override
    public boolean next() {
        if (stage == Stage.CLOSED) {
            throw new IllegalStateException("search is closed");
        }
        while (true) {
            if (scratch.deferredCount > 0 && (taken >= k || scratch.results.isEmpty())) {
                step();
            } else if (stage != Stage.SWEPT && scratch.results.size() <= reserve()) {
                step();
            } else if (takeNearest()) {
                taken++;
                return true;
            } else if (stage == Stage.SWEPT) {
                return false;
            }
        }
    }

    /// Results that are held back while there is more to walk. Beyond the first beam the walk goes away from
    /// the query, and what it meets next may be nearer than what it has: a beam in hand puts them in order.
    private int reserve() {
        return taken < k ? 0 : ef;
    }

    /// Takes the nearest of results and tail; false if both are empty or the tail's next is not wanted.
    private boolean takeNearest() {
        DistanceHeap results = scratch.results;
        DistanceHeap tail = scratch.tail;
        while (!tail.isEmpty() && (results.isEmpty() || tail.firstDistance() < results.firstDistance())) {
            double tailDistance = tail.firstDistance();
            long tailSlot = tail.firstSlot();
            tail.pop();
            if (filter == null || filter.accepts(tailSlot)) {
                distance = tailDistance;
                slot = tailSlot;
                return true;
            }
        }
        if (results.isEmpty()) {
            return false;
        }
        distance = results.firstDistance();
        slot = results.firstSlot();
        results.pop();
        return true;
    }

    // ---- steps: each under an epoch of its own ----

    private void step() {
        try (Epochs.Pin pin = memory.epochs.pin()) {
            assert pin != null;
            memory.checkOpen();
            if (scratch.deferredCount > 0) {
                rescoreDeferred();
                return;
            }
            switch (stage) {
                case NEW -> begin();
                case WALKING -> resume();
                case SWEPT, CLOSED -> throw new AssertionError(stage);
            }
        }
    }

    private void begin() {
        Graph graph = memory.graph;
        limit = graph.indexedLimit.get();
        long entry = graph.entry.get();
        scanTail();
        if (entry < 0) {
            stage = Stage.SWEPT;
            return;
        }
        stage = Stage.WALKING;
        Scorer prepared = scorer();
        walkable = graph.walkLimit(scorerCodes);
        scratch.visited.begin(walkable);
        scratch.beam.begin(ef, true);
        int start = GraphWalk.descend(graph, prepared, scratch, entry, 0, walkable);
        GraphWalk.start(prepared, scratch, start);
        visited += 1 + GraphWalk.expand(graph, prepared, scratch, 0);
        collectBeam();
    }

    private void resume() {
        beam++;
        if (scratch.beam.refill()) {
            visited += GraphWalk.expand(memory.graph, scorer(), scratch, 0);
            collectBeam();
        } else {
            sweep();
            stage = Stage.SWEPT;
        }
    }

    /// The scorer of the codes as they are now: they may have been trained again since the last step.
    private Scorer scorer() {
        CodeTable codes = memory.codes();
        Scorer current = scorer;
        if (current == null || scorerCodes != codes) {
            current = scratch.prepare(scratch.query(), codes);
            scorer = current;
            scorerCodes = codes;
        }
        return current;
    }

    private void collectBeam() {
        Beam candidates = scratch.beam;
        Scorer bounds = scorer();
        // only the first beam can be cut short: what is asked for later is asked for
        boolean mayDefer = beam == 0 && k < candidates.size();
        for (int i = 0; i < candidates.size(); i++) {
            long candidate = candidates.get(i);
            int candidateSlot = Candidate.slot(candidate);
            if (mayDefer
                    && scratch.nearest.isFull()
                    && bounds.lowerBound(candidateSlot, Candidate.distance(candidate)) > scratch.nearest.worst()) {
                scratch.deferred[scratch.deferredCount++] = candidateSlot;
            } else {
                collect(candidateSlot);
            }
        }
        rescorePending();
    }

    private void rescoreDeferred() {
        beam++;
        int count = scratch.deferredCount;
        scratch.deferredCount = 0;
        for (int i = 0; i < count; i++) {
            collect(scratch.deferred[i]);
        }
        rescorePending();
    }

    private void collect(int candidate) {
        if (candidate >= limit || memory.graph.isDead(candidate) || (filter != null && !filter.accepts(candidate))) {
            return;
        }
        pending[pendingCount++] = candidate;
        if (pendingCount == GROUP) {
            rescorePending();
        }
    }

    private void rescorePending() {
        int count = pendingCount;
        if (count == 0) {
            return;
        }
        pendingCount = 0;
        var source = memory.source;
        int last = count - 1;
        metric.distances4(
                scratch.query(),
                queryNormSquared,
                source.address(pending[0]),
                source.address(pending[Math.min(1, last)]),
                source.address(pending[Math.min(2, last)]),
                source.address(pending[last]),
                group,
                exact);
        rescored += count;
        for (int i = 0; i < count; i++) {
            if (!Double.isNaN(exact[i])) {
                scratch.results.push(exact[i], pending[i]);
                scratch.nearest.offer(metric.walked(exact[i]));
            }
        }
    }

    /// Scans what is linked and was not reached by any walk.
    private void sweep() {
        Graph graph = memory.graph;
        for (int candidate = 0; candidate < Math.min(limit, walkable); candidate++) {
            if ((graph.flags(candidate) & Graph.LINKED) != 0 && scratch.visited.add(candidate)) {
                visited++;
                collect(candidate);
            }
        }
        rescorePending();
    }

    private void scanTail() {
        double[] distances = new double[Math.clamp(tailLimit - limit, 0, TAIL_BLOCK)];
        var source = memory.source;
        for (long from = limit; from < tailLimit; from += TAIL_BLOCK) {
            int count = (int) Math.min(TAIL_BLOCK, tailLimit - from);
            metric.distances(scratch.query(), source.address(from), source.strideBytes(), count, distances);
            for (int i = 0; i < count; i++) {
                if (!Double.isNaN(distances[i]) && !memory.graph.isDead(from + i)) {
                    scratch.tail.push(distances[i], from + i);
                }
            }
        }
        tailScanned = Math.max(0, tailLimit - limit);
        visited += tailScanned;
    }

    // ---- current row and counters ----

    @Override
    public long slot() {
        return slot;
    }

    @Override
    public double distance() {
        return distance;
    }

    @Override
    public int beam() {
        return beam;
    }

    @Override
    public long visited() {
        return visited;
    }

    @Override
    public long rescored() {
        return rescored;
    }

    @Override
    public long tailScanned() {
        return tailScanned;
    }

    @Override
    public void close() {
        if (stage != Stage.CLOSED) {
            stage = Stage.CLOSED;
            memory.giveBack(scratch);
            memory.searchEnds();
        }
    }
}
