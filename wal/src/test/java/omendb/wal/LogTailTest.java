package omendb.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import omendb.memory.FileStore;
import omendb.memory.LiveMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {
    private static final WalOptions SMALL =
            WalOptions.DEFAULTS.withSegmentBytes(32 << 10).withRingBytes(16 << 10);
    private static final Duration SOON = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private LiveMemory memory;
    private Arena arena;
    private Wal wal;

    @BeforeEach
    void open() {
        memory = LiveMemory.now();
        arena = Arena.ofShared();
        wal = Wal.open(FileStore.open(directory), SMALL);
        wal.replay(0, Seen.nothing());
    }

    @AfterEach
    void every_byte_is_freed() {
        wal.close();
        arena.close();
        memory.assertUnchanged();
    }

    private Seen append(int bytes, long seed) {
        return Seen.append(wal, 1, seed, Seen.payload(arena, bytes, seed));
    }

    private List<Seen> appendMany(int count, long seed) {
        var random = new Random(seed);
        List<Seen> appended = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            appended.add(append(random.nextInt(10) == 0 ? random.nextInt(50_000) : random.nextInt(300), seed + i));
        }
        wal.awaitDurable(wal.appendedLsn());
        return appended;
    }

    @Test
    void it_delivers_what_was_there_and_then_what_comes() {
        List<Seen> expected = new ArrayList<>(appendMany(300, 1));
        List<Seen> found = new ArrayList<>();
        try (LogTail tail = wal.tail(0)) {
            assertEquals(300, tail.read(Seen.into(found), SOON));
            assertEquals(0, tail.read(Seen.into(found), SOON));
            assertEquals(expected.getLast().endLsn(), tail.position());
            for (int round = 0; round < 20; round++) {
                expected.addAll(appendMany(round, 1000L * round));
                assertEquals(round, tail.read(Seen.into(found), SOON));
            }
        }
        assertEquals(expected, found);
    }

    @Test
    void it_starts_after_any_record() {
        List<Seen> all = appendMany(400, 2);
        for (int i = 0; i < all.size(); i += 13) {
            List<Seen> found = new ArrayList<>();
            try (LogTail tail = wal.tail(all.get(i).endLsn())) {
                tail.read(Seen.into(found), SOON);
            }
            assertEquals(all.subList(i + 1, all.size()), found, "after record " + i);
        }
    }

    @Test
    void a_reader_that_waits_is_woken_by_the_sync() throws InterruptedException {
        List<Seen> found = new ArrayList<>();
        try (LogTail tail = wal.tail(0)) {
            Thread reading = Thread.ofPlatform().start(() -> tail.read(Seen.into(found), LONG));
            while (reading.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            Seen seen = append(10, 3);
            wal.awaitDurable(seen.endLsn());
            reading.join();
            assertEquals(List.of(seen), found);
        }
    }

    @Test
    void many_appenders_and_a_reader_agree_on_the_order() throws InterruptedException {
        List<Seen> found = new ArrayList<>();
        int writers = 4;
        int each = 300;
        List<Thread> threads = new ArrayList<>();
        try (LogTail tail = wal.tail(0)) {
            for (int writer = 0; writer < writers; writer++) {
                long seed = 10_000L * writer;
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < each; i++) {
                        append(i % 50 == 0 ? 9_000 : i % 400, seed + i);
                    }
                    wal.awaitDurable(wal.appendedLsn());
                }));
            }
            while (found.size() < writers * each) {
                assertTrue(tail.read(Seen.into(found), LONG) > 0, "it waited in vain");
                tail.confirm(tail.position());
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(Seen.replay(FileStore.open(directory), SMALL, 0).size(), found.size());
        long last = 0;
        for (Seen seen : found) {
            assertTrue(seen.endLsn() > last);
            last = seen.endLsn();
        }
    }

    @Test
    void what_is_not_confirmed_is_kept_and_what_is_gone_is_refused() {
        List<Seen> expected = new ArrayList<>(appendMany(300, 4));
        try (LogTail tail = wal.tail(0)) {
            wal.release(wal.durableLsn());
            expected.addAll(appendMany(300, 5));
            wal.release(wal.durableLsn());
            List<Seen> found = new ArrayList<>();
            assertEquals(600, tail.read(Seen.into(found), SOON));
            assertEquals(expected, found);
            assertThrows(IllegalArgumentException.class, () -> tail.confirm(tail.position() + 8));
            tail.confirm(tail.position());
        }
        wal.release(wal.durableLsn());
        assertThrows(
                LogTrimmedException.class, () -> wal.tail(expected.getFirst().endLsn()));
        assertThrows(IllegalArgumentException.class, () -> wal.tail(wal.appendedLsn() + 8));
    }

    @Test
    void a_reader_outlives_the_log_and_reads_it_to_its_end() {
        List<Seen> expected = appendMany(50, 6);
        LogTail tail = wal.tail(0);
        wal.close();
        List<Seen> found = new ArrayList<>();
        tail.read(Seen.into(found), SOON);
        assertEquals(expected, found);
        assertEquals(0, tail.read(Seen.into(found), SOON));
        tail.close();
        tail.close();
        assertThrows(IllegalStateException.class, () -> tail.read(Seen.into(found), SOON));
    }

    @Test
    void the_beginning_of_a_payload_in_parts_is_kept_until_nobody_starts_inside_it() throws InterruptedException {
        int bytes = 200_000; // several segments
        Thread other = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 200; i++) {
                append(100, i);
            }
        });
        Seen large = append(bytes, 7);
        other.join();
        wal.awaitDurable(wal.appendedLsn());
        List<Seen> all = new ArrayList<>();
        try (LogTail tail = wal.tail(0)) {
            tail.read(Seen.into(all), SOON);
        }
        int at = all.indexOf(large);
        long before = at == 0 ? 0 : all.get(at - 1).endLsn(); // may lie between its first part and its last
        wal.release(before);
        wal.close();
        for (int restart = 0; restart < 2; restart++) {
            assertEquals(all.subList(at, all.size()), Seen.replay(FileStore.open(directory), SMALL, before));
        }
    }
}
