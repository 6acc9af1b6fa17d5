package omendb.engine.lsm;

import java.util.List;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import org.jspecify.annotations.Nullable;

/// All LSM trees of one database: shared memtable, manifest and background threads.
///
/// Use: log the batch ([WriteBatch#segment]), make it durable, [#apply] it, publish its timestamp. After a crash replay
/// the
/// log after [#flushedLsn()] through [#reapply]: applying a batch twice with the same timestamp changes nothing.
/// Per key, batches must be applied in the order of their timestamps.
@SuppressWarnings("DoNotCallSuggester") // signatures first, bodies follow
public final class LsmStore implements AutoCloseable {
    private LsmStore() {}

    /// Opens the store in `files`, or creates it if there is none.
    ///
    /// @throws omendb.memory.CorruptFileException if `CURRENT`, the manifest or the header of a table is damaged or
    ///     missing
    /// @throws omendb.memory.FileVersionException if a file is foreign or of a newer format
    public static LsmStore open(FileStore files, LsmOptions options, Epochs epochs) {
        throw new UnsupportedOperationException();
    }

    /// Everything logged up to this LSN is in tables: replay starts after it, the log before it may be released.
    public long flushedLsn() {
        throw new UnsupportedOperationException();
    }

    /// Greatest commit timestamp in the tables; after open and replay no new commit may get a timestamp up to it.
    public long maxCommitTs() {
        throw new UnsupportedOperationException();
    }

    /// The tree of a relation.
    ///
    /// @throws IllegalArgumentException if there is none
    public LsmTree tree(long relationId) {
        throw new UnsupportedOperationException();
    }

    public @Nullable LsmTree findTree(long relationId) {
        throw new UnsupportedOperationException();
    }

    /// Ids of all trees, ascending: lets the catalog drop those that a crash left without an owner.
    public List<Long> relationIds() {
        throw new UnsupportedOperationException();
    }

    /// Creates an empty tree, durable on return. Ids must never be used again: replay skips what was logged for a
    /// dropped one.
    ///
    /// @throws IllegalArgumentException if it exists
    public LsmTree createTree(long relationId) {
        throw new UnsupportedOperationException();
    }

    /// Forgets a tree by one manifest edit, durable on return; files go when no reader can hold them. Readers that hold
    /// a
    /// pin or cursor finish undisturbed. Does nothing if there is no such tree.
    public void dropTree(long relationId) {
        throw new UnsupportedOperationException();
    }

    /// Call before logging a batch: waits a bounded time while background work lags behind.
    ///
    /// @throws omendb.memory.StorageException the reason, if flushes fail and no more may be buffered (disk full:
    /// `DiskFullException`)
    public void admit(long bytes) {
        throw new UnsupportedOperationException();
    }

    /// Puts a logged batch into the memtable. Visible at once to readers whose snapshot is at least `commitTs`. Never
    /// waits for a flush.
    ///
    /// @param commitTs  positive, below `Long.MAX_VALUE`
    /// @throws IllegalArgumentException if the batch names an unknown relation
    public void apply(WriteBatch batch, long commitTs, long lsn) {
        throw new UnsupportedOperationException();
    }

    /// As [#apply], for replay: skips relations that no longer exist.
    public void reapply(WriteBatch batch, long commitTs, long lsn) {
        throw new UnsupportedOperationException();
    }

    /// Writes all memtables to tables. The caller vouches that every batch up to `lsn` has been applied; on return
    /// `flushedLsn() >= lsn`. Does not stop writers.
    public void flush(long lsn) {
        throw new UnsupportedOperationException();
    }

    /// Flushes and compacts a relation until each level is within its limit, in the calling thread.
    public void compact(long relationId) {
        throw new UnsupportedOperationException();
    }

    /// Starts a sorted run for a relation that becomes part of the tree as a whole, past the memtable (bulk load).
    public SortedRun startRun(long relationId, long commitTs) {
        throw new UnsupportedOperationException();
    }

    public LsmStats stats() {
        throw new UnsupportedOperationException();
    }

    /// Stops the background threads and closes the files. Does not flush: call [#flush] first for a clean end.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
