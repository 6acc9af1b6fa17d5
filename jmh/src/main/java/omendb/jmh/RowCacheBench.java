package omendb.jmh;

import static omendb.jmh.LsmBench.cpuNanos;
import static omendb.jmh.LsmBench.report;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import omendb.engine.lsm.LsmOptions;
import omendb.engine.lsm.LsmStore;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.LsmValue;
import omendb.engine.lsm.SortedRun;
import omendb.engine.lsm.WriteBatch;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// What the row cache does for reads by Zipf(0.99), with room for a quarter of the rows, the popular ones spread over
/// the keys. Parts of `./omendb bench lsm --only P`:
///
/// - `cache`: CPU time of a look-up without and with the cache, in turns, in a tree of 32 runs and in one of one run;
/// - `hitrate`: hit rate, beside that of the best static choice, as it grows over 20 reads for each row;
/// - `memory`: time of a look-up by the clock without and with the cache, in turns, and how many look-ups had to wait
///   for the disk. It makes sense where memory is short: on Linux `--cgroup DIR` makes the process a member of that
///   control group first.
final class RowCacheBench {
    private static final int KEY_BYTES = 16;
    private static final int ROW_HEADER = 32; // what the cache keeps with each row, see RowCacheShard
    private static final int SHARE = 4; // there is room for one row in so many
    private static final long NEWEST = Long.MAX_VALUE - 1;
    private static final long SPREAD = 2_654_435_761L; // a prime: every rank has a row of its own
    private static final int TURNS = 3;
    private static final int ROUNDS = 3; // the last one counts
    private static final int RUNS = 32;
    private static final int WARM_READS = 8;
    private static final int HIT_RATE_STEPS = 8;
    private static final int MAJOR_FAULTS = 9; // in /proc/self/stat, behind the name

    private final int rows;
    private final int valueBytes;
    private final FileStore files;
    private final LsmOptions options;
    private final long key;
    private final long value;
    private final LsmValue out = new LsmValue();
    private long looked;

    private RowCacheBench(int rows, int valueBytes, FileStore files, Arena arena) {
        this.rows = rows;
        this.valueBytes = valueBytes;
        this.files = files;
        this.options = LsmOptions.defaults()
                .withCompactionThreads(0)
                .withCompactionBytesPerSecond(0)
                .withOldestSnapshot(() -> rows)
                .withAppliedLsn(() -> rows);
        this.key = arena.allocate(KEY_BYTES).address();
        this.value = arena.allocate(valueBytes).address();
    }

    /// The part `cache`.
    static void manyRuns(Path directory, int rows) throws IOException {
        Files.createDirectories(directory);
        try (FileStore files = FileStore.open(directory);
                Arena arena = Arena.ofConfined()) {
            var bench = new RowCacheBench(rows, 100, files, arena);
            bench.loadRuns();
            bench.cpuTimes("many runs");
            try (Epochs epochs = new Epochs();
                    LsmStore store = LsmStore.open(files, bench.options, epochs)) {
                store.compact(1);
            }
            bench.cpuTimes("one run");
        }
    }

    /// The part `hitrate`.
    static void hitRate(Path directory, int rows) throws IOException {
        Files.createDirectories(directory);
        try (FileStore files = FileStore.open(directory);
                Arena arena = Arena.ofConfined()) {
            var bench = new RowCacheBench(rows, Long.BYTES, files, arena);
            bench.loadSorted();
            bench.hitRates();
        }
    }

    /// The part `memory`.
    ///
    /// @param cgroup folder of a control group that is joined before anything is written
    static void exceedingMemory(Path directory, int rows, int valueBytes, int turns, @Nullable String cgroup)
            throws IOException {
        if (cgroup != null) {
            Files.writeString(
                    Path.of(cgroup, "cgroup.procs"),
                    Long.toString(ProcessHandle.current().pid()));
        }
        Files.createDirectories(directory);
        try (FileStore files = FileStore.open(directory);
                Arena arena = Arena.ofConfined()) {
            var bench = new RowCacheBench(rows, valueBytes, files, arena);
            bench.loadSorted();
            bench.clockTimes(turns);
        }
    }

    // ---- loading ----

    /// Every row once, in as many runs as a tree has that is never compacted, each over the whole range of keys.
    private void loadRuns() {
        try (Epochs epochs = new Epochs();
                LsmStore store = LsmStore.open(files, options, epochs);
                WriteBatch batch = new WriteBatch()) {
            store.createTree(1);
            for (int row = 0; row < rows; row++) {
                key(LsmBench.mix(row), row);
                NativeMemory.putLong(value, row);
                batch.clear();
                batch.put(1, key, KEY_BYTES, value, valueBytes);
                store.apply(batch, row + 1, row + 1);
                if ((row + 1) % Math.max(1, rows / RUNS) == 0) {
                    store.flush(row + 1);
                }
            }
            store.flush(rows);
        }
    }

    private void loadSorted() {
        try (Epochs epochs = new Epochs();
                LsmStore store = LsmStore.open(files, options, epochs)) {
            store.createTree(1);
            try (SortedRun run = store.startRun(1, rows)) {
                for (int row = 0; row < rows; row++) {
                    key(0, row);
                    NativeMemory.putLong(value, row);
                    run.put(key, KEY_BYTES, value, valueBytes);
                }
                run.finish();
            }
        }
    }

