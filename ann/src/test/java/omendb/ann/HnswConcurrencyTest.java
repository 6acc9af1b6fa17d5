package omendb.ann;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import omendb.memory.MemoryAccount;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HnswConcurrencyTest {
    private static final int COUNT = 4_500;
    private static final int DIMENSIONS = 64;
    private static final long SEED = Long.getLong("omendb.seed", 5);

    @TempDir
    Path directory;

    private FloatVectors vectors;
    private FileStore store;
    private Epochs epochs;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicBoolean done = new AtomicBoolean();

    @BeforeEach
    void open() {
        vectors = FloatVectors.clustered(DIMENSIONS, COUNT, SEED);
        store = FileStore.open(directory);
        epochs = new Epochs();
    }

    @AfterEach
    void close() {
        epochs.advance();
        epochs.close();
        store.close();
        vectors.close();
        var live = MemoryAccount.snapshot();
        live.keySet().removeIf(tag -> !tag.startsWith("ann "));
        assertTrue(live.isEmpty(), "live memory: " + live);
    }

    private Thread start(Runnable work) {
        return Thread.ofPlatform().start(() -> {
            try {
                work.run();
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            }
        });
    }

    /// Searches for slots that are known to be written, be they linked, in the tail, or just on their way.
    private void searchUntilDone(HnswIndex index, AtomicLong written, long seed) {
        var random = new Random(seed);
        int missed = 0;
        int asked = 0;
        while (!done.get()) {
            long limit = written.get();
            if (limit == 0) {
                continue;
            }
            long wanted = random.nextLong(limit);
            Set<Long> seen = new HashSet<>();
            try (HnswSearch search = index.search(vectors.address(wanted), 10, 40, limit, null)) {
                double last = -1;
                for (int i = 0; i < 10 && search.next(); i++) {
                    assertTrue(search.slot() < limit, "slot " + search.slot() + " above " + limit);
                    assertTrue(seen.add(search.slot()), "slot twice");
                    assertTrue(search.distance() >= last || search.beam() > 0, "order");
                    last = search.distance();
                }
            }
            asked++;
            missed += seen.contains(wanted) ? 0 : 1;
        }
        assertTrue(missed <= 1 + asked / 50, "missed " + missed + " of " + asked + ", seed " + seed);
    }

    @Test
    void a_search_goes_on_in_an_index_that_was_retired_and_its_memory_goes_afterwards() {
        HnswIndex index = HnswIndex.create(HnswOptions.of(DIMENSIONS, Distance.L2), vectors, store, "retired", epochs);
        index.build(1_200, slot -> true, 2, BuildProgress.SILENT);
        try (HnswSearch search = index.search(vectors.address(0), 5, 20, 1_200, null)) {
            assertTrue(search.next());
            index.retire();
            epochs.advance();
            int found = 1;
            while (search.next()) {
                found++;
            }
            assertEquals(1_200, found);
        }
        epochs.advance();
        try (HnswSearch late = index.search(vectors.address(0), 5, 20, 1_200, null)) {
            assertThrows(IllegalStateException.class, late::next);
        }
    }

    @Test
    void searches_go_on_while_slots_are_inserted_trained_checkpointed_and_killed() throws InterruptedException {
        var written = new AtomicLong();
        try (HnswIndex index =
                HnswIndex.create(HnswOptions.of(DIMENSIONS, Distance.L2), vectors, store, "idx", epochs)) {
            List<Thread> searchers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                long seed = SEED + i;
                searchers.add(start(() -> searchUntilDone(index, written, seed)));
            }
            var next = new AtomicLong();
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                writers.add(start(() -> {
                    for (long slot = next.getAndIncrement(); slot < COUNT; slot = next.getAndIncrement()) {
                        written.accumulateAndGet(Math.min(COUNT, slot + 200), Math::max);
                        index.insert(slot);
                        epochs.advance();
                    }
                }));
            }
            writers.add(start(() -> {
                while (next.get() < COUNT) {
                    index.checkpoint();
                    index.verify();
                }
            }));
            for (Thread writer : writers) {
                writer.join();
            }
            done.set(true);
            for (Thread searcher : searchers) {
                searcher.join();
            }
            assertNull(failure.get(), () -> "seed " + SEED + ": " + failure.get());
            assertEquals(COUNT, index.indexedLimit());
            assertEquals(COUNT, index.stats().nodes());
            assertEquals(0, index.countUnreachable());
            index.checkpoint();
        }
        try (HnswIndex index = HnswIndex.open(store, "idx", vectors, epochs)) {
            assertEquals(0, index.countUnreachable());
            double recall = Recall.at(10, index, vectors, vectors, 200, 40, COUNT);
            assertTrue(recall >= 0.95, "recall " + recall);
        }
    }

    @Test
    void what_was_marked_dead_before_a_search_is_not_returned_and_the_rest_keeps_its_recall()
            throws InterruptedException {
        try (HnswIndex index =
                HnswIndex.create(HnswOptions.of(DIMENSIONS, Distance.L2), vectors, store, "idx", epochs)) {
            index.build(COUNT / 2, slot -> true, 2, BuildProgress.SILENT);
            // of the slots below `dead` the even ones are marked; the other half of the data comes in meanwhile
            var dead = new AtomicLong();
            List<Thread> changes = List.of(
                    start(() -> {
                        for (long slot = COUNT / 2; slot < COUNT; slot++) {
                            index.insert(slot);
                        }
                    }),
                    start(() -> {
                        for (long slot = 0; slot < COUNT; slot += 2) {
                            index.markDead(slot);
                            dead.set(slot + 1);
                        }
                    }),
                    start(() -> {
                        while (!done.get()) {
                            index.checkpoint();
                        }
                    }));
            var random = new Random(SEED);
            while (changes.get(0).isAlive() || changes.get(1).isAlive()) {
                long limit = dead.get();
                try (HnswSearch search = index.search(vectors.address(random.nextInt(COUNT)), 10, 40, COUNT, null)) {
                    for (int i = 0; i < 10; i++) {
                        assertTrue(search.next(), "half of the rows are live");
                        assertTrue(search.slot() % 2 == 1 || search.slot() >= limit, "slot " + search.slot());
                    }
                }
            }
            done.set(true);
            for (Thread change : changes) {
                change.join();
            }
            assertNull(failure.get(), () -> "seed " + SEED + ": " + failure.get());
            assertEquals(0, index.countUnreachable());
            double recall = Recall.at(10, index, vectors, vectors, 200, 40, COUNT, slot -> slot % 2 == 1);
            assertTrue(recall >= 0.95, "recall " + recall);
        }
    }

    @Test
    void checkpoint_taken_during_a_build_is_whole() throws InterruptedException {
        try (HnswIndex index =
                HnswIndex.create(HnswOptions.of(DIMENSIONS, Distance.COSINE), vectors, store, "idx", epochs)) {
            Thread builder = start(() -> index.build(COUNT, slot -> true, 2, BuildProgress.SILENT));
            while (index.stats().nodes() < COUNT / 4) {
                Thread.onSpinWait();
            }
            index.checkpoint();
            builder.join();
            assertNull(failure.get());
        }
        try (HnswIndex index = HnswIndex.open(store, "idx", vectors, epochs)) {
            index.verify();
            assertTrue(index.stats().nodes() >= COUNT / 4);
            // what was not linked is tail; building goes on from there
            assertTrue(Recall.at(10, index, vectors, vectors, 50, 40, COUNT) >= 0.95);
            index.build(COUNT, slot -> true, 2, BuildProgress.SILENT);
            assertEquals(COUNT, index.stats().nodes());
            assertEquals(0, index.countUnreachable(), "a checkpoint between a node's links and its neighbours'");
            assertTrue(Recall.at(10, index, vectors, vectors, 50, 40, COUNT) >= 0.95);
        }
    }

    @Test
    void cancelled_build_keeps_what_it_linked_and_can_be_taken_up_again() {
        try (HnswIndex index =
                HnswIndex.create(HnswOptions.of(DIMENSIONS, Distance.L2), vectors, store, "idx", epochs)) {
            assertThrows(
                    CancellationException.class,
                    () -> index.build(COUNT, slot -> true, 2, (linked, total) -> linked < COUNT / 2));
            long linked = index.stats().nodes();
            assertTrue(linked >= COUNT / 2 && linked < COUNT, "linked " + linked);
            assertThrows(
                    IllegalStateException.class,
                    () -> index.build(COUNT, slot -> true, 2, (a, b) -> {
                        throw new IllegalStateException("progress fails");
                    }));
            index.build(COUNT, slot -> true, 2, BuildProgress.SILENT);
            assertEquals(COUNT, index.stats().nodes());
            assertEquals(COUNT, index.indexedLimit());
        }
    }

    @Test
    void search_of_a_closed_index_fails_and_frees_its_memory() {
        HnswIndex index = HnswIndex.create(HnswOptions.of(DIMENSIONS, Distance.L2), vectors, store, "idx", epochs);
        index.build(500, slot -> true, 1, BuildProgress.SILENT);
        HnswSearch search = index.search(vectors.address(0), 1, 10, 500, null);
        assertTrue(search.next());
        index.close();
        epochs.advance();
        assertThrows(IllegalStateException.class, () -> {
            while (search.next()) {
                assertTrue(search.slot() >= 0);
            }
        });
        search.close();
        assertThrows(IllegalStateException.class, () -> index.insert(600));
        index.close();
    }
}
