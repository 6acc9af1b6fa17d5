package omendb.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;
import omendb.memory.CrashableFileStore;
import omendb.memory.CrashableFileStore.Fault;
import omendb.memory.CrashableFileStore.Operation;
import omendb.memory.DiskFullException;
import omendb.memory.LiveMemory;

/// Random histories on a disk that loses power: what comes back is a prefix of what was appended, and holds
/// everything that was acknowledged. (How far the writer thread got before a crash depends on the scheduler, so
/// a seed repeats the history and the disk's choices, not every interleaving.)
class WalRecoveryPropertyTest {
    private static final WalOptions OPTIONS = new WalOptions("wal", 16 << 10, 16 << 10, Duration.ofMillis(1), 2);

    sealed interface Op {
        record Append(int bytes) implements Op {}

        record Await() implements Op {}

        record Release() implements Op {}

        /// Clean stop and start.
        record Reopen() implements Op {}

        /// Power cut, whatever the writer is doing.
        record Crash(long seed) implements Op {}

        /// The next sync fails, then the power goes: the group is written, and any part of it may survive.
        record FailSyncAndCrash(int nth, long seed) implements Op {}

        /// A write fails, the process dies, the machine goes on.
        record FailWriteAndRestart(int nth, boolean half) implements Op {}
    }

    @Property(tries = 150)
    void recovered_log_is_a_prefix_that_holds_every_acknowledged_record(@ForAll("histories") List<Op> history) {
        check(history);
    }

    @Tag("slow")
    @Property(tries = 5000)
    void the_same_holds_for_many_more_histories(@ForAll("histories") List<Op> history) {
        check(history);
    }

    private static void check(List<Op> history) {
        LiveMemory memory = LiveMemory.now();
        try (var run = new Run()) {
            for (Op op : history) {
                run.apply(op);
            }
            run.apply(new Op.Crash(history.size()));
        }
        memory.assertUnchanged();
    }

    @Provide
    Arbitrary<List<Op>> histories() {
        Arbitrary<Op> append = Arbitraries.frequencyOf(
                        Tuple.of(12, Arbitraries.integers().between(0, 400)),
                        Tuple.of(3, Arbitraries.integers().between(0, 5_000)),
                        Tuple.of(1, Arbitraries.integers().between(0, 60_000)))
                .map(Op.Append::new);
        Arbitrary<Long> seeds = Arbitraries.longs();
        Arbitrary<Integer> nth = Arbitraries.integers().between(1, 4);
        return Arbitraries.frequencyOf(
                        Tuple.of(30, append),
                        Tuple.of(6, Arbitraries.just(new Op.Await())),
                        Tuple.of(2, Arbitraries.just(new Op.Release())),
                        Tuple.of(1, Arbitraries.just(new Op.Reopen())),
                        Tuple.of(1, seeds.map(Op.Crash::new)),
                        Tuple.of(2, nth.flatMap(n -> seeds.map(seed -> new Op.FailSyncAndCrash(n, seed)))),
                        Tuple.of(
                                1,
                                nth.flatMap(n ->
                                        Arbitraries.of(true, false).map(half -> new Op.FailWriteAndRestart(n, half)))))
                .list()
                .ofMaxSize(120);
    }

    /// The log under test beside its model.
    private static final class Run implements AutoCloseable {
        private final Arena arena = Arena.ofConfined();
        private CrashableFileStore store = CrashableFileStore.create();
        private Wal wal;
        private List<Seen> appended = new ArrayList<>();
        private long acknowledged;
        private long from;
        private int serial;

        Run() {
            open();
        }

        void apply(Op op) {
            switch (op) {
                case Op.Append(int bytes) -> append(bytes);
                case Op.Await() -> await();
                case Op.Release() -> {
                    await();
                    from = acknowledged;
                    wal.release(from);
                    appended.removeIf(seen -> seen.endLsn() <= from);
                }
                case Op.Reopen() -> {
                    wal.close();
                    acknowledged = appended.isEmpty()
                            ? acknowledged
                            : appended.getLast().endLsn();
                    open();
                }
                case Op.Crash(long seed) -> crash(seed);
                case Op.FailSyncAndCrash(int nth, long seed) -> {
                    store.failAt(Operation.SYNC, nth, Fault.IO_ERROR);
                    appendUntilFailure();
                    crash(seed);
                }
                case Op.FailWriteAndRestart(int nth, boolean half) -> {
                    store.failAt(Operation.WRITE, nth, half ? Fault.SHORT_WRITE : Fault.DISK_FULL);
                    appendUntilFailure();
                    wal.close();
                    open();
                }
            }
        }

        private void append(int bytes) {
            serial++;
            appended.add(Seen.append(wal, serial & 0xffff, serial, Seen.payload(arena, bytes, serial)));
        }

        private void await() {
            if (!appended.isEmpty()) {
                wal.awaitDurable(appended.getLast().endLsn(), serial % 2 == 0);
                acknowledged = appended.getLast().endLsn();
            }
        }

        // the failure may hit the preparation of a segment, which is tried again: then the log lives on
        private void appendUntilFailure() {
            try {
                for (int i = 0; i < 40 && !wal.hasFailed(); i++) {
                    append(i * 40);
                    if (i % 7 == 6) {
                        await();
                    }
                }
            } catch (WalFailedException e) {
                assertTrue(wal.hasFailed());
            } catch (DiskFullException full) {
                assertEquals(serialEnd(), wal.appendedLsn()); // refused, not in doubt
            }
        }

        private long serialEnd() {
            return appended.isEmpty() ? wal.appendedLsn() : appended.getLast().endLsn();
        }

        private void crash(long seed) {
            CrashableFileStore after = store.crash(seed);
            wal.close();
            store.close();
            store = after;
            open();
        }

        private void open() {
            List<Seen> found = new ArrayList<>();
            wal = Wal.open(store, OPTIONS);
            wal.replay(from, Seen.into(found));
            // an append that threw may have got into the log, as the last record
            int known = Math.min(found.size(), appended.size());
            assertEquals(appended.subList(0, known), found.subList(0, known));
            assertTrue(found.size() <= appended.size() + 1, "more records than were appended");
            long end = found.isEmpty() ? from : found.getLast().endLsn();
            assertTrue(end >= acknowledged, () -> "acknowledged " + acknowledged + ", found up to " + end);
            appended = found;
            acknowledged = end;
        }

        @Override
        public void close() {
            wal.close();
            store.close();
            arena.close();
        }
    }
}
