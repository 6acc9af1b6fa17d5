package omendb.engine.lsm;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Figures of a store at one moment.
///
/// @param memtableBytes bytes used in the active memtable
/// @param frozenMemtables memtables waiting for their flush
/// @param frozenBytes bytes in them
/// @param sinceOpen what was written since the store was opened
/// @param lifetime what was written since it was created, by the manifest's account (a crash loses what no
///     edit counted yet)
/// @param flushes flushes since open
/// @param compactions compactions since open, trivial moves included
/// @param backgroundFailure why flush or compaction stand still; null while they work
/// @param trees one row for each tree
public record LsmStats(
        long memtableBytes,
        int frozenMemtables,
        long frozenBytes,
        Written sinceOpen,
        Written lifetime,
        long flushes,
        long compactions,
        @Nullable String backgroundFailure,
        List<Tree> trees) {

    /// Bytes written to tables for each byte applied, since the store was created; 0 before the first
    /// write.
    public double writeAmplification() {
        return lifetime.amplification();
    }

    /// Bytes of all tables.
    public long tableBytes() {
        return trees.stream().mapToLong(Tree::bytes).sum();
    }

    /// As [Tree#spaceAmplification], over all trees.
    public double spaceAmplification() {
        long settled = trees.stream().mapToLong(Tree::settledBytes).sum();
        return settled == 0 ? 1 : (double) tableBytes() / settled;
    }

    /// The figures as a table for people: levels, sizes, amplification.
    public String toTable() {
        var text = new StringBuilder();
        text.append("relation  level  tables           bytes         entries      tombstones   range deletes\n");
        for (Tree tree : trees) {
            for (int level = 0; level < tree.levels().size(); level++) {
                Level row = tree.levels().get(level);
                if (row.tables() > 0) {
                    text.append("%8d %6d %7d %15d %15d %15d %15d%n"
                            .formatted(
                                    tree.relationId(),
                                    level,
                                    row.tables(),
                                    row.bytes(),
                                    row.entries(),
                                    row.tombstones(),
                                    row.rangeDeletes()));
                }
            }
            text.append("%8d    all %7d %15d %15d   read amplification %d, space amplification %.2f%n"
                    .formatted(
                            tree.relationId(),
                            tree.tables(),
                            tree.bytes(),
                            tree.entries(),
                            tree.readAmplification(),
                            tree.spaceAmplification()));
        }
        text.append("tables: %d bytes, space amplification %.2f%n".formatted(tableBytes(), spaceAmplification()));
        text.append("memtables: %d bytes, %d waiting for their flush%n"
                .formatted(memtableBytes + frozenBytes, frozenMemtables));
        text.append("written: %d bytes applied, %d flushed, %d compacted, write amplification %.2f%n"
                .formatted(lifetime.applied(), lifetime.flushed(), lifetime.compacted(), writeAmplification()));
        return text.toString();
    }

    /// @param applied bytes of the batches and sorted runs that came in
    /// @param flushed bytes of tables written by flushes and sorted runs
    /// @param compacted bytes of tables written by compactions
    public record Written(long applied, long flushed, long compacted) {
        static final Written NOTHING = new Written(0, 0, 0);

        Written plus(Written other) {
            return new Written(applied + other.applied, flushed + other.flushed, compacted + other.compacted);
        }

        /// Bytes written to tables for each byte applied; 0 if there was none.
        public double amplification() {
            return applied == 0 ? 0 : (double) (flushed + compacted) / applied;
        }
    }

    /// @param relationId relation the tree belongs to
    /// @param levels level 0 first
    public record Tree(long relationId, List<Level> levels) {
        static Tree of(long relationId, List<List<TableMeta>> metas) {
            var levels = new ArrayList<Level>();
            metas.forEach(level -> levels.add(Level.of(level)));
            return new Tree(relationId, levels);
        }

        public int tables() {
            return levels.stream().mapToInt(Level::tables).sum();
        }

        /// Entries in all tables: versions and tombstones, not rows.
        public long entries() {
            return levels.stream().mapToLong(Level::entries).sum();
        }

        public long bytes() {
            return levels.stream().mapToLong(Level::bytes).sum();
        }

        /// All levels together.
        public Level total() {
            return levels.stream().reduce(Level.EMPTY, Level::plus);
        }

        /// Runs that a look-up of a key that is not there may have to ask (most of them answer by range or
        /// filter): tables of level 0, one for each other level in use.
        public int readAmplification() {
            int runs = levels.getFirst().tables();
            for (Level level : levels.subList(1, levels.size())) {
                runs += level.tables() > 0 ? 1 : 0;
            }
            return runs;
        }

        /// Bytes of the lowest level in use: about what the tree would take without dead versions.
        public long settledBytes() {
            for (Level level : levels.reversed()) {
                if (level.tables() > 0) {
                    return level.bytes();
                }
            }
            return 0;
        }

        /// Bytes of the tables by those of the lowest level: an upper estimate of how much of the space is
        /// dead versions, since new rows count as such until they get down there.
        public double spaceAmplification() {
            long settled = settledBytes();
            return settled == 0 ? 1 : (double) bytes() / settled;
        }
    }

    /// @param tables SSTables in the level
    /// @param bytes their file sizes
    /// @param entries versions and tombstones in them
    /// @param tombstones tombstones among the entries
    /// @param rangeDeletes range deletes, each counted for every piece that overlaps and table ends make of it
    public record Level(int tables, long bytes, long entries, long tombstones, long rangeDeletes) {
        private static final Level EMPTY = new Level(0, 0, 0, 0, 0);

        private Level plus(Level other) {
            return new Level(
                    tables + other.tables,
                    bytes + other.bytes,
                    entries + other.entries,
                    tombstones + other.tombstones,
                    rangeDeletes + other.rangeDeletes);
        }

        static Level of(List<TableMeta> tables) {
            return new Level(
                    tables.size(),
                    tables.stream().mapToLong(TableMeta::bytes).sum(),
                    tables.stream().mapToLong(TableMeta::entries).sum(),
                    tables.stream().mapToLong(TableMeta::tombstones).sum(),
                    tables.stream().mapToLong(TableMeta::rangeDeletes).sum());
        }
    }
}
