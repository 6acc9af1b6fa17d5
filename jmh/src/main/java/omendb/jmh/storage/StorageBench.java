package omendb.jmh.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import omendb.engine.lsm.LsmStats;
import omendb.jmh.storage.Figures.Sense;

/// How does OmenDB's storage engine compare with the stores that a Java program can call: RocksDB, LMDB, H2's
/// MVStore, SQLite?
///
/// `./omendb bench storage [--rows N] [--value-bytes N] [--seed N] [--directory DIR] [--only LINES] [--peers NAMES]
/// [--json]`.
/// The stores take turns within each line, so that a busy moment of the machine hurts them all; of three
/// rounds, after one for the compiler, the median counts. Every answer is checked.
public final class StorageBench {
    static final String OURS = "OmenDB";

    private static final int ROUNDS = 3;
    private static final int LOOKS = 500_000;
    private static final int RANGES = 20_000;
    private static final int WARM_ROWS = 200_000;
    private static final int LAST_PUTS = 200_000;
    private static final int BATCH = 1_000;
    private static final long COMMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Map<String, String> options;
    private final Path directory;
    private final Rows rows;
    private final Workload work;
    private final Figures figures = new Figures();
    private final Map<String, Contender.Opener> openers = new LinkedHashMap<>();
    private final Map<String, Contender> stores = new LinkedHashMap<>();

    private StorageBench(Map<String, String> options, Path directory) {
        this.options = options;
        this.directory = directory;
        this.rows = new Rows(
                Integer.parseInt(options.get("rows")),
                Integer.parseInt(options.get("value-bytes")),
                false,
                Long.parseLong(options.get("seed")));
        this.work = new Workload(rows);
        openers.put(OURS, OmenContender::new);
        openers.put("RocksDB", RocksContender::new);
        openers.put("LMDB", LmdbContender::new);
        openers.put("MVStore", MvStoreContender::new);
        if (!options.getOrDefault("peers", "").isEmpty()) {
            List<String> peers = List.of(options.get("peers").split(","));
            openers.keySet().removeIf(name -> !name.equals(OURS) && !peers.contains(name));
        }
    }

    /// See the class.
    public static void main(String[] arguments) throws IOException {
        Map<String, String> options =
                new HashMap<>(Map.of("rows", "2000000", "value-bytes", "100", "seed", "1", "only", ""));
        for (int i = 0; i < arguments.length; i++) {
            String option = arguments[i].substring(2);
            options.put(option, option.equals("json") ? "yes" : arguments[++i]);
        }
        if (options.containsKey("victim")) {
            Victim.run(options);
            return;
        }
        Path parent = Path.of(options.getOrDefault("directory", System.getProperty("java.io.tmpdir")));
        Path directory = Files.createTempDirectory(parent, "omendb-storage-");
        var bench = new StorageBench(options, directory);
        try {
            bench.run();
        } finally {
            bench.stores.values().forEach(Contender::close);
            Workload.deleteTree(directory);
        }
        bench.print();
    }

    private void print() {
        List<String> names = List.of(OURS, "RocksDB", "LMDB", "MVStore", "SQLite");
        System.out.print(figures.toTable(names));
        if (options.containsKey("json")) {
            System.out.println(figures.toJson());
        }
    }

    private void run() {
        warmUp();
        if (wanted("bulk")) {
            bulkLoad();
        }
        randomLoad();
        reads();
        if (wanted("overwrite")) {
            overwrite();
        }
        if (wanted("open")) {
            opens(); // after all else: not every store is whole after a kill
        }
        if (wanted("commits")) {
            commits();
        }
        if (wanted("sqlite")) {
            sqlite();
        }
    }

    private boolean wanted(String part) {
        return options.get("only").isEmpty()
                || List.of(options.get("only").split(",")).contains(part);
    }

