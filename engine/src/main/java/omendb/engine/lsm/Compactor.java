package omendb.engine.lsm;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToDoubleFunction;
import omendb.engine.lsm.CompactionPicker.Job;
import omendb.memory.CorruptFileException;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import org.jspecify.annotations.Nullable;

/// Merges tables downwards, level by level, dropping what nobody can see any more.
///
/// Threading: any number of threads, one per tree at a time (the tree's *compacting* mark, under the state
/// lock). The job reads its input tables without a pin: only it may remove them, and a drop of the tree
/// meanwhile leaves them to it.
final class Compactor {
    private static final long PAID_AT_ONCE = 1 << 20;

    private final FileStore files;
    private final LsmOptions options;
    private final Epochs epochs;
    private final VersionSet versions;
    private final Counters counters;
    private final ReentrantLock stateLock;
    private final Condition released;
    private final CompactionPicker picker;
    private final @Nullable RateLimiter limiter;
    private volatile boolean stopped;

    Compactor(
            FileStore files,
            LsmOptions options,
            Epochs epochs,
            VersionSet versions,
            Counters counters,
            ReentrantLock stateLock) {
        this.files = files;
        this.options = options;
        this.epochs = epochs;
        this.versions = versions;
        this.counters = counters;
        this.stateLock = stateLock;
        this.released = stateLock.newCondition();
        this.picker = new CompactionPicker(options);
        long rate = options.compactionBytesPerSecond();
        this.limiter = rate == 0 ? null : new RateLimiter(rate);
    }

    CompactionPicker picker() {
        return picker;
    }

    /// Makes running jobs give up and later ones not begin: what they would have done is done after the
    /// next open.
    void stop() {
        stopped = true;
    }

    /// Does the most urgent job of any tree; false if no tree needs one or all that do are being worked on.
    boolean compactOne() {
        return compactOne(picker::score, picker::pick);
    }

    /// Does a job that only makes reading cheaper; false if there is none. For when nothing else is to be
    /// done.
    boolean compactIdle() {
        return compactOne(levels -> picker.pickIdle(levels) == null ? 0 : 1, picker::pickIdle);
    }

    /// Waits until no thread works on a tree; false if none did.
    boolean awaitRunning() {
        stateLock.lock();
        try {
            boolean waited = false;
            while (versions.trees().values().stream().anyMatch(LsmTree::isCompactingLocked)) {
                waited = true;
                released.awaitUninterruptibly();
            }
            return waited;
        } finally {
            stateLock.unlock();
        }
    }

    private interface Picker {
        @Nullable
        Job pick(Levels levels);
    }

    private boolean compactOne(ToDoubleFunction<Levels> score, Picker picking) {
        LsmTree tree = stopped ? null : claimMostUrgent(score);
        if (tree == null) {
            return false;
        }
        try {
            Job job = begin(tree, picking);
            if (job != null) {
                run(tree, job);
            }
            return true;
        } catch (CorruptFileException e) {
            setUncompactable(tree); // trying again would not help, and the other trees must not wait for this one
            throw e;
        } finally {
            release(tree);
        }
    }

    /// Chooses a job for a claimed tree and announces it.
    private @Nullable Job begin(LsmTree tree, Picker picking) {
        return versions.withoutChanges(() -> {
            TreeState state = tree.stateOrNull();
            Job job = state == null ? null : picking.pick(state.levels());
            tree.setRunningJob(job);
            return job;
        });
    }

    private void setUncompactable(LsmTree tree) {
        stateLock.lock();
        try {
            tree.setUncompactableLocked();
        } finally {
            stateLock.unlock();
        }
    }

    /// Merges all tables of a tree into one run.
    void compactAll(LsmTree tree) {
        if (!claim(tree)) {
            return;
        }
        try {
            Job job = begin(tree, picker::pickAll);
            if (job != null) {
                merge(tree, job);
                counters.compactions.increment();
            }
        } finally {
            release(tree);
        }
    }

    private @Nullable LsmTree claimMostUrgent(ToDoubleFunction<Levels> scoring) {
        LsmTree best = null;
        double bestScore = 1;
        stateLock.lock();
        try {
            for (LsmTree tree : versions.trees().values()) {
                TreeState state = tree.stateOrNull();
                if (state == null
                        || tree.isCompactingLocked()
                        || tree.isUncompactableLocked()
                        || state.levels().isEmpty()) {
                    continue;
                }
                double score = scoring.applyAsDouble(state.levels());
                if (score >= bestScore) {
                    best = tree;
                    bestScore = score;
                }
            }
            if (best != null) {
                best.setCompactingLocked(true);
            }
            return best;
        } finally {
            stateLock.unlock();
        }
    }

    /// Waits for a running job; false if the tree is dropped.
    private boolean claim(LsmTree tree) {
        stateLock.lock();
        try {
            while (tree.isCompactingLocked()) {
                released.awaitUninterruptibly();
            }
            if (tree.isDropped()) {
                return false;
            }
            tree.setCompactingLocked(true);
            return true;
        } finally {
            stateLock.unlock();
        }
    }

    private void release(LsmTree tree) {
        List<Sstable> orphans;
        stateLock.lock();
        try {
            tree.setRunningJob(null);
            tree.setCompactingLocked(false);
            orphans = tree.takeOrphansLocked();
            released.signalAll();
        } finally {
            stateLock.unlock();
        }
        versions.retire(tree.relationId(), orphans);
        epochs.advance();
    }

