package omendb.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import omendb.memory.CorruptFileException;
import omendb.memory.FileStore;
import omendb.memory.LiveMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalTest {
    private static final WalOptions SMALL =
            WalOptions.DEFAULTS.withSegmentBytes(32 << 10).withRingBytes(16 << 10);

    @TempDir
    Path directory;

    private FileStore store;
    private Arena arena;
    private LiveMemory memory;

    @BeforeEach
    void open() {
        memory = LiveMemory.now();
        store = FileStore.open(directory);
        arena = Arena.ofShared();
    }

    @AfterEach
    void every_byte_is_freed() {
        arena.close();
        memory.assertUnchanged();
    }

    @Test
    void a_new_log_is_empty_and_starts_at_zero() {
        try (Wal wal = Wal.open(store, SMALL)) {
            assertThrows(IllegalStateException.class, () -> wal.append(1, 1, payload(1, 1)));
            assertEquals(0, wal.replay(0, Seen.nothing()));
            assertEquals(0, wal.durableLsn());
            assertEquals(0, wal.appendedLsn());
        }
    }

    @Test
    void records_come_back_in_order_after_a_clean_close() {
        List<Seen> expected = new ArrayList<>();
        try (Wal wal = Wal.open(store, SMALL)) {
            wal.replay(0, Seen.nothing());
            for (int i = 0; i < 2000; i++) { // several segments
                expected.add(Seen.append(wal, i & 0xffff, -i, payload(i % 300, i)));
            }
        }
        assertEquals(expected, replay(SMALL, 0));
        long middle = expected.get(999).endLsn();
        assertEquals(expected.subList(1000, 2000), replay(SMALL, middle));
    }

    @Test
    void a_durable_record_is_there_without_a_close() {
        Wal wal = Wal.open(store, SMALL);
        wal.replay(0, Seen.nothing());
        Seen seen = Seen.append(wal, 7, 42, payload(100, 1));
        wal.awaitDurable(seen.endLsn());
        assertTrue(wal.durableLsn() >= seen.endLsn());
        // a second reader looks at the files of the live log: what a kill -9 would leave
        List<Seen> found = new ArrayList<>();
        try (var copy = copyOf("wal")) {
            found.addAll(Seen.replay(copy, SMALL, 0));
        }
        assertEquals(List.of(seen), found);
        wal.close();
        wal.close();
    }

    @Test
    void a_payload_may_come_in_pieces_and_be_empty() {
        Seen first;
        Seen second;
        try (Wal wal = Wal.open(store, SMALL)) {
            wal.replay(0, Seen.nothing());
            MemorySegment whole = payload(500, 3);
            long lsn = wal.append(
                    3, 4, whole.asSlice(0, 1), whole.asSlice(1, 0), whole.asSlice(1, 300), whole.asSlice(301));
            first = Seen.of(lsn, 3, 4, whole);
            second = Seen.of(wal.append(5, 6), 5, 6, arena.allocate(1).asSlice(0, 0));
        }
        assertEquals(List.of(first, second), replay(SMALL, 0));
    }

    @Test
    void a_payload_larger_than_ring_and_segment_comes_back_whole() {
        List<Seen> expected = new ArrayList<>();
        try (Wal wal = Wal.open(store, SMALL)) {
            wal.replay(0, Seen.nothing());
            for (int bytes : new int[] {4000, 4056, 4057, 4096, 5000, 16 << 10, 100_000, 1 << 20}) {
                expected.add(Seen.append(wal, 1, bytes, payload(bytes, bytes)));
            }
            wal.awaitDurable(wal.appendedLsn());
        }
        assertEquals(expected, replay(SMALL, 0));
    }

    @Test
    void concurrent_appenders_lose_nothing_and_mix_nothing() throws Exception {
        var expected = new ConcurrentLinkedQueue<Seen>();
        var failure = new AtomicReference<Throwable>();
        try (Wal wal = Wal.open(store, SMALL)) {
            wal.replay(0, Seen.nothing());
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                int thread = t;
                Runnable work = () -> {
                    var random = new Random(thread);
                    for (int i = 0; i < 300; i++) {
                        int bytes = random.nextInt(20) == 0 ? random.nextInt(30_000) : random.nextInt(400);
                        Seen seen = Seen.append(wal, thread, i, payload(bytes, thread * 1000L + i));
                        expected.add(seen);
                        if (random.nextInt(4) == 0) {
                            wal.awaitDurable(seen.endLsn(), random.nextBoolean());
                        }
                    }
                };
                Thread started = t % 2 == 0
                        ? Thread.ofPlatform().unstarted(work)
                        : Thread.ofVirtual().unstarted(work);
                started.setUncaughtExceptionHandler((thread1, e) -> failure.set(e));
                started.start();
                threads.add(started);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(null, failure.get());
        }
        List<Seen> sorted = new ArrayList<>(expected);
        sorted.sort((a, b) -> Long.compare(a.endLsn(), b.endLsn()));
        assertEquals(sorted, replay(SMALL, 0));
    }

    @Test
    void a_leader_needs_no_writer_and_shares_its_sync() throws Exception {
        try (Wal wal = Wal.open(store, SMALL.withFlushInterval(java.time.Duration.ofHours(1)))) {
            wal.replay(0, Seen.nothing());
            Seen first = Seen.append(wal, 1, 1, payload(10, 1));
            Seen second = Seen.append(wal, 1, 2, payload(5000, 2));
            wal.awaitDurable(first.endLsn(), true);
            assertTrue(wal.durableLsn() >= second.endLsn());
        }
    }

    @Test
    void the_log_goes_on_after_each_reopen() {
        List<Seen> expected = new ArrayList<>();
        for (int round = 0; round < 30; round++) {
            try (Wal wal = Wal.open(store, SMALL)) {
                List<Seen> found = new ArrayList<>();
                wal.replay(0, Seen.into(found));
                assertEquals(expected, found);
                for (int i = 0; i < 37; i++) {
                    expected.add(Seen.append(wal, round, i, payload(round * 10, i)));
                }
            }
        }
    }

    @Test
    void released_segments_are_recycled_and_never_replayed() {
        WalOptions options = new WalOptions("wal", 16 << 10, 16 << 10, java.time.Duration.ofMillis(50), 2);
        Seen last = null;
        long from = 0;
        try (Wal wal = Wal.open(store, options)) {
            wal.replay(0, Seen.nothing());
            for (int i = 0; i < 3000; i++) {
                last = Seen.append(wal, 1, i, payload(100, i));
                if (i % 100 == 99) {
                    wal.awaitDurable(last.endLsn());
                    if (i < 2999) {
                        from = last.endLsn();
                    }
                    wal.release(last.endLsn());
                    assertTrue(
                            store.list("wal").size() <= 6,
                            () -> store.list("wal").toString());
                }
            }
        }
        List<Seen> found = replay(options, from);
        assertEquals(100, found.size());
        assertEquals(last, found.getLast());
        assertThrows(CorruptFileException.class, () -> replay(options, 0));
    }

    @Test
    void an_unawaited_record_becomes_durable_by_itself() throws Exception {
        try (Wal wal = Wal.open(store, SMALL.withFlushInterval(java.time.Duration.ofMillis(5)))) {
            wal.replay(0, Seen.nothing());
            long lsn = Seen.append(wal, 1, 1, payload(10, 1)).endLsn();
            long deadline = System.nanoTime() + 10_000_000_000L;
            while (wal.durableLsn() < lsn) {
                assertTrue(System.nanoTime() < deadline, "not durable after 10 s");
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void impossible_arguments_are_refused() {
        try (Wal wal = Wal.open(store, SMALL)) {
            wal.replay(0, Seen.nothing());
            assertThrows(IllegalArgumentException.class, () -> wal.append(-1, 0));
            assertThrows(IllegalArgumentException.class, () -> wal.append(65_536, 0));
            assertThrows(IllegalArgumentException.class, () -> wal.awaitDurable(1000));
            assertThrows(IllegalArgumentException.class, () -> wal.release(1000));
            assertThrows(IllegalStateException.class, () -> wal.replay(0, Seen.nothing()));
        }
    }

    @Test
    void an_appender_whose_source_fails_leaves_no_record_and_does_not_stop_the_log() {
        List<Seen> expected = new ArrayList<>();
        try (Wal wal = Wal.open(store, SMALL)) {
            wal.replay(0, Seen.nothing());
            expected.add(Seen.append(wal, 1, 1, payload(100, 1)));
            MemorySegment dead;
            try (Arena shortLived = Arena.ofConfined()) {
                dead = shortLived.allocate(100);
            }
            assertThrows(IllegalStateException.class, () -> wal.append(1, 2, dead));
            assertThrows(IllegalStateException.class, () -> wal.append(1, 2, payload(9000, 5), dead));
            expected.add(Seen.append(wal, 1, 3, payload(100, 3)));
            wal.awaitDurable(expected.getLast().endLsn());
            assertFalse(wal.hasFailed());
        }
        assertEquals(expected, replay(SMALL, 0));
    }

    // ---- helpers ----

    private List<Seen> replay(WalOptions options, long from) {
        return Seen.replay(store, options, from);
    }

    private FileStore copyOf(String name) {
        FileStore copy = FileStore.open(directory.resolve("copy"));
        copy.createDirectories(name);
        for (String file : store.list(name)) {
            try {
                java.nio.file.Files.copy(
                        directory.resolve(name).resolve(file),
                        directory.resolve("copy").resolve(name).resolve(file));
            } catch (java.nio.file.NoSuchFileException e) {
                // being prepared: renamed meanwhile
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        return copy;
    }

    private MemorySegment payload(int bytes, long seed) {
        return Seen.payload(arena, bytes, seed);
    }
}
