package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import omendb.memory.Epochs;
import omendb.memory.NativeMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Readers and writers at once while memtables are flushed and tables compacted in the background.
///
/// The data is a bank: every commit moves an amount between two accounts, so at every snapshot the sum is
/// the same.
class LsmConcurrencyTest {
    private static final long REL = 16384;
    private static final int ACCOUNTS = 2_000;
    private static final long OPENING = 1_000;
    private static final ValueLayout.OfLong BIG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    @TempDir
    Path directory;

    /// Published: every commit up to it has been applied.
    private final AtomicLong published = new AtomicLong();

    private final AtomicLong[] readers = {
        new AtomicLong(Long.MAX_VALUE), new AtomicLong(Long.MAX_VALUE), new AtomicLong(Long.MAX_VALUE)
    };
    private final AtomicBoolean stop = new AtomicBoolean();

    @AfterEach
    void no_off_heap_memory_is_left() {
        LsmFixture.assertNoLiveMemory();
    }

    private long oldest() {
        long oldest = published.get();
        for (AtomicLong reader : readers) {
            oldest = Math.min(oldest, reader.get());
        }
        return oldest;
    }

    /// Takes a snapshot so that [#oldest] never passes it: announces a bound first, then reads the clock.
    private long snapshot(int reader) {
        readers[reader].set(0);
        long ts = published.get();
        readers[reader].set(ts);
        return ts;
    }

    @Test
    void every_snapshot_sees_whole_commits_while_flushes_and_compactions_run() throws Exception {
        long seed = Long.getLong("omendb.seed", 99);
        LsmOptions options = LsmFixture.SMALL
                .withRowCacheBytes(64 << 10)
                .withMemtableBytes(256 << 10)
                .withLevels(2, 512 << 10, 3, 128 << 10)
                .withOldestSnapshot(this::oldest)
                .withAppliedLsn(published::get)
                .withCompactionThreads(2);
        try (var lsm = LsmFixture.open(directory, options);
                var pool = Executors.newFixedThreadPool(5)) {
            LsmTree tree = lsm.store().createTree(REL);
            open(lsm.store());
            var tasks = new ArrayList<Future<?>>();
            tasks.add(pool.submit(work(() -> transfer(lsm.store(), new Random(seed)))));
            tasks.add(pool.submit(work(() -> sumByScan(tree, 0, false))));
            tasks.add(pool.submit(work(() -> sumByScan(tree, 1, true))));
            tasks.add(pool.submit(work(() -> sumByGet(lsm.epochs(), tree, 2))));
            for (Future<?> task : tasks) {
                task.get();
            }
            assertTrue(
                    lsm.store().stats().flushes() > 3,
                    "flushes happened: " + lsm.store().stats());
            assertTrue(
                    lsm.store().stats().compactions() > 1,
                    "compactions happened: " + lsm.store().stats());
            assertEquals(null, lsm.store().stats().backgroundFailure());
            sumByScan(tree, 0, false);
            lsm.store().flush(published.get());
            lsm.store().verify();
        }
    }

    private Callable<Void> work(Callable<Void> body) {
        return () -> {
            try {
                return body.call();
            } finally {
                stop.set(true); // also when it fails, so that the others end
            }
        };
    }

    private void open(LsmStore store) {
        try (var batch = new WriteBatch();
                var arena = Arena.ofConfined()) {
            MemorySegment key = arena.allocate(8);
            MemorySegment value = arena.allocate(8);
            for (int i = 0; i < ACCOUNTS; i++) {
                key.set(BIG, 0, i);
                value.set(BIG, 0, OPENING);
                batch.put(REL, key, value);
            }
            store.apply(batch, 1, 1);
        }
        published.set(1);
    }

    private Void transfer(LsmStore store, Random random) {
        long[] balances = new long[ACCOUNTS];
        Arrays.fill(balances, OPENING);
        try (var batch = new WriteBatch();
                var arena = Arena.ofConfined()) {
            MemorySegment key = arena.allocate(8);
            MemorySegment value = arena.allocate(8 + 64);
            for (long ts = 2; ts < 60_000; ts++) {
                int from = random.nextInt(ACCOUNTS);
                int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
                balances[from] -= ts % 17;
                balances[to] += ts % 17;
                batch.clear();
                for (int account : new int[] {from, to}) {
                    key.set(BIG, 0, account);
                    value.set(BIG, 0, balances[account]);
                    batch.put(REL, key, value);
                }
                store.admit(batch.byteSize());
                store.apply(batch, ts, ts);
                published.set(ts);
            }
        }
        return null;
    }

    private Void sumByScan(LsmTree tree, int reader, boolean backward) {
        do {
            long ts = snapshot(reader);
            long sum = 0;
            int seen = 0;
            try (LsmCursor cursor = tree.scan(null, null, ts, backward)) {
                while (cursor.next()) {
                    sum += Long.reverseBytes(NativeMemory.getLong(cursor.valueAddress()));
                    seen++;
                    assertTrue(cursor.commitTs() <= ts);
                }
            }
            assertEquals(ACCOUNTS, seen, "accounts at snapshot " + ts);
            assertEquals(ACCOUNTS * OPENING, sum, "sum at snapshot " + ts);
            readers[reader].set(Long.MAX_VALUE);
        } while (!stop.get());
        return null;
    }

