package omendb.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import omendb.engine.Fixture.Item;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.table.RowLock;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.Transaction;
import omendb.memory.CrashableFileStore;

/// Histories of interleaved transactions in one thread against a model that keeps whole copies of the table.
///
/// A step that would have to wait ends with 55P03 at once (lock timeout of a millisecond); the model knows who holds
/// what and expects just that.
class MvccStateMachineTest {
    private static final int SESSIONS = 3;
    private static final int KEYS = 6;

    sealed interface Step {
        record Begin(int session, boolean repeatableRead) implements Step {}

        record Put(int session, int key, int value) implements Step {}

        record Change(int session, int key, int value) implements Step {}

        record Remove(int session, int key) implements Step {}

        record Read(int session) implements Step {}

        record Commit(int session) implements Step {}

        record Rollback(int session) implements Step {}

        record Maintain(int kind) implements Step {}
    }

    /// The committed table: value and the number of the commit that last touched a key.
    private static final class Committed {
        private final TreeMap<Integer, Integer> rows = new TreeMap<>();
        private final Map<Integer, Integer> touchedBy = new HashMap<>();
        private int commits;
    }

    /// A transaction of the model.
    private static final class Session {
        private final Transaction transaction;
        private final boolean repeatableRead;
        private TreeMap<Integer, Integer> snapshot;
        private int snapshotCommit;
        private final Map<Integer, Integer> writes = new HashMap<>();
        private final Set<Integer> locks = new HashSet<>();

        Session(Transaction transaction, boolean repeatableRead) {
            this.transaction = transaction;
            this.repeatableRead = repeatableRead;
        }

        void takeSnapshot(Committed committed) {
            if (snapshot == null || !repeatableRead) {
                snapshot = new TreeMap<>(committed.rows);
                snapshotCommit = committed.commits;
            }
        }

        TreeMap<Integer, Integer> visible() {
            TreeMap<Integer, Integer> rows = new TreeMap<>(snapshot);
            writes.forEach((key, value) -> {
                if (value == null) {
                    rows.remove(key);
                } else {
                    rows.put(key, value);
                }
            });
            return rows;
        }
    }

    private CrashableFileStore disk;
    private Database database;
    private Committed committed;
    private Session[] sessions;

    private void start(DatabaseOptions options) {
        disk = CrashableFileStore.create();
        database = Database.open(disk, options);
        Fixture.createItems(database);
        committed = new Committed();
        sessions = new Session[SESSIONS];
    }

    private void stop() {
        for (Session session : sessions) {
            if (session != null) {
                session.transaction.rollback();
            }
        }
        assertEquals(0, database.lockCount());
        assertEquals(committed.rows, rows(Fixture.scan(database)));
        database.close();
        disk.close();
    }

    @Property(tries = 80)
    void transactions_agree_with_the_model(@ForAll("histories") List<Step> history) {
        check(history, DatabaseOptions.forTests());
    }

    @Property(tries = 80)
    void transactions_that_keep_nothing_in_memory_agree_with_the_model(@ForAll("histories") List<Step> history) {
        check(history, DatabaseOptions.forTests().withWriteSetBytes(1));
    }

    private void check(List<Step> history, DatabaseOptions options) {
        start(options);
        for (Step step : history) {
            run(step);
        }
        stop();
    }

    private void run(Step step) {
        switch (step) {
            case Step.Begin(int s, boolean repeatable) -> {
                if (sessions[s] == null) {
                    Transaction transaction =
                            database.begin(repeatable ? Isolation.REPEATABLE_READ : Isolation.READ_COMMITTED, false);
                    transaction.setLockTimeoutMillis(1);
                    sessions[s] = new Session(transaction, repeatable);
                }
            }
            case Step.Put(int s, int key, int value) -> withSession(s, session -> put(session, key, value));
            case Step.Change(int s, int key, int value) -> withSession(s, session -> change(session, key, value));
            case Step.Remove(int s, int key) -> withSession(s, session -> change(session, key, null));
            case Step.Read(int s) -> withSession(s, this::read);
            case Step.Commit(int s) -> withSession(s, session -> commit(s, session));
            case Step.Rollback(int s) ->
                withSession(s, session -> {
                    session.transaction.rollback();
                    sessions[s] = null;
                });
            case Step.Maintain(int kind) -> {
                switch (kind) {
                    case 0 -> database.checkpoint();
                    case 1 -> database.vacuum();
                    default -> database.indexTails();
                }
            }
        }
    }

    private void withSession(int s, java.util.function.Consumer<Session> work) {
        if (sessions[s] != null) {
            work.accept(sessions[s]);
        }
    }

    private static Item item(int key, int value) {
        return new Item(key, Integer.toString(value), Item.vector(value));
    }

    private static TreeMap<Integer, Integer> rows(Map<Integer, Item> items) {
        TreeMap<Integer, Integer> rows = new TreeMap<>();
        items.forEach((id, item) -> {
            assertEquals(Item.vector(Integer.parseInt(item.name())), item.embedding());
            rows.put(id, Integer.parseInt(item.name()));
        });
        return rows;
    }

    private void read(Session session) {
        session.takeSnapshot(committed);
        Map<Integer, Item> found = Fixture.statement(session.transaction, t -> Fixture.scan(database, t));
        assertEquals(session.visible(), rows(found));
        Fixture.statement(session.transaction, t -> {
            for (int key = 0; key < KEYS; key++) {
                Item item = Fixture.get(database, t, key);
                assertEquals(session.visible().get(key), item == null ? null : Integer.valueOf(item.name()));
            }
            return null;
        });
    }

