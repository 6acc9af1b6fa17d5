package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import omendb.memory.Checksum;
import omendb.memory.CrashableFileStore;
import omendb.memory.Epochs;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RowCacheTest {
    private static final MemoryTag TAG = MemoryTag.of("test");
    private static final int ROWS = 100_000;
    private static final int VALUE_BYTES = 56;
    private static final int ROW_BYTES = 32 + 8 + VALUE_BYTES;

    @AfterEach
    void no_off_heap_memory_is_left() {
        LsmFixture.assertNoLiveMemory();
    }

    /// Looks rows up by number, and puts those in that are not there.
    private static final class Reader implements AutoCloseable {
        private final Epochs epochs = new Epochs();
        private final RowCache cache;
        private final GrowableBuffer key = new GrowableBuffer(TAG);
        private final GrowableBuffer value = new GrowableBuffer(TAG);
        private final LsmValue out = new LsmValue();
        private final Fills fills = new Fills();

        Reader(long bytes) {
            cache = new RowCache(bytes, epochs);
            key.reserve(8);
            value.reserve(VALUE_BYTES);
        }

        boolean read(int row) {
            NativeMemory.putLong(key.address(), row);
            long hash = Checksum.xxh3(key.address(), 8);
            epochs.advance();
            if (cache.get(1, key.address(), 8, hash, 10, out)) {
                assertEquals(row, NativeMemory.getLong(out.address()));
                return true;
            }
            NativeMemory.putLong(value.address(), row);
            out.setValue(value.address(), VALUE_BYTES, 5);
            cache.put(1, key.address(), 8, hash, out, fills, fills.ticket());
            return false;
        }

        @Override
        public void close() {
            cache.close();
            epochs.close();
            key.close();
            value.close();
        }
    }

    /// Chances of the rows, most popular first, summed up.
    private static double[] zipf() {
        double[] sums = new double[ROWS];
        double sum = 0;
        for (int i = 0; i < ROWS; i++) {
            sum += Math.pow(i + 1, -0.99);
            sums[i] = sum;
        }
        for (int i = 0; i < ROWS; i++) {
            sums[i] /= sum;
        }
        return sums;
    }

    private static int draw(double[] sums, Random random) {
        int found = Arrays.binarySearch(sums, random.nextDouble());
        return Math.min(ROWS - 1, found < 0 ? -found - 1 : found);
    }

    @Test
    void zipfian_reads_hit_within_two_points_of_the_best_static_choice_at_any_size() {
        double[] sums = zipf();
        for (int share : new int[] {50, 20, 10, 4, 2}) {
            int room = ROWS / share;
            var random = new Random(42);
            try (var reader = new Reader((long) room * ROW_BYTES)) {
                int hits = 0;
                int reads = 1_000_000;
                for (int i = 0; i < 2 * reads; i++) { // the first half warms up
                    boolean hit = reader.read(draw(sums, random));
                    hits += hit && i >= reads ? 1 : 0;
                }
                double rate = (double) hits / reads;
                double best = sums[room - 1];
                assertTrue(rate >= best - 0.02, "1/%d: hit rate %.3f, best static %.3f".formatted(share, rate, best));
                assertTrue(reader.cache.bytes() <= (long) room * ROW_BYTES, reader.cache.bytes() + " bytes");
            }
        }
    }

    @Test
    void one_scan_of_everything_leaves_the_hot_rows_where_they_are() {
        int hot = 5_000;
        try (var reader = new Reader(2L * hot * ROW_BYTES)) {
            for (int round = 0; round < 4; round++) {
                for (int row = 0; row < hot; row++) {
                    reader.read(row);
                }
            }
            for (int row = hot; row < ROWS; row++) {
                assertFalse(reader.read(row));
            }
            int kept = 0;
            for (int row = 0; row < hot; row++) {
                kept += reader.read(row) ? 1 : 0;
            }
            assertTrue(kept > hot * 9 / 10, kept + " of " + hot);
        }
    }

    @Test
    void rows_read_all_the_time_stay_while_others_that_are_read_once_go_by_without_end() {
        int hot = 2_000;
        try (var reader = new Reader(2L * hot * ROW_BYTES)) {
            var random = new Random(7);
            int cold = hot;
            int hits = 0;
            int reads = 200_000;
            for (int i = 0; i < 2 * reads; i++) { // the first half warms up
                boolean hit = reader.read(random.nextInt(hot));
                hits += hit && i >= reads ? 1 : 0;
                reader.read(cold++);
            }
            assertTrue(hits > reads * 99L / 100, hits + " of " + reads);
        }
    }

    @Test
    void popular_rows_of_yesterday_give_way_to_those_of_today() {
        double[] sums = zipf();
        int room = ROWS / 4;
        var random = new Random(3);
        try (var reader = new Reader((long) room * ROW_BYTES)) {
            for (int i = 0; i < 2_000_000; i++) {
                reader.read(draw(sums, random));
            }
            int hits = 0;
            int reads = 1_000_000;
            for (int i = 0; i < 4 * reads; i++) {
                boolean hit = reader.read(ROWS - 1 - draw(sums, random));
                hits += hit && i >= 3 * reads ? 1 : 0;
            }
            double rate = (double) hits / reads;
            assertTrue(rate >= sums[room - 1] - 0.05, "hit rate %.3f, best %.3f".formatted(rate, sums[room - 1]));
        }
    }

    /// Every row is its number and its version. A version counts once it is published; what a reader gets
    /// must not be older than what was published before it looked.
    @Test
    void readers_never_get_another_row_or_one_that_was_invalidated_before_they_looked() throws Exception {
        int keys = 3_000;
        var versions = new AtomicLongArray(keys);
        var fills = new Fills();
        var stop = new AtomicBoolean();
        try (var epochs = new Epochs();
                var cache = new RowCache((long) keys * 96 / 3, epochs);
                var pool = Executors.newFixedThreadPool(3)) {
            Callable<Long> reader = () -> {
                var random = new Random(Thread.currentThread().threadId());
                long hits = 0;
                try (var key = new GrowableBuffer(TAG);
                        var value = new GrowableBuffer(TAG)) {
                    var out = new LsmValue();
                    for (int i = 0; i < 400_000; i++) {
                        int row = (int) (keys * Math.pow(random.nextDouble(), 3));
                        NativeMemory.putLong(key.reserve(8), row);
                        long hash = Checksum.xxh3(key.address(), 8);
                        try (Epochs.Pin _ = epochs.pin()) {
                            long ticket = fills.ticket();
                            long version = versions.get(row);
                            if (cache.get(1, key.address(), 8, hash, Long.MAX_VALUE, out)) {
                                hits++;
                                assertEquals(row, NativeMemory.getLong(out.address()));
                                long found = NativeMemory.getLong(out.address() + 8);
                                assertTrue(found >= version, "version %d after %d".formatted(found, version));
                                assertEquals(found, out.commitTs());
                            } else if (ticket != Fills.NONE) {
                                NativeMemory.putLong(value.reserve(VALUE_BYTES), row);
                                NativeMemory.putLong(value.address() + 8, version);
                                out.setValue(value.address(), VALUE_BYTES, version);
                                cache.put(1, key.address(), 8, hash, out, fills, ticket);
                            }
                        }
                        if ((i & 63) == 0) {
                            epochs.advance();
                        }
                    }
                }
                return hits;
            };
            Future<?> writer = pool.submit(() -> {
                var random = new Random(11);
                try (var key = new GrowableBuffer(TAG)) {
                    while (!stop.get()) {
                        int row = (int) (keys * Math.pow(random.nextDouble(), 3));
                        NativeMemory.putLong(key.reserve(8), row);
                        fills.begin();
                        cache.invalidate(1, key.address(), 8, Checksum.xxh3(key.address(), 8));
                        versions.incrementAndGet(row);
                        fills.end();
                        Thread.onSpinWait();
                    }
                }
            });
            List<Future<Long>> readers = List.of(pool.submit(reader), pool.submit(reader));
            long hits = 0;
            try {
                for (Future<Long> each : readers) {
                    hits += each.get();
                }
            } finally {
                stop.set(true);
            }
            writer.get();
            assertTrue(hits > 0, "nothing was cached");
        }
    }

    @Test
    void row_found_before_a_flush_began_is_not_put_in_after_it() {
        var fills = new Fills();
        long before = fills.ticket();
        assertTrue(fills.isGood(before));
        fills.begin();
        assertEquals(Fills.NONE, fills.ticket());
        assertFalse(fills.isGood(before));
        fills.end();
        assertFalse(fills.isGood(before));
        assertTrue(fills.isGood(fills.ticket()));
    }

    @Test
    void cached_row_gives_way_to_its_newer_version_from_a_flush_and_from_a_sorted_run() {
        LsmOptions options = LsmFixture.SMALL.withRowCacheBytes(1 << 20);
        try (var lsm = LsmFixture.open(CrashableFileStore.create(), options)) {
            lsm.store().createTree(1);
            lsm.put(1, "key", "first", 1);
            lsm.store().flush(1);
            assertEquals("first", lsm.get(1, "key", 10));
            assertEquals("first", lsm.get(1, "key", 10));
            assertEquals(1, lsm.store().rowCacheHits());
            assertEquals(1, lsm.store().rowCacheMisses());
            lsm.put(1, "key", "second", 2);
            assertEquals("second", lsm.get(1, "key", 10));
            lsm.store().flush(2);
            assertEquals("second", lsm.get(1, "key", 10));
            assertEquals("first", lsm.get(1, "key", 1));
            assertEquals("second", lsm.get(1, "key", 10));
            try (SortedRun run = lsm.store().startRun(1, 3)) {
                lsm.put(run, "key", "third");
                run.finish();
            }
            assertEquals("third", lsm.get(1, "key", 10));
            assertEquals("second", lsm.get(1, "key", 2));
            lsm.delete(1, "key", 4);
            lsm.store().flush(4);
            assertEquals(null, lsm.get(1, "key", 10));
            assertEquals("third", lsm.get(1, "key", 3));
        }
    }
}