    private Void sumByGet(Epochs epochs, LsmTree tree, int reader) {
        var value = new LsmValue();
        try (var arena = Arena.ofConfined()) {
            MemorySegment key = arena.allocate(8);
            do {
                long ts = snapshot(reader);
                long sum = 0;
                for (int i = 0; i < ACCOUNTS; i++) {
                    key.set(BIG, 0, i);
                    try (Epochs.Pin _ = epochs.pin()) {
                        assertTrue(tree.get(key, ts, value), "account " + i + " at snapshot " + ts);
                        sum += Long.reverseBytes(NativeMemory.getLong(value.address()));
                    }
                }
                assertEquals(ACCOUNTS * OPENING, sum, "sum at snapshot " + ts);
                readers[reader].set(Long.MAX_VALUE);
            } while (!stop.get());
        }
        return null;
    }

    @Test
    void many_writers_insert_into_one_memtable_without_losing_a_key() throws Exception {
        int writers = 4;
        int perWriter = 20_000;
        LsmOptions options = LsmFixture.SMALL
                .withRowCacheBytes(1 << 20)
                .withMemtableBytes(1 << 20)
                .withCompactionThreads(1);
        try (var lsm = LsmFixture.open(directory, options);
                var pool = Executors.newFixedThreadPool(writers)) {
            LsmTree tree = lsm.store().createTree(REL);
            var clock = new AtomicLong();
            var tasks = new ArrayList<Future<?>>();
            for (int w = 0; w < writers; w++) {
                int writer = w;
                tasks.add(pool.submit(() -> {
                    try (var batch = new WriteBatch();
                            var arena = Arena.ofConfined()) {
                        MemorySegment key = arena.allocate(16);
                        for (int i = 0; i < perWriter; i++) {
                            // neighbours of each other's keys, so that writers meet on the same links
                            key.set(BIG, 0, i);
                            key.set(BIG, 8, writer);
                            batch.clear();
                            batch.put(REL, key, key);
                            long ts = clock.incrementAndGet();
                            lsm.store().apply(batch, ts, ts);
                        }
                    }
                }));
            }
            for (Future<?> task : tasks) {
                task.get();
            }
            for (boolean backward : new boolean[] {false, true}) {
                long seen = 0;
                try (LsmCursor cursor = tree.scan(null, null, clock.get(), backward)) {
                    while (cursor.next()) {
                        long expected = backward ? (long) writers * perWriter - 1 - seen : seen;
                        long i = Long.reverseBytes(NativeMemory.getLong(cursor.keyAddress()));
                        long w = Long.reverseBytes(NativeMemory.getLong(cursor.keyAddress() + 8));
                        assertEquals(expected, i * writers + w);
                        assertTrue(NativeMemory.equal(
                                cursor.keyAddress(), 16, cursor.valueAddress(), cursor.valueLength()));
                        seen++;
                    }
                }
                assertEquals((long) writers * perWriter, seen);
            }
        }
    }

    @Test
    void trees_come_and_go_while_others_are_written_and_compacted() throws Exception {
        LsmOptions options = LsmFixture.SMALL
                .withRowCacheBytes(32 << 10)
                .withMemtableBytes(128 << 10)
                .withCompactionThreads(2);
        try (var lsm = LsmFixture.open(directory, options);
                var pool = Executors.newFixedThreadPool(2)) {
            lsm.store().createTree(REL);
            Future<?> writer = pool.submit(work(() -> {
                for (int i = 1; i <= 30_000; i++) {
                    lsm.put(REL, "key" + i % 5_000, "value" + i, i);
                }
                return null;
            }));
            Future<?> ddl = pool.submit(work(() -> {
                for (int round = 0; !stop.get() || round < 3; round++) {
                    long relation = REL + 1 + round;
                    lsm.store().createTree(relation);
                    for (int i = 0; i < 3_000; i++) {
                        lsm.put(relation, "row" + i, "x".repeat(50), 40_000);
                    }
                    assertEquals(
                            3_000, lsm.scan(relation, null, null, 50_000, false).size());
                    lsm.store().dropTree(relation);
                }
                return null;
            }));
            writer.get();
            ddl.get();
            assertEquals(5_000, lsm.scan(REL, null, null, 50_000, false).size());
            assertEquals(null, lsm.store().stats().backgroundFailure());
            assertEquals(List.of(REL), lsm.store().relationIds());
        }
    }

    @Test
    void compacting_all_that_is_pending_waits_for_the_job_of_a_background_thread() {
        LsmOptions options =
                LsmFixture.SMALL.withOldestSnapshot(() -> Long.MAX_VALUE).withCompactionThreads(1);
        try (var lsm = LsmFixture.open(directory, options)) {
            LsmTree tree = lsm.store().createTree(REL);
            long ts = 0;
            for (int round = 0; round < 20; round++) {
                for (int i = 0; i < 2_000; i++) {
                    lsm.put(REL, "key" + (i * 7919 % 2_000), "value", ++ts);
                }
                lsm.store().flush(ts);
                lsm.store().compactPending();
                assertFalse(tree.isCompactingLocked(), "round " + round);
            }
        }
    }
}
