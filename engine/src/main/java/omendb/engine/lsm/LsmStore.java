package omendb.engine.lsm;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import org.jspecify.annotations.Nullable;

/// All LSM trees of one database: shared memtable, manifest and background threads.
///
/// Use: log the batch ([WriteBatch#segment]), make it durable, [#apply] it, publish its timestamp. After a
/// crash replay the log after [#flushedLsn()] through [#reapply]: applying a batch twice with the same
/// timestamp changes nothing. Per key, batches must be applied in the order of their timestamps; a range delete
/// counts as a write to every key of its range.
///
/// Threading: any thread may call anything but [#close].
public final class LsmStore implements AutoCloseable {
    private static final long ADMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /// Writers wait this long for each batch from `frozenMemtables` on, which slows them to what flushes keep
    /// up with and stops none for long; they stop only at [#MORE_FROZEN] times as many.
    private static final long SHORT_ADMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int MORE_FROZEN = 2;
    private static final long ADMIT_SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /// Level-0 tables, in multiples of the number that starts a compaction, from which writers are slowed
    /// down.
    private static final int SLOW_LEVEL_ZERO = 6;

    /// How long nobody may have written before compaction looks for work that could wait.
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final FileStore files;
    private final LsmOptions options;
    private final Epochs epochs;
    private final @Nullable RowCache cache;
    private final BlockCache blocks;
    private final VersionSet versions;
    private final Memtables memtables;
    private final Flusher flusher;
    private final Compactor compactor;
    private final Background background;
    private final Counters counters = new Counters();
    private final boolean readOnly;
    private volatile long lastApplied; // as the compacting threads saw it
    private volatile long lastAppliedNanos = System.nanoTime();
    private boolean closed;

    private LsmStore(FileStore files, LsmOptions options, Epochs epochs, boolean readOnly) {
        this.files = files;
        this.options = options;
        this.readOnly = readOnly;
        this.epochs = epochs;
        var stateLock = new ReentrantLock();
        this.cache = RowCache.of(options, epochs);
        this.blocks = new BlockCache(options.blockCacheBytes(), epochs);
        try {
            this.versions = VersionSet.open(files, options, epochs, stateLock, counters, cache, blocks, readOnly);
        } catch (RuntimeException | Error e) {
            closeCache();
            throw e;
        }
        try {
            this.memtables = new Memtables(options, stateLock, versions.flushedLsn());
        } catch (RuntimeException | Error e) {
            versions.close();
            closeCache();
            throw e;
        }
        this.flusher = new Flusher(files, options, epochs, memtables, versions, counters);
        this.compactor = new Compactor(files, options, epochs, versions, counters, stateLock);
        this.background = new Background(epochs);
    }

    /// Opens the store in `files`, or creates it if there is none.
    ///
    /// @throws omendb.memory.CorruptFileException if `CURRENT`, the manifest or the header of a table is
    ///     damaged or missing
    /// @throws omendb.memory.FileVersionException if a file is foreign or of a newer format
    public static LsmStore open(FileStore files, LsmOptions options, Epochs epochs) {
        var store = new LsmStore(files, options, epochs, false);
        try {
            if (options.compactionThreads() > 0) {
                store.background.start(store::flushOldest, store::compactInBackground, options.compactionThreads());
            }
        } catch (RuntimeException | Error e) { // no thread to be had
            store.close();
            throw e;
        }
        return store;
    }

    /// Opens an existing store to look at it: no file is changed, what [#reapply] adds stays in memory. Has no
    /// background threads; flushes and compactions fail.
    ///
    /// @throws omendb.memory.MissingFileException if there is none
    public static LsmStore openReadOnly(FileStore files, LsmOptions options, Epochs epochs) {
        return new LsmStore(files.readOnly(), options.withCompactionThreads(0), epochs, true);
    }

    /// Everything logged up to this LSN is in tables: replay starts after it, the log before it may be
    /// released.
    public long flushedLsn() {
        return versions.flushedLsn();
    }

    /// Greatest commit timestamp that ever came into a table; after open and replay no new commit may get a
    /// timestamp up to it.
    public long maxCommitTs() {
        return versions.maxCommitTs();
    }

    // ---- trees ----

    /// The tree of a relation.
    ///
    /// @throws IllegalArgumentException if there is none
    public LsmTree tree(long relationId) {
        LsmTree tree = findTree(relationId);
        if (tree == null) {
            throw new IllegalArgumentException("relation " + relationId + " has no tree");
        }
        return tree;
    }

