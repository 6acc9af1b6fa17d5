package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import omendb.memory.CrashableFileStore;
import omendb.memory.CrashableFileStore.Fault;
import omendb.memory.CrashableFileStore.Operation;
import omendb.memory.DiskFullException;
import omendb.memory.StorageException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Calls of the file store fail, one after the other: nothing is lost, and a full disk is no end.
class LsmFaultTest {
    private static final long REL = 16384;
    private static final int LOADED = 3_000; // rows of several tables

    @AfterEach
    void no_off_heap_memory_is_left() {
        LsmFixture.assertNoLiveMemory();
    }

    private static List<String> rows(int count) {
        var rows = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            rows.add("k%04d=v%d".formatted(i, i));
        }
        return rows;
    }

    private static void fill(LsmFixture lsm, int from, int to) {
        for (int i = from; i < to; i++) {
            lsm.put(REL, "k%04d".formatted(i), "v" + i, i + 1);
        }
    }

    @Test
    void flush_that_meets_a_full_disk_fails_cleanly_and_works_when_there_is_room() {
        for (Operation operation : List.of(Operation.CREATE, Operation.WRITE, Operation.PREALLOCATE, Operation.SYNC)) {
            for (int nth = 1; nth <= 3; nth++) {
                var files = CrashableFileStore.create();
                try (var lsm = LsmFixture.open(files, LsmFixture.SMALL)) {
                    lsm.store().createTree(REL);
                    fill(lsm, 0, 100);
                    lsm.store().flush(100);
                    fill(lsm, 100, 300);
                    files.failAt(operation, nth, Fault.DISK_FULL);
                    boolean failed = failsWith(lsm, DiskFullException.class);
                    assertEquals(rows(300), lsm.scan(REL, null, null, 1_000, false), operation + " " + nth);
                    if (failed && operation != Operation.SYNC && !lsm.store().isManifestInDoubt()) {
                        lsm.store().flush(300);
                        assertEquals(300, lsm.store().flushedLsn());
                    }
                    assertEquals(rows(300), lsm.scan(REL, null, null, 1_000, false));
                    lsm.crash(nth);
                    if (lsm.store().flushedLsn() < 300) {
                        fill(lsm, (int) lsm.store().flushedLsn(), 300);
                    }
                    assertEquals(rows(300), lsm.scan(REL, null, null, 1_000, false), operation + " " + nth);
                }
            }
        }
    }

    private static boolean failsWith(LsmFixture lsm, Class<? extends StorageException> kind) {
        try {
            lsm.store().flush(300);
            return false;
        } catch (StorageException e) {
            assertTrue(kind.isInstance(e), e.toString());
            return true;
        }
    }

    @Test
    void any_failing_call_in_flush_and_compaction_leaves_the_rows_readable_and_recoverable() {
        for (Operation operation : Operation.values()) {
            for (int nth = 1; nth <= 40; nth += 5) {
                var files = CrashableFileStore.create();
                try (var lsm = LsmFixture.open(files, LsmFixture.SMALL)) {
                    lsm.store().createTree(REL);
                    fill(lsm, 0, 200);
                    lsm.store().flush(200);
                    fill(lsm, 100, 400);
                    files.failAt(operation, nth, Fault.IO_ERROR);
                    try {
                        lsm.store().flush(400);
                        lsm.store().compact(REL);
                    } catch (StorageException e) {
                        assertNotNull(e.getMessage());
                    }
                    assertEquals(rows(400), lsm.scan(REL, null, null, 1_000, false), operation + " " + nth);
                    lsm.crash(nth);
                    fill(lsm, (int) lsm.store().flushedLsn(), 400);
                    assertEquals(rows(400), lsm.scan(REL, null, null, 1_000, false), operation + " " + nth);
                    lsm.store().flush(400);
                    lsm.store().compact(REL);
                    assertEquals(rows(400), lsm.scan(REL, null, null, 1_000, false), operation + " " + nth);
                }
            }
        }
    }

    /// With a background thread, so that tables are synced while the next ones are built.
    @Test
    void any_failing_call_of_a_bulk_load_leaves_all_of_it_or_nothing() {
        LsmOptions options =
                LsmFixture.SMALL.withLevels(100, 1 << 20, 4, 8 << 10).withCompactionThreads(1);
        int failed = 0;
        for (Operation operation : Operation.values()) {
            for (int nth = 1; nth <= 25; nth += 2) {
                var files = CrashableFileStore.create();
                try (var lsm = LsmFixture.open(files, options)) {
                    lsm.store().createTree(REL);
                    files.failAt(operation, nth, Fault.IO_ERROR);
                    boolean loaded = loads(lsm, LOADED);
                    failed += loaded ? 0 : 1;
                    List<String> expected = loaded ? rows(LOADED) : List.of();
                    assertEquals(expected, lsm.scan(REL, null, null, 1_000, false), operation + " " + nth);
                    lsm.crash(nth);
                    List<String> found = lsm.scan(REL, null, null, 1_000, false);
                    // an edit of the manifest whose sync failed may be there all the same
                    assertTrue(found.equals(expected) || found.equals(rows(LOADED)), operation + " " + nth);
                    if (found.isEmpty()) {
                        assertTrue(loads(lsm, LOADED), operation + " " + nth);
                    }
                    assertEquals(rows(LOADED), lsm.scan(REL, null, null, 1_000, false), operation + " " + nth);
                    lsm.store().verify();
                }
                LsmFixture.assertNoLiveMemory();
            }
        }
        assertTrue(failed > 15, failed + " loads failed");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void replay_applies_in_order_and_names_the_failure_of_the_thread_that_applies(int threads) {
        var files = CrashableFileStore.create();
        LsmOptions options = LsmFixture.SMALL.withMemtableBytes(16 << 10).withCompactionThreads(threads);
        try (var lsm = LsmFixture.open(files, options)) {
            lsm.store().createTree(REL);
            try (LsmReplay replay = lsm.store().startReplay()) {
                for (int i = 0; i < 20_000; i++) { // several chunks, many memtables
                    add(replay, REL, i % 1_000, i + 1);
                }
                add(replay, REL + 1, 0, 20_001); // dropped since
                replay.finish();
            }
            var expected = new ArrayList<String>();
            for (int i = 0; i < 1_000; i++) {
                expected.add("k%04d=v%d".formatted(i, 19_000 + i + 1));
            }
            assertEquals(expected, lsm.scan(REL, null, null, 100_000, false));
            try (LsmReplay replay = lsm.store().startReplay()) {
                try (var batch = new WriteBatch()) { // what a later operation of a batch deletes is gone
                    batch.put(REL, LsmFixture.bytes("k0500"), LsmFixture.bytes("never"));
                    batch.deleteRange(REL, LsmFixture.bytes("k0010"), LsmFixture.bytes("k0990"));
                    batch.put(REL, LsmFixture.bytes("k0600"), LsmFixture.bytes("once"));
                    batch.put(REL, LsmFixture.bytes("k0600"), LsmFixture.bytes("twice"));
                    replay.add(batch, 20_001, 20_001);
                }
                replay.finish();
            }
            expected.subList(10, 990).clear();
            expected.add(10, "k0600=twice");
            assertEquals(expected, lsm.scan(REL, null, null, 100_000, false));
            lsm.store().flush(20_001);
            assertEquals(expected, lsm.scan(REL, null, null, 100_000, false));
            try (LsmReplay replay = lsm.store().startReplay()) {
                add(replay, REL, 1, 20_002);
                assertThrows(IllegalArgumentException.class, () -> {
                    add(replay, REL, 1, Long.MAX_VALUE); // no timestamp of a commit
                    add(replay, REL, 1, 20_003);
                    replay.finish();
                });
            }
            // the batch before was not put into the trees: no table may say that it holds all up to here
            assertThrows(IllegalStateException.class, () -> lsm.store().flush(20_003));
            assertEquals(20_001, lsm.store().flushedLsn());
        }
    }

    private static void add(LsmReplay replay, long relation, int row, long ts) {
        try (var batch = new WriteBatch()) {
            batch.put(relation, LsmFixture.bytes("k%04d".formatted(row)), LsmFixture.bytes("v" + ts));
            replay.add(batch, ts, ts);
        }
    }

    private static boolean loads(LsmFixture lsm, int count) {
        try (SortedRun run = lsm.store().startRun(REL, 1)) {
            for (int i = 0; i < count; i++) {
                lsm.put(run, "k%04d".formatted(i), "v" + i);
            }
            run.finish();
            return true;
        } catch (StorageException e) {
            assertNotNull(e.getMessage());
            return false;
        }
    }

    @Test
    void failed_sync_of_the_manifest_stops_all_later_edits() {
        var files = CrashableFileStore.create();
        try (var lsm = LsmFixture.open(files, LsmFixture.SMALL)) {
            lsm.store().createTree(REL);
            fill(lsm, 0, 10);
            files.failAt(Operation.SYNC, 1, Fault.IO_ERROR);
            assertThrows(StorageException.class, () -> lsm.store().createTree(REL + 1));
            assertThrows(StorageException.class, () -> lsm.store().flush(10));
            assertThrows(StorageException.class, () -> lsm.store().createTree(REL + 2));
            assertEquals(rows(10), lsm.scan(REL, null, null, 1_000, false));
        }
    }

    @Test
    void background_flush_reports_a_full_disk_refuses_writes_and_recovers() {
        var files = CrashableFileStore.create();
        LsmOptions options = LsmFixture.SMALL.withMemtableBytes(16 << 10).withCompactionThreads(1);
        try (var lsm = LsmFixture.open(files, options)) {
            lsm.store().createTree(REL);
            for (int nth = 1; nth <= 6; nth++) {
                files.failAt(Operation.WRITE, nth, Fault.DISK_FULL);
            }
            int row = 0;
            DiskFullException refused = null;
            while (refused == null && row < 9_000) {
                try {
                    lsm.store().admit(100);
                    fill(lsm, row, row + 1);
                    row++;
                } catch (DiskFullException e) {
                    refused = e;
                }
            }
            assertNotNull(refused, "writes are refused once the memory for them is full");
            assertNotNull(lsm.store().stats().backgroundFailure());
            assertEquals(rows(row), lsm.scan(REL, null, null, 100_000, false));
            flushUntilThereIsRoom(lsm, row);
            lsm.store().admit(100);
            fill(lsm, row, row + 1);
            assertEquals(rows(row + 1), lsm.scan(REL, null, null, 100_000, false));
        }
    }

    private static void flushUntilThereIsRoom(LsmFixture lsm, int lsn) {
        for (int attempt = 0; attempt < 10 && lsm.store().flushedLsn() < lsn; attempt++) {
            try {
                lsm.store().flush(lsn);
            } catch (DiskFullException e) {
                assertTrue(attempt < 8, e.toString());
            }
        }
    }
}
