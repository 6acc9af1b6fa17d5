package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import omendb.memory.Checksum;
import omendb.memory.CrashableFileStore;
import omendb.memory.Epochs;
import omendb.memory.MemoryTag;
import org.junit.jupiter.api.Test;

/// One run of versions, in a memtable, as one table and as a level of tables: all of them must walk alike.
class RunCursorPropertyTest {
    private record Version(String key, long ts, String value) implements Comparable<Version> {
        @Override
        public int compareTo(Version other) {
            int order = key.compareTo(other.key);
            return order != 0 ? order : Long.compare(other.ts, ts);
        }

        @Override
        public String toString() {
            return key + "@" + ts + (value == null ? " deleted" : "=" + value);
        }
    }

    @Property(tries = 60)
    void every_kind_of_run_walks_and_seeks_like_a_sorted_set(@ForAll long seed) {
        var random = new Random(seed);
        var versions = versions(random);
        try (var files = CrashableFileStore.create();
                var epochs = new Epochs()) {
            LsmOptions options = LsmFixture.SMALL
                    .withMemtableBytes(1 << 20)
                    .withBlocks(4096, random.nextInt(3) * 5)
                    .withOldestSnapshot(() -> 0)
                    .withLevels(100, 1 << 30, 2, 1 + random.nextInt(4) * 4096 + 4096);
            try (LsmStore store = LsmStore.open(files, options, epochs)) {
                LsmTree tree = store.createTree(1);
                apply(store, versions);
                MemtableRun run = tree.state().active();
                check(new MemtableCursor(run), versions, random);
                store.flush(1);
                Sstable[] one = tree.state().levels().level(0);
                assertEquals(1, one.length);
                check(new SstableCursor(one[0], CursorScratch.NONE), versions, random);
                checkGets(one[0], versions);
                store.compact(1);
                Sstable[] level = tree.state().levels().level(1);
                check(new LevelCursor(level, 0, level.length, CursorScratch.NONE), versions, random);
            }
        }
        LsmFixture.assertNoLiveMemory();
    }

    private static TreeSet<Version> versions(Random random) {
        var versions = new TreeSet<Version>();
        String shared = "s".repeat(random.nextInt(20));
        int count = 1 + random.nextInt(600);
        for (int i = 0; i < count; i++) {
            int number = random.nextInt(1 + count / (1 + random.nextInt(8)));
            // prefixes of each other, with and without a long common beginning
            String key = (random.nextInt(10) > 0 ? shared : "") + "ab".repeat(number % 4) + number;
            long ts = 1 + random.nextInt(40);
            versions.add(
                    new Version(key, ts, random.nextInt(5) == 0 ? null : "v" + i + "x".repeat(random.nextInt(90))));
        }
        return versions;
    }

    private static void apply(LsmStore store, TreeSet<Version> versions) {
        var shuffled = new ArrayList<>(versions);
        Collections.shuffle(shuffled, new Random(1));
        for (Version version : shuffled) {
            try (var batch = new WriteBatch()) {
                if (version.value() == null) {
                    batch.delete(1, LsmFixture.bytes(version.key()));
                } else {
                    batch.put(1, LsmFixture.bytes(version.key()), LsmFixture.bytes(version.value()));
                }
                store.apply(batch, version.ts(), 1);
            }
        }
    }

    private static void check(RunCursor run, TreeSet<Version> versions, Random random) {
        var all = new ArrayList<>(versions);
        try (run;
                var arena = Arena.ofConfined()) {
            run.first();
            for (Version version : all) {
                assertEquals(version.toString(), text(run));
                run.next();
            }
            assertFalse(run.valid);
            run.last();
            for (Version version : all.reversed()) {
                assertEquals(version.toString(), text(run));
                run.previous();
            }
            assertFalse(run.valid);
            for (int i = 0; i < 60; i++) {
                Version near = all.get(random.nextInt(all.size()));
                String key = switch (random.nextInt(4)) {
                    case 0 -> near.key() + "0";
                    case 1 -> near.key().substring(0, random.nextInt(near.key().length() + 1));
                    default -> near.key();
                };
                checkSeek(run, versions, key, 1 + random.nextInt(41), arena, random);
            }
        }
    }

