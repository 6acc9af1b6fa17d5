package omendb.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import omendb.memory.CorruptFileException;
import omendb.memory.CrashableFileStore;
import omendb.memory.CrashableFileStore.Fault;
import omendb.memory.CrashableFileStore.Operation;
import omendb.memory.FileStore;
import omendb.memory.StoreFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The mark that a clean close leaves, and what replay makes of it.
class CleanEndTest {
    private static final WalOptions OPTIONS = new WalOptions("wal", 64 << 10, 16 << 10, Duration.ofMillis(100), 2);
    private static final String MARK = "wal/" + CleanEnd.NAME;

    @TempDir
    Path directory;

    private final Arena arena = Arena.ofShared();

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void a_log_closed_at_the_flushed_lsn_opens_without_reading_a_record() {
        FileStore store = FileStore.open(directory);
        List<Seen> written = append(store, 0, 30, 0);
        long end = written.getLast().endLsn();
        // records that must not be looked at: replay would refuse the damage
        flip(store, written.get(20).endLsn());
        assertEquals(List.of(), Seen.replay(store, OPTIONS, end));
        assertTrue(store.exists(MARK), "a log that was not written to keeps its mark");
        assertThrows(CorruptFileException.class, () -> Seen.replay(store, OPTIONS, 0));
    }

    @Test
    void appends_after_a_clean_close_take_the_mark_away_and_are_replayed() {
        FileStore store = FileStore.open(directory);
        List<Seen> written = append(store, 0, 10, 0);
        try (Wal wal = Wal.open(store, OPTIONS)) {
            long end = written.getLast().endLsn();
            assertEquals(end, wal.replay(end, Seen.nothing()));
            written.add(Seen.append(wal, 1, 99, Seen.payload(arena, 300, 99)));
            wal.awaitDurable(written.getLast().endLsn());
            assertFalse(store.exists(MARK));
        }
        assertTrue(store.exists(MARK));
        assertEquals(written, Seen.replay(store, OPTIONS, 0));
    }

    @Test
    void a_power_cut_after_a_clean_close_and_new_appends_leaves_a_prefix_that_holds_what_was_durable() {
        for (long seed = 0; seed < 100; seed++) {
            var store = CrashableFileStore.create();
            List<Seen> written = append(store, 0, 5, seed);
            long end = written.getLast().endLsn();
            Wal wal = Wal.open(store, OPTIONS);
            wal.replay(end, Seen.nothing());
            int durable = written.size();
            if (seed % 3 > 0) {
                store.failAt(Operation.SYNC, ".wal", (int) (seed % 3), Fault.IO_ERROR);
            }
            for (int i = 0; i < 4; i++) {
                try {
                    written.add(Seen.append(wal, 2, i, Seen.payload(arena, 700, seed + i)));
                    wal.awaitDurable(written.getLast().endLsn());
                    durable = written.size();
                } catch (WalFailedException _) {
                    break;
                }
            }
            CrashableFileStore after = store.crash(seed);
            wal.close();
            store.close();
            List<Seen> found = Seen.replay(after, OPTIONS, 0);
            assertTrue(found.size() >= durable, "seed " + seed + ": " + found.size() + " of " + durable);
            assertEquals(written.subList(0, found.size()), found, "seed " + seed);
            after.close();
        }
    }

