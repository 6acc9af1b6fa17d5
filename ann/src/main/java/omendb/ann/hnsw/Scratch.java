package omendb.ann.hnsw;

import omendb.ann.ElementType;
import omendb.ann.HnswOptions;
import omendb.ann.kernel.HalfKernels;
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
    private final VectorScorer vectorScorer;
    private final OffHeapArray query;
    private @Nullable OffHeapArray floats;
    private @Nullable CodeScorer codeScorer;
    private @Nullable NeighbourSelector selector;

    Scratch(IndexMemory memory) {
        this.memory = memory;
        this.vectorScorer = memory.options.element() == ElementType.FLOAT32
                ? new FloatScorer(memory.options.distance(), memory.source)
                : new ElementScorer(memory.metric, memory.source);
        this.query = new OffHeapArray(memory.metric.slotBytes());
        int room = memory.graph.room(0);
        this.slots = new int[room];
        this.scores = new float[room];
    }

    /// Keeps a copy of a query.
    long copyQuery(long address) {
        HnswOptions options = memory.options;
        long bytes = options.element().bytes(options.dimensions(), address);
        query.ensure(bytes); // a sparse query may have more elements than the vectors
        NativeMemory.copy(address, query.address(), bytes);
        return query.address();
    }

    long query() {
        return query.address();
    }

    /// Makes a query ready for the codes, or for the vectors if there are none.
    Scorer prepare(long queryAddress, @Nullable CodeTable codes) {
        if (codes == null) {
            vectorScorer.prepare(queryAddress);
            return vectorScorer;
        }
        CodeScorer scorer = codeScorer(codes);
        scorer.prepare(floats(queryAddress));
        return scorer;
    }

    /// Address of a dense vector's floats, valid until the next call.
    long floats(long vector) {
        if (memory.options.element() == ElementType.FLOAT32) {
            return vector;
        }
        OffHeapArray widened = floats;
        if (widened == null) {
            widened = new OffHeapArray(4L * memory.options.dimensions());
            floats = widened;
        }
        HalfKernels.widen(vector, widened.address(), memory.options.dimensions());
        return widened.address();
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
        if (floats != null) {
            floats.close();
        }
        CodeScorer scorer = codeScorer;
        if (scorer != null) {
            scorer.close();
        }
    }
}