    private void run(LsmTree tree, Job job) {
        if (job.isMove() && job.output() == job.level() + 1) {
            move(tree, job);
        } else {
            merge(tree, job);
        }
        counters.compactions.increment();
    }

    private void move(LsmTree tree, Job job) {
        versions.change(change -> {
            if (!tree.isDropped()) {
                install(tree, job, job.inputs(), change);
            }
        });
    }

    private void merge(LsmTree tree, Job job) {
        long baseTs = job.all().stream()
                .mapToLong(table -> table.meta().minCommitTs())
                .min()
                .orElseThrow();
        try (var builder =
                new TableBuilder(files, options, versions, tree.relationId(), baseTs, options.tableBytes())) {
            if (!write(tree, job, deeperTables(tree, job), builder)) {
                return; // the builder removes what was written
            }
            List<Sstable> tables = builder.finish();
            counters.compactedBytes.add(builder.bytes());
            versions.change(change -> {
                if (!tree.isDropped()) {
                    install(tree, job, tables, change);
                    change.swap(() -> {
                        builder.keep();
                        versions.retire(tree.relationId(), List.copyOf(job.all()));
                    });
                }
            });
        }
    }

    /// False if the job became pointless half-way: its tree was dropped or the store is closing.
    private boolean write(LsmTree tree, Job job, List<Sstable> deeper, TableBuilder builder) {
        var runs = new ArrayList<RunCursor>();
        job.inputs().forEach(table -> runs.add(new SstableCursor(table, false)));
        if (!job.below().isEmpty()) {
            runs.add(new LevelCursor(job.below().toArray(Sstable[]::new), false));
        }
        Sstable[] barriers = tablesInGaps(tree, job);
        int passed = 0;
        long oldestSnapshot = options.oldestSnapshot().getAsLong();
        RangeDeleteMap ranges = rangeDeletes(job);
        if (ranges != null) {
            builder.addRanges(
                    ranges.remaining(oldestSnapshot, fragment -> deeper.stream().noneMatch(fragment::meets)));
        }
        try (var merge = new RunMerge(runs, false);
                var filter = new VersionFilter(oldestSnapshot, ranges)) {
            merge.start();
            RunCursor run;
            long unpaid = 0;
            while ((run = merge.current()) != null) {
                if (stopped || tree.isDropped()) {
                    return false;
                }
                unpaid += run.keyLength + run.valueLength;
                if (limiter != null && unpaid >= PAID_AT_ONCE) {
                    limiter.acquire(unpaid, () -> mustHurry(tree));
                    unpaid = 0;
                }
                if (filter.accept(run) && !(filter.isObsoleteTombstone(run) && isBottom(run, deeper))) {
                    while (passed < barriers.length && isAfter(run, barriers[passed])) {
                        builder.endTableBefore(barriers[passed]);
                        passed++;
                    }
                    builder.add(run, filter.isNewKey());
                }
                merge.advance();
            }
            for (; passed < barriers.length; passed++) { // only range deletes can follow
                builder.endTableBefore(barriers[passed]);
            }
            return true;
        }
    }

    /// The range deletes of all inputs; null if there are none.
    private static @Nullable RangeDeleteMap rangeDeletes(Job job) {
        RangeDeleteMap map = null;
        for (Sstable table : job.all()) {
            if (table.meta().rangeDeletes() > 0) {
                table.checkSections();
                RangeDeleteSection section = Objects.requireNonNull(table.rangeDeletes());
                map = map == null ? new RangeDeleteMap() : map;
                for (int i = 0; i < section.count(); i++) {
                    map.add(section.fragment(i));
                }
            }
        }
        return map;
    }

    /// Whether waiting would make level 0 grow without end, or somebody wait for the store's end.
    private boolean mustHurry(LsmTree tree) {
        TreeState state = tree.stateOrNull();
        return stopped || state == null || state.levels().level(0).length > 2 * options.levelZeroTables();
    }

    /// Tables below the output level whose key ranges the job touches: there tombstones still hide
    /// something.
    private static List<Sstable> deeperTables(LsmTree tree, Job job) {
        var deeper = new ArrayList<Sstable>();
        TreeState state = tree.stateOrNull();
        if (state != null) {
            for (int level = job.output() + 1; level < Levels.COUNT; level++) {
                deeper.addAll(state.levels().overlapping(level, List.copyOf(job.all())));
            }
        }
        return deeper;
    }

    private static Sstable[] tablesInGaps(LsmTree tree, Job job) {
        TreeState state = tree.stateOrNull();
        return state == null ? new Sstable[0] : job.tablesInGaps(state.levels()).toArray(Sstable[]::new);
    }

    private static boolean isAfter(RunCursor run, Sstable table) {
        return table.compareToLargest(run.keyAddress, run.keyLength, run.prefix) > 0;
    }

    private static boolean isBottom(RunCursor run, List<Sstable> deeper) {
        for (Sstable table : deeper) {
            if (table.covers(run.keyAddress, run.keyLength, run.prefix)) {
                return false;
            }
        }
        return true;
    }

    private static void install(LsmTree tree, Job job, List<Sstable> outputs, VersionSet.Change change) {
        Set<Sstable> removed = job.all();
        Levels levels = tree.state().levels().with(removed, job.output(), outputs);
        for (Sstable table : removed) {
            change.edit().removeTable(tree.relationId(), table.meta().number());
        }
        for (Sstable table : outputs) {
            change.edit().addTable(tree.relationId(), job.output(), table.meta());
        }
        change.swap(() -> tree.setStateLocked(tree.state().with(levels)));
    }
}
