package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import omendb.memory.ReservedRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LsmStoreTest {
    private static final long REL = 16384;

    @TempDir
    Path directory;

    private final AtomicLong oldest = new AtomicLong(Long.MAX_VALUE);
    private LsmFixture lsm;

    private LsmFixture open(LsmOptions options) {
        lsm = LsmFixture.open(directory, options.withOldestSnapshot(oldest::get));
        return lsm;
    }

    @AfterEach
    void no_off_heap_memory_is_left() {
        if (lsm != null) {
            lsm.close();
        }
        LsmFixture.assertNoLiveMemory();
    }

    @Test
    void newest_version_up_to_the_snapshot_is_found_wherever_it_lies() {
        oldest.set(0);
        open(LsmFixture.SMALL);
        lsm.store().createTree(REL);
        lsm.put(REL, "a", "one", 1);
        lsm.put(REL, "b", "uno", 2);
        lsm.store().flush(2);
        lsm.put(REL, "a", "two", 3);
        lsm.delete(REL, "b", 4);
        for (int round = 0; round < 4; round++) {
            assertNull(lsm.get(REL, "a", 0));
            assertEquals("one", lsm.get(REL, "a", 2));
            assertEquals("two", lsm.get(REL, "a", 3));
            assertEquals("uno", lsm.get(REL, "b", 3));
            assertNull(lsm.get(REL, "b", 4));
            assertNull(lsm.get(REL, "c", 9));
            assertEquals(List.of("a=one", "b=uno"), lsm.scan(REL, null, null, 2, false));
            assertEquals(List.of("b=uno", "a=two"), lsm.scan(REL, null, null, 3, true));
            assertEquals(List.of("a=two"), lsm.scan(REL, null, null, 9, true));
            switch (round) {
                case 0 -> lsm.store().flush(4);
                case 1 -> lsm.store().compact(REL);
                default -> lsm.reopen();
            }
        }
        assertEquals(4, lsm.store().flushedLsn());
        assertEquals(4, lsm.store().maxCommitTs());
    }

    @Test
    void a_scan_finds_the_next_key_behind_any_number_of_versions() {
        oldest.set(0);
        open(LsmFixture.SMALL);
        lsm.store().createTree(REL);
        lsm.put(REL, "a", "first", 1);
        lsm.put(REL, "c", "last", 2);
        for (int ts = 3; ts <= 400; ts++) {
            if (ts % 7 == 0) {
                lsm.delete(REL, "b", ts);
            } else {
                lsm.put(REL, "b", "v" + ts, ts);
            }
            if (ts == 150) {
                lsm.store().flush(ts);
            }
        }
        for (int round = 0; round < 3; round++) {
            for (int ts = 2; ts <= 400; ts += 3) {
                List<String> expected = ts == 2 || ts % 7 == 0
                        ? List.of("a=first", "c=last")
                        : List.of("a=first", "b=v" + ts, "c=last");
                assertEquals(expected, lsm.scan(REL, null, null, ts, false), "at " + ts);
                assertEquals(expected.reversed(), lsm.scan(REL, null, null, ts, true), "at " + ts);
            }
            switch (round) {
                case 0 -> lsm.store().flush(400);
                default -> lsm.store().compact(REL);
            }
        }
    }

    @Test
    void later_operation_of_one_batch_wins() {
        open(LsmFixture.SMALL);
        lsm.store().createTree(REL);
        try (var batch = new WriteBatch()) {
            batch.put(REL, LsmFixture.bytes("k"), LsmFixture.bytes("first"));
            batch.delete(REL, LsmFixture.bytes("k"));
            batch.put(REL, LsmFixture.bytes("k"), LsmFixture.bytes("last"));
            batch.put(REL, LsmFixture.bytes("gone"), LsmFixture.bytes("x"));
            batch.delete(REL, LsmFixture.bytes("gone"));
            lsm.store().apply(batch, 7, 7);
        }
        assertEquals("last", lsm.get(REL, "k", 7));
        assertNull(lsm.get(REL, "gone", 7));
        lsm.store().flush(7);
        assertEquals("last", lsm.get(REL, "k", 7));
        assertEquals(List.of("k=last"), lsm.scan(REL, null, null, 7, false));
    }

    @Test
    void thousands_of_random_writes_agree_with_a_map_through_flushes_and_compactions() {
        long seed = 42;
        var random = new Random(seed);
        open(LsmFixture.SMALL);
        lsm.store().createTree(REL);
        lsm.store().createTree(REL + 1);
        var model = new TreeMap<String, String>();
        for (int ts = 1; ts <= 20_000; ts++) {
            String key = "key-" + random.nextInt(3_000);
            if (random.nextInt(5) == 0) {
                lsm.delete(REL, key, ts);
                model.remove(key);
            } else {
                String value = "v" + ts + "x".repeat(random.nextInt(40));
                lsm.put(REL, key, value, ts);
                model.put(key, value);
            }
            if (random.nextInt(500) == 0) {
                lsm.store().compactPending();
            }
        }
        assertTrue(lsm.store().stats().flushes() > 5);
        assertTrue(lsm.store().stats().compactions() > 2);
        assertAgrees(model, 20_000);
        lsm.store().flush(20_000);
        lsm.reopen();
        assertAgrees(model, 20_000);
        lsm.store().compact(REL);
        assertAgrees(model, 20_000);
        lsm.store().verify();
        LsmStats.Tree stats = lsm.store().stats().trees().getFirst();
        assertEquals(model.size(), stats.entries(), "a full compaction keeps live versions only");
    }

    private void assertAgrees(TreeMap<String, String> model, long ts) {
        var forward = model.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .toList();
        assertEquals(forward, lsm.scan(REL, null, null, ts, false));
        assertEquals(forward.reversed(), lsm.scan(REL, null, null, ts, true));
        for (int i = 0; i < 3_000; i++) {
            assertEquals(model.get("key-" + i), lsm.get(REL, "key-" + i, ts), "key-" + i);
        }
        var range = model.subMap("key-15", "key-2").entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .toList();
        assertEquals(range, lsm.scan(REL, "key-15", "key-2", ts, false));
        assertEquals(range.reversed(), lsm.scan(REL, "key-15", "key-2", ts, true));
    }

    @Test
    void dropped_tree_is_gone_with_its_files_and_replay_skips_it() {
        open(LsmFixture.SMALL);
        lsm.store().createTree(REL);
        lsm.put(REL, "a", "1", 1);
        lsm.store().flush(1);
        lsm.put(REL, "b", "2", 2);
        LsmTree tree = lsm.store().tree(REL);
        lsm.store().dropTree(REL);
        assertThrows(IllegalStateException.class, tree::approximateEntries);
        assertThrows(IllegalArgumentException.class, () -> lsm.put(REL, "c", "3", 3));
        try (var batch = new WriteBatch()) {
            batch.put(REL, LsmFixture.bytes("c"), LsmFixture.bytes("3"));
            lsm.store().reapply(batch, 3, 3);
        }
        lsm.store().flush(3);
        lsm.reopen();
        assertNull(lsm.store().findTree(REL));
        assertFalse(
                directory.resolve("rel").resolve(Long.toString(REL)).toFile().exists());
    }

    @Test
    void open_cursor_survives_drop_and_compaction_of_its_tree() {
        open(LsmFixture.SMALL);
        lsm.store().createTree(REL);
        for (int i = 0; i < 100; i++) {
            lsm.put(REL, "k%03d".formatted(i), "v" + i, i + 1);
        }
        lsm.store().flush(100);
        try (LsmCursor cursor = lsm.store().tree(REL).scan(null, null, 100, false)) {
            assertTrue(cursor.next());
            lsm.store().compact(REL);
            lsm.store().dropTree(REL);
            int seen = 1;
            while (cursor.next()) {
                seen++;
            }
            assertEquals(100, seen);
        }
    }

    @Test
    void sorted_run_is_there_as_a_whole_and_survives_reopening() {
        open(LsmFixture.SMALL);
        lsm.store().createTree(REL);
        lsm.put(REL, "k00005", "old", 1);
        try (SortedRun run = lsm.store().startRun(REL, 2)) {
            for (int i = 0; i < 10_000; i++) {
                lsm.put(run, "k%05d".formatted(i), "bulk" + i);
            }
            assertThrows(IllegalArgumentException.class, () -> lsm.put(run, "a", "late"));
            assertEquals(1, lsm.scan(REL, null, null, 9, false).size());
            run.finish();
        }
        assertEquals(10_000, lsm.scan(REL, null, null, 9, false).size());
        assertEquals("bulk5", lsm.get(REL, "k00005", 9));
        lsm.reopen();
        assertEquals("bulk5", lsm.get(REL, "k00005", 9));
        assertEquals("bulk9999", lsm.get(REL, "k09999", 9));
        assertEquals(2, lsm.store().maxCommitTs());
    }

    @Test
    void table_that_is_written_in_several_pieces_is_whole() {
        open(LsmOptions.defaults().withCompactionThreads(0));
        lsm.store().createTree(REL);
        int rows = 1_500;
        try (SortedRun run = lsm.store().startRun(REL, 1)) {
            for (int i = 0; i < rows; i++) { // of three or four pages, so that pieces end within blocks
                lsm.put(run, "k%05d".formatted(i), ("value" + i + " ").repeat(1_100 + i % 300));
            }
            run.finish();
        }
        assertEquals(List.of(), LsmFixture.problems(lsm.store()));
        assertTrue(lsm.store().tree(REL).approximateBytes() > 7L * ReservedRange.HUGE_PAGE_BYTES);
        for (int i = 0; i < rows; i++) {
            assertEquals(("value" + i + " ").repeat(1_100 + i % 300), lsm.get(REL, "k%05d".formatted(i), 9));
            assertNull(lsm.get(REL, "k%05d+".formatted(i), 9));
        }
    }

    @Test
    void large_values_and_long_keys_go_through_memtable_and_table() {
        open(LsmFixture.SMALL);
        lsm.store().createTree(REL);
        String key = "long".repeat(5_000);
        String value = "x".repeat(300_000);
        lsm.put(REL, key, value, 1);
        lsm.put(REL, key + "z", "small", 2);
        lsm.put(REL, "", "empty key", 3);
        for (int round = 0; round < 2; round++) {
            assertEquals(value, lsm.get(REL, key, 9));
            assertEquals("small", lsm.get(REL, key + "z", 9));
            assertEquals("empty key", lsm.get(REL, "", 9));
            assertEquals(3, lsm.scan(REL, null, null, 9, true).size());
            assertEquals(1, lsm.scan(REL, null, "long", 9, false).size());
            lsm.store().flush(3);
        }
    }

    @Test
    void many_versions_of_one_key_span_blocks() {
        oldest.set(0);
        open(LsmFixture.SMALL);
        lsm.store().createTree(REL);
        for (int ts = 1; ts <= 3_000; ts++) {
            lsm.put(REL, "hot", "version-" + ts, ts);
            if (ts % 100 == 0) {
                lsm.put(REL, "m" + ts, "other", ts);
            }
        }
        lsm.store().flush(3_000);
        lsm.store().compact(REL);
        for (int ts = 1; ts <= 3_000; ts += 7) {
            assertEquals("version-" + ts, lsm.get(REL, "hot", ts));
            assertEquals(
                    "hot=version-" + ts, lsm.scan(REL, null, "i", ts, false).getFirst());
            assertEquals("hot=version-" + ts, lsm.scan(REL, null, "i", ts, true).getFirst());
        }
        oldest.set(3_000);
        lsm.store().compact(REL);
        assertEquals(31, lsm.store().stats().trees().getFirst().entries());
    }

    @Test
    void flush_waits_for_the_log_and_fails_with_it() {
        var barrier = new AtomicReference<RuntimeException>(new IllegalStateException("the log has failed"));
        open(LsmFixture.SMALL.withLogBarrier(() -> {
            if (barrier.get() != null) {
                throw barrier.get();
            }
        }));
        lsm.store().createTree(REL);
        lsm.put(REL, "a", "1", 1);
        assertThrows(IllegalStateException.class, () -> lsm.store().flush(1));
        assertEquals(0, lsm.store().flushedLsn());
        assertEquals("1", lsm.get(REL, "a", 1));
        barrier.set(null);
        lsm.store().flush(1);
        assertEquals(1, lsm.store().flushedLsn());
    }
}