    private static void checkSeek(
            RunCursor run, TreeSet<Version> versions, String key, long ts, Arena arena, Random random) {
        MemorySegment bytes = arena.allocate(key.length() + 1L).copyFrom(LsmFixture.bytes(key));
        long prefix = Keys.prefix(bytes.address(), key.length());
        run.seek(bytes.address(), key.length(), prefix, ts);
        Version expected = versions.ceiling(new Version(key, ts, null));
        assertEquals(String.valueOf(expected), text(run), "seek " + key + "@" + ts);
        if (expected != null && random.nextBoolean()) { // turn around after a seek
            run.previous();
            assertEquals(String.valueOf(versions.lower(expected)), text(run));
        }
        run.seekBefore(bytes.address(), key.length(), prefix);
        Version before = versions.lower(new Version(key, Long.MAX_VALUE, null));
        assertEquals(String.valueOf(before), text(run), "before " + key);
        if (before != null) {
            run.next();
            assertEquals(String.valueOf(versions.higher(before)), text(run));
        }
    }

    private static String text(RunCursor run) {
        if (!run.valid) {
            return "null";
        }
        String value = run.tombstone ? null : LsmFixture.text(run.valueAddress, run.valueLength);
        return new Version(LsmFixture.text(run.keyAddress, run.keyLength), run.commitTs, value).toString();
    }

    private static void checkGets(Sstable table, TreeSet<Version> versions) {
        var out = new LsmValue();
        try (var arena = Arena.ofConfined()) {
            for (Version version : versions) {
                for (long ts = version.ts() - 1; ts <= version.ts() + 1; ts++) {
                    MemorySegment key =
                            arena.allocate(version.key().length() + 1L).copyFrom(LsmFixture.bytes(version.key()));
                    int length = version.key().length();
                    long hash = Checksum.xxh3(key.address(), length);
                    long prefix = Keys.prefix(key.address(), length);
                    boolean found = table.get(key.address(), length, prefix, hash, ts, out);
                    Version expected = versions.ceiling(new Version(version.key(), ts, null));
                    boolean exists = expected != null && expected.key().equals(version.key());
                    assertEquals(exists, found, version + " at " + ts);
                    if (exists) {
                        assertEquals(expected.ts(), out.commitTs());
                        assertEquals(expected.value() == null, out.isDeleted());
                    }
                }
            }
        }
    }

    /// Blocks of one to three large entries share most or all bytes of their keys; no filter hides a false
    /// hit.
    @Property(tries = 30)
    void a_key_that_is_not_there_is_not_found_in_a_block_that_shares_other_bytes(@ForAll long seed) {
        var random = new Random(seed);
        var keys = new TreeSet<Integer>();
        for (int i = 0; i < 60; i++) {
            keys.add(random.nextInt(1 << 12));
        }
        try (var files = CrashableFileStore.create();
                var epochs = new Epochs();
                var arena = Arena.ofConfined()) {
            LsmOptions options = LsmFixture.SMALL.withMemtableBytes(1 << 20).withBlocks(4096, 0);
            try (LsmStore store = LsmStore.open(files, options, epochs)) {
                LsmTree tree = store.createTree(1);
                for (int key : keys) {
                    try (var batch = new WriteBatch()) {
                        batch.put(1, number(key), LsmFixture.bytes("x".repeat(1 + random.nextInt(4000))));
                        store.apply(batch, 1, 1);
                    }
                }
                store.flush(1);
                var out = new LsmValue();
                for (int key = 0; key < 1 << 12; key++) {
                    MemorySegment bytes = arena.allocate(Long.BYTES).copyFrom(number(key));
                    try (Epochs.Pin _ = epochs.pin()) {
                        assertEquals(keys.contains(key), tree.get(bytes, 1, out), "seed " + seed + ", key " + key);
                    }
                }
            }
        }
        LsmFixture.assertNoLiveMemory();
    }

    private static MemorySegment number(long key) {
        return MemorySegment.ofArray(
                ByteBuffer.allocate(Long.BYTES).putLong(key).array());
    }

    @Test
    void filter_passes_all_its_keys_and_about_one_percent_of_others() {
        int keys = 20_000;
        try (var filter = new GrowableBuffer(MemoryTag.of("test"))) {
            long bytes = BloomFilter.bytesFor(keys, 10);
            filter.reserve(bytes);
            int probes = BloomFilter.probesFor(10);
            assertEquals(6, probes);
            var random = new Random(3);
            var hashes = new ArrayList<Long>();
            for (int i = 0; i < keys; i++) {
                hashes.add(random.nextLong());
                BloomFilter.add(filter.address(), bytes, probes, hashes.getLast());
            }
            for (long hash : hashes) {
                assertTrue(BloomFilter.mayContain(filter.address(), bytes, probes, hash));
            }
            int passed = 0;
            for (int i = 0; i < 100_000; i++) {
                passed += BloomFilter.mayContain(filter.address(), bytes, probes, random.nextLong()) ? 1 : 0;
            }
            assertEquals(1_000, passed, 400, "false positives of 100,000");
        }
        LsmFixture.assertNoLiveMemory();
    }
}
