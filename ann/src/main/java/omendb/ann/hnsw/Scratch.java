package omendb.ann.hnsw;

import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// The working memory of one thread that walks the graph, for a search or an insertion; pooled by [IndexMemory].
final class Scratch implements AutoCloseable {
    final VisitedSet visited = new VisitedSet();
    final Beam beam = new Beam();
    final DistanceHeap results = new DistanceHeap();
    final DistanceHeap tail = new DistanceHeap();

    /// Unseen neighbours of the node that is expanded, and their distances.
    final int[] slots;

    final float[] scores;

    /// Distances of the `k` nearest rescored so far, in the unit of the walk.
    final NearestDistances nearest = new NearestDistances();

    /// Slots of the beam whose rescoring was put off.
    int[] deferred = new int[64];

    int deferredCount;

    /// Where reads that only warm the cache leave something, so that they are not optimised away.
    int touched;

    private final IndexMemory memory;
    private final FloatScorer floatScorer;
    private final OffHeapArray query;
    private @Nullable CodeScorer codeScorer;
    private @Nullable NeighbourSelector selector;

    Scratch(IndexMemory memory) {
        this.memory = memory;
        this.floatScorer = new FloatScorer(memory.options.distance(), memory.source);
        this.query = new OffHeapArray(4L * memory.options.dimensions());
        int room = memory.graph.room(0);
        this.slots = new int[room];
        this.scores = new float[room];
    }

    /// Keeps a copy of a query.
    long copyQuery(long address) {
        NativeMemory.copy(address, query.address(), 4L * memory.options.dimensions());
        return query.address();
    }

    long query() {
        return query.address();
    }

    /// Makes a query ready for the codes, or for the floats if there are none.
    Scorer prepare(long queryAddress, @Nullable CodeTable codes) {
        if (codes == null) {
            return prepareFloats(queryAddress);
        }
        CodeScorer scorer = codeScorer(codes);
        scorer.prepare(queryAddress);
        return scorer;
    }

    Scorer prepareFloats(long queryAddress) {
        floatScorer.prepare(queryAddress);
        return floatScorer;
    }

    CodeScorer codeScorer(CodeTable codes) {
        CodeScorer scorer = codeScorer;
        if (scorer == null || scorer.codes != codes) {
            if (scorer != null) {
                scorer.close();
            }
            scorer = new CodeScorer(codes);
            codeScorer = scorer;
        }
        return scorer;
    }

    NeighbourSelector selector() {
        NeighbourSelector existing = selector;
        if (existing == null) {
            existing = new NeighbourSelector(memory);
            selector = existing;
        }
        return existing;
    }

    @Override
    public void close() {
        visited.close();
        beam.close();
        results.close();
        tail.close();
        query.close();
        CodeScorer scorer = codeScorer;
        if (scorer != null) {
            scorer.close();
        }
    }
}
