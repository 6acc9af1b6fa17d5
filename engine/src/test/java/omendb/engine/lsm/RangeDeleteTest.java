package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import omendb.memory.CrashableFileStore;
import omendb.memory.Epochs;
import omendb.memory.MemoryTag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RangeDeleteTest {
    private static final long REL = 7;
    private static final long NOW = 1_000;

    private final AtomicLong oldest = new AtomicLong();
    private final LsmFixture lsm = LsmFixture.open(
            CrashableFileStore.create(),
            LsmFixture.SMALL.withRowCacheBytes(1 << 20).withOldestSnapshot(oldest::get));

    RangeDeleteTest() {
        lsm.store().createTree(REL);
    }

    @AfterEach
    void no_off_heap_memory_is_left() {
        lsm.close();
        LsmFixture.assertNoLiveMemory();
    }

    private void putAll(long ts, String... keys) {
        for (String key : keys) {
            lsm.put(REL, key, key + ts, ts);
        }
    }

    private List<String> keys(long snapshot) {
        List<String> forward = lsm.scan(REL, null, null, snapshot, false);
        assertEquals(forward.reversed(), lsm.scan(REL, null, null, snapshot, true));
        return forward.stream().map(row -> row.substring(0, row.indexOf('='))).toList();
    }

    private LsmStats.Level total() {
        return lsm.store().stats().trees().getFirst().total();
    }

    @Test
    void range_includes_its_first_key_and_not_its_end() {
        putAll(1, "a", "b", "ba", "c", "ca", "d");
        lsm.deleteRange(REL, "b", "c", 2);
        for (int round = 0; round < 3; round++) {
            assertEquals(List.of("a", "c", "ca", "d"), keys(NOW));
            assertEquals(List.of("a", "b", "ba", "c", "ca", "d"), keys(1));
            assertNull(lsm.get(REL, "b", NOW));
            assertNull(lsm.get(REL, "bzzz", NOW));
            assertEquals("c1", lsm.get(REL, "c", NOW));
            assertEquals("ba1", lsm.get(REL, "ba", 1));
            lsm.store().flush(2);
            lsm.crash(1);
        }
        assertEquals(1, total().rangeDeletes());
        assertEquals(List.of("d=d1"), lsm.scan(REL, "cb", null, NOW, false));
        assertEquals(List.of(), lsm.scan(REL, "b", "c", NOW, true));
    }

    @Test
    void row_put_after_the_range_delete_stays_and_one_put_before_it_in_the_same_batch_goes() {
        putAll(1, "a", "b", "c");
        try (var batch = new WriteBatch()) {
            batch.put(REL, LsmFixture.bytes("b"), LsmFixture.bytes("before"));
            batch.put(REL, LsmFixture.bytes("x"), LsmFixture.bytes("before"));
            batch.deleteRange(REL, LsmFixture.bytes("a"), LsmFixture.bytes("y"));
            batch.put(REL, LsmFixture.bytes("c"), LsmFixture.bytes("after"));
            lsm.store().apply(batch, 2, 2);
        }
        lsm.put(REL, "d", "later", 3);
        for (int round = 0; round < 2; round++) {
            assertEquals(List.of("c=after", "d=later"), lsm.scan(REL, null, null, NOW, false));
            assertNull(lsm.get(REL, "b", NOW));
            assertNull(lsm.get(REL, "x", NOW));
            assertEquals("after", lsm.get(REL, "c", NOW));
            assertEquals("b1", lsm.get(REL, "b", 1));
            lsm.store().flush(3);
        }
    }

    @Test
    void table_of_range_deletes_alone_hides_what_lies_below_and_has_bounds() {
        putAll(1, "a", "b", "c");
        lsm.store().flush(1);
        lsm.deleteRange(REL, "b", "zz", 2);
        lsm.store().flush(2);
        lsm.crash(1);
        Sstable newest = lsm.store().tree(REL).state().levels().level(0)[0];
        assertEquals(0, newest.meta().entries());
        assertEquals(1, newest.meta().rangeDeletes());
        assertTrue(newest.meta().largestIsEnd());
        assertEquals(List.of("a"), keys(NOW));
        assertNull(lsm.get(REL, "c", NOW));
        assertEquals(List.of(), LsmFixture.problems(lsm.store()));
    }

    @Test
    void range_delete_goes_with_what_it_covers_once_no_snapshot_needs_either() {
        putAll(1, "a", "b", "c", "d");
        lsm.store().flush(1);
        lsm.store().compact(REL);
        oldest.set(1);
        lsm.deleteRange(REL, "b", "d", 2);
        lsm.store().compact(REL);
        assertEquals(List.of("a", "b", "c", "d"), keys(1));
        assertEquals(List.of("a", "d"), keys(NOW));
        assertEquals(1, total().rangeDeletes());
        assertEquals(4, total().entries());
        oldest.set(2);
        lsm.store().compact(REL);
        assertEquals(List.of("a", "d"), keys(NOW));
        assertEquals(0, total().rangeDeletes());
        assertEquals(2, total().entries());
    }

    @Test
    void everything_deleted_leaves_no_table_at_the_bottom() {
        putAll(1, "a", "b");
        lsm.store().flush(1);
        oldest.set(5);
        lsm.deleteRange(REL, "", "z", 2);
        lsm.store().compact(REL);
        assertEquals(0, total().tables());
        lsm.deleteRange(REL, "", "z", 3);
        lsm.store().flush(3);
        assertEquals(0, total().tables());
    }

    @Test
    void range_deletes_are_cut_where_tables_end_and_stay_one_when_merged_again() {
        for (int i = 0; i < 1_000; i++) {
            lsm.put(REL, "key-%04d".formatted(i), "x".repeat(300), 1);
        }
        lsm.deleteRange(REL, "key-0100", "key-0900", 2);
        for (int i = 0; i < 1_000; i += 2) {
            lsm.put(REL, "key-%04d".formatted(i), "y".repeat(300), 3);
        }
        for (int round = 0; round < 3; round++) {
            lsm.store().compact(REL);
            Sstable[] tables = lsm.store().tree(REL).state().levels().level(1);
            assertTrue(tables.length > 5, tables.length + " tables");
            long pieces = total().rangeDeletes();
            assertTrue(pieces > 5 && pieces <= tables.length, pieces + " pieces in " + tables.length + " tables");
            assertEquals(600, keys(NOW).size());
            assertEquals(1_000, keys(1).size());
            assertEquals(List.of(), LsmFixture.problems(lsm.store()));
            lsm.crash(1);
        }
    }

    @Test
    void overlapping_range_deletes_each_count_from_their_own_timestamp_on() {
        putAll(1, "a", "c", "e", "g");
        lsm.deleteRange(REL, "a", "d", 2);
        putAll(3, "c");
        lsm.deleteRange(REL, "b", "f", 4);
        putAll(5, "e");
        for (int round = 0; round < 3; round++) {
            assertEquals(List.of("a", "c", "e", "g"), keys(1));
            assertEquals(List.of("e", "g"), keys(2));
            assertEquals(List.of("c", "e", "g"), keys(3));
            assertEquals(List.of("g"), keys(4));
            assertEquals(List.of("e", "g"), keys(5));
            lsm.store().flush(5);
            lsm.store().compact(REL);
        }
    }

    @Test
    void cached_row_is_forgotten_when_a_range_delete_is_flushed() {
        putAll(1, "a", "b");
        lsm.store().flush(1);
        assertEquals("b1", lsm.get(REL, "b", NOW));
        assertEquals("b1", lsm.get(REL, "b", NOW));
        lsm.deleteRange(REL, "b", "c", 2);
        assertNull(lsm.get(REL, "b", NOW));
        lsm.store().flush(2);
        assertNull(lsm.get(REL, "b", NOW));
        assertEquals("b1", lsm.get(REL, "b", 1));
        assertNull(lsm.get(REL, "b", NOW));
    }

    @Test
    void newest_commit_of_a_key_is_that_of_the_range_delete() {
        putAll(1, "b");
        lsm.deleteRange(REL, "a", "c", 2);
        for (int round = 0; round < 2; round++) {
            try (Epochs.Pin _ = lsm.epochs().pin();
                    var key = new GrowableBuffer(MemoryTag.of("test"))) {
                key.appendByte('b');
                key.reserve(8);
                LsmTree tree = lsm.store().tree(REL);
                assertEquals(2, tree.latestCommitTs(key.address(), 1, new LsmValue()));
            }
            lsm.store().flush(2);
        }
    }

    @Test
    void open_cursor_of_an_older_snapshot_sees_the_rows_and_one_renewed_too() {
        putAll(1, "a", "b", "c", "d");
        try (LsmCursor forward = lsm.store().tree(REL).scan(null, null, 1, false);
                LsmCursor backward = lsm.store().tree(REL).scan(null, null, 1, true)) {
            assertTrue(forward.next() && backward.next());
            lsm.deleteRange(REL, "a", "e", 2);
            lsm.store().flush(2);
            backward.renew();
            var seen = new ArrayList<String>();
            while (forward.next() && backward.next()) {
                seen.add(LsmFixture.text(forward.keyAddress(), forward.keyLength())
                        + LsmFixture.text(backward.keyAddress(), backward.keyLength()));
            }
            assertEquals(List.of("bc", "cb", "da"), seen);
        }
    }

    @Test
    void range_delete_of_one_relation_leaves_the_others_alone() {
        lsm.store().createTree(REL + 1);
        putAll(1, "a");
        lsm.put(REL + 1, "a", "other", 1);
        lsm.deleteRange(REL, "", "z", 2);
        lsm.store().flush(2);
        assertEquals(List.of(), keys(NOW));
        assertEquals("other", lsm.get(REL + 1, "a", NOW));
    }
}
