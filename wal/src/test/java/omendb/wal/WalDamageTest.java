package omendb.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import omendb.memory.CorruptFileException;
import omendb.memory.CrashableFileStore;
import omendb.memory.CrashableFileStore.Fault;
import omendb.memory.CrashableFileStore.Operation;
import omendb.memory.DiskFullException;
import omendb.memory.FileHeader;
import omendb.memory.FileStore;
import omendb.memory.FileVersionException;
import omendb.memory.StorageException;
import omendb.memory.StoreFile;
import omendb.memory.TruncatedFileException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What happens to a log whose files or calls go bad.
class WalDamageTest {
    private static final WalOptions OPTIONS = new WalOptions("wal", 16 << 10, 16 << 10, Duration.ofMillis(100), 2);

    private static final String SEGMENT = ".wal"; // not the one being prepared

    @TempDir
    Path directory;

    private final Arena arena = Arena.ofShared();

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void a_flipped_bit_is_an_error_or_costs_at_most_the_last_record() throws IOException {
        List<Seen> expected = writeLog(FileStore.open(directory), 120);
        List<Path> files;
        try (var listed = Files.list(directory.resolve("wal"))) {
            files = listed.sorted().toList();
        }
        int errors = 0;
        var random = new Random(5);
        for (int round = 0; round < 250; round++) {
            Path file = files.get(random.nextInt(files.size()));
            long bit = random.nextLong(Files.size(file) * 8);
            Path copy = copyLog("flip-" + round);
            byte[] content = Files.readAllBytes(file);
            content[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
            Files.write(copy.resolve("wal").resolve(file.getFileName()), content);
            String where = file.getFileName() + " bit " + bit;
            try {
                List<Seen> found = Seen.replay(FileStore.open(copy), OPTIONS, 0);
                assertTrue(found.size() >= expected.size() - 1, where + ": only " + found.size());
                assertEquals(expected.subList(0, found.size()), found, where);
            } catch (CorruptFileException | FileVersionException e) {
                errors++;
            }
        }
        assertTrue(errors > 40, errors + " flips were noticed");
    }

    @Test
    void a_log_cut_at_any_byte_of_its_last_record_loses_that_record_only() throws IOException {
        FileStore store = FileStore.open(directory);
        List<Seen> expected = writeLog(store, 20);
        long start = expected.get(18).endLsn();
        var format = new WalSegmentFormat(OPTIONS.segmentBytes());
        String last = "wal/" + WalSegmentFormat.fileName(format.idOf(start));
        for (long lsn = start; lsn < expected.getLast().endLsn() - 8; lsn += 8) {
            Path copy = copyLog("cut-" + lsn);
            FileStore cut = FileStore.open(copy);
            cut.delete("wal/" + CleanEnd.NAME); // a process that died leaves none
            try (StoreFile file = cut.open(last)) {
                // as if the sectors from here on had never been written
                file.write(arena.allocate(expected.getLast().endLsn() - lsn), format.positionOf(lsn));
            }
            assertEquals(expected.subList(0, 19), Seen.replay(cut, OPTIONS, 0), "cut at " + lsn);
            // and the log goes on from there
            try (Wal wal = Wal.open(cut, OPTIONS)) {
                wal.replay(0, (endLsn, type, transactionId, payload) -> {});
                Seen.append(wal, 1, 1, Seen.payload(arena, 77, 1));
            }
            assertEquals(20, Seen.replay(cut, OPTIONS, 0).size());
        }
    }

    @Test
    void a_record_behind_a_torn_one_never_comes_back() {
        // records A (torn), B (whole); the new record that takes A's place ends exactly where B starts
        for (long seed = 0; seed < 80; seed++) {
            CrashableFileStore store = CrashableFileStore.create();
            Wal wal = Wal.open(store, OPTIONS);
            wal.replay(0, Seen.nothing());
            Seen first = Seen.append(wal, 1, 1, Seen.payload(arena, 100, 1));
            wal.awaitDurable(first.endLsn());
            store.failAt(Operation.SYNC, SEGMENT, 1, Fault.IO_ERROR);
            Seen torn = Seen.append(wal, 1, 2, Seen.payload(arena, 1000, 2));
            Seen behind = Seen.append(wal, 1, 3, Seen.payload(arena, 1000, 3));
            assertThrows(WalFailedException.class, () -> wal.awaitDurable(behind.endLsn()));
            CrashableFileStore after = store.crash(seed);
            wal.close();
            store.close();
            List<Seen> found = Seen.replay(after, OPTIONS, 0);
            assertEquals(List.of(first, torn, behind).subList(0, found.size()), found, "seed " + seed);
            if (found.size() == 1) {
                try (Wal next = Wal.open(after, OPTIONS)) {
                    next.replay(0, Seen.into(new ArrayList<>()));
                    Seen replacement = Seen.append(next, 9, 9, Seen.payload(arena, 1000, 9));
                    assertEquals(torn.endLsn(), replacement.endLsn());
                    next.awaitDurable(replacement.endLsn());
                    found.add(replacement);
                }
                assertEquals(found, Seen.replay(after, OPTIONS, 0), "seed " + seed);
            }
            after.close();
        }
    }

    @Test
    void a_log_of_one_segment_whose_header_is_damaged_is_not_taken_for_an_empty_one() throws IOException {
        Wal wal = Wal.open(FileStore.open(directory), OPTIONS);
        wal.replay(0, Seen.nothing());
        for (int i = 0; i < 3; i++) {
            wal.awaitDurable(wal.append(1, i, Seen.payload(arena, 20, i)));
        }
        Path killed = copyLog("killed");
        wal.close();
        Path closed = copyLog("closed");
        for (Path copy : List.of(killed, closed)) {
            Path segment = copy.resolve("wal").resolve(WalSegmentFormat.fileName(1));
            byte[] content = Files.readAllBytes(segment);
            content[40] ^= 4;
            Files.write(segment, content);
            var damaged = assertThrows(CorruptFileException.class, () -> Seen.replay(FileStore.open(copy), OPTIONS, 0));
            assertTrue(damaged.getMessage().contains(WalSegmentFormat.fileName(1)), damaged::getMessage);
        }
    }

    @Test
    void a_missing_or_cut_segment_is_an_error() throws IOException {
        FileStore store = FileStore.open(directory);
        writeLog(store, 200);
        FileStore missing = FileStore.open(copyLog("missing"));
        missing.delete("wal/00000002.wal");
        assertThrows(CorruptFileException.class, () -> Seen.replay(missing, OPTIONS, 0));
        Path cut = copyLog("cut");
        try (var channel = java.nio.channels.FileChannel.open(
                cut.resolve("wal/00000002.wal"), java.nio.file.StandardOpenOption.WRITE)) {
            channel.truncate(9000);
        }
        assertThrows(TruncatedFileException.class, () -> Seen.replay(FileStore.open(cut), OPTIONS, 0));
        FileStore none = FileStore.open(directory.resolve("none"));
        assertThrows(CorruptFileException.class, () -> Seen.replay(none, OPTIONS, 4096));
    }

    @Test
    void a_segment_of_a_newer_format_is_refused_by_its_version() {
        FileStore store = FileStore.open(directory);
        writeLog(store, 5);
        try (StoreFile file = store.open("wal/00000001.wal")) {
            FileHeader.of("wal", 2, 0, 0, 1, OPTIONS.segmentBytes(), 0, 0).write(file);
        }
        var e = assertThrows(FileVersionException.class, () -> Seen.replay(store, OPTIONS, 0));
        assertEquals(FileVersionException.Problem.TOO_NEW, e.problem());
    }

    @Test
    void a_failed_sync_fails_the_log_for_good() {
        try (CrashableFileStore store = CrashableFileStore.create()) {
            Wal wal = Wal.open(store, OPTIONS);
            wal.replay(0, Seen.nothing());
            Seen good = Seen.append(wal, 1, 1, Seen.payload(arena, 10, 1));
            wal.awaitDurable(good.endLsn());
            store.failAt(Operation.SYNC, SEGMENT, 1, Fault.IO_ERROR);
            Seen doubtful = Seen.append(wal, 1, 2, Seen.payload(arena, 10, 2));
            var e = assertThrows(WalFailedException.class, () -> wal.awaitDurable(doubtful.endLsn()));
            assertInstanceOf(StorageException.class, e.getCause());
            wal.awaitDurable(good.endLsn());
            assertThrows(WalFailedException.class, () -> Seen.append(wal, 1, 3, arena.allocate(1)));
            assertThrows(WalFailedException.class, () -> wal.awaitDurable(doubtful.endLsn()));
            assertTrue(wal.hasFailed());
            assertEquals(good.endLsn(), wal.durableLsn());
            wal.close();
            assertEquals(good.endLsn(), wal.durableLsn());
        }
    }

    @Test
    void a_full_disk_refuses_what_needs_a_further_segment_and_the_log_goes_on_when_there_is_room() {
        try (CrashableFileStore store = CrashableFileStore.create();
                Wal wal = Wal.open(store, OPTIONS)) {
            wal.replay(0, Seen.nothing());
            wal.awaitDurable(Seen.append(wal, 1, 0, Seen.payload(arena, 100, 0)).endLsn());
            store.setFull(true);
            long appended = 0;
            try {
                for (int i = 1; i < 10_000; i++) {
                    appended =
                            Seen.append(wal, 1, i, Seen.payload(arena, 100, i)).endLsn();
                }
            } catch (DiskFullException full) {
                assertTrue(full.getMessage().contains("wal/"), full.getMessage());
            }
            assertEquals(appended, wal.appendedLsn());
            wal.awaitDurable(appended);
            assertThrows(DiskFullException.class, () -> Seen.append(wal, 1, 1, Seen.payload(arena, 60_000, 1)));
            assertEquals(appended, wal.appendedLsn());
            store.setFull(false);
            long after = Seen.append(wal, 1, 2, Seen.payload(arena, 60_000, 2)).endLsn();
            wal.awaitDurable(after);
            assertTrue(after > appended);
        }
    }

    @Test
    void waiting_appenders_are_released_when_the_log_fails() throws Exception {
        try (CrashableFileStore store = CrashableFileStore.create();
                Wal wal = Wal.open(store, OPTIONS)) {
            wal.replay(0, Seen.nothing());
            store.failAt(Operation.WRITE, SEGMENT, 30, Fault.IO_ERROR);
            List<Thread> threads = new ArrayList<>();
            var ended = new java.util.concurrent.atomic.AtomicInteger();
            for (int t = 0; t < 6; t++) {
                int seed = t;
                MemorySegment payload = Seen.payload(arena, 3000, seed);
                threads.add(Thread.ofPlatform().start(() -> {
                    try {
                        while (true) {
                            long lsn = wal.append(1, seed, payload, payload);
                            if (seed % 2 == 0) {
                                wal.awaitDurable(lsn);
                            }
                        }
                    } catch (WalFailedException e) {
                        ended.incrementAndGet();
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(6, ended.get());
        }
    }

    private List<Seen> writeLog(FileStore store, int records) {
        List<Seen> expected = new ArrayList<>();
        try (Wal wal = Wal.open(store, OPTIONS)) {
            wal.replay(0, Seen.nothing());
            for (int i = 0; i < records; i++) {
                expected.add(Seen.append(wal, i, i, Seen.payload(arena, 200 + i, i)));
                wal.awaitDurable(expected.getLast().endLsn());
            }
        }
        return expected;
    }

    private Path copyLog(String name) throws IOException {
        Path target = directory.resolve("copies").resolve(name);
        Files.createDirectories(target.resolve("wal"));
        try (var files = Files.list(directory.resolve("wal"))) {
            for (Path file : files.toList()) {
                Files.copy(
                        file, target.resolve("wal").resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return target;
    }
}
