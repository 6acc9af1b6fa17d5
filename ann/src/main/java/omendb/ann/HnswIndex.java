package omendb.ann;

import java.lang.foreign.MemorySegment;
import java.util.function.LongPredicate;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import org.jspecify.annotations.Nullable;

/// An HNSW index over the slots of a [VectorSource]: graph and codes in off-heap memory, checkpoints in files.
///
/// The index is derived data: it can always be built again from the vectors. A slot that was written but not linked
/// yet
/// belongs to the *tail*
/// `[indexedLimit, tailLimit)`, which every search scans exactly, so that nothing is missed while the index catches
/// up.
///
/// Threading: searches, [#insert], [#markDead], [#stats] may run at the same time from any thread; searches take no
/// lock. [#build] and [#checkpoint] may run beside them: a
/// checkpoint makes inserts wait while it copies memory to the file (searches go on). One build at a time.
/// Lifetime: each step of a search pins the epochs itself; [#close] retires the memory, so that steps under way
/// finish
/// and later ones throw [IllegalStateException].
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"}) // bodies follow
public final class HnswIndex implements AutoCloseable {
    private HnswIndex() {}

    /// A new, empty index. Writes nothing until [#checkpoint].
    ///
    /// @param directory of the index inside the store; created if missing, files of an older index in it are
    /// deleted by the first checkpoint
    public static HnswIndex create(
            HnswOptions options, VectorSource source, FileStore store, String directory, Epochs epochs) {
        throw new UnsupportedOperationException();
    }

    /// Maps the newest complete checkpoint; takes the same time whatever its size. Nothing is read but headers and
    /// checksum roots: see [#verify].
    ///
    /// @throws omendb.memory.MissingFileException if there is no checkpoint
    /// @throws omendb.memory.StorageException (damaged, cut, foreign, too new) if it cannot be used: build the
    /// index again
    public static HnswIndex open(FileStore store, String directory, VectorSource source, Epochs epochs) {
        throw new UnsupportedOperationException();
    }

    /// Whether the directory holds a checkpoint (not whether it is good).
    public static boolean exists(FileStore store, String directory) {
        throw new UnsupportedOperationException();
    }

    public HnswOptions options() {
        throw new UnsupportedOperationException();
    }

    /// Links all live slots below `slotLimit` that are not linked yet, after training the codes on a sample of
    /// them,
    /// and then sets [#indexedLimit] to at least `slotLimit`.
    /// Slots that are not live count as dead: they are never linked.
    ///
    /// @param isLive  asked once for each slot, by several threads
    /// @param threads worker threads to use, at least 1 (1 = the calling thread alone, deterministic for a seed)
    /// @throws java.util.concurrent.CancellationException if `progress` asks to stop; what was linked stays linked
    public void build(long slotLimit, LongPredicate isLive, int threads, BuildProgress progress) {
        throw new UnsupportedOperationException();
    }

    /// Links a slot whose vector is written. Does nothing if it is linked or dead already. Slots may come in any
    /// order.
    public void insert(long slot) {
        throw new UnsupportedOperationException();
    }

    /// All slots below are linked or dead; the tail begins here.
    public long indexedLimit() {
        throw new UnsupportedOperationException();
    }

    /// Marks a slot, linked or not: it is walked through and never returned again. Idempotent.
    public void markDead(long slot) {
        throw new UnsupportedOperationException();
    }

    /// Searches the graph and, exactly, the tail `[indexedLimit(), tailLimit)`.
    ///
    /// @param query  `dimensions` floats off-heap; copied, the caller may reuse the memory. A zero vector finds
    /// nothing under cosine.
    /// @param k      how many rows the caller expects to take; more can always be pulled
    /// @param ef     candidates in a beam; raised to `k`
    /// @param filter which slots may be returned, null = all; applied to results, not to the walk
    /// @throws IllegalArgumentException if the query has another length or `k` or `ef` is not positive
    public HnswSearch search(MemorySegment query, int k, int ef, long tailLimit, @Nullable SlotFilter filter) {
        throw new UnsupportedOperationException();
    }

    /// As the other, with the absolute address of the query.
    public HnswSearch search(long queryAddress, int k, int ef, long tailLimit, @Nullable SlotFilter filter) {
        throw new UnsupportedOperationException();
    }

    /// Writes a new generation of the index files (temporary name, fsync, rename, fsync of the directory) and
    /// deletes
    /// older ones. Everything linked or marked before the
    /// call is in it.
    ///
    /// @return its number
    public long checkpoint() {
        throw new UnsupportedOperationException();
    }

    /// Compares every page of the newest checkpoint with its checksum by positional reads; for a background thread.
    ///
    /// @throws omendb.memory.CorruptFileException at the first page that differs: build the index again
    public void verify() {
        throw new UnsupportedOperationException();
    }

    public HnswStats stats() {
        throw new UnsupportedOperationException();
    }

    /// Bytes of the newest checkpoint; 0 before the first.
    public long bytesOnDisk() {
        throw new UnsupportedOperationException();
    }

    /// Ends the index without a checkpoint; its memory goes when no search step uses it any more.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
