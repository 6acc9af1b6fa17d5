package omendb.ann;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;
import omendb.ann.hnsw.BeamStream;
import omendb.ann.hnsw.CheckpointReader;
import omendb.ann.hnsw.CheckpointWriter;
import omendb.ann.hnsw.IndexMemory;
import omendb.ann.hnsw.IndexStatistics;
import omendb.ann.hnsw.IndexWriter;
import omendb.ann.hnsw.RangeStream;
import omendb.ann.hnsw.Reachability;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import omendb.memory.MissingFileException;
import omendb.memory.StorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An HNSW index over the slots of a [VectorSource]: graph and codes in off-heap memory, checkpoints in files.
///
/// The index is derived data: it can always be built again from the vectors. A slot that was written but not linked
/// yet
/// belongs to the *tail* `[indexedLimit, tailLimit)`, which every search scans exactly, so that nothing is missed
/// while
/// the index catches up. The graph is walked on RaBitQ codes, and what a beam finds is rescored with the float
/// vectors;
/// until there are enough vectors to train codes on (1,000), it is walked on the floats.
///
/// Threading: searches, [#insert], [#markDead], [#stats] may run at the same time from any thread; searches take no
/// lock. [#build] and [#checkpoint] may run beside them: a checkpoint makes inserts wait while it copies memory to
/// the
/// file (searches go on), and so does a training of the codes. One build and one checkpoint at a time.
/// Lifetime: each step of a search pins the epochs itself; [#close] retires the memory, so that steps under way
/// finish
/// and later ones throw [IllegalStateException]. The index never outlives its source: close it first.
public final class HnswIndex implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HnswIndex.class);

    private final IndexMemory memory;
    private final IndexWriter writer;
    private final FileStore store;
    private final String directory;
    private final Epochs epochs;

    // held by checkpoint, and by verify until it has opened the files
    private final ReentrantLock checkpointing = new ReentrantLock();
    private volatile long generation;
    private volatile long bytesOnDisk;

    private HnswIndex(IndexMemory memory, FileStore store, String directory, Epochs epochs) {
        this.memory = memory;
        this.writer = new IndexWriter(memory);
        this.store = store;
        this.directory = directory;
        this.epochs = epochs;
    }

    /// A new, empty index. Writes nothing until [#checkpoint].
    ///
    /// @param directory of the index inside the store; created by the first checkpoint, which also deletes the
    ///     files
    ///     of an older index there
    /// @throws IllegalArgumentException if options and source have different dimensions
    public static HnswIndex create(
            HnswOptions options, VectorSource source, FileStore store, String directory, Epochs epochs) {
        var index = new HnswIndex(IndexMemory.empty(options, source, epochs), store, directory, epochs);
        long[] older = new CheckpointReader(store, directory).generations();
        // a new index never takes the number of a file that may still be there
        index.generation = older.length == 0 ? 0 : older[0];
        return index;
    }

    /// Maps the newest complete checkpoint; takes the same time whatever its size. Nothing is read but headers and
    /// checksum tables: see [#verify].
    ///
    /// @throws MissingFileException if there is no checkpoint
    /// @throws StorageException (damaged, cut, foreign, too new) if none can be used: build the index again
    public static HnswIndex open(FileStore store, String directory, VectorSource source, Epochs epochs) {
        var reader = new CheckpointReader(store, directory);
        long[] generations = reader.generations();
        if (generations.length == 0) {
            throw new MissingFileException(directory, StorageException.NO_POSITION, "no checkpoint of the index");
        }
        StorageException failure = null;
        for (long generation : generations) {
            try {
                long bytes = reader.bytes(generation);
                var index = new HnswIndex(reader.open(generation, source, epochs), store, directory, epochs);
                index.generation = generation;
                index.bytesOnDisk = bytes;
                return index;
            } catch (StorageException e) {
                // an older generation is as true as the newest, only its tail is longer
                LOG.warn("index {}: generation {} cannot be used: {}", directory, generation, e.getMessage());
                failure = failure == null ? e : failure;
            }
        }
        throw failure;
    }

    /// Whether the directory holds a checkpoint (not whether it is good).
    public static boolean exists(FileStore store, String directory) {
        return new CheckpointReader(store, directory).generations().length > 0;
    }

    public HnswOptions options() {
        return memory.options;
    }

    /// Links all live slots below `slotLimit` that are not linked yet, after training the codes on a sample of
    /// them;
    /// afterwards [#indexedLimit] is at least `slotLimit`, unless an insertion under way holds it up for a moment.
    /// Slots that are not live count as dead: they are never linked.
    ///
    /// @param isLive asked once for each slot, by several threads
    /// @param threads worker threads to use, at least 1 (1 = the calling thread alone, deterministic for a seed)
    /// @throws java.util.concurrent.CancellationException if `progress` asks to stop; what was linked stays linked
    public void build(long slotLimit, LongPredicate isLive, int threads, BuildProgress progress) {
        writer.build(slotLimit, isLive, threads, progress);
    }

    /// Links a slot whose vector is written. Does nothing if it is linked or dead already. Slots may come in any
    /// order.
    public void insert(long slot) {
        writer.insert(slot);
    }

    /// All slots below are linked or dead; the tail begins here.
    public long indexedLimit() {
        return memory.indexedLimit();
    }

    /// Marks a slot, linked or not: it is walked through and never returned again. Idempotent.
    public void markDead(long slot) {
        writer.markDead(slot);
    }

    /// Searches the graph and, exactly, the tail `[indexedLimit(), tailLimit)`.
    ///
    /// @param query a vector as the source has them, off-heap; copied, the caller may reuse the memory. A
    ///     zero vector finds
    ///     nothing
    ///     under cosine.
    /// @param k how many rows the caller expects to take; more can always be pulled, at the price of more rescoring
    /// @param ef candidates in a beam; raised to `k`
    /// @param filter which slots may be returned, null = all; applied to results, not to the walk
    /// @throws IllegalArgumentException if the query has another length or `k` or `ef` is not positive
    public HnswSearch search(MemorySegment query, int k, int ef, long tailLimit, @Nullable SlotFilter filter) {
        HnswOptions options = options();
        if (!query.isNative() || query.byteSize() != options.element().bytes(options.dimensions(), query.address())) {
            throw new IllegalArgumentException("query of " + query.byteSize() + " bytes for " + options);
        }
        return search(query.address(), k, ef, tailLimit, filter);
    }

    /// As the other, with the absolute address of the query.
    public HnswSearch search(long queryAddress, int k, int ef, long tailLimit, @Nullable SlotFilter filter) {
        if (k < 1 || ef < 1) {
            throw new IllegalArgumentException("k and ef must be positive: " + k + ", " + ef);
        }
        return new BeamStream(memory, queryAddress, k, Math.max(k, ef), tailLimit, filter);
    }

    /// All live slots within a distance of the query, nearest first: those in the graph found by their codes,
    /// the tail exactly. Nothing within it is missed.
    ///
    /// @param queryAddress `dimensions` floats; copied
    /// @param radius       as the operator returns distances, included; NaN = nothing
    public HnswSearch range(long queryAddress, double radius, long tailLimit) {
        return new RangeStream(memory, queryAddress, radius, tailLimit);
    }

    /// Writes a new generation of the index files (temporary name, fsync, rename, fsync of the directory) and
    /// deletes
    /// older ones. Everything linked or marked before the call is in it.
    ///
    /// The pages of an older generation that this process has mapped keep their room on the disk until the index is
    /// closed.
    ///
    /// @return its number
    /// @throws StorageException if it cannot be written; the older one stays
    public long checkpoint() {
        checkpointing.lock();
        try (Epochs.Pin pin = epochs.pin()) {
            assert pin != null;
            memory.checkOpen();
            long next = generation + 1;
            bytesOnDisk = new CheckpointWriter(memory, store, directory).write(next);
            generation = next;
            return next;
        } finally {
            checkpointing.unlock();
        }
    }

    /// Compares every page of the newest checkpoint with its checksum by positional reads; for a background thread.
    /// Does nothing before the first checkpoint.
    ///
    /// @throws omendb.memory.CorruptFileException at the first page that differs: build the index again
    public void verify() {
        checkpointing.lock();
        try {
            if (bytesOnDisk > 0) {
                new CheckpointReader(store, directory).verify(generation);
            }
        } finally {
            checkpointing.unlock();
        }
    }

    /// Reads all mapped pages in, so that first searches do not wait for the disk; for a background thread.
    ///
    /// @throws omendb.memory.CorruptFileException if a page cannot be read: build the index again
    public void warm() {
        try (Epochs.Pin pin = epochs.pin()) {
            assert pin != null;
            memory.warm();
        }
    }

    /// Whether a search can return a slot: it is linked and not dead, or in the tail. For checks.
    public boolean covers(long slot) {
        try (Epochs.Pin pin = epochs.pin()) {
            assert pin != null;
            return memory.covers(slot);
        }
    }

    public HnswStats stats() {
        try (Epochs.Pin pin = epochs.pin()) {
            assert pin != null;
            return IndexStatistics.of(memory, bytesOnDisk, generation);
        }
    }

    /// Live linked slots that no walk along the ground level gets to, by reading every list once: 0 unless the files
    /// are damaged or older than the rule that keeps it so. A search finds such a slot only when it goes on to its
    /// end.
    public long countUnreachable() {
        try (Epochs.Pin pin = epochs.pin()) {
            assert pin != null;
            return Reachability.countUnreachable(memory);
        }
    }

    /// Bytes of the newest checkpoint; 0 before the first.
    public long bytesOnDisk() {
        return bytesOnDisk;
    }

    /// As [#close], but searches that have begun go on: the memory goes when the last of them is closed.
    /// Whoever looks for the index to begin a search holds an epoch pin until it has begun.
    public void retire() {
        memory.retire();
    }

    /// Ends the index without a checkpoint; its memory goes when no search step uses it any more. No build,
    /// insertion
    /// or checkpoint may be under way.
    @Override
    public void close() {
        memory.close();
    }
}
