package omendb.engine.lsm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import omendb.memory.CorruptFileException;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import omendb.memory.MissingFileException;
import omendb.memory.StorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The trees and their tables, kept equal to the manifest.
///
/// Threading: a change takes the manifest lock, appends and syncs its edit, then takes the state lock and
/// swaps the states of the trees it concerns. So edits and states change in one order, and nothing waits
/// for the disk under the state lock. Lock order: flush lock, manifest lock, state lock.
final class VersionSet implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VersionSet.class);

    private final FileStore files;
    private final LsmOptions options;
    private final Epochs epochs;
    private final ReentrantLock stateLock;
    private final ReentrantLock manifestLock = new ReentrantLock();
    private final AtomicLong nextNumber;
    private final Counters counters;
    private final @Nullable RowCache cache;
    private final BlockCache blocks;
    private final LsmStats.Written writtenBefore; // this open
    private volatile Map<Long, LsmTree> trees; // copied on change, under both locks
    private final Map<Long, List<WaitingTable>> waiting; // by spill, under the manifest lock
    private volatile long flushedLsn;
    private volatile long maxCommitTs;
    private Manifest manifest; // under the manifest lock

    private VersionSet(
            FileStore files,
            LsmOptions options,
            Epochs epochs,
            ReentrantLock stateLock,
            Counters counters,
            @Nullable RowCache cache,
            BlockCache blocks,
            Map<Long, LsmTree> trees,
            ManifestState state,
            Manifest manifest) {
        this.files = files;
        this.options = options;
        this.epochs = epochs;
        this.stateLock = stateLock;
        this.counters = counters;
        this.cache = cache;
        this.blocks = blocks;
        this.writtenBefore = state.written();
        this.waiting = new TreeMap<>(state.waiting());
        this.trees = trees;
        this.nextNumber = new AtomicLong(state.nextNumber());
        this.flushedLsn = state.flushedLsn();
        this.maxCommitTs = state.maxCommitTs();
        this.manifest = manifest;
    }

    // ---- open ----

    /// @param readOnly change nothing on the disk; there must be a store then
    static VersionSet open(
            FileStore files,
            LsmOptions options,
            Epochs epochs,
            ReentrantLock stateLock,
            Counters counters,
            @Nullable RowCache cache,
            BlockCache blocks,
            boolean readOnly) {
        Manifest.Recovered recovered = Manifest.recover(files);
        if (recovered == null && readOnly) {
            throw new MissingFileException(
                    files.directory().resolve(ManifestFormat.CURRENT).toString(),
                    StorageException.NO_POSITION,
                    "no such file: the directory holds no database",
                    null);
        }
        ManifestState state = recovered == null ? new ManifestState(ManifestFormat.CURRENT) : recovered.state();
        var opened = new ArrayList<Sstable>();
        Manifest manifest = null;
        try {
            var trees = new TreeMap<Long, LsmTree>();
            for (Map.Entry<Long, List<List<TableMeta>>> tree : state.trees().entrySet()) {
                Levels levels = openLevels(files, tree.getKey(), tree.getValue(), blocks, opened);
                trees.put(tree.getKey(), new LsmTree(tree.getKey(), epochs, TreeState.EMPTY.with(levels), cache));
            }
            if (recovered != null && (recovered.clean() || readOnly)) {
                manifest = Manifest.resume(files, recovered);
            } else {
                long number = recovered == null ? 1 : recovered.number() + 1;
                try (VersionEdit snapshot = snapshot(
                        trees.values(), state.waiting(), state.flushedLsn(), state.nextNumber(), state.maxCommitTs())) {
                    manifest = Manifest.create(files, number, snapshot.written(state.written()));
                }
            }
            if (!readOnly) {
                deleteLeftovers(files, trees, state.waiting());
                manifest.deleteOthers();
            }
            return new VersionSet(files, options, epochs, stateLock, counters, cache, blocks, trees, state, manifest);
        } catch (RuntimeException | Error e) {
            opened.forEach(Sstable::close);
            if (manifest != null) {
                manifest.close();
            }
            throw e;
        }
    }

    private static Levels openLevels(
            FileStore files, long relationId, List<List<TableMeta>> metas, BlockCache blocks, List<Sstable> opened) {
        Levels levels = Levels.EMPTY;
        for (int level = 0; level < metas.size(); level++) {
            var tables = new ArrayList<Sstable>();
            for (TableMeta meta : metas.get(level)) {
                Sstable table = Sstable.open(files, relationId, meta, blocks);
                opened.add(table);
                tables.add(table);
            }
            if (!tables.isEmpty()) {
                try {
                    levels = levels.with(Set.of(), level, tables);
                } catch (IllegalStateException e) { // each table is whole, but a look-up would miss keys
                    String directory = SstableFormat.directory(relationId);
                    throw new CorruptFileException(
                            files.directory().resolve(directory).toString(),
                            StorageException.NO_POSITION,
                            String.valueOf(e.getMessage()),
                            e);
                }
            }
        }
        return levels;
    }

    /// Removes what a crash left: files that the manifest does not name.
    private static void deleteLeftovers(
            FileStore files, Map<Long, LsmTree> trees, Map<Long, List<WaitingTable>> waiting) {
        Set<String> waitingFiles = waiting.values().stream()
                .flatMap(List::stream)
                .map(table ->
                        SstableFormat.fileName(table.relationId(), table.meta().number()))
                .collect(Collectors.toSet());
        for (String directory : files.list("rel")) {
            String path = "rel/" + directory;
            LsmTree tree = trees.get(relationOf(directory));
            if (tree == null) {
                files.deleteDirectory(path);
                continue;
            }
            var live = tree.state().levels().all().stream()
                    .map(table -> SstableFormat.fileName(
                            tree.relationId(), table.meta().number()))
                    .collect(Collectors.toSet());
            for (String name : files.list(path)) {
                if (!live.contains(path + "/" + name) && !waitingFiles.contains(path + "/" + name)) {
                    files.delete(path + "/" + name);
                }
            }
        }
    }

    private static long relationOf(String directory) {
        try {
            return Long.parseLong(directory);
        } catch (NumberFormatException _) {
            return Long.MIN_VALUE;
        }
    }

    private static VersionEdit snapshot(
            Iterable<LsmTree> trees,
            Map<Long, List<WaitingTable>> waiting,
            long flushedLsn,
            long nextNumber,
            long maxCommitTs) {
        var edit = new VersionEdit();
        for (LsmTree tree : trees) {
            edit.createTree(tree.relationId());
            Levels levels = tree.state().levels();
            for (int level = 0; level < Levels.COUNT; level++) {
                for (Sstable table : List.of(levels.level(level)).reversed()) { // level 0: oldest first
                    edit.addTable(tree.relationId(), level, table.meta());
                }
            }
        }
        waiting.forEach((spill, tables) ->
                tables.forEach(table -> edit.addWaitingTable(spill, table.relationId(), table.meta())));
        return edit.flushedLsn(flushedLsn).nextNumber(nextNumber).maxCommitTs(maxCommitTs);
    }

    // ---- state ----

    long flushedLsn() {
        return flushedLsn;
    }

    long maxCommitTs() {
        return maxCommitTs;
    }

    /// Bytes written since the store was created.
    LsmStats.Written lifetimeWritten() {
        return writtenBefore.plus(counters.written());
    }

    /// By relation, ascending; not to be changed.
    Map<Long, LsmTree> trees() {
        return trees;
    }

    /// Opens a table that is to become part of a tree.
    Sstable openTable(long relationId, TableMeta meta) {
        return Sstable.open(files, relationId, meta, blocks);
    }

    long newNumber() {
        return nextNumber.getAndIncrement();
    }

    // ---- changes ----

    /// A change under construction: the edit, and what happens to the states once it is durable.
    static final class Change {
        private final VersionEdit edit;
        private final List<Runnable> swaps = new ArrayList<>();
        private long flushedLsn;
        private long maxCommitTs;

        private Change(VersionEdit edit) {
            this.edit = edit;
        }

        VersionEdit edit() {
            return edit;
        }

        /// Runs under the state lock, after the edit is durable.
        void swap(Runnable swap) {
            swaps.add(swap);
        }

        void flushedLsn(long lsn) {
            flushedLsn = Math.max(flushedLsn, lsn);
        }

        void maxCommitTs(long commitTs) {
            maxCommitTs = Math.max(maxCommitTs, commitTs);
        }
    }

    /// Makes a change: `prepare` runs under the manifest lock, so that no other change comes in between,
    /// and may find that its tree is dropped.
    void change(Consumer<Change> prepare) {
        change(prepare, true);
    }

    /// @param logged false = of a store that is looked at: what has changed is in memory only
    void change(Consumer<Change> prepare, boolean logged) {
        manifestLock.lock();
        try (var edit = new VersionEdit()) {
            var change = new Change(edit);
            change.flushedLsn(flushedLsn);
            change.maxCommitTs(maxCommitTs);
            prepare.accept(change);
            edit.flushedLsn(change.flushedLsn).nextNumber(nextNumber.get()).maxCommitTs(change.maxCommitTs);
            edit.written(lifetimeWritten());
            if (logged) {
                manifest.append(edit);
            }
            flushedLsn = change.flushedLsn;
            maxCommitTs = change.maxCommitTs;
            stateLock.lock();
            try {
                change.swaps.forEach(Runnable::run);
            } finally {
                stateLock.unlock();
            }
            if (logged) {
                rollIfLarge();
            }
        } finally {
            manifestLock.unlock();
        }
    }

    /// Runs `task` while no change can come in between.
    <T extends @Nullable Object> T withoutChanges(Supplier<T> task) {
        manifestLock.lock();
        try {
            return task.get();
        } finally {
            manifestLock.unlock();
        }
    }

    /// Whether what the manifest holds on disk is unknown: then files it may name must stay.
    boolean isManifestInDoubt() {
        manifestLock.lock();
        try {
            return manifest.isFailed();
        } finally {
            manifestLock.unlock();
        }
    }

    private void rollIfLarge() {
        if (manifest.bytes() < options.manifestRollBytes()) {
            return;
        }
        try (VersionEdit snapshot = snapshot(trees.values(), waiting, flushedLsn, nextNumber.get(), maxCommitTs)) {
            Manifest rolled = Manifest.create(files, manifest.number() + 1, snapshot.written(lifetimeWritten()));
            manifest.close();
            manifest = rolled;
            manifest.deleteOthers();
        } catch (StorageException e) {
            LOG.warn("the manifest could not be rolled and goes on growing: {}", e.getMessage());
        }
    }

    LsmTree createTree(long relationId) {
        var tree = new LsmTree(relationId, epochs, TreeState.EMPTY, cache);
        change(change -> {
            if (trees.containsKey(relationId)) {
                throw new IllegalArgumentException("relation " + relationId + " has a tree already");
            }
            change.edit().createTree(relationId);
            change.swap(() -> {
                var copy = new TreeMap<>(trees);
                copy.put(relationId, tree);
                trees = copy;
            });
        });
        return tree;
    }

    void dropTree(long relationId) {
        if (!trees.containsKey(relationId)) {
            return;
        }
        change(change -> {
            LsmTree tree = trees.get(relationId);
            if (tree == null) {
                return; // somebody else was faster
            }
            change.edit().dropTree(relationId);
            change.swap(() -> {
                var copy = new TreeMap<>(trees);
                copy.remove(relationId);
                trees = copy;
                List<Sstable> tables = tree.state().levels().all();
                boolean inUse = tree.isCompactingLocked(); // the compaction reads without a pin
                tree.dropLocked();
                if (inUse) {
                    tree.setOrphansLocked(tables);
                } else {
                    retire(relationId, tables);
                }
            });
        });
    }

    // ---- tables of running transactions ----

    /// Tables of a spill that waits; null if there is none of that number.
    @Nullable
    List<WaitingTable> waiting(long spill) {
        return withoutChanges(() -> waiting.get(spill));
    }

    /// Numbers of the spills that wait.
    Set<Long> waitingSpills() {
        return withoutChanges(() -> Set.copyOf(waiting.keySet()));
    }

    /// Lets the tables of a spill wait, durably.
    void addWaiting(long spill, List<WaitingTable> tables) {
        change(change -> {
            tables.forEach(table -> change.edit().addWaitingTable(spill, table.relationId(), table.meta()));
            change.swap(() -> waiting.put(spill, List.copyOf(tables)));
        });
    }

    /// Lets a spill wait no more, in the change at hand.
    void endWaiting(long spill, Change change) {
        change.edit().endSpill(spill);
        change.swap(() -> waiting.remove(spill));
    }

    /// Unmaps and deletes tables once no reader can hold them.
    void retire(long relationId, List<Sstable> tables) {
        for (Sstable table : tables) {
            epochs.retire(() -> {
                table.close();
                deleteQuietly(SstableFormat.fileName(relationId, table.meta().number()));
            });
        }
    }

    /// Removes the file of a table that never became part of a tree.
    void discard(long relationId, TableMeta meta) {
        if (!isManifestInDoubt()) {
            deleteQuietly(SstableFormat.fileName(relationId, meta.number()));
        }
    }

    private void deleteQuietly(String name) {
        try {
            files.delete(name);
        } catch (MissingFileException _) {
            // not even begun, or never given its name
        } catch (StorageException e) {
            LOG.warn("a table that is no longer needed stays until the next start: {}", e.getMessage());
        }
    }

    /// Closes manifest and tables; no reader may be left.
    @Override
    public void close() {
        manifest.close();
        for (LsmTree tree : trees.values()) {
            @Nullable TreeState state = tree.stateOrNull();
            if (state != null) {
                state.levels().all().forEach(Sstable::close);
            }
        }
    }
}
