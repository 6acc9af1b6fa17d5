package omendb.engine.lsm;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import omendb.engine.lsm.SpilledRun.Member;
import omendb.memory.Checksum;
import omendb.memory.Epochs;
import omendb.memory.StorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a running transaction wrote and memory could not hold: tables that only it reads, until its commit makes them
/// part of their trees.
///
///     spill      versions become a sorted run for each relation, synced; a version's timestamp is its sequence number
///                in the transaction, so that statements and cursors read up to a limit, and [#rollbackTo] cuts
///     seal       each relation's runs become one of disjoint tables with one version of a key, and an edit of the
///                manifest makes them *wait*: from now on a crash leaves them
///     the log    tells what became of the transaction, by the number of the spill
///     adopt      an edit makes the tables part of their trees, *stamped* with the commit's timestamp ([TableMeta])
///     close      without: another edit gives them up. Before `seal` nobody knows the files, and an open removes them
///
/// Who seals has flushed all older versions of the keys into tables before, for good (`flushedLsn`): then no newer
/// place, and no replay, can bring one of them.
///
/// Threading: the transaction's thread; [#find] any thread, under a pin of the store's epochs for as long
/// as it uses the answer.
public final class SpilledRuns implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SpilledRuns.class);

    /// Runs of a relation from which on the smaller ones are merged.
    private static final int MANY_RUNS = 8;

    /// A run is merged with the newer ones unless it is so many times as large.
    private static final int LARGER = 2;

    private final LsmStore store;
    private final VersionSet versions;
    private final Epochs epochs;
    private volatile State state = State.EMPTY;
    private long number;
    private boolean closed;

    /// @param runs by relation, newest first: newer runs hold later sequences of a key
    private record State(Map<Long, SpilledRun[]> runs, DeadSequences dead) {
        static final State EMPTY = new State(Map.of(), DeadSequences.NONE);

        State with(long relationId, SpilledRun[] changed) {
            var copy = new TreeMap<>(runs);
            if (changed.length == 0) {
                copy.remove(relationId);
            } else {
                copy.put(relationId, changed);
            }
            return new State(copy, dead);
        }
    }

    SpilledRuns(LsmStore store, VersionSet versions, Epochs epochs) {
        this.store = store;
        this.versions = versions;
        this.epochs = epochs;
    }

    /// Those of a prepared transaction, as an open found them waiting; null if there are none.
    static @Nullable SpilledRuns ofWaiting(LsmStore store, VersionSet versions, Epochs epochs, long number) {
        List<WaitingTable> waiting = versions.waiting(number);
        if (waiting == null) {
            return null;
        }
        var spilled = new SpilledRuns(store, versions, epochs);
        spilled.number = number;
        var members = new TreeMap<Long, List<Member>>();
        for (WaitingTable table : waiting) {
            members.computeIfAbsent(table.relationId(), _ -> new ArrayList<>())
                    .add(new Member(versions.openTable(table.relationId(), table.meta()), true));
        }
        var runs = new TreeMap<Long, SpilledRun[]>();
        members.forEach((relationId, tables) -> runs.put(relationId, new SpilledRun[] {SpilledRun.of(tables)}));
        spilled.state = new State(runs, DeadSequences.NONE);
        return spilled;
    }

    // ---- writing ----

    /// One spill: the same sequences of any number of relations. Close without [#finish] to drop it.
    public final class Spill implements AutoCloseable {
        private final long firstSequence;
        private final Map<Long, TableBuilder> builders = new TreeMap<>();
        private final Map<Long, List<Member>> written = new TreeMap<>();

        private Spill(long firstSequence) {
            this.firstSequence = firstSequence;
        }

        /// Begins the run of a relation; the versions come by key, newest first within a key.
        public Run startRun(long relationId) {
            var builder = builder(relationId, firstSequence);
            builders.put(relationId, builder);
            return new Run(relationId, builder);
        }

        /// A run under construction.
        public final class Run {
            private final long relationId;
            private final TableBuilder builder;
            private boolean single = true;

            private Run(long relationId, TableBuilder builder) {
                this.relationId = relationId;
                this.builder = builder;
            }

            public void add(
                    long key,
                    int keyLength,
                    boolean newKey,
                    long sequence,
                    boolean tombstone,
                    long valueAddress,
                    int valueLength) {
                single &= newKey;
                builder.add(key, keyLength, sequence, tombstone, valueAddress, valueLength, newKey);
            }

            /// No more versions come.
            public void finish() {
                written.put(
                        relationId,
                        builder.finish().stream()
                                .map(table -> new Member(table, single))
                                .toList());
            }
        }

        /// All runs are there, or, if this throws, none.
        public void finish() {
            State changed = state;
            for (Map.Entry<Long, List<Member>> run : written.entrySet()) {
                if (!run.getValue().isEmpty()) {
                    SpilledRun[] before = changed.runs.getOrDefault(run.getKey(), new SpilledRun[0]);
                    changed = changed.with(run.getKey(), SpilledRun.push(run.getValue(), before));
                }
            }
            builders.values().forEach(TableBuilder::keep);
            builders.values().forEach(builder -> store.noteRun(builder.bytes()));
            state = changed;
            mergeMany();
        }

        @Override
        public void close() {
            builders.values().forEach(TableBuilder::close);
        }
    }

    /// @param firstSequence no version has a smaller sequence number
    public Spill startSpill(long firstSequence) {
        return new Spill(firstSequence);
    }

    private TableBuilder builder(long relationId, long firstSequence) {
        return store.newBuilder(relationId, firstSequence);
    }

    // ---- reading ----

    /// Finds the newest version of a key with a sequence number up to `limit`: [LsmValue#commitTs] is that number.
    /// False if there is none; a tombstone is one.
    public boolean find(long relationId, long key, int keyLength, long limit, LsmValue out) {
        State current = state;
        SpilledRun[] runs = current.runs.get(relationId);
        if (runs == null) {
            return false;
        }
        long prefix = Keys.prefix(key, keyLength);
        long hash = Checksum.xxh3(key, keyLength);
        for (SpilledRun run : runs) {
            Sstable table = run.tableOf(key, keyLength, prefix);
            long bound = table == null ? 0 : current.dead.floor(limit);
            while (bound > 0 && table != null && table.get(key, keyLength, prefix, hash, bound, out)) {
                bound = current.dead.floor(out.commitTs());
                if (bound == out.commitTs()) {
                    return true;
                }
            }
        }
        return false;
    }

    /// The versions of a relation's keys in [`from`, `to`), up to a sequence number; null = nothing was spilled.
    public @Nullable SpilledCursor cursor(
            long relationId, @Nullable MemorySegment from, @Nullable MemorySegment to, boolean backward, long limit) {
        State current = state;
        SpilledRun[] runs = current.runs.get(relationId);
        return runs == null ? null : new SpilledCursor(runs, current.dead, epochs, from, to, backward, limit);
    }

    /// Relations that it has versions of, dead ones included.
    public List<Long> relationIds() {
        return List.copyOf(state.runs.keySet());
    }

    /// Bytes of its tables.
    public long bytes() {
        return state.runs.values().stream()
                .flatMap(Arrays::stream)
                .mapToLong(SpilledRun::bytes)
                .sum();
    }

    /// The number by which the log names it; 0 before [#seal].
    public long number() {
        return number;
    }

    // ---- undo ----

    /// Forgets the versions with sequence numbers above `sequence`, up to `newest`.
    public void rollbackTo(long sequence, long newest) {
        State changed = new State(state.runs, state.dead.with(sequence, newest));
        var gone = new TreeMap<Long, List<Sstable>>();
        for (Map.Entry<Long, SpilledRun[]> entry : state.runs.entrySet()) {
            changed = changed.with(
                    entry.getKey(),
                    SpilledRun.without(
                            entry.getValue(),
                            changed.dead,
                            gone.computeIfAbsent(entry.getKey(), _ -> new ArrayList<>())));
        }
        state = changed;
        gone.forEach(versions::retire);
    }

    // ---- merging ----

    private void mergeMany() {
        for (Map.Entry<Long, SpilledRun[]> entry : state.runs.entrySet()) {
            SpilledRun[] runs = entry.getValue();
            if (runs.length <= MANY_RUNS) {
                continue;
            }
            int count = 2;
            long bytes = runs[0].bytes() + runs[1].bytes();
            while (count < runs.length && runs[count].bytes() <= LARGER * bytes) {
                bytes += runs[count++].bytes();
            }
            replace(entry.getKey(), 0, count, merge(entry.getKey(), Arrays.copyOf(runs, count), false));
        }
    }

    /// Puts the tables of a merge in the place of those it read.
    private void replace(long relationId, int from, int to, List<Member> merged) {
        SpilledRun[] runs = state.runs.getOrDefault(relationId, new SpilledRun[0]);
        var changed = new ArrayList<>(Arrays.asList(runs));
        List<SpilledRun> read = changed.subList(from, to);
        List<Sstable> gone = new ArrayList<>();
        read.forEach(run -> gone.addAll(Arrays.asList(run.tables())));
        read.clear();
        if (!merged.isEmpty()) {
            changed.add(from, SpilledRun.of(merged));
        }
        merged.forEach(member -> gone.remove(member.table()));
        state = state.with(relationId, changed.toArray(SpilledRun[]::new));
        versions.retire(relationId, gone);
    }

    /// @param newestOnly else all versions that are not dead
    private List<Member> merge(long relationId, SpilledRun[] runs, boolean newestOnly) {
        long first = Arrays.stream(runs)
                .flatMap(run -> Arrays.stream(run.tables()))
                .mapToLong(table -> table.meta().minCommitTs())
                .min()
                .orElse(0);
        try (TableBuilder builder = builder(relationId, first)) {
            boolean single = SpilledRun.merge(runs, state.dead, newestOnly, builder);
            List<Member> members = builder.finish().stream()
                    .map(table -> new Member(table, single))
                    .toList();
            builder.keep();
            store.noteRewritten(builder.bytes());
            return members;
        }
    }

    // ---- the end ----

    /// Makes the tables wait for the log to tell of the commit, durably; does nothing if they do. The caller has seen
    /// to it that no older versions of their keys are in memory, and none can be replayed.
    ///
    /// @param dropped relations whose storage goes away with the transaction
    public void seal(LongPredicate dropped) {
        if (number != 0) {
            return;
        }
        for (Map.Entry<Long, SpilledRun[]> entry : state.runs.entrySet()) {
            long relationId = entry.getKey();
            SpilledRun[] runs = entry.getValue();
            if (dropped.test(relationId) || store.findTree(relationId) == null) {
                replace(relationId, 0, runs.length, List.of());
            } else {
                replace(
                        relationId,
                        0,
                        runs.length,
                        runs.length == 1 ? clean(relationId, runs[0]) : merge(relationId, runs, true));
            }
        }
        var waiting = new ArrayList<WaitingTable>();
        state.runs.forEach((relationId, runs) -> {
            for (Sstable table : runs[0].tables()) {
                waiting.add(new WaitingTable(relationId, table.meta()));
            }
        });
        if (!waiting.isEmpty()) {
            long given = versions.newNumber();
            versions.addWaiting(given, waiting);
            number = given;
        }
    }

    /// One run with nothing but the newest versions: writes again only the tables that have others.
    private List<Member> clean(long relationId, SpilledRun run) {
        var members = new ArrayList<Member>();
        for (Member member : run.members()) {
            if (member.isClean(state.dead)) {
                members.add(member);
            } else {
                members.addAll(merge(relationId, new SpilledRun[] {SpilledRun.of(List.of(member))}, true));
            }
        }
        return members;
    }

    /// Makes the tables part of their trees at a commit's timestamp: seen by snapshots from that on. The log holds the
    /// commit for sure.
    public void adopt(long commitTs) {
        if (number != 0) {
            store.adoptSpill(number, commitTs);
            letGo();
        }
    }

    /// Closes the tables and leaves their files to the next start, which knows what the log says.
    public void leaveInDoubt() {
        letGo();
    }

    private void letGo() {
        if (!closed) {
            closed = true;
            List<Sstable> tables = tables();
            state = State.EMPTY;
            tables.forEach(table -> epochs.retire(table::close));
        }
    }

    private List<Sstable> tables() {
        return state.runs.values().stream()
                .flatMap(Arrays::stream)
                .flatMap(run -> Arrays.stream(run.tables()))
                .toList();
    }

    /// Gives up what was not adopted.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        try {
            if (number != 0) {
                versions.change(change -> versions.endWaiting(number, change));
            }
        } catch (StorageException failed) {
            LOG.warn("spilled tables stay until the next start: {}", failed.getMessage());
            letGo();
            return;
        }
        closed = true;
        State last = state;
        state = State.EMPTY;
        last.runs.forEach((relationId, runs) -> versions.retire(
                relationId,
                Arrays.stream(runs).flatMap(run -> Arrays.stream(run.tables())).toList()));
    }
}
