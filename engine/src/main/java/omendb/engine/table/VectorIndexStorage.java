package omendb.engine.table;

import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import omendb.ann.BuildProgress;
import omendb.ann.Distance;
import omendb.ann.ElementType;
import omendb.ann.HnswIndex;
import omendb.ann.HnswOptions;
import omendb.ann.HnswStats;
import omendb.ann.Quantization;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.VectorClasses;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.vector.VectorColumn;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import omendb.memory.StorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One hnsw index: the graph, and its way from files to ready.
///
/// An index whose files are missing or damaged never stops the server: it is *not ready*, searches plan an exact
/// scan, and [#catchUp] (the background indexer) builds it again. Opening maps the files without reading them, so
/// the first [#catchUp] compares every page with its checksum, by positional reads, while the index is in use.
/// Threading: searches by any thread; [#catchUp], [#checkpoint] by background threads, one at a time each.
public final class VectorIndexStorage {
    private static final Logger LOG = LoggerFactory.getLogger(VectorIndexStorage.class);
    /// A tail longer than this is linked by all build threads.
    private static final long BULK_TAIL = 2_000;
    /// A transaction that stays open may hold back this many vectors of others.
    private static final long BLOCKED = 5_000;
    /// Fewer tombstones do no harm.
    private static final long LEAST_DEAD = 1_000;
    private static final long KEEP_UP = 16;

    private final long storageId;
    private final String name;
    private final VectorColumn column;
    private final HnswOptions options;
    private final FileStore store;
    private final Epochs epochs;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ReentrantLock building = new ReentrantLock();
    private final AtomicBoolean changed = new AtomicBoolean();
    private final ReentrantLock marking = new ReentrantLock(); // so that no mark goes into a graph that is closed
    private volatile boolean unverified; // mapped, and not all pages compared with their checksums yet
    private volatile @Nullable HnswIndex index;

    private VectorIndexStorage(IndexDef def, VectorColumn column, HnswOptions options, FileStore store, Epochs epochs) {
        this.storageId = def.storageId();
        this.name = def.name();
        this.column = column;
        this.options = options;
        this.store = store;
        this.epochs = epochs;
    }

    /// Directory of an index.
    public static String directory(long storageId) {
        return "idx/" + storageId;
    }

    /// A new index, empty and ready; [#build] fills it.
    static VectorIndexStorage create(IndexDef def, VectorColumn column, FileStore store, Epochs epochs) {
        HnswOptions options = options(def, column.elementType(), column.dimensions());
        VectorIndexStorage storage = new VectorIndexStorage(def, column, options, store, epochs);
        storage.index = HnswIndex.create(options, column, store, directory(def.storageId()), epochs);
        return storage;
    }

    /// Maps the newest checkpoint; if that fails the index is not ready and will be built again.
    static VectorIndexStorage open(IndexDef def, VectorColumn column, FileStore store, Epochs epochs) {
        HnswOptions options = options(def, column.elementType(), column.dimensions());
        VectorIndexStorage storage = new VectorIndexStorage(def, column, options, store, epochs);
        try {
            HnswIndex opened = HnswIndex.open(store, directory(def.storageId()), column, epochs);
            if (opened.indexedLimit() > column.publishedLimit()) {
                opened.close();
                throw new StorageException(
                        directory(def.storageId()),
                        StorageException.NO_POSITION,
                        "checkpoint knows slots that the vector column does not have");
            }
            storage.unverified = true;
            storage.index = opened;
        } catch (StorageException damaged) {
            LOG.error(
                    "index \"{}\" cannot be opened and is built again, exact scans serve meanwhile: {}",
                    def.name(),
                    damaged.toString());
        }
        return storage;
    }