    /// A peer that fails has no figure in the line and takes no part in later ones; the others go on.
    private void attempt(String name, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            if (name.equals(OURS)) {
                throw e;
            }
            System.err.println(name + " failed and is out: " + e);
            figures.note(name + " failed", 1);
            openers.remove(name);
            stores.remove(name);
        }
    }

    private static void progress(String what) {
        System.err.println(what);
    }

    /// So that the first line is not one of the compiler's.
    private void warmUp() {
        progress("warm-up");
        Rows few = rows.first(WARM_ROWS);
        var warming = new Workload(few);
        int[] all = IntStream.range(0, few.count()).toArray();
        openers.forEach((name, opener) -> {
            Path scratch = Workload.freshDirectory(directory, "warm-" + name);
            try (Contender store = opener.open(scratch)) {
                warming.put(store, all, 0);
                store.settle();
                for (int round = 0; round < ROUNDS; round++) {
                    warming.get(store, all, 0);
                    warming.get(store, all, -1);
                    warming.range(store, few.uniform(RANGES, round), 100);
                    warming.scan(store, 0);
                }
            }
            for (int round = 0; round < ROUNDS; round++) {
                Path loaded = Workload.freshDirectory(directory, "warm-" + name);
                try (Contender store = opener.open(loaded)) {
                    store.bulkLoad(few.ascending());
                }
            }
            Workload.deleteTree(scratch);
        });
    }

    private void bulkLoad() {
        progress("bulk load");
        Figures.Line line = figures.add("sequential bulk load", "rows/s", Sense.MORE_IS_BETTER, null, 1.0);
        Rows ascending = rows.ascending();
        var rates = new HashMap<String, double[]>();
        for (int round = 0; round < ROUNDS; round++) {
            for (Map.Entry<String, Contender.Opener> each : openers.entrySet()) {
                Path scratch = Workload.freshDirectory(directory, "bulk-" + each.getKey());
                try (Contender store = each.getValue().open(scratch)) {
                    long start = System.nanoTime();
                    store.bulkLoad(ascending);
                    rates.computeIfAbsent(each.getKey(), _ -> new double[ROUNDS])[round] =
                            Workload.perSecond(rows.count(), start);
                }
                Workload.deleteTree(scratch);
            }
        }
        openers.keySet().forEach(name -> line.figures().put(name, Workload.median(rates.get(name))));
    }

    private void randomLoad() {
        progress("random load");
        Figures.Line line = figures.add("random load, not synced", "rows/s", Sense.MORE_IS_BETTER, null, 1.5);
        int[] all = IntStream.range(0, rows.count()).toArray();
        openers.forEach((name, opener) -> {
            long heap = Workload.usedHeap();
            Contender store = opener.open(Workload.freshDirectory(directory, name));
            stores.put(name, store);
            line.figures().put(name, work.put(store, all, 0).perSecond());
            store.settle();
            figures.note("heap growth of the load, KiB, " + name, (Workload.usedHeap() - heap) / 1024.0);
            figures.note("space for each byte after the load, " + name, spaceOf(name));
        });
    }

    /// Bytes on disk for each byte of keys and values; the log counts.
    private double spaceOf(String name) {
        return (double) Workload.diskBytes(directory.resolve(name)) / rows.bytes();
    }

    private interface Timed {
        double run(Contender store, int round);
    }

    private void turns(Figures.Line line, Timed timed) {
        progress(line.name());
        var rates = new HashMap<String, double[]>();
        stores.values().forEach(store -> timed.run(store, ROUNDS)); // not counted: the compiler's turn
        for (int round = 0; round < ROUNDS; round++) {
            for (Map.Entry<String, Contender> store : stores.entrySet()) {
                rates.computeIfAbsent(store.getKey(), _ -> new double[ROUNDS])[round] =
                        timed.run(store.getValue(), round);
            }
        }
        stores.keySet().forEach(name -> line.figures().put(name, Workload.median(rates.get(name))));
    }

    private void reads() {
        if (wanted("hit")) {
            turns(
                    figures.add("point read, hit", "1/s", Sense.MORE_IS_BETTER, null, 1.3),
                    (store, round) -> work.get(store, rows.uniform(LOOKS, round), 0));
        }
        if (wanted("miss")) {
            turns(
                    figures.add("point read, miss", "1/s", Sense.MORE_IS_BETTER, null, 1.5),
                    (store, round) -> work.get(store, rows.uniform(LOOKS, round), -1));
        }
        if (wanted("zipf")) {
            int[] ordinals = rows.zipf(LOOKS, 7);
            turns(
                    figures.add("Zipfian read", "1/s", Sense.MORE_IS_BETTER, null, 1.3),
                    (store, _) -> work.get(store, ordinals, 0));
        }
        if (wanted("range")) {
            turns(
                    figures.add("range of 100", "1/s", Sense.MORE_IS_BETTER, null, 1.2),
                    (store, round) -> work.range(store, rows.uniform(RANGES, round), 100));
        }
        if (wanted("scan")) {
            turns(
                    figures.add("full scan", "rows/s", Sense.MORE_IS_BETTER, null, 1.5),
                    (store, _) -> work.scan(store, 0));
        }
    }

    private void overwrite() {
        progress("overwrite");
        Figures.Line line = figures.add("overwrite with compaction", "rows/s", Sense.MORE_IS_BETTER, null, 1.5);
        Figures.Line stall = figures.atMost("overwrite, longest stall at most 50 ms", "ms", 50);
        Figures.Line amplification = figures.atMost("write amplification at most 5", "x", 5);
        Figures.Line space = figures.atMost("space amplification at most 1.3", "x", 1.3);
        int[] ordinals = rows.uniform(rows.count(), 99);
        Map.copyOf(stores)
                .forEach((name, store) -> attempt(name, () -> {
                    LsmStats.Written before =
                            store instanceof OmenContender ours ? ours.stats().sinceOpen() : null;
                    Workload.Puts puts = work.put(store, ordinals, 1);
                    line.figures().put(name, puts.perSecond());
                    stall.figures().put(name, puts.longestMillis());
                    store.settle();
                    space.figures().put(name, spaceOf(name));
                    if (store instanceof OmenContender ours && before != null) {
                        LsmStats.Written after = ours.stats().sinceOpen();
                        amplification
                                .figures()
                                .put(
                                        name,
                                        new LsmStats.Written(
                                                        after.applied() - before.applied(),
                                                        after.flushed() - before.flushed(),
                                                        after.compacted() - before.compacted())
                                                .amplification());
                        space.figures().put(name, (double) ours.stats().tableBytes() / rows.bytes());
                    }
                }));
    }

    // ---- opening: a store that was written to before it was closed or killed, as any store in use is ----

    private void opens() {
        progress("open");
        Figures.Line clean = figures.add("open after a clean close", "ms", Sense.LESS_IS_BETTER, "RocksDB", 10);
        Figures.Line killed = figures.add("open after kill -9", "ms", Sense.LESS_IS_BETTER, "RocksDB", 5);
        for (String name : List.copyOf(openers.keySet())) {
            attempt(name, () -> {
                clean.figures().put(name, openMillis(name, false));
                killed.figures().put(name, openMillis(name, true));
            });
        }
    }

    private double openMillis(String name, boolean killed) {
        double[] millis = new double[ROUNDS];
        for (int round = -1; round < ROUNDS; round++) {
            if (killed) {
                close(name);
                Victim.murder(name, directory.resolve(name), options);
            } else {
                work.put(stores.get(name), rows.uniform(LAST_PUTS, 3), 0); // what the victims put as well
                close(name);
            }
            double opened = open(name);
            if (round >= 0) {
                millis[round] = opened;
            } else { // the compiler's turn
                figures.note(
                        "first open after %s, ms, %s".formatted(killed ? "kill -9" : "a clean close", name), opened);
            }
        }
        return Workload.median(millis);
    }

    private void close(String name) {
        Contender store = stores.remove(name);
        if (store != null) {
            store.close();
        }
    }

    /// Milliseconds until the first row has been read.
    private double open(String name) {
        try (Arena arena = Arena.ofConfined()) {
            Row row = rows.row(arena);
            rows.key(row, 0);
            long start = System.nanoTime();
            Contender store = openers.get(name).open(directory.resolve(name));
            stores.put(name, store);
            try (Contender.Session session = store.session(rows)) {
                if (session.get(row) == -1) {
                    throw new AssertionError(name + " lost row 0");
                }
            }
            return (System.nanoTime() - start) / 1e6;
        }
    }

    /// The child process that is killed.
    static final class Victim {
        private static final String READY = "ready";

        private Victim() {}

        static void murder(String name, Path store, Map<String, String> options) {
            var command = new ArrayList<String>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), StorageBench.class.getName()));
            command.addAll(List.of("--victim", name, "--store", store.toString()));
            for (String option : List.of("rows", "value-bytes", "seed")) {
                command.addAll(List.of("--" + option, options.get(option)));
            }
            try {
                Process victim = new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                try (var output = victim.inputReader()) {
                    if (!READY.equals(output.readLine())) {
                        throw new AssertionError(name + " died before it was killed");
                    }
                    victim.destroyForcibly();
                }
                victim.onExit().join();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// In the child: puts rows without a sync, says so and waits for its end.
        static void run(Map<String, String> options) throws IOException {
            var bench = new StorageBench(options, Path.of(options.get("store")));
            Contender store = bench.openers.get(options.get("victim")).open(bench.directory);
            bench.work.put(store, bench.rows.uniform(LAST_PUTS, 3), 0);
            System.out.println(READY);
            System.out.flush();
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        }
    }

    // ---- synced commits, SQLite ----

    private void commits() {
        progress("synced commits");
        var opened = new LinkedHashMap<String, Contender>();
        openers.forEach((name, opener) -> {
            Path scratch = Workload.freshDirectory(directory, "commits-" + name);
            opened.put(name, name.equals("LMDB") ? LmdbContender.synced(scratch) : opener.open(scratch));
        });
        try {
            for (int threads : new int[] {1, 8}) {
                String name = "synced commits, %d thread%s".formatted(threads, threads == 1 ? "" : "s");
                Figures.Line line = figures.add(name, "1/s", Sense.MORE_IS_BETTER, null, 1.0);
                var rates = new HashMap<String, double[]>();
                for (int round = 0; round < ROUNDS; round++) {
                    for (Map.Entry<String, Contender> store : opened.entrySet()) {
                        rates.computeIfAbsent(store.getKey(), _ -> new double[ROUNDS])[round] =
                                work.commits(store.getValue(), threads, COMMIT_NANOS);
                    }
                }
                opened.keySet().forEach(each -> line.figures().put(each, Workload.median(rates.get(each))));
            }
        } finally {
            opened.values().forEach(Contender::close);
        }
    }

    private void sqlite() {
        progress("SQLite");
        int[] all = IntStream.range(0, rows.count()).toArray();
        Figures.Line insert =
                figures.add("SQLite: random insert", "rows/s, 1,000 a transaction", Sense.MORE_IS_BETTER, "SQLite", 4);
        Figures.Line point = figures.add("SQLite: point read", "1/s", Sense.MORE_IS_BETTER, "SQLite", 2);
        Figures.Line range = figures.add("SQLite: range of 100", "1/s", Sense.MORE_IS_BETTER, "SQLite", 1.5);
        try (Contender ours = new OmenContender(Workload.freshDirectory(directory, "versus-ours"));
                Contender theirs = new SqliteContender(Workload.freshDirectory(directory, "versus-sqlite"))) {
            for (Contender store : List.of(ours, theirs)) {
                insert.figures().put(store.name(), work.putInTransactions(store, all, BATCH));
                store.settle();
            }
            both(point, ours, theirs, store -> work.get(store, rows.uniform(LOOKS / 2, 5), 0));
            both(range, ours, theirs, store -> work.range(store, rows.uniform(RANGES, 6), 100));
        }
    }

    private static void both(Figures.Line line, Contender ours, Contender theirs, ToDoubleFunction<Contender> timed) {
        for (Contender store : List.of(ours, theirs)) {
            double[] rates = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                rates[round] = timed.applyAsDouble(store);
            }
            line.figures().put(store.name(), Workload.median(rates));
        }
    }
}
