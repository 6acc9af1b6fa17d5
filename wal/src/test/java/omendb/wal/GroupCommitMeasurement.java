package omendb.wal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import omendb.memory.FileStore;

/// How fast do sessions commit, and how well do they share syncs? Run by hand:
/// `java ... omendb.wal.GroupCommitMeasurement <directory> [payload bytes] [seconds]`. A sanity check of the
/// log alone; figures for claims come from the server's benchmark.
final class GroupCommitMeasurement {
    private GroupCommitMeasurement() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        int bytes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 200;
        int seconds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3;
        for (int threads : new int[] {1, 1, 2, 4, 8, 32}) {
            measure(directory.resolve("commit-" + threads + "-" + System.nanoTime()), threads, bytes, seconds, true);
        }
        measure(directory.resolve("async-" + System.nanoTime()), 1, bytes, seconds, false);
        measure(directory.resolve("async-" + System.nanoTime()), 2, bytes, seconds, false);
    }

    private static void measure(Path directory, int threads, int bytes, int seconds, boolean durable) throws Exception {
        try (Wal wal = Wal.open(FileStore.open(directory), WalOptions.DEFAULTS)) {
            wal.replay(0, (endLsn, type, transactionId, payload) -> {});
            List<long[]> latencies = new ArrayList<>();
            List<Thread> sessions = new ArrayList<>();
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            long start = System.nanoTime();
            for (int i = 0; i < threads; i++) {
                sessions.add(Thread.ofPlatform().start(() -> {
                    long[] mine = session(wal, bytes, end, durable);
                    synchronized (latencies) {
                        latencies.add(mine);
                    }
                }));
            }
            for (Thread session : sessions) {
                session.join();
            }
            double elapsed = (System.nanoTime() - start) / 1e9;
            long[] all =
                    latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
            System.out.printf(
                    "%s threads=%d bytes=%d commits/s=%.0f p50=%.1fus p99=%.1fus max=%.0fus records/sync=%.1f%n",
                    durable ? "sync " : "async",
                    threads,
                    bytes,
                    all.length / elapsed,
                    all[all.length / 2] / 1e3,
                    all[(int) (all.length * 0.99)] / 1e3,
                    all[all.length - 1] / 1e3,
                    all.length / (double) Math.max(1, wal.syncCount()));
            wal.awaitDurable(wal.appendedLsn());
            wal.release(wal.durableLsn());
        }
    }

    private static long[] session(Wal wal, int bytes, long end, boolean durable) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment payload = arena.allocate(bytes).fill((byte) 1);
            long[] nanos = new long[durable ? 500_000 : 8_000_000];
            int count = 0;
            long before = System.nanoTime();
            while (before < end && count < nanos.length) {
                long lsn = wal.append(1, count, payload);
                if (durable) {
                    wal.awaitDurable(lsn);
                }
                long after = System.nanoTime();
                nanos[count++] = after - before;
                before = after;
            }
            return Arrays.copyOf(nanos, count);
        }
    }
}
