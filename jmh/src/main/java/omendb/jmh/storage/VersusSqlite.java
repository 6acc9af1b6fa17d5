package omendb.jmh.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import omendb.jmh.storage.Figures.Sense;

/// How does the storage engine compare with SQLite? `./omendb benchmark_vs_sqlite [N]`, N rows of a 16-byte key
/// and 100 bytes: inserts in ascending and in random order, point reads, ranges, a scan.
public final class VersusSqlite {
    private static final int BATCH = 1_000;
    private static final int LOOKS = 300_000;
    private static final int RANGES = 20_000;

    private VersusSqlite() {}

    /// See the class.
    public static void main(String[] arguments) throws IOException {
        int count = arguments.length == 0 ? 1_000_000 : Integer.parseInt(arguments[0]);
        var random = new Rows(count, 100, false, 1);
        Rows ascending = random.ascending();
        Path directory = Files.createTempDirectory("omendb-versus-sqlite-");
        var figures = new Figures();
        int[] all = IntStream.range(0, count).toArray();
        try {
            Figures.Line sequential =
                    figures.add("sequential insert", "rows/s, 1,000 a transaction", Sense.MORE_IS_BETTER, "SQLite", 1);
            Figures.Line insert =
                    figures.add("random insert", "rows/s, 1,000 a transaction", Sense.MORE_IS_BETTER, "SQLite", 4);
            Figures.Line point = figures.add("point read", "1/s", Sense.MORE_IS_BETTER, "SQLite", 2);
            Figures.Line range = figures.add("range of 100", "1/s", Sense.MORE_IS_BETTER, "SQLite", 1.5);
            Figures.Line scan = figures.add("full scan", "rows/s", Sense.MORE_IS_BETTER, "SQLite", 1);
            List<Contender.Opener> openers = List.of(OmenContender::new, SqliteContender::new);
            for (Contender.Opener opener : openers) {
                try (Contender store = opener.open(Workload.freshDirectory(directory, "sequential"))) {
                    sequential
                            .figures()
                            .put(store.name(), new Workload(ascending).putInTransactions(store, all, BATCH));
                }
                try (Contender store = opener.open(Workload.freshDirectory(directory, "random"))) {
                    var work = new Workload(random);
                    insert.figures().put(store.name(), work.putInTransactions(store, all, BATCH));
                    store.settle();
                    work.get(store, random.uniform(LOOKS, 1), 0); // warm
                    point.figures().put(store.name(), work.get(store, random.uniform(LOOKS, 2), 0));
                    range.figures().put(store.name(), work.range(store, random.uniform(RANGES, 3), 100));
                    scan.figures().put(store.name(), work.scan(store, 0));
                }
            }
        } finally {
            Workload.deleteTree(directory);
        }
        System.out.print(figures.toTable(List.of(StorageBench.OURS, "SQLite")));
    }
}
