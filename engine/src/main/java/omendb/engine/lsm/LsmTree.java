package omendb.engine.lsm;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import omendb.engine.lsm.CompactionPicker.Job;
import omendb.memory.Checksum;
import omendb.memory.Epochs;
import org.jspecify.annotations.Nullable;

/// The versions of one relation's keys (a table's rows or an index's entries), ordered by unsigned bytes of
/// the key.
///
/// Threading: any number of threads read; look-ups need the caller to hold a pin of the store's `Epochs`,
/// from before the call until it no longer uses the address it got. A tree that was dropped answers every
/// call with [IllegalStateException]; cursors that were open finish.
public final class LsmTree {
    private static final AtomicLong NAMES = new AtomicLong(1);

    private final long relationId;
    private final Epochs epochs;

    /// Null once the tree is dropped. Written under the store's state lock.
    private volatile @Nullable TreeState state;

    /// A compaction works on the tables: no second one may. Under the store's state lock.
    private boolean compacting;

    /// What the compaction does. Set while no change of the structure can come in between, so that a sorted
    /// run never takes a place that the job is going to fill.
    private volatile @Nullable Job runningJob;

    /// A table turned out to be damaged: background compaction leaves the tree alone until it is opened
    /// again. Under the store's state lock.
    private boolean uncompactable;

    /// Tables of a dropped tree that a compaction still reads; it retires them. Under the store's state
    /// lock.
    private List<Sstable> orphans = List.of();

    private final @Nullable RowCache cache;
    private final Fills fills = new Fills();

    /// What the row cache knows the tree by; another one after a sorted run or a range delete came in.
    private volatile long cacheName = NAMES.getAndIncrement();

    LsmTree(long relationId, Epochs epochs, TreeState state, @Nullable RowCache cache) {
        this.relationId = relationId;
        this.cache = cache;
        this.epochs = epochs;
        this.state = state;
    }

    public long relationId() {
        return relationId;
    }

    /// Finds the newest version of a key with a commit timestamp up to `snapshotTs`.
    ///
    /// The caller holds an epoch pin: a flush may free the memtable that the answer lies in.
    ///
    /// @return true if it is a value; `out` tells a tombstone from no version at all
    /// @throws omendb.memory.CorruptFileException if the block that holds the answer is damaged
    public boolean get(long keyAddress, int keyLength, long snapshotTs, LsmValue out) {
        long ticket = cache == null ? Fills.NONE : fills.ticket(); // before the state is read
        TreeState current = state();
        long prefix = Keys.prefix(keyAddress, keyLength);
        MemtableRun active = current.active();
        if (active != null && get(active, keyAddress, keyLength, prefix, snapshotTs, out)) {
            return out.isPresent();
        }
        for (MemtableRun run : current.frozen()) {
            if (get(run, keyAddress, keyLength, prefix, snapshotTs, out)) {
                return out.isPresent();
            }
        }
        Levels levels = current.levels();
        if (!levels.isEmpty()) {
            long hash = Checksum.xxh3(keyAddress, keyLength);
            long name = cacheName; // after the state is read
            if (cache != null && cache.get(name, keyAddress, keyLength, hash, snapshotTs, out)) {
                return true;
            }
            if (levels.get(keyAddress, keyLength, prefix, hash, snapshotTs, out)) {
                if (cache != null && ticket != Fills.NONE && out.isPresent() && snapshotTs >= levels.maxCommitTs()) {
                    cache.put(name, keyAddress, keyLength, hash, out, fills, ticket);
                }
                return out.isPresent();
            }
        }
        out.setAbsent();
        return false;
    }

    private static boolean get(MemtableRun run, long key, int keyLength, long prefix, long snapshotTs, LsmValue out) {
        boolean found = run.get(key, keyLength, prefix, snapshotTs, out);
        RangeDeletes ranges = run.rangeDeletes();
        return ranges == null ? found : ranges.complete(found, key, keyLength, prefix, snapshotTs, out);
    }

    /// As [#get(long, int, long, LsmValue)] with the key in a native segment.
    public boolean get(MemorySegment key, long snapshotTs, LsmValue out) {
        return get(Keys.addressOf(key), Math.toIntExact(key.byteSize()), snapshotTs, out);
    }

    /// Commit timestamp of the newest version of a key (value or tombstone), whatever the snapshot; 0 if
    /// there is none.
    ///
    /// @param out scratch; holds that version afterwards
    public long latestCommitTs(long keyAddress, int keyLength, LsmValue out) {
        get(keyAddress, keyLength, Long.MAX_VALUE, out);
        return out.commitTs();
    }

