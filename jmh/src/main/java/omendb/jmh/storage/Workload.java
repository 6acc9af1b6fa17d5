package omendb.jmh.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// The operations that are timed, the same for every store, each with a check that the store did them.
///
/// Rates are by the clock. Threading: one thread, except where a method says otherwise.
final class Workload {
    private final Rows rows;

    Workload(Rows rows) {
        this.rows = rows;
    }

    /// @param perSecond rate
    /// @param longestMillis longest time that one operation took
    record Puts(double perSecond, double longestMillis) {}

    static double perSecond(long operations, long startNanos) {
        return operations * 1e9 / (System.nanoTime() - startNanos);
    }

    /// Puts the rows `ordinals` one by one.
    Puts put(Contender store, int[] ordinals, int version) {
        try (Arena arena = Arena.ofConfined();
                Contender.Session session = store.session(rows)) {
            Row row = rows.row(arena);
            long longest = 0;
            long start = System.nanoTime();
            for (int ordinal : ordinals) {
                rows.fill(row, ordinal, version);
                long before = System.nanoTime();
                session.put(row);
                longest = Math.max(longest, System.nanoTime() - before);
            }
            return new Puts(perSecond(ordinals.length, start), longest / 1e6);
        }
    }

    double putInTransactions(Contender store, int[] ordinals, int batch) {
        try (Contender.Session session = store.session(rows)) {
            long start = System.nanoTime();
            for (int i = 0; i < ordinals.length; i += batch) {
                session.putAll(ordinals, i, Math.min(ordinals.length, i + batch));
            }
            return perSecond(ordinals.length, start);
        }
    }

    /// Reads rows that are there (`version` of them all) or, with `version` < 0, that are not.
    double get(Contender store, int[] ordinals, int version) {
        try (Arena arena = Arena.ofConfined();
                Contender.Session session = store.session(rows)) {
            Row row = rows.row(arena);
            long start = System.nanoTime();
            for (int ordinal : ordinals) {
                rows.key(row, version < 0 ? ordinal + rows.count() : ordinal);
                long found = session.get(row);
                if (found != (version < 0 ? -1 : Rows.expected(ordinal, version))) {
                    throw new AssertionError(store.name() + ": row " + ordinal + " reads " + found);
                }
            }
            return perSecond(ordinals.length, start);
        }
    }

    double range(Contender store, int[] ordinals, int limit) {
        try (Arena arena = Arena.ofConfined();
                Contender.Session session = store.session(rows)) {
            Row row = rows.row(arena);
            long start = System.nanoTime();
            for (int ordinal : ordinals) {
                rows.key(row, ordinal);
                if (session.range(row, limit) < ordinal) {
                    throw new AssertionError(store.name() + ": range from row " + ordinal);
                }
            }
            return perSecond(ordinals.length, start);
        }
    }

    double scan(Contender store, int version) {
        long expected = 0;
        for (int i = 0; i < rows.count(); i++) {
            expected += Rows.expected(i, version);
        }
        try (Arena arena = Arena.ofConfined();
                Contender.Session session = store.session(rows)) {
            Row row = rows.row(arena); // zeros: before all
            long start = System.nanoTime();
            long sum = session.range(row, Integer.MAX_VALUE);
            double rate = perSecond(rows.count(), start);
            if (sum != expected) {
                throw new AssertionError(store.name() + ": a scan sums up to " + sum + ", not " + expected);
            }
            return rate;
        }
    }

    /// Synced commits by so many threads for so long; per second.
    double commits(Contender store, int threads, long nanos) {
        try (var pool = Executors.newFixedThreadPool(threads)) {
            long start = System.nanoTime();
            Callable<Long> committer = () -> {
                long done = 0;
                try (Arena arena = Arena.ofConfined();
                        Contender.Session session = store.session(rows)) {
                    Row row = rows.row(arena);
                    var ordinals = new java.util.SplittableRandom(
                            Thread.currentThread().threadId());
                    while (System.nanoTime() - start < nanos) {
                        rows.fill(row, ordinals.nextInt(rows.count()), 0);
                        session.commit(row);
                        done++;
                    }
                }
                return done;
            };
            var running = new Future<?>[threads];
            Arrays.setAll(running, _ -> pool.submit(committer));
            long all = 0;
            for (Future<?> each : running) {
                all += (Long) each.get();
            }
            return perSecond(all, start);
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    static double median(double[] figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    static long usedHeap() {
        System.gc(); // the figure asked for is what lives
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /// Bytes that the files of a directory take on disk (a map may be larger than what it occupies).
    static long diskBytes(Path directory) {
        try {
            var process = new ProcessBuilder("du", "-sk", directory.toString()).start();
            String answer =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            return Long.parseLong(answer.substring(0, answer.indexOf('\t'))) << 10;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path freshDirectory(Path parent, String name) {
        try {
            Path directory = parent.resolve(name);
            deleteTree(directory);
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void deleteTree(Path tree) {
        if (!Files.exists(tree)) {
            return;
        }
        try (var walk = Files.walk(tree)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