    private boolean lockedByOther(Session session, int key) {
        for (Session other : sessions) {
            if (other != null && other != session && other.locks.contains(key)) {
                return true;
            }
        }
        return false;
    }

    private void put(Session session, int key, int value) {
        session.takeSnapshot(committed);
        boolean existsNow =
                session.writes.containsKey(key) ? session.writes.get(key) != null : committed.rows.containsKey(key);
        SqlState expected = lockedByOther(session, key)
                ? SqlState.LOCK_NOT_AVAILABLE
                : existsNow ? SqlState.UNIQUE_VIOLATION : SqlState.SUCCESSFUL_COMPLETION;
        // a row updated without touching its key leaves the key itself free to look at: see keyLocks
        if (expected == SqlState.LOCK_NOT_AVAILABLE && !keyLockedByOther(session, key)) {
            expected = existsNow ? SqlState.UNIQUE_VIOLATION : SqlState.SUCCESSFUL_COMPLETION;
        }
        assertEquals(expected, outcome(session, t -> Fixture.insert(database, t, item(key, value))));
        if (expected == SqlState.SUCCESSFUL_COMPLETION) {
            session.writes.put(key, value);
            session.locks.add(key);
            keyLocks.computeIfAbsent(session, _ -> new HashSet<>()).add(key);
        }
    }

    private final Map<Session, Set<Integer>> keyLocks = new HashMap<>();

    private boolean keyLockedByOther(Session session, int key) {
        for (Session other : sessions) {
            if (other != null
                    && other != session
                    && keyLocks.getOrDefault(other, Set.of()).contains(key)) {
                return true;
            }
        }
        return false;
    }

    /// UPDATE (or DELETE, value null) of one key.
    private void change(Session session, int key, Integer value) {
        session.takeSnapshot(committed);
        if (!session.visible().containsKey(key)) {
            // finds no row, but is a statement: it takes the snapshot
            assertNull(Fixture.statement(session.transaction, t -> Fixture.get(database, t, key)));
            return;
        }
        boolean own = session.writes.containsKey(key);
        SqlState expected = SqlState.SUCCESSFUL_COMPLETION;
        boolean gone = false;
        if (!own) {
            boolean changed = committed.touchedBy.getOrDefault(key, 0) > session.snapshotCommit;
            if (lockedByOther(session, key)) {
                expected = SqlState.LOCK_NOT_AVAILABLE;
            } else if (changed && session.repeatableRead) {
                expected = SqlState.SERIALIZATION_FAILURE;
            } else {
                gone = !committed.rows.containsKey(key);
            }
        }
        List<RowLock> locks = new ArrayList<>();
        SqlState found = outcome(session, t -> {
            locks.add(value == null ? Fixture.delete(database, t, key) : update(t, key, value));
            return null;
        });
        assertEquals(expected, found);
        if (expected == SqlState.SUCCESSFUL_COMPLETION) {
            assertEquals(gone, locks.getFirst() == RowLock.GONE);
            if (!gone) {
                session.writes.put(key, value);
                if (value == null) {
                    keyLocks.computeIfAbsent(session, _ -> new HashSet<>()).add(key);
                }
            }
            session.locks.add(key);
        }
    }

    private RowLock update(Transaction transaction, int key, int value) {
        RowLock lock = Fixture.move(database, transaction, key, Item.vector(value));
        transaction.advanceCommand();
        return lock == RowLock.GONE ? lock : Fixture.rename(database, transaction, key, Integer.toString(value));
    }

    private SqlState outcome(Session session, Fixture.Work<?> work) {
        try {
            Fixture.statement(session.transaction, work);
            return SqlState.SUCCESSFUL_COMPLETION;
        } catch (OmenException refused) {
            return refused.sqlState();
        }
    }

    private void commit(int s, Session session) {
        session.transaction.commit(true);
        if (!session.writes.isEmpty()) {
            committed.commits++;
            session.writes.forEach((key, value) -> {
                committed.touchedBy.put(key, committed.commits);
                if (value == null) {
                    committed.rows.remove(key);
                } else {
                    committed.rows.put(key, value);
                }
            });
        }
        sessions[s] = null;
        assertTrue(committed.rows.size() <= KEYS);
    }

    @Provide
    Arbitrary<List<Step>> histories() {
        Arbitrary<Integer> session = Arbitraries.integers().between(0, SESSIONS - 1);
        Arbitrary<Integer> key = Arbitraries.integers().between(0, KEYS - 1);
        Arbitrary<Integer> value = Arbitraries.integers().between(0, 10_000);
        Arbitrary<Boolean> flag = Arbitraries.of(true, false);
        Arbitrary<Step> begin = Combinators.combine(session, flag).as(Step.Begin::new);
        Arbitrary<Step> put = Combinators.combine(session, key, value).as(Step.Put::new);
        Arbitrary<Step> change = Combinators.combine(session, key, value).as(Step.Change::new);
        Arbitrary<Step> remove = Combinators.combine(session, key).as(Step.Remove::new);
        return Arbitraries.frequencyOf(
                        Tuple.of(5, begin),
                        Tuple.of(6, put),
                        Tuple.of(4, change),
                        Tuple.of(2, remove),
                        Tuple.of(4, session.map(Step.Read::new)),
                        Tuple.of(3, session.map(Step.Commit::new)),
                        Tuple.of(1, session.map(Step.Rollback::new)),
                        Tuple.of(1, Arbitraries.integers().between(0, 2).map(Step.Maintain::new)))
                .list()
                .ofMinSize(5)
                .ofMaxSize(60);
    }
}