    @Test
    void a_power_cut_during_the_close_leaves_a_log_that_opens() {
        for (long seed = 0; seed < 60; seed++) {
            var store = CrashableFileStore.create();
            Wal wal = Wal.open(store, OPTIONS);
            wal.replay(0, Seen.nothing());
            List<Seen> written = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                written.add(Seen.append(wal, 2, i, Seen.payload(arena, 700, seed + i)));
            }
            wal.awaitDurable(written.getLast().endLsn());
            Operation[] operations = {Operation.WRITE, Operation.SYNC, Operation.RENAME, Operation.SYNC_DIRECTORY};
            store.failAt(operations[(int) (seed % 4)], seed % 4 == 3 ? "wal" : "end", 1, Fault.IO_ERROR);
            wal.close();
            CrashableFileStore after = store.crash(seed);
            store.close();
            assertEquals(written, Seen.replay(after, OPTIONS, 0), "seed " + seed);
            assertEquals(
                    List.of(), Seen.replay(after, OPTIONS, written.getLast().endLsn()), "seed " + seed);
            after.close();
        }
    }

    @Test
    void a_log_that_ends_before_its_mark_is_damaged() {
        FileStore store = FileStore.open(directory);
        List<Seen> written = append(store, 0, 10, 0);
        flip(store, written.get(8).endLsn()); // the last record: without the mark it would look torn
        assertThrows(CorruptFileException.class, () -> Seen.replay(store, OPTIONS, 0));
        store.delete(MARK);
        assertEquals(written.subList(0, 9), Seen.replay(store, OPTIONS, 0));
    }

    @Test
    void a_damaged_mark_costs_time_only_and_is_named_by_inspection() {
        FileStore store = FileStore.open(directory);
        List<Seen> written = append(store, 0, 10, 0);
        try (StoreFile mark = store.open(MARK)) {
            mark.write(arena.allocate(1).fill((byte) 0x55), 33);
        }
        var e = assertThrows(
                CorruptFileException.class, () -> Wal.inspect(store, OPTIONS, -1, 0, Seen.into(new ArrayList<>())));
        assertTrue(e.getMessage().contains(CleanEnd.NAME), e.getMessage());
        assertEquals(written, Seen.replay(store, OPTIONS, 0));
    }

    @Test
    void a_mark_that_records_run_past_is_not_believed() {
        FileStore store = FileStore.open(directory);
        List<Seen> written = append(store, 0, 10, 0);
        store.delete(MARK);
        new CleanEnd(store, "wal").write(written.get(4).endLsn());
        assertEquals(
                written.subList(5, 10),
                Seen.replay(store, OPTIONS, written.get(4).endLsn()));
    }

    @Test
    void from_any_records_end_on_exactly_the_later_payloads_are_delivered_even_those_in_interleaved_parts()
            throws InterruptedException {
        FileStore store = FileStore.open(directory);
        WalOptions options = OPTIONS.withSegmentBytes(1 << 20); // one segment: replay gives up earlier ones
        List<Seen> written = Collections.synchronizedList(new ArrayList<>());
        try (Wal wal = Wal.open(store, options)) {
            wal.replay(0, Seen.nothing());
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int thread = t;
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 8; i++) { // the longest record has 4 KiB here: one part to five
                        written.add(Seen.append(wal, thread, i, Seen.payload(arena, 1000 + 2500 * i, thread)));
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        written.sort((a, b) -> Long.compare(a.endLsn(), b.endLsn()));
        for (int i = 0; i < written.size(); i++) {
            assertEquals(
                    written.subList(i + 1, written.size()),
                    Seen.replay(store, options, written.get(i).endLsn()),
                    "from record " + i);
        }
    }

    private List<Seen> append(FileStore store, long from, int records, long seed) {
        List<Seen> written = new ArrayList<>();
        try (Wal wal = Wal.open(store, OPTIONS)) {
            wal.replay(from, Seen.nothing());
            for (int i = 0; i < records; i++) {
                written.add(Seen.append(wal, 1, i, Seen.payload(arena, 200 + i, seed + i)));
            }
        }
        return written;
    }

    /// Damages the record that starts at `lsn`.
    private void flip(FileStore store, long lsn) {
        var format = new WalSegmentFormat(OPTIONS.segmentBytes());
        MemorySegment bad = arena.allocate(1).fill((byte) 0x5a);
        try (StoreFile file = store.open("wal/" + WalSegmentFormat.fileName(format.idOf(lsn)))) {
            file.write(bad, format.positionOf(lsn) + WalRecordFormat.HEADER_BYTES + 50);
        }
    }
}
