package omendb.jmh;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import omendb.engine.lsm.LsmCursor;
import omendb.engine.lsm.LsmOptions;
import omendb.engine.lsm.LsmStats;
import omendb.engine.lsm.LsmStore;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.LsmValue;
import omendb.engine.lsm.SortedRun;
import omendb.engine.lsm.WriteBatch;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import omendb.memory.NativeMemory;

/// How fast is the LSM store by itself, without log and SQL: puts, look-ups, scans, bulk load,
/// amplification.
///
/// `./omendb bench lsm [--rows N] [--order random|sequential] [--directory DIR] [--only P] [--cgroup DIR]
/// [--value-bytes N] [--turns N]`,
/// P = cache, hitrate, memory (see [RowCacheBench]) or compression. Keys of 16 bytes, values of 100, one put per
/// batch. Rates are by the CPU time of the one thread that works: on a machine that others use too, that says
/// more than the clock.
public final class LsmBench {
    private static final int KEY_BYTES = 16;
    private static final int VALUE_BYTES = 100;
    private static final long NEWEST = Long.MAX_VALUE - 1;
    private static final int LOOKS = 500_000;
    private static final int RANGES = 20_000;
    private static final int ROUNDS = 3; // the last one counts

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final int rows;
    private final boolean sequential;
    private final AtomicLong published = new AtomicLong();
    private final SplittableRandom random = new SplittableRandom(1);
    private final long key;
    private final long value;

    private LsmBench(int rows, boolean sequential, Arena arena) {
        this.rows = rows;
        this.sequential = sequential;
        this.key = arena.allocate(KEY_BYTES).address();
        this.value = arena.allocate(VALUE_BYTES).address();
    }

