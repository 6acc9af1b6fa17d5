package omendb.engine.lsm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Where the versions of a tree are at one moment: the run in the active memtable, those in frozen ones
/// (newest first), the tables. Every version is in exactly one of them, newer versions of a key in newer
/// ones. Immutable; a change is a new state, put into the tree under the store's state lock.
final class TreeState {
    static final TreeState EMPTY = new TreeState(null, new MemtableRun[0], Levels.EMPTY);

    private final @Nullable MemtableRun active;
    private final MemtableRun[] frozen;
    private final Levels levels;

    private TreeState(@Nullable MemtableRun active, MemtableRun[] frozen, Levels levels) {
        this.active = active;
        this.frozen = frozen;
        this.levels = levels;
    }

    @Nullable
    MemtableRun active() {
        return active;
    }

    /// Newest first; not to be changed.
    MemtableRun[] frozen() {
        return frozen;
    }

    Levels levels() {
        return levels;
    }

    boolean hasMemory() {
        return active != null || frozen.length > 0;
    }

    TreeState withActive(MemtableRun run) {
        assert active == null : "a tree has one active run";
        return new TreeState(run, frozen, levels);
    }

    /// The active run has been frozen with its memtable.
    TreeState freeze() {
        return active == null ? this : new TreeState(null, withFrozenRun(active), levels);
    }

    /// Adds a run that a late writer made in a memtable that is frozen already.
    TreeState withFrozen(MemtableRun run) {
        return new TreeState(active, withFrozenRun(run), levels);
    }

    private MemtableRun[] withFrozenRun(MemtableRun run) {
        MemtableRun[] runs = Arrays.copyOf(frozen, frozen.length + 1);
        runs[frozen.length] = run;
        Arrays.sort(
                runs,
                (a, b) -> Long.compare(b.memtable().sequence(), a.memtable().sequence()));
        return runs;
    }

    /// A memtable is gone: its run was flushed.
    TreeState without(Memtable flushed) {
        MemtableRun[] runs =
                Arrays.stream(frozen).filter(run -> run.memtable() != flushed).toArray(MemtableRun[]::new);
        return new TreeState(active, runs, levels);
    }

    TreeState with(Levels newLevels) {
        return new TreeState(active, frozen, newLevels);
    }

    /// Cursors over all parts, newest first, not positioned. Parts that lie outside the bounds are left
    /// out.
    List<RunCursor> cursors(KeyBound from, KeyBound to, CursorScratch scratch) {
        var cursors = new ArrayList<RunCursor>();
        if (active != null) {
            cursors.add(new MemtableCursor(active));
        }
        for (MemtableRun run : frozen) {
            cursors.add(new MemtableCursor(run));
        }
        for (Sstable table : levels.level(0)) {
            if (meets(table, from, to)) {
                cursors.add(new SstableCursor(table, scratch));
            }
        }
        for (int level = 1; level < Levels.COUNT; level++) {
            addCursor(levels.level(level), from, to, scratch, cursors);
        }
        return cursors;
    }

    /// Adds a cursor over those tables of a level that do not lie outside the bounds, if there are any.
    private static void addCursor(
            Sstable[] tables, KeyBound from, KeyBound to, CursorScratch scratch, List<RunCursor> cursors) {
        int first =
                from.isSet() ? Levels.firstEndingAtOrAfter(tables, from.address(), from.length(), from.prefix()) : 0;
        int last = to.isSet()
                ? Math.min(
                        tables.length, 1 + Levels.firstEndingAtOrAfter(tables, to.address(), to.length(), to.prefix()))
                : tables.length;
        if (first < last
                && to.isSet()
                && tables[last - 1].compareToSmallest(to.address(), to.length(), to.prefix()) <= 0) {
            last--;
        }
        if (first + 1 == last) {
            cursors.add(new SstableCursor(tables[first], scratch));
        } else if (first < last) {
            cursors.add(new LevelCursor(tables, first, last, scratch));
        }
    }

    /// The range deletes of all parts that do not lie outside the bounds; null if there are none.
    @Nullable
    RangeDeletes rangeDeletes(KeyBound from, KeyBound to) {
        var parts = new ArrayList<RangeDeletes>();
        addRangeDeletes(active, parts);
        for (MemtableRun run : frozen) {
            addRangeDeletes(run, parts);
        }
        if (levels.haveRangeDeletes()) {
            addRangeDeletes(from, to, parts);
        }
        return switch (parts.size()) {
            case 0 -> null;
            case 1 -> parts.getFirst();
            default -> new RangeDeletes.Union(parts);
        };
    }

    private static void addRangeDeletes(@Nullable MemtableRun run, List<RangeDeletes> parts) {
        RangeDeletes deletes = run == null ? null : run.rangeDeletes();
        if (deletes != null) {
            parts.add(deletes);
        }
    }

    private void addRangeDeletes(KeyBound from, KeyBound to, List<RangeDeletes> parts) {
        for (int level = 0; level < Levels.COUNT; level++) {
            Sstable[] tables = Arrays.stream(levels.level(level))
                    .filter(table -> table.meta().rangeDeletes() > 0 && meets(table, from, to))
                    .toArray(Sstable[]::new);
            for (Sstable table : tables) {
                table.checkSections();
                if (level == 0) {
                    parts.add(Objects.requireNonNull(table.rangeDeletes()));
                }
            }
            if (level > 0 && tables.length > 0) {
                parts.add(new RangeDeletes.OfLevel(tables));
            }
        }
    }

    private static boolean meets(Sstable table, KeyBound from, KeyBound to) {
        return (!from.isSet() || table.compareToLargest(from.address(), from.length(), from.prefix()) <= 0)
                && (!to.isSet() || table.compareToSmallest(to.address(), to.length(), to.prefix()) > 0);
    }
}
