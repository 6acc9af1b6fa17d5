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
import omendb.memory.LiveMemory;

/// Random histories on a disk that loses power, with an archive that sometimes refuses and a reader that reads along:
/// archived segments never change afterwards, archive and log together lack nothing, and what the reader saw no
/// crash takes back.
class LogArchivePropertyTest {
    private static final WalOptions OPTIONS = new WalOptions("wal", 16 << 10, 16 << 10, Duration.ofMillis(1), 2);

    sealed interface Op {
        record Append(int bytes) implements Op {}

        record Await() implements Op {}

        record Release() implements Op {}

        record Refuse(int times) implements Op {}

        record Read() implements Op {}

        record Reopen() implements Op {}

        record Crash(long seed) implements Op {}
    }

    @Property(tries = 25)
    void archive_and_log_lack_nothing(@ForAll("histories") List<Op> history) {
        check(history);
    }

    @Tag("slow")
    @Property(tries = 500)
    void the_same_holds_for_many_more_histories(@ForAll("histories") List<Op> history) {
        check(history);
    }

    private static void check(List<Op> history) {
        LiveMemory memory = LiveMemory.now();
        try (var run = new Run()) {
            history.forEach(run::apply);
            run.apply(new Op.Crash(history.size()));
            run.checkWhole();
        }
        memory.assertUnchanged();
    }

    @Provide
    Arbitrary<List<Op>> histories() {
        Arbitrary<Op> append = Arbitraries.frequencyOf(
                        Tuple.of(6, Arbitraries.integers().between(0, 400)),
                        Tuple.of(4, Arbitraries.integers().between(0, 5_000)),
                        Tuple.of(1, Arbitraries.integers().between(0, 60_000)))
                .map(Op.Append::new);
        return Arbitraries.frequencyOf(
                        Tuple.of(30, append),
                        Tuple.of(6, Arbitraries.just(new Op.Await())),
                        Tuple.of(4, Arbitraries.just(new Op.Release())),
                        Tuple.of(1, Arbitraries.integers().between(1, 3).map(Op.Refuse::new)),
                        Tuple.of(3, Arbitraries.just(new Op.Read())),
                        Tuple.of(1, Arbitraries.just(new Op.Reopen())),
                        Tuple.of(2, Arbitraries.longs().map(Op.Crash::new)))
                .list()
                .ofMaxSize(120);
    }

    private static final class Run implements AutoCloseable {
        private final Arena arena = Arena.ofConfined();
        private final ArchivedSegments taken = new ArchivedSegments();
        private CrashableFileStore store = CrashableFileStore.create();
        private Wal wal;
        private LogTail tail;
        private List<Seen> history = new ArrayList<>(); // as far as it survived
        private final List<Seen> read = new ArrayList<>();
        private long from;
        private int serial;
        private volatile int refusals;

        Run() {
            open();
        }

        void apply(Op op) {
            switch (op) {
                case Op.Append(int bytes) -> {
                    serial++;
                    history.add(Seen.append(wal, 1, serial, Seen.payload(arena, bytes, serial)));
                }
                case Op.Await _ -> wal.awaitDurable(wal.appendedLsn());
                case Op.Release _ -> {
                    wal.awaitDurable(wal.appendedLsn());
                    from = wal.durableLsn();
                    wal.release(from);
                }
                case Op.Refuse(int times) -> refusals = times;
                case Op.Read _ -> {
                    tail.read(Seen.into(read), Duration.ZERO);
                    tail.confirm(tail.position());
                }
                case Op.Reopen _ -> {
                    shut();
                    open();
                }
                case Op.Crash(long seed) -> {
                    CrashableFileStore after = store.crash(seed);
                    shut();
                    store.close();
                    store = after;
                    open();
                }
            }
        }

        private void shut() {
            tail.close();
            wal.close();
        }

        private void open() {
            LogArchive copies = taken.from(store);
            List<Seen> found = new ArrayList<>();
            wal = Wal.open(store, OPTIONS, segment -> {
                if (refusals > 0) {
                    refusals--;
                    throw new IllegalStateException("refused");
                }
                copies.take(segment);
            });
            wal.replay(from, Seen.into(found));
            List<Seen> survived = new ArrayList<>(
                    history.stream().filter(seen -> seen.endLsn() <= from).toList());
            survived.addAll(found);
            int known = Math.min(history.size(), survived.size());
            assertEquals(history.subList(0, known), survived.subList(0, known));
            history = survived;
            assertTrue(read.size() <= history.size(), "a crash took back what was read");
            assertEquals(history.subList(0, read.size()), read);
            tail = openTail();
        }

        /// The log is not kept for a reader that is gone: what was released it has to fetch from the archive.
        private LogTail openTail() {
            try {
                return wal.tail(read.isEmpty() ? 0 : read.getLast().endLsn());
            } catch (LogTrimmedException gone) {
                read.clear();
                history.stream().filter(seen -> seen.endLsn() <= from).forEach(read::add);
                return wal.tail(from);
            }
        }

        void checkWhole() {
            shut();
            assertEquals(history, taken.replayWith(store, OPTIONS));
        }

        @Override
        public void close() {
            shut();
            store.close();
            arena.close();
        }
    }
}