    public @Nullable LsmTree findTree(long relationId) {
        return versions.trees().get(relationId);
    }

    /// Ids of all trees, ascending: lets the catalog drop those that a crash left without an owner.
    public List<Long> relationIds() {
        return List.copyOf(versions.trees().keySet());
    }

    /// Creates an empty tree, durable on return. Ids must never be used again: replay skips what was logged
    /// for a dropped one.
    ///
    /// @param relationId not negative
    /// @throws IllegalArgumentException if it exists
    public LsmTree createTree(long relationId) {
        if (relationId < 0) {
            throw new IllegalArgumentException("relation id " + relationId);
        }
        return versions.createTree(relationId);
    }

    /// Forgets a tree by one manifest edit, durable on return; files go when no reader can hold them. Open
    /// cursors finish undisturbed, look-ups by an [LsmTree] that the caller kept fail. Does nothing if
    /// there is no such tree.
    public void dropTree(long relationId) {
        versions.dropTree(relationId);
        epochs.advance();
    }

    // ---- writing ----

    /// Call before logging a batch: waits a bounded time while background work lags behind.
    ///
    /// @throws RuntimeException the reason, if flushes fail and no more may be buffered (disk full:
    ///     [omendb.memory.DiskFullException])
    public void admit(long bytes) {
        if (options.compactionThreads() == 0) {
            return;
        }
        int frozen = memtables.frozenCount();
        if (frozen >= MORE_FROZEN * options.frozenMemtables()) {
            awaitFlush(MORE_FROZEN * options.frozenMemtables(), ADMIT_NANOS);
        } else if (frozen >= options.frozenMemtables()) {
            awaitFlush(options.frozenMemtables(), SHORT_ADMIT_NANOS);
        } else if (memtables.frozenCount() > 0 && isLevelZeroCrowded()) {
            pause();
        }
    }