    /// The graph's options from the index definition, with pgvector's defaults and errors.
    static HnswOptions options(IndexDef def, ElementType element, int dimensions) {
        int m = option(def, "m", HnswOptions.DEFAULT_M, HnswOptions.MIN_M, HnswOptions.MAX_M);
        int efConstruction = option(
                def,
                "ef_construction",
                HnswOptions.DEFAULT_EF_CONSTRUCTION,
                HnswOptions.MIN_EF_CONSTRUCTION,
                HnswOptions.MAX_EF_CONSTRUCTION);
        if (efConstruction < 2 * m) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE, "ef_construction must be greater than or equal to 2 * m");
        }
        return HnswOptions.of(element, dimensions, distance(def))
                .with(m, efConstruction)
                .with(quantization(def));
    }

    private static Quantization quantization(IndexDef def) {
        int bits = option(def, "bits", 0, 1, Quantization.MAX_BITS);
        int centroids = option(def, "centroids", 0, 1, Quantization.MAX_CENTROIDS);
        String kind = def.options().getOrDefault("quantization", "auto");
        return new Quantization(Quantization.Kind.valueOf(kind.toUpperCase(Locale.ROOT)), bits, centroids);
    }

    private static int option(IndexDef def, String option, int defaultValue, int minimum, int maximum) {
        String text = def.options().get(option);
        if (text == null) {
            return defaultValue;
        }
        int value;
        try {
            value = Integer.parseInt(text);
        } catch (NumberFormatException notInteger) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "invalid value for integer option \"" + option + "\": " + text,
                    notInteger);
        }
        if (value < minimum || value > maximum) {
            throw new UserException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "value " + value + " out of bounds for option \"" + option + "\"")
                    .withDetail("Valid values are between \"" + minimum + "\" and \"" + maximum + "\".");
        }
        return value;
    }

    /// The distance an operator class names.
    static Distance distance(IndexDef def) {
        String operatorClass = def.keys().getFirst().operatorClass();
        if (operatorClass == null) {
            throw new UserException(
                            SqlState.UNDEFINED_OBJECT,
                            "data type vector has no default operator class for access method \"hnsw\"")
                    .withHint("You must specify an operator class for the index or define a default operator"
                            + " class for the data type.");
        }
        Distance distance = VectorClasses.distance(operatorClass);
        if (distance == null) {
            throw new UserException(
                    SqlState.UNDEFINED_OBJECT,
                    "operator class \"" + operatorClass + "\" does not exist for access method \"hnsw\"");
        }
        return distance;
    }

    public long storageId() {
        return storageId;
    }

    Distance distance() {
        return options.distance();
    }

    HnswOptions options() {
        return options;
    }

    VectorColumn column() {
        return column;
    }

    /// The graph, or null while the index is not ready.
    public @Nullable HnswIndex index() {
        return index;
    }

    /// What the index looks like now.
    public VectorIndexFigures figures() {
        long limit = column.publishedLimit();
        return with(graph -> graph == null
                ? new VectorIndexFigures(null, 0, limit)
                : new VectorIndexFigures(
                        graph.stats(), graph.countUnreachable(), Math.max(0, limit - graph.indexedLimit())));
    }

    /// Links the slots below `limit` with all threads and makes the result durable.
    void build(long limit, int threads, BuildProgress progress) {
        building.lock();
        try {
            HnswIndex graph = index;
            if (graph != null) {
                graph.build(limit, slot -> !column.isDead(slot), threads, progress);
                column.sync();
                graph.checkpoint();
            }
        } finally {
            building.unlock();
        }
    }

    /// Links committed slots of the tail, or builds the index again if it is not ready.
    ///
    /// @param proceed asked now and then; false = stop soon
    /// @return whether there was anything to do
    public boolean catchUp(int threads, BooleanSupplier proceed) {
        if (closed.get() || !building.tryLock()) {
            return false;
        }
        try {
            return catchUpLocked(threads, () -> proceed.getAsBoolean() && !closed.get());
        } catch (CancellationException stopping) {
            return false;
        } finally {
            building.unlock();
        }
    }

    private boolean catchUpLocked(int threads, BooleanSupplier proceed) {
        boolean verified = verifyOnce();
        HnswIndex graph = index;
        long limit = column.linkableLimit(BLOCKED);
        if (graph == null) {
            rebuild(limit, threads, proceed);
            return true;
        }
        long from = graph.indexedLimit();
        if (from >= limit) {
            return isMostlyDead(graph) ? renew(graph, limit, threads, proceed) : verified;
        }
        changed.set(true);
        if (limit - from >= BULK_TAIL) {
            graph.build(limit, slot -> !column.isDead(slot), threads, (_, _) -> proceed.getAsBoolean());
        } else {
            for (long slot = from; slot < limit && proceed.getAsBoolean(); slot++) {
                link(graph, slot);
            }
        }
        return true;
    }

    /// Tombstones are walked through: when they are the most, walks take twice as long and find less.
    private static boolean isMostlyDead(HnswIndex graph) {
        HnswStats stats = graph.stats();
        return stats.deadNodes() >= LEAST_DEAD && stats.deadNodes() * 2 > stats.nodes();
    }

    /// Puts a graph of the live slots alone in the place of one that is mostly dead, which serves meanwhile
    /// and takes in what is new.
    private boolean renew(HnswIndex old, long limit, int threads, BooleanSupplier proceed) {
        long started = System.nanoTime();
        var keepingUp = new ReentrantLock();
        HnswIndex fresh = HnswIndex.create(options, column, store, directory(storageId), epochs);
        boolean complete = false;
        try {
            fresh.build(limit, slot -> !column.isDead(slot), threads, (_, _) -> {
                keepUp(old, keepingUp);
                return proceed.getAsBoolean();
            });
            column.sync();
            fresh.checkpoint();
            complete = true;
        } finally {
            if (!complete) {
                fresh.close();
            }
        }
        marking.lock();
        try {
            index = fresh;
        } finally {
            marking.unlock();
        }
        markDeadSlots(0); // some died while they were linked
        old.retire();
        LOG.info(
                "index \"{}\", of which most was dead, was made anew with {} of {} vectors in {} ms",
                name,
                fresh.stats().nodes(),
                limit,
                (System.nanoTime() - started) / 1_000_000);
        return true;
    }

    /// Links some of what is new, so that the tail that searches look through stays short.
    private void keepUp(HnswIndex old, ReentrantLock keepingUp) {
        if (keepingUp.tryLock()) {
            try {
                long from = old.indexedLimit();
                long limit = Math.min(column.linkableLimit(BLOCKED), from + KEEP_UP);
                for (long slot = from; slot < limit; slot++) {
                    link(old, slot);
                }
            } finally {
                keepingUp.unlock();
            }
        }
    }

    /// Does something with the graph, or with null while the index is not ready; a search that it begins may
    /// go on after the graph was replaced.
    <T> T with(Function<@Nullable HnswIndex, T> action) {
        try (Epochs.Pin _ = epochs.pin()) {
            return action.apply(index);
        }
    }

    /// Compares a graph that was opened from files with its checksums; takes a damaged one out of use. Before any
    /// checkpoint, which would write what is damaged under new checksums.
    ///
    /// @return whether there was anything to compare
    private boolean verifyOnce() {
        HnswIndex graph = index;
        if (graph == null || !unverified) {
            return false;
        }
        unverified = false;
        try {
            graph.verify();
        } catch (StorageException damaged) {
            LOG.error(
                    "index \"{}\" is damaged and is built again, exact scans serve meanwhile: {}",
                    name,
                    damaged.toString());
            marking.lock();
            try {
                index = null;
            } finally {
                marking.unlock();
            }
            graph.close();
        }
        return true;
    }

    private void link(HnswIndex graph, long slot) {
        if (column.isDead(slot)) {
            graph.markDead(slot);
        } else {
            graph.insert(slot);
        }
    }

    private void rebuild(long limit, int threads, BooleanSupplier proceed) {
        long started = System.nanoTime();
        String directory = directory(storageId);
        store.deleteDirectory(directory);
        HnswIndex graph = HnswIndex.create(options, column, store, directory, epochs);
        boolean complete = false;
        try {
            graph.build(limit, slot -> !column.isDead(slot), threads, (_, _) -> proceed.getAsBoolean());
            column.sync();
            graph.checkpoint();
            complete = true;
        } finally {
            if (!complete) {
                graph.close();
            }
        }
        index = graph;
        markDeadSlots(0); // some died when there was no graph to tell
        LOG.warn(
                "index \"{}\" was built again over {} slots in {} ms",
                name,
                limit,
                (System.nanoTime() - started) / 1_000_000);
    }

    /// Writes what changed since the last checkpoint. The slots it knows are synced first, with linking held
    /// back: a graph
    /// on disk never knows more slots than its column.
    ///
    /// @return false if a build is under way: then nothing was written
    public boolean checkpoint() {
        if (!building.tryLock()) {
            return false;
        }
        try {
            if (changed.get()) {
                verifyOnce();
            }
            HnswIndex graph = index;
            if (graph != null && changed.get()) {
                changed.set(false);
                boolean written = false;
                try {
                    column.sync();
                    graph.checkpoint();
                    written = true;
                } finally {
                    if (!written) {
                        changed.set(true);
                    }
                }
            }
            return true;
        } finally {
            building.unlock();
        }
    }

    /// Tells the graph of slots that recovery found dead.
    void markDeadSlots(long from) {
        HnswIndex graph = index;
        if (graph != null) {
            for (long slot = from; slot < graph.indexedLimit(); slot++) {
                if (column.isDead(slot)) {
                    markDead(slot);
                }
            }
        }
    }

    /// Tells the graph that no snapshot sees a slot any more.
    public void markDead(long slot) {
        marking.lock();
        try {
            HnswIndex graph = index;
            if (graph != null) {
                graph.markDead(slot);
                changed.set(true);
            }
        } finally {
            marking.unlock();
        }
    }

    /// Ends the index without a checkpoint; its files stay.
    public void close() {
        closed.set(true); // a build under way sees it and stops
        building.lock();
        try {
            HnswIndex graph = index;
            if (graph != null) {
                graph.close();
            }
        } finally {
            building.unlock();
        }
    }
}
