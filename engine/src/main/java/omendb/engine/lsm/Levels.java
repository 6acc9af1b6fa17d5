package omendb.engine.lsm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The tables of a tree at one moment: level 0 newest first (tables may overlap), each level below in key
/// order without overlap. A key's versions never straddle two tables of one level. Immutable.
final class Levels {
    static final int COUNT = 7;
    static final Levels EMPTY = new Levels(new Sstable[COUNT][0]);

    private final Sstable[][] levels;
    private final boolean empty;
    private final long maxCommitTs;
    private final boolean haveRangeDeletes;

    private Levels(Sstable[][] levels) {
        this.levels = levels;
        this.empty = Arrays.stream(levels).allMatch(level -> level.length == 0);
        this.haveRangeDeletes = Arrays.stream(levels)
                .flatMap(Arrays::stream)
                .anyMatch(table -> table.meta().rangeDeletes() > 0);
        this.maxCommitTs = Arrays.stream(levels)
                .flatMap(Arrays::stream)
                .mapToLong(table -> table.meta().maxCommitTs())
                .max()
                .orElse(0);
    }

    boolean isEmpty() {
        return empty;
    }

    /// Greatest commit timestamp of any version in the tables.
    long maxCommitTs() {
        return maxCommitTs;
    }

    boolean haveRangeDeletes() {
        return haveRangeDeletes;
    }

    /// Tables of a level, in its order; not to be changed.
    Sstable[] level(int level) {
        return levels[level];
    }

    long bytes(int level) {
        long bytes = 0;
        for (Sstable table : levels[level]) {
            bytes += table.meta().bytes();
        }
        return bytes;
    }

    List<Sstable> all() {
        var all = new ArrayList<Sstable>();
        for (Sstable[] level : levels) {
            all.addAll(Arrays.asList(level));
        }
        return all;
    }

    /// What the manifest says about the tables, by level.
    List<List<TableMeta>> metas() {
        return Arrays.stream(levels)
                .map(level -> Arrays.stream(level).map(Sstable::meta).toList())
                .toList();
    }

    /// These levels without `removed` and with `added` in `level`. Tables added to level 0 are newer than
    /// those there, the first one the newest.
    ///
    /// @throws IllegalStateException if tables of a level below 0 overlap then: look-ups would miss keys
    Levels with(Set<Sstable> removed, int level, List<Sstable> added) {
        var changed = new Sstable[COUNT][];
        for (int i = 0; i < COUNT; i++) {
            var tables = new ArrayList<Sstable>();
            if (i == level) {
                tables.addAll(added);
            }
            for (Sstable table : levels[i]) {
                if (!removed.contains(table)) {
                    tables.add(table);
                }
            }
            if (i > 0) {
                tables.sort(Sstable::compareSmallestTo);
            }
            changed[i] = tables.toArray(Sstable[]::new);
        }
        var result = new Levels(changed);
        String overlap = result.findOverlap();
        if (overlap != null) {
            throw new IllegalStateException(overlap);
        }
        return result;
    }

    /// These levels with one table more, the newest of its level, in whatever order that makes: for looking
    /// at what may be damaged.
    Levels withUnchecked(int level, Sstable added) {
        Sstable[][] changed = levels.clone();
        var tables = new ArrayList<Sstable>(List.of(added));
        tables.addAll(Arrays.asList(levels[level]));
        if (level > 0) {
            tables.sort(Sstable::compareSmallestTo);
        }
        changed[level] = tables.toArray(Sstable[]::new);
        return new Levels(changed);
    }

    /// Finds the newest version up to `snapshotTs`; false if no table has one.
    boolean get(long key, int keyLength, long prefix, long hash, long snapshotTs, LsmValue out) {
        for (Sstable table : levels[0]) {
            if (table.covers(key, keyLength, prefix) && table.get(key, keyLength, prefix, hash, snapshotTs, out)) {
                return true;
            }
        }
        for (int level = 1; level < COUNT; level++) {
            Sstable[] tables = levels[level];
            if (tables.length == 0) {
                continue;
            }
            int i = firstEndingAtOrAfter(tables, key, keyLength, prefix);
            if (i < tables.length
                    && tables[i].compareToSmallest(key, keyLength, prefix) >= 0
                    && tables[i].get(key, keyLength, prefix, hash, snapshotTs, out)) {
                return true;
            }
        }
        return false;
    }

    /// The first table (of a level in key order) whose last key is not before `key`; the number of tables
    /// if there is none.
    static int firstEndingAtOrAfter(Sstable[] tables, long key, int keyLength, long prefix) {
        return firstEndingAtOrAfter(tables, 0, tables.length, key, keyLength, prefix);
    }

    /// As the other among the tables from `from` up to but without `to`; `to` if there is none.
    static int firstEndingAtOrAfter(Sstable[] tables, int from, int to, long key, int keyLength, long prefix) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (tables[middle].compareToLargest(key, keyLength, prefix) > 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// Tables of a level that overlap any of `others`.
    List<Sstable> overlapping(int level, List<Sstable> others) {
        var found = new ArrayList<Sstable>();
        for (Sstable table : levels[level]) {
            if (others.stream().anyMatch(table::overlaps)) {
                found.add(table);
            }
        }
        return found;
    }

    /// Names two tables of one level that overlap though they must not; null if there are none.
    private @Nullable String findOverlap() {
        for (int level = 1; level < COUNT; level++) {
            for (int i = 1; i < levels[level].length; i++) {
                if (!levels[level][i - 1].isBefore(levels[level][i])) {
                    return "%s overlaps %s on level %d"
                            .formatted(levels[level][i].path(), levels[level][i - 1].path(), level);
                }
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return Arrays.deepToString(levels);
    }
}
