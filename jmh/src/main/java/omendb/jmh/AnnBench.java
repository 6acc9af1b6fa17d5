package omendb.jmh;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import omendb.ann.BuildProgress;
import omendb.ann.Distance;
import omendb.ann.DistanceKernels;
import omendb.ann.HnswIndex;
import omendb.ann.HnswOptions;
import omendb.ann.HnswSearch;
import omendb.ann.HnswStats;
import omendb.ann.Quantization;
import omendb.memory.Epochs;
import omendb.memory.FileStore;

/// How fast is the index by itself, in this process: build, recall and queries per second for each `ef`,
/// checkpoint, open.
///
/// `./omendb bench ann [--data DIR] [--set fashion|minilm|minilm4] [--threads N] [--m M] [--efc EF] [--bits B]
/// [--centroids K] [--rows N]`; bits 0 = automatic, -1 = no codes. The data are those of `shared/data`.
public final class AnnBench {
    private static final int K = 10;
    private static final int[] EFS = {10, 15, 20, 30, 40, 60, 80, 100, 150, 200, 400};
    private static final long WARM_UP_NANOS = 2_000_000_000L;
    private static final long MEASURE_NANOS = 2_000_000_000L;

    // on a machine that others use too, CPU time says more than the clock
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final NpyVectors base;
    private final NpyVectors queries;
    private final int[][] truth;
    private final Distance distance;

    private AnnBench(NpyVectors base, NpyVectors queries, int[][] truth, Distance distance) {
        this.base = base;
        this.queries = queries;
        this.truth = truth;
        this.distance = distance;
    }

