package omendb.engine.lsm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import omendb.memory.Epochs;
import omendb.memory.FileStore;

/// Turns the oldest frozen memtable into tables of level 0, one for each tree, by one manifest edit.
///
/// Threading: any thread; the flush lock lets one through at a time, since memtables are flushed in order.
final class Flusher {
    private final FileStore files;
    private final LsmOptions options;
    private final Epochs epochs;
    private final Memtables memtables;
    private final VersionSet versions;
    private final Counters counters;
    private final ReentrantLock flushLock = new ReentrantLock();

    Flusher(
            FileStore files,
            LsmOptions options,
            Epochs epochs,
            Memtables memtables,
            VersionSet versions,
            Counters counters) {
        this.files = files;
        this.options = options;
        this.epochs = epochs;
        this.memtables = memtables;
        this.versions = versions;
        this.counters = counters;
    }

    /// Flushes all memtables up to a sequence number.
    void flushUpTo(long sequence) {
        flushLock.lock();
        try {
            Memtable oldest = memtables.oldestFrozen();
            while (oldest != null && oldest.sequence() <= sequence) {
                flush(oldest);
                oldest = memtables.oldestFrozen();
            }
        } finally {
            flushLock.unlock();
        }
    }

    private record Output(LsmTree tree, MemtableRun run, TableBuilder builder, List<Sstable> tables) {}

    private void flush(Memtable memtable) {
        memtable.awaitWriters();
        options.logBarrier().run(); // every batch in the memtable was logged before it came here
        var outputs = new ArrayList<Output>();
        try {
            // once the writers are gone the map of runs changes no more
            for (Map.Entry<LsmTree, MemtableRun> entry : memtable.sortedRunsLocked()) {
                if (!entry.getKey().isDropped()) {
                    write(entry.getKey(), entry.getValue(), outputs);
                }
            }
            outputs.forEach(output -> output.tree().beginFlush(output.run()));
            try {
                versions.change(change -> install(memtable, outputs, change));
            } finally {
                outputs.forEach(output -> output.tree().endChange());
            }
        } finally {
            outputs.forEach(output -> output.builder().close());
        }
        epochs.retire(memtable::free);
        epochs.advance();
    }

    private void write(LsmTree tree, MemtableRun run, List<Output> outputs) {
        TreeState state = tree.stateOrNull();
        boolean bottom = state != null && state.levels().isEmpty();
        var builder = new TableBuilder(
                files, options, versions, tree.relationId(), run.memtable().minCommitTs(), Long.MAX_VALUE);
        long oldestSnapshot = options.oldestSnapshot().getAsLong();
        RangeDeleteMap ranges = run.rangeDeletes();
        try (var filter = new VersionFilter(oldestSnapshot, ranges);
                var cursor = new MemtableCursor(run)) {
            if (ranges != null) {
                builder.addRanges(ranges.remaining(oldestSnapshot, _ -> bottom));
            }
            for (cursor.first(); cursor.valid; cursor.next()) {
                if (filter.accept(cursor) && !(bottom && filter.isObsoleteTombstone(cursor))) {
                    builder.add(cursor, filter.isNewKey());
                }
            }
            outputs.add(new Output(tree, run, builder, builder.finish()));
            counters.flushedBytes.add(builder.bytes());
        } catch (RuntimeException | Error e) {
            builder.close();
            throw e;
        }
    }

    private void install(Memtable memtable, List<Output> outputs, VersionSet.Change change) {
        change.flushedLsn(memtable.safeLsn());
        change.maxCommitTs(memtable.maxCommitTs());
        for (Output output : outputs) {
            LsmTree tree = output.tree();
            if (tree.isDropped()) { // its builder removes the tables
                continue;
            }
            for (Sstable table : output.tables()) {
                change.edit().addTable(tree.relationId(), 0, table.meta());
            }
            change.swap(() -> {
                TreeState state = tree.state();
                Levels levels = state.levels().with(Set.of(), 0, output.tables());
                tree.setStateLocked(state.without(memtable).with(levels));
                output.builder().keep();
            });
        }
        change.swap(() -> {
            memtables.removeLocked(memtable);
            counters.flushes.increment();
        });
    }
}
