package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import omendb.memory.CrashableFileStore;
import omendb.memory.Epochs;
import omendb.memory.FileStore;

/// Random histories of a store against `key -> timestamp -> value`, over a disk that loses what was not
/// synced.
///
/// The test is its own write-ahead log: every batch is remembered and replayed after a crash from
/// `flushedLsn` on.
class LsmModelPropertyTest {
    sealed interface Op {
        record Commit(long seed, int operations) implements Op {}

        record Flush() implements Op {}

        record Compact(int relation) implements Op {}

        record CompactPending() implements Op {}

        record Ingest(long seed, int keys) implements Op {}

        record Recreate(int relation) implements Op {}

        record HoldSnapshot() implements Op {}

        record ReleaseSnapshot() implements Op {}

        record Look(long seed) implements Op {}

        record Reopen() implements Op {}

        record Crash(long seed) implements Op {}
    }

    @Property(tries = 150, shrinking = ShrinkingMode.BOUNDED)
    void store_answers_as_the_model_through_flushes_compactions_and_power_cuts(@ForAll("histories") List<Op> history) {
        var machine = new Machine();
        try {
            history.forEach(machine::run);
            machine.run(new Op.Crash(1));
            machine.checkAll();
            machine.store.verify();
            assertEquals(List.of(), LsmFixture.problems(machine.store));
        } finally {
            machine.close();
        }
        LsmFixture.assertNoLiveMemory();
    }

    @Provide
    Arbitrary<List<Op>> histories() {
        Arbitrary<Long> seeds = Arbitraries.longs();
        Arbitrary<Integer> relations = Arbitraries.integers().between(0, 1);
        Arbitrary<Op> commits =
                seeds.flatMap(seed -> Arbitraries.integers().between(1, 80).map(n -> (Op) new Op.Commit(seed, n)));
        return Arbitraries.frequencyOf(
                        Tuple.of(16, commits),
                        Tuple.of(4, Arbitraries.just(new Op.Flush())),
                        Tuple.of(2, relations.map(Op.Compact::new)),
                        Tuple.of(3, Arbitraries.just(new Op.CompactPending())),
                        Tuple.of(1, seeds.map(seed -> new Op.Ingest(seed, 50))),
                        Tuple.of(1, relations.map(Op.Recreate::new)),
                        Tuple.of(3, Arbitraries.just(new Op.HoldSnapshot())),
                        Tuple.of(2, Arbitraries.just(new Op.ReleaseSnapshot())),
                        Tuple.of(8, seeds.map(Op.Look::new)),
                        Tuple.of(1, Arbitraries.just(new Op.Reopen())),
                        Tuple.of(3, seeds.map(Op.Crash::new)))
                .list()
                .ofMaxSize(100);
    }

    private static final class Machine {
        private static final int KEYS = 80;
        private static final LsmOptions OPTIONS = LsmFixture.SMALL
                .withRowCacheBytes(64 << 10)
                .withBlockCacheBytes(12 << 10)
                .withMemtableBytes(16 << 10)
                .withLevels(2, 16 << 10, 2, 8 << 10)
                .withManifestRollBytes(6 << 10);

        /// @param to end of a range delete, which has no value
        private record Row(long relation, String key, String value, String to) {}

        private record Logged(long ts, List<Row> rows) {}

        private record Held(long ts, LsmCursor cursor, List<String> expected) {}

        private final long[] relations = {100, 101};
        private final List<TreeMap<String, TreeMap<Long, String>>> models = List.of(new TreeMap<>(), new TreeMap<>());
        private final List<Logged> log = new ArrayList<>();
        private final List<Held> held = new ArrayList<>();
        private CrashableFileStore files = CrashableFileStore.create();
        private Epochs epochs;
        private LsmStore store;
        private long clock;
        private long nextRelation = 102;

        Machine() {
            open();
            store.createTree(relations[0]);
            store.createTree(relations[1]);
        }

        private void open() {
            epochs = new Epochs();
            store = LsmStore.open(
                    files,
                    OPTIONS.withOldestSnapshot(this::oldest)
                            .withAppliedLsn(() -> clock)
                            .withCompressed(relation -> (relation + clock / 8) % 2 == 0), // to and fro
                    epochs);
        }