    public static void main(String[] arguments) throws IOException {
        Map<String, String> options = new LinkedHashMap<>(Map.of("data", "../shared/data", "set", "fashion"));
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i].substring(2), arguments[i + 1]);
        }
        Path data = Path.of(options.get("data"));
        AnnBench bench = switch (options.get("set")) {
            case "fashion" -> fashion(data.resolve("fashion-mnist-784-euclidean"));
            case "minilm" -> minilm(data.resolve("minilm-384"));
            case "minilm4" -> minilm4(data);
            default -> throw new IllegalArgumentException("no set " + options.get("set"));
        };
        bench.run(options);
    }

    private static AnnBench fashion(Path directory) throws IOException {
        return new AnnBench(
                NpyVectors.read(directory.resolve("base.npy")),
                NpyVectors.read(directory.resolve("queries.npy")),
                NpyVectors.readInts(directory.resolve("gt_l2_top100_ids.npy")),
                Distance.L2);
    }

    private static AnnBench minilm(Path directory) throws IOException {
        return new AnnBench(
                NpyVectors.read(directory.resolve("base.npy")),
                NpyVectors.read(directory.resolve("queries.npy")),
                NpyVectors.readInts(directory.resolve("gt_cos_top100_ids.npy")),
                Distance.COSINE);
    }

    /// Windows of four consecutive passages of one document, as `derive.py` beside the data makes them.
    private static AnnBench minilm4(Path data) throws IOException {
        Path parts = data.resolve("minilm-384");
        NpyVectors part = NpyVectors.read(parts.resolve("base.npy"));
        int[][] documents = NpyVectors.readInts(parts.resolve("base_doc.npy"));
        int[] starts = IntStream.range(0, part.count() - 3)
                .filter(i -> documents[i][0] == documents[i + 3][0])
                .toArray();
        var base = new NpyVectors(starts.length, 4 * part.dimensions());
        for (int row = 0; row < starts.length; row++) {
            for (int j = 0; j < 4; j++) {
                base.copyRow(row, part, starts[row] + j, j * part.dimensions());
            }
        }
        return new AnnBench(
                base,
                NpyVectors.read(parts.resolve("query_windows.npy")),
                NpyVectors.readInts(data.resolve("minilm4-1536/gt_cos_top100_ids.npy")),
                Distance.COSINE);
    }

    private void run(Map<String, String> given) throws IOException {
        DistanceKernels.warmUp();
        int threads = number(given, "threads", Runtime.getRuntime().availableProcessors());
        int rows = Math.min(base.count(), number(given, "rows", base.count()));
        int bits = number(given, "bits", 0);
        int centroids = number(given, "centroids", 0);
        Quantization codes =
                bits < 0 ? Quantization.none() : bits == 0 ? Quantization.auto() : Quantization.rabitq(bits, centroids);
        HnswOptions options = HnswOptions.of(base.dimensions(), distance)
                .with(
                        number(given, "m", HnswOptions.DEFAULT_M),
                        number(given, "efc", HnswOptions.DEFAULT_EF_CONSTRUCTION))
                .with(codes);
        Path directory = Files.createTempDirectory("omendb-ann-bench");
        System.out.printf("%s x %d, %s, %s%n", rows, base.dimensions(), options, DistanceKernels.describe());
        try (var epochs = new Epochs();
                FileStore store = FileStore.open(directory)) {
            try (HnswIndex index = HnswIndex.create(options, base, store, "idx", epochs)) {
                long start = System.nanoTime();
                double cpu = processCpuSeconds();
                index.build(rows, slot -> true, threads, BuildProgress.SILENT);
                System.out.printf(
                        "build: %.2f s on %d threads, %.2f s of CPU%n",
                        seconds(start), threads, processCpuSeconds() - cpu);
                report(index.stats());
                sweep(index, rows);
                start = System.nanoTime();
                index.checkpoint();
                System.out.printf("checkpoint: %.3f s, %d bytes%n", seconds(start), index.bytesOnDisk());
            }
            long start = System.nanoTime();
            try (HnswIndex index = HnswIndex.open(store, "idx", base, epochs)) {
                double opened = seconds(start);
                try (HnswSearch search = index.search(queries.address(0), K, K, rows, null)) {
                    search.next();
                }
                System.out.printf("open: %.4f s, with a first query %.4f s%n", opened, seconds(start));
            }
            epochs.advance();
            store.deleteDirectory("idx");
        } finally {
            Files.deleteIfExists(directory);
        }
    }

    private static int number(Map<String, String> given, String name, int otherwise) {
        String value = given.get(name);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    private static void report(HnswStats stats) {
        System.out.printf(
                "%d levels, mean degree %.1f, %d bits x %d centroids, graph %d bytes, codes %d bytes%n",
                stats.levels(),
                stats.averageDegree(),
                stats.bits(),
                stats.centroids(),
                stats.graphBytes(),
                stats.codeBytes());
    }

    private void sweep(HnswIndex index, int rows) {
        System.out.println("ef   recall@10   queries/s   us/query   CPU us/query   visited   rescored");
        long warm = System.nanoTime();
        while (System.nanoTime() - warm < WARM_UP_NANOS) {
            for (int q = 0; q < queries.count(); q++) {
                searchOne(index, q, 40, rows, null);
            }
        }
        for (int ef : EFS) {
            // recall first, which also warms this width; only comparable with the truth over all rows
            double recall = 0;
            long[] counters = new long[2];
            for (int q = 0; q < queries.count(); q++) {
                recall += searchOne(index, q, ef, rows, counters);
            }
            long done = 0;
            long cpu = THREADS.getCurrentThreadCpuTime();
            long start = System.nanoTime();
            while (System.nanoTime() - start < MEASURE_NANOS) {
                for (int q = 0; q < queries.count() && System.nanoTime() - start < MEASURE_NANOS; q++) {
                    searchOne(index, q, ef, rows, null);
                    done++;
                }
            }
            double perSecond = done / seconds(start);
            System.out.printf(
                    "%-4d %.4f      %-11.0f %-10.1f %-14.1f %-9d %d%n",
                    ef,
                    recall / queries.count(),
                    perSecond,
                    1e6 / perSecond,
                    (THREADS.getCurrentThreadCpuTime() - cpu) / 1e3 / done,
                    counters[0] / queries.count(),
                    counters[1] / queries.count());
        }
    }

    /// One query; the share of the true neighbours found if counters are given.
    private double searchOne(HnswIndex index, int q, int ef, int rows, long[] counters) {
        long[] found = new long[K];
        int count = 0;
        try (HnswSearch search = index.search(queries.address(q), K, ef, rows, null)) {
            while (count < K && search.next()) {
                found[count++] = search.slot();
            }
            if (counters == null) {
                return 0;
            }
            counters[0] += search.visited();
            counters[1] += search.rescored();
        }
        Set<Long> truths = new HashSet<>();
        for (int i = 0; i < K; i++) {
            truths.add((long) truth[q][i]);
        }
        return (double) Arrays.stream(found, 0, count).filter(truths::contains).count() / K;
    }

    private static double processCpuSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
