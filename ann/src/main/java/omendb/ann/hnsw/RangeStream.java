package omendb.ann.hnsw;

import java.util.Arrays;
import omendb.ann.Distance;
import omendb.ann.DistanceKernels;
import omendb.ann.HnswSearch;
import omendb.ann.VectorMetric;
import omendb.memory.Epochs;
import org.jspecify.annotations.Nullable;

/// All live slots within a distance of the query, nearest first.
///
/// Not a walk: every code is looked at, and a vector is read where the code does not show that it lies farther
/// ([Scorer#leastDistance]). That misses nothing wherever the vectors lie, and a code costs a few nanoseconds
/// where a vector and its row cost hundreds. Without codes every vector is read.
public final class RangeStream implements HnswSearch {
    /// Slots looked at under one epoch pin.
    private static final int SLICE = 1 << 15;

    private static final int BLOCK = 256;
    private static final int GROUP = 4;

    /// Float distances are sums of thousands of rounded terms, but the same ones for scorer and operator.
    private static final float SLACK = 1e-5f;

    private final IndexMemory memory;
    private final Scratch scratch;
    private final double radius;
    private final float threshold;
    private final long tailLimit;
    private final VectorMetric metric;
    private final float queryNormSquared;
    private final int[] block = new int[BLOCK];
    private final float[] scores = new float[BLOCK];
    private final double[] exact = new double[GROUP];
    private final float[] group = new float[DistanceKernels.SCRATCH_FLOATS];
    private @Nullable Scorer scorer;
    private @Nullable CodeTable scorerCodes;
    private long limit = -1;
    private long at;
    private boolean scanned;
    private boolean closed;
    private long slot = -1;
    private double distance = Double.NaN;
    private long visited;
    private long rescored;
    private long tailScanned;

    /// @param query  absolute address; copied
    /// @param radius as the operator returns distances, included
    public RangeStream(IndexMemory memory, long query, double radius, long tailLimit) {
        this.memory = memory;
        this.radius = radius;
        this.tailLimit = tailLimit;
        this.metric = memory.metric;
        memory.searchBegins();
        this.scratch = memory.takeScratch();
        long copy = scratch.copyQuery(query);
        this.queryNormSquared = metric.queryNormSquared(copy);
        scratch.results.clear();
        float walked = metric.walked(radius);
        this.threshold = walked + SLACK * Math.abs(walked) + Float.MIN_NORMAL;
        boolean nothingIsNear = Double.isNaN(radius)
                || (radius < 0 && metric.distance() != Distance.INNER_PRODUCT)
                || !metric.isIndexable(copy);
        this.scanned = nothingIsNear;
    }

    @Override
    public boolean next() {
        if (closed) {
            throw new IllegalStateException("search is closed");
        }
        while (!scanned) {
            step();
        }
        if (scratch.results.isEmpty()) {
            return false;
        }
        slot = scratch.results.firstSlot();
        distance = scratch.results.firstDistance();
        scratch.results.pop();
        return true;
    }

    private void step() {
        try (Epochs.Pin pin = memory.epochs.pin()) {
            assert pin != null;
            memory.checkOpen();
            if (limit < 0) {
                limit = memory.graph.indexedLimit.get();
                scanTail();
            }
            scanSlice(Math.min(limit, at + SLICE));
            scanned = at >= limit;
        }
    }

    private void scanSlice(long end) {
        Graph graph = memory.graph;
        Scorer current = scorer();
        int count = 0;
        for (; at < end; at++) {
            if ((graph.flags(at) & (Graph.LINKED | Graph.DEAD)) == Graph.LINKED) {
                block[count++] = (int) at;
                if (count == BLOCK) {
                    examine(current, count);
                    count = 0;
                }
            }
        }
        examine(current, count);
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

    private void examine(Scorer current, int count) {
        if (count == 0) {
            return;
        }
        current.score(block, count, scores);
        visited += count;
        int near = 0;
        for (int i = 0; i < count; i++) {
            // not ">": an estimate that is not a number says nothing
            if (!(current.leastDistance(block[i], scores[i]) > threshold)) {
                block[near++] = block[i];
            }
        }
        for (int i = 0; i < near; i += GROUP) {
            measure(i, Math.min(GROUP, near - i));
        }
    }

    private void measure(int from, int count) {
        var source = memory.source;
        int last = from + count - 1;
        metric.distances4(
                scratch.query(),
                queryNormSquared,
                source.address(block[from]),
                source.address(block[Math.min(from + 1, last)]),
                source.address(block[Math.min(from + 2, last)]),
                source.address(block[last]),
                group,
                exact);
        rescored += count;
        for (int i = 0; i < count; i++) {
            keep(block[from + i], exact[i]);
        }
    }

    private void keep(long found, double itsDistance) {
        if (itsDistance <= radius) {
            scratch.results.push(itsDistance, found);
        }
    }

    private void scanTail() {
        double[] distances = new double[Math.clamp(tailLimit - limit, 0, BLOCK)];
        var source = memory.source;
        for (long from = limit; from < tailLimit; from += BLOCK) {
            int count = (int) Math.min(BLOCK, tailLimit - from);
            Arrays.fill(distances, Double.NaN);
            metric.distances(scratch.query(), source.address(from), source.strideBytes(), count, distances);
            for (int i = 0; i < count; i++) {
                if (!memory.graph.isDead(from + i)) {
                    keep(from + i, distances[i]);
                }
            }
        }
        tailScanned = Math.max(0, tailLimit - limit);
        visited += tailScanned;
    }

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
        return 0;
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
        if (!closed) {
            closed = true;
            memory.giveBack(scratch);
            memory.searchEnds();
        }
    }
}
