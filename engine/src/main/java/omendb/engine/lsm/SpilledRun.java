package omendb.engine.lsm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import omendb.memory.MemoryTag;
import org.jspecify.annotations.Nullable;

/// Tables of one relation that a running transaction wrote ([SpilledRuns]), in key order, apart. Immutable.
final class SpilledRun {
    private static final MemoryTag TAG = MemoryTag.of("spill");

    private final List<Member> members;
    private final Sstable[] tables;
    private final long bytes;

    /// @param single the table holds one version of each key
    record Member(Sstable table, boolean single) {
        /// Whether it holds one version of each key, and none that was undone.
        boolean isClean(DeadSequences dead) {
            return single
                    && !dead.meets(table.meta().minCommitTs(), table.meta().maxCommitTs());
        }
    }

    private SpilledRun(List<Member> members) {
        this.members = members;
        this.tables = members.stream().map(Member::table).toArray(Sstable[]::new);
        this.bytes =
                Arrays.stream(tables).mapToLong(table -> table.meta().bytes()).sum();
    }

    /// @param members one or more, in key order, apart
    static SpilledRun of(List<Member> members) {
        return new SpilledRun(List.copyOf(members));
    }

    /// The runs of a relation, newest first, with one more: a load in the order of the keys makes the newest run
    /// longer and adds none.
    static SpilledRun[] push(List<Member> added, SpilledRun[] runs) {
        if (runs.length > 0) {
            SpilledRun newest = runs[0];
            boolean after = newest.members.getLast().table.isBefore(added.getFirst().table);
            boolean before = added.getLast().table.isBefore(newest.members.getFirst().table);
            if (after || before) {
                var joined = new ArrayList<>(after ? newest.members : added);
                joined.addAll(after ? added : newest.members);
                SpilledRun[] changed = runs.clone();
                changed[0] = of(joined);
                return changed;
            }
        }
        SpilledRun[] changed = new SpilledRun[runs.length + 1];
        changed[0] = of(added);
        System.arraycopy(runs, 0, changed, 1, runs.length);
        return changed;
    }

    /// Runs without the tables that hold nothing but dead versions, which are added to `gone`.
    static SpilledRun[] without(SpilledRun[] runs, DeadSequences dead, List<Sstable> gone) {
        var left = new ArrayList<SpilledRun>();
        for (SpilledRun run : runs) {
            var kept = new ArrayList<Member>();
            for (Member member : run.members) {
                TableMeta meta = member.table.meta();
                if (dead.covers(meta.minCommitTs(), meta.maxCommitTs())) {
                    gone.add(member.table);
                } else {
                    kept.add(member);
                }
            }
            if (!kept.isEmpty()) {
                left.add(of(kept));
            }
        }
        return left.toArray(SpilledRun[]::new);
    }

    /// Merges runs, newest first, into a builder; true if it got one version of each key.
    ///
    /// @param newestOnly else all versions that are not dead
    static boolean merge(SpilledRun[] runs, DeadSequences dead, boolean newestOnly, TableBuilder builder) {
        var cursors = new ArrayList<RunCursor>();
        for (SpilledRun run : runs) {
            cursors.add(new LevelCursor(run.tables, false));
        }
        boolean single = true;
        try (var merge = new RunMerge(cursors, false);
                var lastKey = new GrowableBuffer(TAG)) {
            merge.start();
            boolean hasLast = false;
            long lastPrefix = 0;
            RunCursor run;
            while ((run = merge.current()) != null) {
                boolean same = hasLast
                        && run.prefix == lastPrefix
                        && Keys.compareTails(run.keyAddress, run.keyLength, lastKey.address(), (int) lastKey.size())
                                == 0;
                if (!dead.contains(run.commitTs) && !(newestOnly && same)) {
                    builder.add(run, !same);
                    single &= !same;
                    lastKey.truncate(0);
                    lastKey.append(run.keyAddress, run.keyLength);
                    lastPrefix = run.prefix;
                    hasLast = true;
                }
                merge.advance();
            }
        }
        return single;
    }

    List<Member> members() {
        return members;
    }

    Sstable[] tables() {
        return tables;
    }

    long bytes() {
        return bytes;
    }

    /// The table whose keys reach over `key`; null if there is none.
    @Nullable
    Sstable tableOf(long key, int keyLength, long prefix) {
        int i = Levels.firstEndingAtOrAfter(tables, key, keyLength, prefix);
        return i < tables.length && tables[i].compareToSmallest(key, keyLength, prefix) >= 0 ? tables[i] : null;
    }
}
