package omendb.engine.lsm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Says what a tree should compact next: leveled, level 0 by number of tables, the others by size.
///
/// Stateless; looks at one immutable [Levels].
final class CompactionPicker {
    /// Bytes that an idle compaction rewrites at most for each one that it moves: about what the load itself
    /// would have cost.
    private static final long IDLE_REWRITE = 4;

    private final LsmOptions options;

    CompactionPicker(LsmOptions options) {
        this.options = options;
    }

    /// @param level level of the inputs, or the lowest of them
    /// @param inputs tables of that level (of several, for a full compaction: the upper ones first)
    /// @param below tables of the output level that overlap them
    /// @param output level of the result
    record Job(int level, List<Sstable> inputs, List<Sstable> below, int output) {
        /// Nothing to merge: the tables only change their level. Not so with range deletes, which are merged with
        /// their own table as soon as they come down: that frees what they cover.
        boolean isMove() {
            return below.isEmpty()
                    && (level > 0 || areDisjoint(inputs))
                    && inputs.stream().allMatch(table -> table.meta().rangeDeletes() == 0);
        }

        Set<Sstable> all() {
            var all = new HashSet<>(inputs);
            all.addAll(below);
            return all;
        }

        /// Whether a table lies in the range from the job's first key to its last, be it in a gap between its
        /// tables: what the job writes may reach over gaps.
        boolean spans(Sstable table) {
            Set<Sstable> all = all();
            return all.stream().anyMatch(merged -> !table.isBefore(merged))
                    && all.stream().anyMatch(merged -> !merged.isBefore(table));
        }

        /// Tables of the output level that lie in gaps of the job, in key order: no table that it writes may
        /// reach over one of them.
        List<Sstable> tablesInGaps(Levels levels) {
            Set<Sstable> all = all();
            return Arrays.stream(levels.level(output))
                    .filter(table -> !all.contains(table) && spans(table))
                    .toList();
        }
    }

    /// How urgent compaction is: 1 or more means that a level is over its limit.
    double score(Levels levels) {
        double score = 0;
        for (int level = 0; level < Levels.COUNT - 1; level++) {
            score = Math.max(score, score(levels, level));
        }
        return score;
    }

    private double score(Levels levels, int level) {
        return level == 0
                ? (double) levels.level(0).length / options.levelZeroTables()
                : (double) levels.bytes(level) / limitBytes(level);
    }

    /// Size limit of a level from 1 on.
    long limitBytes(int level) {
        long limit = options.levelOneBytes();
        for (int i = 1; i < level; i++) {
            limit = limit > Long.MAX_VALUE / options.levelMultiplier()
                    ? Long.MAX_VALUE
                    : limit * options.levelMultiplier();
        }
        return limit;
    }

    /// The most urgent job; null if every level is within its limit.
    @Nullable
    Job pick(Levels levels) {
        int worst = -1;
        double worstScore = 1;
        for (int level = 0; level < Levels.COUNT - 1; level++) {
            double score = score(levels, level);
            if (score >= worstScore && (worst < 0 || score > worstScore)) {
                worst = level;
                worstScore = score;
            }
        }
        if (worst < 0) {
            return null;
        }
        List<Sstable> inputs = worst == 0 ? List.of(levels.level(0)) : List.of(cheapest(levels, worst));
        return new Job(worst, inputs, levels.overlapping(worst + 1, inputs), worst + 1);
    }

    /// The table that drags along the fewest bytes below for each byte of its own: keeps write
    /// amplification down.
    private static Sstable cheapest(Levels levels, int level) {
        Sstable best = levels.level(level)[0];
        double bestCost = Double.MAX_VALUE;
        for (Sstable table : levels.level(level)) {
            long overlap = 0;
            for (Sstable below : levels.level(level + 1)) {
                overlap += table.overlaps(below) ? below.meta().bytes() : 0;
            }
            double cost = (double) overlap / table.meta().bytes();
            if (cost < bestCost) {
                bestCost = cost;
                best = table;
            }
        }
        return best;
    }

    /// Level 0 into level 1 although it is within its limit, so that reads find fewer runs; null if that
    /// would rewrite much more than it moves.
    @Nullable
    Job pickIdle(Levels levels) {
        List<Sstable> inputs = List.of(levels.level(0));
        if (inputs.isEmpty()) {
            return null;
        }
        List<Sstable> below = levels.overlapping(1, inputs);
        long moved = inputs.stream().mapToLong(table -> table.meta().bytes()).sum();
        long rewritten = below.stream().mapToLong(table -> table.meta().bytes()).sum();
        boolean saves = inputs.size() > 1 || levels.level(1).length > 0;
        return saves && rewritten <= IDLE_REWRITE * moved ? new Job(0, inputs, below, 1) : null;
    }

    /// Everything into one run on the lowest level in use (level 1 at least); null if there is nothing to
    /// gain.
    @Nullable
    Job pickAll(Levels levels) {
        int lowest = 1;
        for (int level = 1; level < Levels.COUNT; level++) {
            lowest = levels.level(level).length > 0 ? level : lowest;
        }
        var inputs = new ArrayList<Sstable>();
        for (int level = 0; level < lowest; level++) {
            inputs.addAll(Arrays.asList(levels.level(level)));
        }
        List<Sstable> below = List.of(levels.level(lowest));
        return inputs.isEmpty() && below.isEmpty() ? null : new Job(0, inputs, below, lowest);
    }

    /// The level that takes a run from outside: the highest one whose limit it does not break and that lies
    /// above everything it overlaps; 0 if it overlaps level 0. What a job is about to write counts as there.
    ///
    /// @param running the tree's compaction, if there is one
    int levelForRun(Levels levels, List<Sstable> run, @Nullable Job running) {
        long bytes = run.stream().mapToLong(table -> table.meta().bytes()).sum();
        if (!levels.overlapping(0, run).isEmpty()) {
            return 0;
        }
        int candidate = 0;
        for (int level = 1; level < Levels.COUNT; level++) {
            boolean awaited =
                    running != null && running.output() == level && run.stream().anyMatch(running::spans);
            if (awaited || !levels.overlapping(level, run).isEmpty()) {
                return candidate;
            }
            candidate = level;
            if (levels.bytes(level) + bytes <= limitBytes(level)) {
                return candidate;
            }
        }
        return candidate;
    }

    private static boolean areDisjoint(List<Sstable> tables) {
        var sorted = new ArrayList<>(tables);
        sorted.sort(Sstable::compareSmallestTo);
        for (int i = 1; i < sorted.size(); i++) {
            if (!sorted.get(i - 1).isBefore(sorted.get(i))) {
                return false;
            }
        }
        return true;
    }
}
