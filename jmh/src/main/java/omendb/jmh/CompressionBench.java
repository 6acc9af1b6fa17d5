package omendb.jmh;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import omendb.engine.lsm.LsmCursor;
import omendb.engine.lsm.LsmOptions;
import omendb.engine.lsm.LsmStore;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.LsmValue;
import omendb.engine.lsm.WriteBatch;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import omendb.memory.NativeMemory;

/// What LZ4 blocks cost and save: rows of words drawn from a list, the common ones more often, and rows of JSON with
/// the
/// same names in each, raw and compressed, in turns.
///
/// Part of `./omendb bench lsm`, alone with `--only compression`. Rates are by CPU time of the one thread that works;
/// files lie in the page cache.
final class CompressionBench {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int KEY_BYTES = 16;
    private static final int LEAST_WORDS = 15;
    private static final int MORE_WORDS = 30;
    private static final int VOCABULARY = 3_000;
    private static final int LOOKS = 300_000;
    private static final int RANGES = 10_000;
    private static final int ROUNDS = 3; // the last one counts

    private final int rows;
    private final boolean json;
    private final byte[][] words = new byte[VOCABULARY][];
    private final SplittableRandom random = new SplittableRandom(7);
    private final long key;
    private final long value;

    private CompressionBench(int rows, boolean json, Arena arena) {
        this.rows = rows;
        this.json = json;
        this.key = arena.allocate(KEY_BYTES).address();
        this.value = arena.allocate(4_096).address();
        for (int i = 0; i < VOCABULARY; i++) {
            var word = new StringBuilder();
            for (int length = 2 + random.nextInt(8); length > 0; length--) {
                word.append((char) ('a' + Math.min(random.nextInt(26), random.nextInt(26))));
            }
            words[i] = word.append(' ').toString().getBytes(StandardCharsets.US_ASCII);
        }
    }

    static void run(Path directory, int rows) throws IOException {
        for (boolean json : new boolean[] {false, true}) {
            String kind = json ? "JSON" : "words";
            try (Arena arena = Arena.ofConfined()) {
                var bench = new CompressionBench(rows, json, arena);
                bench.run(directory.resolve(kind + "-raw"), kind + ", raw", false, 0);
                bench.run(directory.resolve(kind + "-lz4"), kind + ", LZ4, cache of 1/8", true, 8);
                bench.run(directory.resolve(kind + "-all"), kind + ", LZ4, cache for all", true, 1);
            }
        }
    }

    /// @param share the block cache has room for the blocks of one row in so many
    private void run(Path directory, String name, boolean compressed, int share) throws IOException {
        Files.createDirectories(directory);
        LsmOptions options = LsmOptions.defaults()
                .withCompactionThreads(0)
                .withCompactionBytesPerSecond(0)
                .withCompressed(_ -> compressed);
        try (FileStore files = FileStore.open(directory);
                Epochs epochs = new Epochs()) {
            long rawBytes;
            try (LsmStore store = LsmStore.open(files, options, epochs)) {
                rawBytes = load(store, name);
            }
            long cacheBytes = share == 0 ? 0 : rawBytes * 3 / 2 / share;
            try (LsmStore store = LsmStore.open(files, options.withBlockCacheBytes(cacheBytes), epochs)) {
                LsmTree tree = store.tree(1);
                report(name + ": bytes on disk per byte", "x", (double) tree.approximateBytes() / rawBytes);
                report(name + ": get, hit", "ns", get(tree, epochs));
                report(name + ": range of 100", "us", range(tree));
                report(name + ": scan forward", "M rows/s", scan(tree));
                report(name + ": blocks in the cache", "MiB", store.blockCacheBytes() / 1048576.0);
            }
        }
    }

    private long load(LsmStore store, String name) {
        store.createTree(1);
        long bytes = 0;
        long start = THREADS.getCurrentThreadCpuTime();
        try (WriteBatch batch = new WriteBatch()) {
            for (int row = 0; row < rows; row++) {
                key(row);
                int length = text(row);
                bytes += KEY_BYTES + length;
                batch.clear();
                batch.put(1, key, KEY_BYTES, value, length);
                store.apply(batch, row + 1, row + 1);
            }
        }
        store.flush(rows);
        store.compact(1);
        report(name + ": load and merge", "M rows/s", rows * 1e3 / (THREADS.getCurrentThreadCpuTime() - start));
        return bytes;
    }

    private void key(long row) {
        NativeMemory.putLong(key, Long.reverseBytes(row * 0x9e3779b97f4a7c15L));
        NativeMemory.putLong(key + 8, Long.reverseBytes(row));
    }

    private int text(long row) {
        var words = new SplittableRandom(row);
        int length = 8;
        NativeMemory.putLong(value, row);
        if (json) {
            byte[] fields =
                    "{\"id\": %d, \"status\": \"%s\", \"created_at\": \"2026-%02d-%02dT10:00:00Z\", \"text\": \""
                            .formatted(row, row % 3 == 0 ? "closed" : "open", 1 + row % 12, 1 + row % 28)
                            .getBytes(StandardCharsets.US_ASCII);
            NativeMemory.copy(fields, 0, value + length, fields.length);
            length += fields.length;
        }
        for (int left = (json ? 0 : LEAST_WORDS) + words.nextInt(json ? LEAST_WORDS : MORE_WORDS); left > 0; left--) {
            double where = words.nextDouble();
            byte[] word = this.words[(int) (where * where * where * VOCABULARY)];
            NativeMemory.copy(word, 0, value + length, word.length);
            length += word.length;
        }
        return length;
    }

    private double get(LsmTree tree, Epochs epochs) {
        LsmValue out = new LsmValue();
        double nanos = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < LOOKS; i++) {
                long row = random.nextLong(rows);
                key(row);
                try (Epochs.Pin _ = epochs.pin()) {
                    if (!tree.get(key, KEY_BYTES, Long.MAX_VALUE - 1, out)
                            || NativeMemory.getLong(out.address()) != row) {
                        throw new AssertionError("row " + row);
                    }
                }
            }
            nanos = (double) (THREADS.getCurrentThreadCpuTime() - start) / LOOKS;
        }
        return nanos;
    }

    private double range(LsmTree tree) {
        double micros = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < RANGES; i++) {
                key(random.nextLong(rows));
                try (LsmCursor cursor =
                        tree.scan(NativeMemory.segment(key, KEY_BYTES), null, Long.MAX_VALUE - 1, false)) {
                    for (int row = 0; row < 100 && cursor.next(); row++) {
                        cursor.valueAddress();
                    }
                }
            }
            micros = (THREADS.getCurrentThreadCpuTime() - start) / 1e3 / RANGES;
        }
        return micros;
    }

    private double scan(LsmTree tree) {
        double millions = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = THREADS.getCurrentThreadCpuTime();
            long seen = 0;
            try (LsmCursor cursor = tree.scan(null, null, Long.MAX_VALUE - 1, false)) {
                while (cursor.next()) {
                    seen++;
                }
            }
            if (seen != rows) {
                throw new AssertionError(seen + " of " + rows + " rows");
            }
            millions = seen * 1e3 / (THREADS.getCurrentThreadCpuTime() - start);
        }
        return millions;
    }

    private static void report(String what, String unit, double figure) {
        System.out.printf("%-48s %12.2f %s%n", what, figure, unit);
    }
}