        private long oldest() {
            return held.stream().mapToLong(Held::ts).min().orElse(clock);
        }

        void run(Op op) {
            switch (op) {
                case Op.Commit(long seed, int operations) -> commit(new Random(seed), operations);
                case Op.Flush() -> store.flush(clock);
                case Op.Compact(int relation) -> store.compact(relations[relation]);
                case Op.CompactPending() -> store.compactPending();
                case Op.Ingest(long seed, int keys) -> ingest(new Random(seed), keys);
                case Op.Recreate(int relation) -> recreate(relation);
                case Op.HoldSnapshot() -> hold();
                case Op.ReleaseSnapshot() -> release();
                case Op.Look(long seed) -> look(new Random(seed));
                case Op.Reopen() -> restart(files);
                case Op.Crash(long seed) -> {
                    shutDown();
                    restart(files.crash(seed));
                }
            }
        }

        private static String key(int ordinal) {
            return "k" + ordinal * 7 % 1000 + "-" + "p".repeat(ordinal % 5) + ordinal;
        }

        private void commit(Random random, int operations) {
            var rows = new ArrayList<Row>();
            for (int i = 0; i < operations; i++) {
                if (random.nextInt(60) == 0) {
                    rows.add(rangeDelete(random));
                    continue;
                }
                String value = random.nextInt(4) == 0 ? null : "v" + clock + "." + i + "y".repeat(random.nextInt(200));
                rows.add(new Row(relations[random.nextInt(2)], key(random.nextInt(KEYS)), value, null));
            }
            var logged = new Logged(clock + 1, rows);
            log.add(logged);
            apply(logged);
            clock++;
            for (Row row : rows) {
                var model = models.get(row.relation() == relations[0] ? 0 : 1);
                if (row.to() != null) {
                    model.subMap(row.key(), row.to()).values().forEach(versions -> versions.put(clock, ""));
                } else {
                    model.computeIfAbsent(row.key(), k -> new TreeMap<>())
                            .put(clock, row.value() == null ? "" : row.value());
                }
            }
        }

        private Row rangeDelete(Random random) {
            String a = key(random.nextInt(KEYS));
            String b = key(random.nextInt(KEYS));
            if (random.nextInt(3) == 0) { // between keys
                a = a.substring(0, random.nextInt(a.length() + 1));
            }
            long relation = relations[random.nextInt(2)];
            return switch (Integer.signum(a.compareTo(b))) {
                case -1 -> new Row(relation, a, null, b);
                case 1 -> new Row(relation, b, null, a);
                default -> new Row(relation, a, null, a + "~");
            };
        }

        private void apply(Logged logged) {
            try (var batch = new WriteBatch()) {
                for (Row row : logged.rows()) {
                    if (row.to() != null) {
                        batch.deleteRange(row.relation(), LsmFixture.bytes(row.key()), LsmFixture.bytes(row.to()));
                    } else if (row.value() == null) {
                        batch.delete(row.relation(), LsmFixture.bytes(row.key()));
                    } else {
                        batch.put(row.relation(), LsmFixture.bytes(row.key()), LsmFixture.bytes(row.value()));
                    }
                }
                try (WriteBatch read = WriteBatch.wrap(batch.segment())) {
                    store.reapply(read, logged.ts(), logged.ts());
                }
            }
        }

        /// A run is not logged: it is durable when it is finished.
        private void ingest(Random random, int keys) {
            var rows = new TreeMap<String, String>();
            for (int i = 0; i < keys; i++) {
                rows.put(key(random.nextInt(KEYS)), "bulk" + clock + "." + i);
            }
            try (SortedRun run = store.startRun(relations[0], clock + 1);
                    var arena = Arena.ofConfined()) {
                rows.forEach((key, value) -> {
                    var k = arena.allocate(100).copyFrom(LsmFixture.bytes(key));
                    var v = arena.allocate(100).copyFrom(LsmFixture.bytes(value));
                    run.put(k.address(), key.length(), v.address(), value.length());
                });
                run.finish();
            }
            clock++;
            rows.forEach((key, value) ->
                    models.get(0).computeIfAbsent(key, k -> new TreeMap<>()).put(clock, value));
        }