    /// Opens a cursor over the keys in [`fromKey`, `toKey`); null = unbounded. The bounds are copied.
    ///
    /// @param backward largest key first
    public LsmCursor scan(
            @Nullable MemorySegment fromKey, @Nullable MemorySegment toKey, long snapshotTs, boolean backward) {
        return new LsmCursor(this, epochs, fromKey, toKey, snapshotTs, backward);
    }

    /// A rough count of the versions held, without reading data: for planning.
    public long approximateEntries() {
        TreeState current = state();
        long entries = 0;
        if (current.active() != null) {
            entries += current.active().entries();
        }
        for (MemtableRun run : current.frozen()) {
            entries += run.entries();
        }
        for (Sstable table : current.levels().all()) {
            entries += table.meta().entries() - table.meta().tombstones();
        }
        return entries;
    }

    /// The versions held: exact when nobody writes, but for what range deletes cover and for copies that a replay
    /// of the log made.
    public VersionCount versions() {
        return count(state());
    }

    /// As [#versions] of a tree that somebody may drop meanwhile.
    public VersionCount versionsOrNone() {
        TreeState current = state;
        return current == null ? new VersionCount(0, 0) : count(current);
    }

    private static VersionCount count(TreeState current) {
        long entries = 0;
        long tombstones = 0;
        if (current.active() != null) {
            entries += current.active().entries();
            tombstones += current.active().tombstones();
        }
        for (MemtableRun run : current.frozen()) {
            entries += run.entries();
            tombstones += run.tombstones();
        }
        for (Sstable table : current.levels().all()) {
            entries += table.meta().entries();
            tombstones += table.meta().tombstones();
        }
        return new VersionCount(entries - tombstones, tombstones);
    }

    /// Bytes of the tree's tables on disk.
    public long approximateBytes() {
        long bytes = 0;
        for (Sstable table : state().levels().all()) {
            bytes += table.meta().bytes();
        }
        return bytes;
    }

    // ---- row cache: changes of the tables that bring newer versions ----

    /// Before the tables with the versions of `flushed` are seen; [#endChange] comes afterwards in any case.
    void beginFlush(MemtableRun flushed) {
        RowCache rows = cache;
        if (rows == null) {
            return;
        }
        fills.begin();
        if (flushed.rangeDeletes() != null) {
            cacheName = NAMES.getAndIncrement(); // which cached rows they cover is not known
            return;
        }
        try (var cursor = new MemtableCursor(flushed)) {
            for (cursor.first(); cursor.valid; cursor.next()) {
                long hash = Checksum.xxh3(cursor.keyAddress, cursor.keyLength);
                rows.invalidate(cacheName, cursor.keyAddress, cursor.keyLength, hash);
            }
        }
    }

    /// Before the tables of a sorted run are seen; [#endChange] comes afterwards in any case.
    void beginRun() {
        if (cache != null) {
            fills.begin();
            cacheName = NAMES.getAndIncrement();
        }
    }

    void endChange() {
        if (cache != null) {
            fills.end();
        }
    }

    /// @throws IllegalStateException if the tree was dropped
    TreeState state() {
        TreeState current = state;
        if (current == null) {
            throw new IllegalStateException("relation " + relationId + " was dropped");
        }
        return current;
    }

    boolean isDropped() {
        return state == null;
    }

    @Nullable
    TreeState stateOrNull() {
        return state;
    }

    void setStateLocked(TreeState newState) {
        assert state != null : "a dropped tree has no state";
        state = newState;
    }

    void dropLocked() {
        state = null;
    }

    boolean isCompactingLocked() {
        return compacting;
    }

    void setCompactingLocked(boolean compacting) {
        this.compacting = compacting;
    }

    @Nullable
    Job runningJob() {
        return runningJob;
    }

    void setRunningJob(@Nullable Job job) {
        runningJob = job;
    }

    boolean isUncompactableLocked() {
        return uncompactable;
    }

    void setUncompactableLocked() {
        uncompactable = true;
    }

    void setOrphansLocked(List<Sstable> tables) {
        orphans = tables;
    }

    List<Sstable> takeOrphansLocked() {
        List<Sstable> tables = orphans;
        orphans = List.of();
        return tables;
    }

    @Override
    public String toString() {
        return "tree of relation " + relationId;
    }
}
