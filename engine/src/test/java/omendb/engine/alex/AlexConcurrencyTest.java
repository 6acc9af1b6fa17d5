package omendb.engine.alex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import omendb.memory.Epochs;
import omendb.memory.LiveMemory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Readers beside a writer that makes nodes grow, split, unpack, shrink and join: keys that are there all
/// along are always found, with their own payload, in order, by look-ups and by scans in both directions.
class AlexConcurrencyTest {
    private static final int STAYING = 4_000;
    private static final int ROUNDS = 3;

    @ParameterizedTest
    @EnumSource
    void readers_see_all_that_stays_while_everything_around_it_changes(KeyShapes shape) throws Exception {
        var live = LiveMemory.now();
        try (Epochs epochs = new Epochs();
                AlexIndex index = AlexIndex.create(epochs);
                ExecutorService threads = Executors.newFixedThreadPool(3)) {
            var random = new Random(1);
            var staying = new TreeSet<Pair>();
            long[] keys = shape.keys(STAYING, random);
            for (int i = 0; i < STAYING; i++) {
                staying.add(new Pair(keys[i], payloadOf(keys[i], 2 * i)));
            }
            index.bulkLoad(new PairStream(staying));
            List<Pair> pairs = new ArrayList<>(staying);
            var done = new AtomicBoolean();
            var reads = new AtomicLong();
            Future<?> writer = threads.submit(() -> {
                try {
                    write(index, shape, new Random(2), reads);
                } finally {
                    done.set(true);
                }
            });
            List<Future<?>> readers = List.of(
                    threads.submit(reader(() -> lookUp(index, epochs, pairs, new Random(3)), done, reads)),
                    threads.submit(reader(() -> scan(index, staying, pairs, new Random(4)), done, reads)));
            for (Future<?> reader : readers) {
                get(reader);
            }
            get(writer);
            StructureCheck.check(index);
            assertTrue(reads.get() > 0);
        }
        live.assertUnchanged();
    }

    private static void get(Future<?> future) throws Exception {
        try {
            future.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    private static Callable<Object> reader(Runnable step, AtomicBoolean done, AtomicLong reads) {
        return () -> {
            while (!done.get()) {
                step.run();
                reads.incrementAndGet();
            }
            return reads;
        };
    }

    // the payload says which key it belongs to; those of the entries that stay are even
    private static long payloadOf(long key, int number) {
        return (key * 31 & 0xffffffffL) << 24 | number;
    }

    private static void write(AlexIndex index, KeyShapes shape, Random random, AtomicLong reads) {
        for (int round = 0; round < ROUNDS; round++) {
            long[] keys = shape.keys(6_000, random);
            for (int i = 0; i < keys.length; i++) {
                index.add(keys[i], payloadOf(keys[i], 2 * (i % 4_000) + 1));
            }
            for (int i = 0; i < keys.length; i++) {
                index.remove(keys[i], payloadOf(keys[i], 2 * (i % 4_000) + 1));
            }
            long seen = reads.get();
            while (round == ROUNDS - 1 && reads.get() < seen + 2) {
                Thread.onSpinWait(); // a reader that never came would prove nothing
            }
        }
    }

    private static void lookUp(AlexIndex index, Epochs epochs, List<Pair> pairs, Random random) {
        try (Epochs.Pin _ = epochs.pin()) {
            for (int i = 0; i < 100; i++) {
                Pair pair = pairs.get(random.nextInt(pairs.size()));
                assertTrue(index.contains(pair.key(), pair.payload()), "lost");
                long found = index.findFirst(pair.key(), -1);
                assertEquals(payloadOf(pair.key(), 0), found & ~0xffffffL, "payload of another key");
                assertTrue(found <= pair.payload(), "first one is missing");
                assertTrue(index.estimateRange(pair.key(), pair.key()) >= 1, "not counted");
            }
        }
    }

    private static void scan(AlexIndex index, TreeSet<Pair> staying, List<Pair> pairs, Random random) {
        AlexCursor cursor = index.cursor();
        Pair bound = pairs.get(random.nextInt(pairs.size()));
        cursor.seekForward(bound.key(), bound.payload());
        expect(staying.tailSet(bound, true).iterator(), cursor, 1);
        cursor.seekBackward(bound.key(), bound.payload());
        expect(staying.headSet(bound, true).descendingIterator(), cursor, -1);
    }

    private static void expect(java.util.Iterator<Pair> expected, AlexCursor cursor, int direction) {
        Pair last = null;
        for (int i = 0; i < 500 && expected.hasNext(); i++) {
            Pair wanted = expected.next();
            while (true) {
                assertTrue(cursor.next(), "ends in front of what stays");
                var found = new Pair(cursor.key(), cursor.payload());
                assertTrue(last == null || found.compareTo(last) * direction > 0, "out of order");
                assertEquals(payloadOf(found.key(), 0), found.payload() & ~0xffffffL, "payload of another key");
                last = found;
                if (found.equals(wanted)) {
                    break;
                }
                assertEquals(1, found.payload() & 1, "an entry that stays is missing");
            }
        }
    }
}