    private void awaitFlush(int limit, long nanos) {
        long deadline = System.nanoTime() + nanos;
        try {
            while (!memtables.awaitFlush(limit, ADMIT_SLICE_NANOS) && System.nanoTime() - deadline < 0) {
                RuntimeException failure = background.flushFailure();
                if (failure != null) {
                    throw failure;
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the caller's next blocking call will see it; the batch may go on
        }
    }

    private boolean isLevelZeroCrowded() {
        int limit = SLOW_LEVEL_ZERO * options.levelZeroTables();
        for (LsmTree tree : versions.trees().values()) {
            TreeState state = tree.stateOrNull();
            if (state != null && state.levels().level(0).length > limit) {
                return true;
            }
        }
        return false;
    }

    private void pause() {
        LockSupport.parkNanos(SLOW_NANOS);
    }

    /// Puts a logged batch into the memtable. Visible at once to readers whose snapshot is at least
    /// `commitTs`. Never waits for a flush (unless the store has no background threads).
    ///
    /// @param commitTs positive, below `Long.MAX_VALUE`
    /// @throws IllegalArgumentException if the batch names an unknown relation; nothing is applied then
    public void apply(WriteBatch batch, long commitTs, long lsn) {
        insert(batch, commitTs, lsn, this::tree);
    }

    /// As [#apply], for replay: skips relations that no longer exist.
    public void reapply(WriteBatch batch, long commitTs, long lsn) {
        insert(batch, commitTs, lsn, this::findTree);
    }

    /// Starts a replay of the log: as many [#reapply], in order, on a second thread. Nobody else may write
    /// meanwhile.
    public LsmReplay startReplay() {
        return new LsmReplay(this, new ReplayInserter(memtables), options.compactionThreads() > 0);
    }

    /// As [#reapply]; the inserter's `build` makes it a part of the trees.
    void reapply(WriteBatch batch, long commitTs, long lsn, ReplayInserter inserter) {
        requireTimestamp(commitTs);
        inserted(batch, inserter.add(batch, commitTs, lsn, this::findTree));
    }

    private void insert(WriteBatch batch, long commitTs, long lsn, BatchInserter.TreeFinder finder) {
        requireTimestamp(commitTs);
        inserted(batch, memtables.insert(new BatchInserter(batch, commitTs, finder), lsn));
    }

    private static void requireTimestamp(long commitTs) {
        if (commitTs <= 0 || commitTs == Long.MAX_VALUE) {
            throw new IllegalArgumentException("commit timestamp " + commitTs);
        }
    }

    private void inserted(WriteBatch batch, boolean rotated) {
        counters.appliedBytes.add(batch.byteSize());
        if (rotated && !readOnly) {
            if (options.compactionThreads() == 0) {
                flushFrozen();
            } else {
                background.signal();
            }
        }
    }

    // ---- flush, compaction, bulk load ----

    /// Writes all memtables to tables. The caller vouches that every batch up to `lsn` has been applied; on
    /// return `flushedLsn() >= lsn`. Does not stop writers.
    ///
    /// @throws omendb.memory.StorageException if the disk refuses; the memtables stay and nothing is lost
    public void flush(long lsn) {
        memtables.freezeActive(lsn);
        flushFrozen();
        if (versions.flushedLsn() < lsn) { // there was nothing to write, or the log moved on without us
            versions.change(change -> change.flushedLsn(lsn));
        }
        background.signal();
    }

    private void flushFrozen() {
        flusher.flushUpTo(memtables.active().sequence() - 1);
    }

    private boolean flushOldest() {
        Memtable oldest = memtables.oldestFrozen();
        if (oldest == null) {
            return false;
        }
        flusher.flushUpTo(oldest.sequence());
        return true;
    }

    /// Flushes and merges all tables of a relation into one run, in the calling thread: drops every version
    /// that no snapshot needs.
    public void compact(long relationId) {
        LsmTree tree = tree(relationId);
        flushTreeMemory(tree);
        compactor.compactAll(tree);
    }

    /// Compacts until background work would find nothing more to do, in the calling thread, and waits for
    /// what runs in the background: every level of every tree within its limit, level 0 empty where that is
    /// cheap.
    public void compactPending() {
        while (compactor.compactOne() || compactor.compactIdle() || compactor.awaitRunning()) {
            Thread.onSpinWait();
        }
    }

    private boolean compactInBackground() {
        return compactor.compactOne() || (isQuiet() && compactor.compactIdle());
    }

    /// Whether nothing has been written for a while.
    private boolean isQuiet() {
        long applied = counters.appliedBytes.sum();
        long now = System.nanoTime();
        if (applied != lastApplied) {
            lastApplied = applied;
            lastAppliedNanos = now;
        }
        return now - lastAppliedNanos > QUIET_NANOS;
    }

    /// Starts a sorted run for a relation that becomes part of the tree as a whole, past log and memtable
    /// (bulk load). Visible from its `finish` on to snapshots of at least `commitTs`. Nobody else may write
    /// to its keys meanwhile.
    public SortedRun startRun(long relationId, long commitTs) {
        requireTimestamp(commitTs);
        LsmTree tree = tree(relationId);
        return new SortedRun(this, versions, tree, commitTs, newBuilder(relationId, commitTs));
    }

    TableBuilder newBuilder(long relationId, long baseTs) {
        var builder = new TableBuilder(files, options, versions, relationId, baseTs, options.tableBytes());
        if (options.compactionThreads() > 0) {
            builder.writeInBackground();
        }
        return builder;
    }

    // ---- what transactions spill ----

    /// Runs for a transaction that writes more than memory is to hold.
    public SpilledRuns startSpilledRuns() {
        return new SpilledRuns(this, versions, epochs);
    }

    /// The runs of a prepared transaction after a restart; null if none of that number wait.
    public @Nullable SpilledRuns waitingRuns(long spill) {
        return SpilledRuns.ofWaiting(this, versions, epochs, spill);
    }

    /// The log tells that the transaction of a spill committed: makes its tables part of their trees. Does nothing if
    /// they are. In a read-only store it is so in memory.
    public void adoptSpill(long spill, long commitTs) {
        new SpillAdoption(versions, compactor.picker(), spill, commitTs).run(!readOnly);
        background.signal();
    }

    private void giveUpSpill(long spill) {
        List<WaitingTable> tables = versions.waiting(spill);
        if (tables != null) {
            versions.change(change -> versions.endWaiting(spill, change));
            tables.forEach(table -> versions.discard(table.relationId(), table.meta()));
        }
    }

    /// After a replay: gives up what waits but for some spills, those of prepared transactions.
    public void giveUpSpillsBut(Set<Long> kept) {
        versions.waitingSpills().stream().filter(spill -> !kept.contains(spill)).forEach(this::giveUpSpill);
    }

    /// Spills whose tables wait for the log to tell what became of their transactions.
    public Set<Long> waitingSpills() {
        return versions.waitingSpills();
    }

    /// Flushes if the tree has versions in memory. Vouches for no LSN.
    void flushTreeMemory(LsmTree tree) {
        if (tree.state().hasMemory()) {
            memtables.freezeActive(Long.MIN_VALUE);
            flushFrozen();
        }
    }

    /// Whether the manifest failed so that only a reopened store can change its structure again.
    boolean isManifestInDoubt() {
        return versions.isManifestInDoubt();
    }

    /// Call while no change of the structure can come in between.
    int levelForRun(LsmTree tree, List<Sstable> tables) {
        return compactor.picker().levelForRun(tree.state().levels(), tables, tree.runningJob());
    }

    void noteRun(long bytes) {
        counters.appliedBytes.add(bytes);
        counters.flushedBytes.add(bytes);
        background.signal();
    }

    void noteRewritten(long bytes) {
        counters.compactedBytes.add(bytes);
    }

    // ---- check, statistics, close ----

    /// Reads every byte of every table and checks it.
    ///
    /// @throws omendb.memory.CorruptFileException at the first damage
    public void verify() {
        try (Epochs.Pin _ = epochs.pin()) {
            for (LsmTree tree : versions.trees().values()) {
                TreeState state = tree.stateOrNull();
                if (state != null) {
                    state.levels().all().forEach(Sstable::verify);
                }
            }
        }
    }

    /// Reads every byte and every entry of every table while the store is at work: checksums, order, index,
    /// filter, and whether tables and manifest agree. Goes on after a problem; for [#verify()] without one.
    public void verify(LsmReport report) {
        var check = new StoreCheck(report);
        for (LsmTree tree : versions.trees().values()) {
            try (Epochs.Pin _ = epochs.pin()) {
                TreeState state = tree.stateOrNull();
                if (state != null) {
                    check.checkLevels(state.levels(), tree.relationId());
                }
            }
        }
    }

    /// As [#verify(LsmReport)] for a store that nobody has opened, the manifest included, without changing
    /// anything: neither a torn tail nor files left by a crash are touched.
    public static void check(FileStore files, LsmReport report) {
        new StoreCheck(report).checkFiles(files);
    }

    /// Figures of a store that nobody has opened, by its manifest alone, without changing anything.
    ///
    /// @throws omendb.memory.CorruptFileException if `CURRENT` or the manifest is damaged
    public static LsmStats readStats(FileStore files) {
        Manifest.Recovered recovered = Manifest.recover(files);
        var trees = new ArrayList<LsmStats.Tree>();
        var lifetime = LsmStats.Written.NOTHING;
        if (recovered != null) {
            lifetime = recovered.state().written();
            recovered.state().trees().forEach((id, levels) -> trees.add(LsmStats.Tree.of(id, levels)));
        }
        return new LsmStats(0, 0, 0, LsmStats.Written.NOTHING, lifetime, 0, 0, null, trees);
    }

    /// Look-ups since open that the row cache answered; roughly, if many threads look. 0 without a row cache.
    public long rowCacheHits() {
        return cache == null ? 0 : cache.hits();
    }

    /// Look-ups since open that neither a memtable nor the row cache answered; 0 without a row cache.
    public long rowCacheMisses() {
        return cache == null ? 0 : cache.misses();
    }

    /// Bytes of decompressed blocks that are kept for look-ups; see [LsmOptions#blockCacheBytes].
    public long blockCacheBytes() {
        return blocks.bytes();
    }

    public LsmStats stats() {
        var trees = new ArrayList<LsmStats.Tree>();
        for (LsmTree tree : versions.trees().values()) {
            TreeState state = tree.stateOrNull();
            if (state != null) {
                trees.add(LsmStats.Tree.of(tree.relationId(), state.levels().metas()));
            }
        }
        RuntimeException failure = background.failure();
        return new LsmStats(
                memtables.active().usedBytes(),
                memtables.frozenCount(),
                memtables.frozenBytes(),
                counters.written(),
                versions.lifetimeWritten(),
                counters.flushes.sum(),
                counters.compactions.sum(),
                failure == null ? null : String.valueOf(failure.getMessage()),
                trees);
    }

    /// Stops the background threads and closes the files; no reader or writer may be left. Does not flush:
    /// call [#flush] first for a clean end. Idempotent.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        compactor.stop();
        background.close();
        epochs.advance();
        memtables.free();
        versions.close();
        closeCache();
    }

    private void closeCache() {
        blocks.close();
        if (cache != null) {
            cache.close();
        }
    }
}