    private void key(long high, long row) {
        NativeMemory.putLong(key, Long.reverseBytes(high));
        NativeMemory.putLong(key + 8, Long.reverseBytes(row));
    }

    // ---- reading ----

    /// Room for a quarter of the rows as the cache counts it.
    private LsmOptions cached() {
        long rowBytes = ROW_HEADER + (KEY_BYTES + valueBytes + 7) / 8 * 8;
        return options.withRowCacheBytes(rows / SHARE * rowBytes);
    }

    private interface Reads {
        void read(LsmStore store, LsmTree tree, Epochs epochs) throws IOException;
    }

    private void with(LsmOptions opened, Reads reads) throws IOException {
        try (Epochs epochs = new Epochs();
                LsmStore store = LsmStore.open(files, opened, epochs)) {
            reads.read(store, store.tree(1), epochs);
        }
    }

    private int rowOf(int rank) {
        return (int) (rank * SPREAD % rows);
    }

    private void look(LsmTree tree, Epochs epochs, int row, boolean sorted) {
        key(sorted ? 0 : LsmBench.mix(row), row);
        try (Epochs.Pin _ = epochs.pin()) {
            if (!tree.get(key, KEY_BYTES, NEWEST, out) || NativeMemory.getLong(out.address()) != row) {
                throw new AssertionError("row " + row);
            }
        }
        if ((++looked & 0x3ff) == 0) {
            epochs.advance();
        }
    }

    private void cpuTimes(String state) throws IOException {
        var zipf = new Zipf(rows, 1);
        int perRound = Math.max(1_000_000, rows);
        int[] looks = new int[ROUNDS * perRound]; // read twice, a row would be a hit
        Arrays.setAll(looks, _ -> rowOf(zipf.next()));
        double[] ratios = new double[TURNS];
        for (int turn = 0; turn < TURNS; turn++) {
            double[] nanos = new double[2];
            for (int cache = 0; cache < 2; cache++) {
                int which = cache;
                with(cache == 0 ? options : cached(), (_, tree, epochs) -> {
                    for (int i = 0; i < looks.length; ) {
                        long start = cpuNanos();
                        for (int end = i + perRound; i < end; i++) {
                            look(tree, epochs, looks[i], false);
                        }
                        nanos[which] = (double) (cpuNanos() - start) / perRound;
                    }
                });
            }
            report(state + ", Zipf get, no row cache", "ns", nanos[0]);
            report(state + ", Zipf get, row cache", "ns", nanos[1]);
            ratios[turn] = nanos[0] / nanos[1];
        }
        Arrays.sort(ratios);
        report(state + ", speed-up, median", "x", ratios[TURNS / 2]);
    }

    private void hitRates() throws IOException {
        var zipf = new Zipf(rows, 1);
        double best = 100 * Zipf.chance(rows / SHARE, rows);
        with(cached(), (store, tree, epochs) -> {
            long step = rows / 2L * 5;
            for (int i = 1; i <= HIT_RATE_STEPS; i++) {
                long hits = 0;
                long misses = 0;
                for (long read = 0; read < step; read++) {
                    if (read == step - rows) {
                        hits = store.rowCacheHits();
                        misses = store.rowCacheMisses();
                    }
                    look(tree, epochs, rowOf(zipf.next()), true);
                }
                hits = store.rowCacheHits() - hits;
                misses = store.rowCacheMisses() - misses;
                double rate = 100.0 * hits / (hits + misses);
                System.out.printf(
                        "after %,d reads, hit rate of the last %,d: %.2f %%, best static choice %.2f %%%n",
                        i * step, rows, rate, best);
            }
        });
    }

    private void clockTimes(int turns) throws IOException {
        var zipf = new Zipf(rows, 1);
        double[] ratios = new double[turns];
        for (int turn = 0; turn < turns; turn++) {
            double[] micros = new double[2];
            for (int cache = 0; cache < 2; cache++) {
                int which = cache;
                with(cache == 0 ? options : cached(), (_, tree, epochs) -> {
                    long warm = (long) rows * (which == 0 ? 1 : WARM_READS); // the cache has to learn
                    for (long i = 0; i < warm; i++) {
                        look(tree, epochs, rowOf(zipf.next()), true);
                    }
                    long faults = majorFaults();
                    long start = System.nanoTime();
                    int reads = rows / 4;
                    for (int i = 0; i < reads; i++) {
                        look(tree, epochs, rowOf(zipf.next()), true);
                    }
                    micros[which] = (System.nanoTime() - start) / 1e3 / reads;
                    String name = which == 0 ? "no row cache" : "row cache";
                    report("Zipf get, " + name, "us", micros[which]);
                    report("waits for the disk, " + name, "per 100 reads", 100.0 * (majorFaults() - faults) / reads);
                });
            }
            ratios[turn] = micros[0] / micros[1];
        }
        Arrays.sort(ratios);
        report("speed-up, median", "x", ratios[turns / 2]);
    }

    /// Page faults of this process that had to wait for the disk; 0 where there is no `/proc`.
    private static long majorFaults() throws IOException {
        Path stat = Path.of("/proc/self/stat");
        if (!Files.exists(stat)) {
            return 0;
        }
        String text = Files.readString(stat);
        return Long.parseLong(text.substring(text.lastIndexOf(')') + 2).split(" ", -1)[MAJOR_FAULTS]);
    }
}
