package omendb.ann.hnsw;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.StampedLock;
import omendb.ann.Distance;
import omendb.ann.HnswOptions;
import omendb.ann.VectorMetric;
import omendb.ann.VectorSource;
import omendb.ann.quantize.CodeLayout;
import omendb.ann.quantize.CodeSpace;
import omendb.memory.Epochs;
import org.jspecify.annotations.Nullable;

/// What all parts of an index share: options, vectors, graph, codes, and the scratch memory of its threads.
///
/// Threading: `codes` is replaced as a whole, under the write side of [#writing]; who links nodes holds the read
/// side, so
/// that a checkpoint or a training, which hold the write side, see no half-linked node. Searches hold neither: they
/// pin
/// an epoch for each step and check [#closed] after it.
public final class IndexMemory {
    /// Fewer vectors are walked on floats: codes would be trained on too little to be good.
    static final int LEAST_TO_TRAIN = 1_000;

    /// Centroids of an index that chooses them itself.
    static final int MOST_AUTOMATIC_CENTROIDS = 64;

    private static final int VECTORS_PER_CENTROID = 150;
    private static final int LEAST_CODED_DIMENSIONS = 64;
    private static final int SPARE_SCRATCHES = 16;

    /// Codes are trained again when there are so many times more vectors.
    private static final int GROWTH = 4;

    public final HnswOptions options;
    final VectorMetric metric;
    final VectorSource source;
    final Graph graph;
    final Epochs epochs;
    final StampedLock writing = new StampedLock();
    private volatile @Nullable CodeTable codes;
    private volatile boolean closed;

    /// Open searches, and whether the memory goes with the last of them.
    private final AtomicInteger searches = new AtomicInteger();

    private volatile boolean retiring;
    private volatile long uselessFor;

    // guarded by itself
    private final ArrayDeque<Scratch> spare = new ArrayDeque<>();

    IndexMemory(HnswOptions options, VectorSource source, Graph graph, Epochs epochs) {
        if (source.dimensions() != options.dimensions() || source.elementType() != options.element()) {
            throw new IllegalArgumentException("index of " + options.dimensions() + " x " + options.element()
                    + " over vectors of " + source.dimensions() + " x " + source.elementType());
        }
        this.options = options;
        this.metric = options.metric();
        this.source = source;
        this.graph = graph;
        this.epochs = epochs;
    }

    /// An empty index.
    public static IndexMemory empty(HnswOptions options, VectorSource source, Epochs epochs) {
        return new IndexMemory(options, source, new Graph(options.m(), options.seed(), 0), epochs);
    }

    // ---- codes ----

    @Nullable
    CodeTable codes() {
        return codes;
    }

    /// Replaces the codes; the old ones go when no search step uses them any more.
    void setCodes(CodeTable table) {
        CodeTable old = codes;
        codes = table;
        if (old != null) {
            epochs.retire(old::close);
        }
    }

    /// Whether this index is to have codes at all.
    boolean wantsCodes() {
        boolean possible = options.element().isDense() && options.distance() != Distance.L1;
        return switch (options.quantization().kind()) {
            case NONE -> false;
            case RABITQ -> possible;
            case AUTO -> possible && options.dimensions() >= LEAST_CODED_DIMENSIONS;
        };
    }

    /// Bits per dimension of new codes as far as the options say; else one, until it is measured how many
    /// they need.
    int askedBits() {
        return Math.max(1, options.quantization().bits());
    }

    /// Codes trained on so many vectors were no use: they are not tried again before there are many more.
    void noteUselessCodes(long vectors) {
        uselessFor = vectors;
    }

    /// Centroids of codes trained on so many vectors.
    int centroids(long vectors) {
        int asked = options.quantization().centroids();
        if (asked != 0) {
            return (int) Math.min(asked, vectors);
        }
        return Math.clamp(vectors / VECTORS_PER_CENTROID, 1, MOST_AUTOMATIC_CENTROIDS);
    }

    /// Whether codes should be trained, or trained again, now that `vectors` are linked.
    boolean wantsTraining(long vectors) {
        if (!wantsCodes() || vectors < Math.max(LEAST_TO_TRAIN, uselessFor * GROWTH)) {
            return false;
        }
        CodeTable table = codes;
        return table == null
                || (table.trainedOn * GROWTH <= vectors && table.quantizer.centroidCount() < centroids(vectors));
    }

    CodeSpace codeSpace() {
        return switch (options.distance()) {
            case INNER_PRODUCT -> CodeSpace.INNER_PRODUCT;
            case COSINE -> CodeSpace.COSINE;
            default -> CodeSpace.EUCLIDEAN;
        };
    }

    CodeLayout codeLayout() {
        return new CodeLayout(options.dimensions(), askedBits());
    }

    /// Whether the vector in a slot can be indexed: under cosine a zero vector has no direction.
    boolean isIndexable(long vector) {
        return metric.isIndexable(vector);
    }

    // ---- scratch memory ----

    Scratch takeScratch() {
        synchronized (spare) {
            Scratch scratch = spare.pollLast();
            if (scratch != null) {
                return scratch;
            }
        }
        return new Scratch(this);
    }

    void giveBack(Scratch scratch) {
        synchronized (spare) {
            if (!closed && spare.size() < SPARE_SCRATCHES) {
                spare.addLast(scratch);
                return;
            }
        }
        scratch.close();
    }

    // ---- searches ----

    void searchBegins() {
        searches.incrementAndGet();
    }

    void searchEnds() {
        if (searches.decrementAndGet() == 0 && retiring) {
            close();
        }
    }

    /// Closes the memory when no search is open that began, or found the index, before now.
    public void retire() {
        epochs.retire(() -> {
            retiring = true;
            if (searches.get() == 0) {
                close();
            }
        });
    }

    // ---- for the front door ----

    /// Whether a slot is in the tail, or linked and not dead.
    public boolean covers(long slot) {
        int flags = graph.flags(slot);
        return (flags & Graph.DEAD) == 0 && (slot >= indexedLimit() || (flags & Graph.LINKED) != 0);
    }

    /// All slots below are linked or dead.
    public long indexedLimit() {
        return graph.indexedLimit.get();
    }

    /// Reads all pages in; called with an epoch pinned.
    public void warm() {
        checkOpen();
        graph.level0.warm();
        graph.upper.warm();
        CodeTable table = codes;
        if (table != null) {
            table.rows.warm();
        }
    }

    /// @throws IllegalStateException if the index is closed; called with an epoch pinned
    public void checkOpen() {
        if (closed) {
            throw new IllegalStateException("index is closed");
        }
    }

    /// Retires all memory. Writers must be gone; searches may still be there.
    public void close() {
        synchronized (spare) {
            if (closed) {
                return;
            }
            closed = true;
            spare.forEach(Scratch::close);
            spare.clear();
        }
        CodeTable table = codes;
        epochs.retire(() -> {
            graph.close();
            if (table != null) {
                table.close();
            }
        });
    }
}
