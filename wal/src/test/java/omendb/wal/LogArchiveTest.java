package omendb.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import omendb.memory.CorruptFileException;
import omendb.memory.FileStore;
import omendb.memory.LiveMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogArchiveTest {
    private static final WalOptions SMALL =
            WalOptions.DEFAULTS.withSegmentBytes(16 << 10).withRingBytes(16 << 10);

    @TempDir
    Path directory;

    private final ArchivedSegments taken = new ArchivedSegments();
    private FileStore store;
    private LiveMemory memory;
    private Arena arena;

    @BeforeEach
    void open() {
        memory = LiveMemory.now();
        arena = Arena.ofShared();
        store = FileStore.open(directory);
    }

    @AfterEach
    void every_byte_is_freed() {
        arena.close();
        memory.assertUnchanged();
    }

    private List<Seen> append(Wal wal, int count) {
        List<Seen> appended = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            appended.add(Seen.append(wal, 1, i, Seen.payload(arena, i % 2000, i)));
        }
        wal.awaitDurable(wal.appendedLsn());
        return appended;
    }

    private static void awaitArchived(Wal wal, long lsn) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (wal.archivedLsn() < lsn) {
            assertTrue(System.nanoTime() < deadline, () -> "archived only up to " + wal.archivedLsn());
            Thread.onSpinWait();
        }
    }

    @Test
    void every_finished_segment_is_offered_once_and_in_order() {
        try (Wal wal = Wal.open(store, SMALL, taken.from(store))) {
            wal.replay(0, Seen.nothing());
            append(wal, 500);
            awaitArchived(wal, wal.durableLsn() - SMALL.segmentBytes());
        }
        assertEquals(taken.order().size(), taken.segments().size());
        for (int i = 0; i < taken.order().size(); i++) {
            assertEquals(i + 1L, taken.order().get(i));
        }
    }

    @Test
    void archive_and_log_together_hold_everything_whatever_was_recycled() {
        List<Seen> expected = new ArrayList<>();
        long released = 0;
        for (int run = 0; run < 4; run++) {
            try (Wal wal = Wal.open(store, SMALL, taken.from(store))) {
                wal.replay(released, Seen.into(new ArrayList<>()));
                expected.addAll(append(wal, 300));
                released = wal.durableLsn();
                wal.release(released);
            }
        }
        assertEquals(expected, taken.replayWith(store, SMALL));
    }

    @Test
    void a_segment_that_was_refused_is_kept_and_offered_again() {
        var refusals = new AtomicInteger(3);
        LogArchive copies = taken.from(store);
        LogArchive unwilling = segment -> {
            if (refusals.getAndDecrement() > 0) {
                throw new IllegalStateException("no room in the archive");
            }
            copies.take(segment);
        };
        try (Wal wal = Wal.open(store, SMALL, unwilling)) {
            wal.replay(0, Seen.nothing());
            append(wal, 300);
            wal.release(wal.durableLsn());
            awaitArchived(wal, SMALL.segmentBytes());
        }
        assertEquals(1L, taken.order().getFirst());
    }

    @Test
    void a_closing_log_does_not_wait_for_a_refusing_archive() {
        Wal wal = Wal.open(store, SMALL, _ -> {
            throw new IllegalStateException("never");
        });
        wal.replay(0, Seen.nothing());
        append(wal, 100);
        wal.close();
        assertEquals(100, Seen.replay(store, SMALL, 0).size());
    }

    @Test
    void a_log_that_ends_before_what_was_archived_is_damaged() throws IOException {
        try (Wal wal = Wal.open(store, SMALL, taken.from(store))) {
            wal.replay(0, Seen.nothing());
            append(wal, 200);
            awaitArchived(wal, wal.durableLsn() - SMALL.segmentBytes());
        }
        Path wal = directory.resolve("wal");
        Files.delete(wal.resolve(CleanEnd.NAME));
        try (var files = Files.list(wal)) {
            for (Path file : files.toList()) {
                long id = WalSegmentFormat.idOf(file.getFileName().toString());
                if (id > 2) {
                    Files.delete(file);
                }
            }
        }
        var damaged = assertThrows(CorruptFileException.class, () -> Seen.replay(store, SMALL, 0));
        assertTrue(damaged.getMessage().contains("which was durable"), damaged::getMessage);
    }
}