    /// See the class.
    public static void main(String[] arguments) throws IOException {
        Map<String, String> options = new HashMap<>(Map.of("rows", "1000000", "order", "random"));
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i].substring(2), arguments[i + 1]);
        }
        Path parent = Path.of(options.getOrDefault("directory", System.getProperty("java.io.tmpdir")));
        Path directory = Files.createTempDirectory(parent, "omendb-lsm-");
        try (Arena arena = Arena.ofConfined()) {
            int rows = Integer.parseInt(options.get("rows"));
            var bench = new LsmBench(rows, options.get("order").equals("sequential"), arena);
            String only = options.getOrDefault("only", "");
            if (only.isEmpty()) {
                bench.run(directory.resolve("store"));
            }
            if (only.isEmpty() || only.equals("cache")) {
                RowCacheBench.manyRuns(directory.resolve("cached"), rows);
            }
            if (only.equals("hitrate")) {
                RowCacheBench.hitRate(directory.resolve("cached"), rows);
            }
            if (only.equals("memory")) {
                RowCacheBench.exceedingMemory(
                        directory.resolve("cached"),
                        rows,
                        Integer.parseInt(options.getOrDefault("value-bytes", "100")),
                        Integer.parseInt(options.getOrDefault("turns", "3")),
                        options.get("cgroup"));
            }
            if (only.isEmpty() || only.equals("compression")) {
                CompressionBench.run(directory.resolve("compression"), rows);
            }
        } finally {
            deleteTree(directory);
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        try (var walk = Files.walk(tree)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void run(Path directory) throws IOException {
        Files.createDirectories(directory);
        LsmOptions options =
                LsmOptions.defaults().withOldestSnapshot(published::get).withAppliedLsn(published::get);
        try (FileStore files = FileStore.open(directory);
                Epochs epochs = new Epochs();
                LsmStore store = LsmStore.open(files, options, epochs)) {
            LsmTree tree = store.createTree(1);
            put(store);
            read("as written", tree, epochs);
            store.flush(published.get());
            store.compactPending();
            read("settled", tree, epochs);
            store.compact(1);
            read("one run", tree, epochs);
            amplification(store);
            bulkLoad(store);
        }
    }

    static long cpuNanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    static void report(String what, String unit, double figure) {
        System.out.printf("%-32s %12.2f %s%n", what, figure, unit);
    }

    private void key(long row) {
        long first = sequential ? row : mix(row);
        NativeMemory.putLong(key, Long.reverseBytes(first));
        NativeMemory.putLong(key + 8, Long.reverseBytes(row));
    }

    static long mix(long z) {
        long x = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 31);
    }

    private void put(LsmStore store) {
        long start = cpuNanos();
        long worst = 0;
        try (WriteBatch batch = new WriteBatch()) {
            for (int row = 0; row < rows; row++) {
                key(row);
                NativeMemory.putLong(value, row);
                batch.clear();
                batch.put(1, key, KEY_BYTES, value, VALUE_BYTES);
                long before = System.nanoTime();
                store.admit(batch.byteSize());
                store.apply(batch, row + 1, row + 1);
                worst = Math.max(worst, System.nanoTime() - before);
                published.set(row + 1);
            }
        }
        report("put", "M/s", rows * 1e3 / (cpuNanos() - start));
        report("put, longest wait by the clock", "ms", worst / 1e6);
    }

    private void read(String state, LsmTree tree, Epochs epochs) {
        report(state + ": get, hit", "ns", get(tree, epochs, true));
        report(state + ": get, miss", "ns", get(tree, epochs, false));
        report(state + ": range of 100", "us", range(tree));
        report(state + ": scan forward", "M rows/s", scan(tree, false));
        report(state + ": scan backward", "M rows/s", scan(tree, true));
    }

    private double get(LsmTree tree, Epochs epochs, boolean hit) {
        LsmValue out = new LsmValue();
        double nanos = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = cpuNanos();
            for (int i = 0; i < LOOKS; i++) {
                long row = random.nextLong(rows);
                key(hit ? row : row + rows);
                try (Epochs.Pin _ = epochs.pin()) {
                    boolean found = tree.get(key, KEY_BYTES, NEWEST, out);
                    if (found != hit || (hit && NativeMemory.getLong(out.address()) != row)) {
                        throw new AssertionError("row " + row);
                    }
                }
            }
            nanos = (double) (cpuNanos() - start) / LOOKS;
        }
        return nanos;
    }

    private double range(LsmTree tree) {
        double micros = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = cpuNanos();
            for (int i = 0; i < RANGES; i++) {
                key(random.nextInt(rows));
                try (LsmCursor cursor = tree.scan(NativeMemory.segment(key, KEY_BYTES), null, NEWEST, false)) {
                    for (int row = 0; row < 100 && cursor.next(); row++) {
                        cursor.valueAddress();
                    }
                }
            }
            micros = (cpuNanos() - start) / 1e3 / RANGES;
        }
        return micros;
    }

    private double scan(LsmTree tree, boolean backward) {
        double millions = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = cpuNanos();
            long seen = 0;
            try (LsmCursor cursor = tree.scan(null, null, NEWEST, backward)) {
                while (cursor.next()) {
                    seen++;
                }
            }
            if (seen != rows) {
                throw new AssertionError(seen + " of " + rows + " rows");
            }
            millions = seen * 1e3 / (cpuNanos() - start);
        }
        return millions;
    }

    private void amplification(LsmStore store) {
        LsmStats stats = store.stats();
        List<LsmStats.Tree> trees = stats.trees();
        report("write amplification", "x", stats.writeAmplification());
        report(
                "space per byte of key and value",
                "x",
                trees.getFirst().bytes() / ((double) rows * (KEY_BYTES + VALUE_BYTES)));
    }

    private void bulkLoad(LsmStore store) {
        store.createTree(2);
        long start = cpuNanos();
        try (SortedRun run = store.startRun(2, rows + 1L)) {
            for (int row = 0; row < rows; row++) {
                NativeMemory.putLong(key, Long.reverseBytes(row));
                run.put(key, KEY_BYTES, value, VALUE_BYTES);
            }
            run.finish();
        }
        report("sorted run", "M rows/s", rows * 1e3 / (cpuNanos() - start));
    }
}