        private void recreate(int relation) {
            store.dropTree(relations[relation]);
            relations[relation] = nextRelation++;
            models.get(relation).clear();
            store.createTree(relations[relation]);
        }

        private void hold() {
            LsmCursor cursor = store.tree(relations[0]).scan(null, null, clock, clock % 2 == 0);
            var expected = visible(0, clock);
            held.add(new Held(clock, cursor, clock % 2 == 0 ? expected.reversed() : expected));
        }

        private void release() {
            if (!held.isEmpty()) {
                Held oldest = held.removeFirst();
                try (LsmCursor cursor = oldest.cursor()) {
                    assertEquals(oldest.expected(), drain(cursor, (int) (clock % 11)));
                }
            }
        }

        private List<String> visible(int relation, long ts) {
            var rows = new ArrayList<String>();
            models.get(relation).forEach((key, versions) -> {
                var version = versions.floorEntry(ts);
                if (version != null && !version.getValue().isEmpty()) {
                    rows.add(key + "=" + version.getValue());
                }
            });
            return rows;
        }

        private void look(Random random) {
            int relation = random.nextInt(2);
            long ts = oldest() + random.nextLong(clock - oldest() + 1);
            LsmTree tree = store.tree(relations[relation]);
            var value = new LsmValue();
            for (int i = 0; i < 40; i++) {
                String key = key(random.nextInt(KEYS));
                var versions = models.get(relation).getOrDefault(key, new TreeMap<>());
                var expected = versions.floorEntry(ts);
                assertEquals(
                        expected == null || expected.getValue().isEmpty() ? null : expected.getValue(),
                        LsmFixture.get(epochs, tree, key, ts, value),
                        key);
                if (value.isPresent()) {
                    assertEquals(expected.getKey(), value.commitTs());
                }
            }
            String a = key(random.nextInt(KEYS));
            String b = key(random.nextInt(KEYS));
            boolean backward = random.nextBoolean();
            var expected = visible(relation, ts).stream()
                    .filter(row -> row.compareTo(a) >= 0
                            && row.substring(0, row.indexOf('=')).compareTo(b) < 0)
                    .toList();
            try (LsmCursor cursor = tree.scan(LsmFixture.bytes(a), LsmFixture.bytes(b), ts, backward)) {
                assertEquals(backward ? expected.reversed() : expected, drain(cursor));
            }
        }

        private static List<String> drain(LsmCursor cursor) {
            return drain(cursor, 0);
        }

        /// Reads to the end and renews the cursor after every `renewal` rows; 0 = never.
        private static List<String> drain(LsmCursor cursor, int renewal) {
            var rows = new ArrayList<String>();
            while (cursor.next()) {
                rows.add(LsmFixture.text(cursor.keyAddress(), cursor.keyLength())
                        + "="
                        + LsmFixture.text(cursor.valueAddress(), cursor.valueLength()));
                if (renewal > 0 && rows.size() % renewal == 0) {
                    cursor.renew();
                }
            }
            return rows;
        }

        void checkAll() {
            for (int relation = 0; relation < 2; relation++) {
                LsmTree tree = store.tree(relations[relation]);
                for (boolean backward : new boolean[] {false, true}) {
                    var expected = visible(relation, clock);
                    try (LsmCursor cursor = tree.scan(null, null, clock, backward)) {
                        assertEquals(backward ? expected.reversed() : expected, drain(cursor));
                    }
                }
            }
        }

        private void shutDown() {
            while (!held.isEmpty()) {
                release();
            }
            store.close();
            epochs.close();
        }

        private void restart(FileStore disk) {
            if (disk == files) {
                shutDown();
            }
            files = (CrashableFileStore) disk;
            open();
            assertEquals(List.of(relations[0], relations[1]).stream().sorted().toList(), store.relationIds());
            long from = store.flushedLsn();
            assertTrue(from <= clock, "flushed " + from + " of " + clock);
            log.stream().filter(logged -> logged.ts() > from).forEach(this::apply);
        }

        void close() {
            held.forEach(h -> h.cursor().close());
            store.close();
            epochs.close();
            files.close();
        }
    }
}
