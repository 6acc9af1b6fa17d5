package omendb.engine;

import static omendb.engine.Fixture.committed;
import static omendb.engine.Fixture.statement;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import omendb.engine.Fixture.Item;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.table.RowFetch;
import omendb.engine.table.RowLock;
import omendb.engine.table.Table;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.LockWaiting;
import omendb.engine.txn.RowLockMode;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.engine.type.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ConcurrencyTest {
    @TempDir
    Path directory;

    private Database database;
    private ExecutorService threads;

    @BeforeEach
    void open() {
        database = Database.open(directory, DatabaseOptions.forTests());
        Fixture.createItems(database);
        threads = Executors.newVirtualThreadPerTaskExecutor();
    }

    @AfterEach
    void close() throws InterruptedException {
        threads.shutdown();
        assertTrue(threads.awaitTermination(30, TimeUnit.SECONDS));
        assertEquals(0, database.lockCount());
        database.close();
    }

    private static SqlState stateOf(Future<?> future) throws InterruptedException {
        try {
            future.get();
            return SqlState.SUCCESSFUL_COMPLETION;
        } catch (ExecutionException failed) {
            return assertInstanceOf(OmenException.class, failed.getCause()).sqlState();
        }
    }

    /// Waits until `transaction` sleeps on a lock: its thread is parked.
    private static void awaitBlocked(Thread thread) {
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void of_concurrent_inserts_of_one_key_exactly_one_wins() throws Exception {
        int sessions = 8;
        int keys = 50;
        AtomicInteger won = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> all = new ArrayList<>();
        for (int session = 0; session < sessions; session++) {
            int name = session;
            all.add(threads.submit((Callable<Void>) () -> {
                start.await();
                for (int key = 0; key < keys; key++) {
                    try {
                        Fixture.insert(database, Item.of(key, "by " + name));
                        won.incrementAndGet();
                    } catch (OmenException duplicate) {
                        assertEquals(SqlState.UNIQUE_VIOLATION, duplicate.sqlState());
                        refused.incrementAndGet();
                    }
                }
                return null;
            }));
        }
        start.countDown();
        for (Future<?> future : all) {
            future.get();
        }
        assertEquals(keys, won.get());
        assertEquals(keys * (sessions - 1), refused.get());
        assertEquals(keys, Fixture.scan(database).size());
    }

    @Test
    void an_insert_waits_for_the_holder_of_its_key_and_takes_it_after_a_rollback() throws Exception {
        Transaction first = database.begin(Isolation.READ_COMMITTED, false);
        statement(first, t -> Fixture.insert(database, t, Item.of(1, "first")));
        Thread[] waiting = new Thread[1];
        CountDownLatch running = new CountDownLatch(1);
        Future<Long> second = threads.submit(() -> {
            waiting[0] = Thread.currentThread();
            running.countDown();
            return Fixture.insert(database, Item.of(1, "second"));
        });
        running.await();
        awaitBlocked(waiting[0]);
        first.rollback();
        second.get();
        assertEquals("second", Fixture.scan(database).get(1).name());
    }

    @Test
    void an_insert_waits_for_a_delete_of_its_key() throws Exception {
        Fixture.insert(database, Item.of(1, "old"));
        Transaction deleter = database.begin(Isolation.READ_COMMITTED, false);
        statement(deleter, t -> Fixture.delete(database, t, 1));
        Thread[] waiting = new Thread[1];
        CountDownLatch running = new CountDownLatch(1);
        Future<Long> inserter = threads.submit(() -> {
            waiting[0] = Thread.currentThread();
            running.countDown();
            return Fixture.insert(database, Item.of(1, "new"));
        });
        running.await();
        awaitBlocked(waiting[0]);
        deleter.commit(true);
        inserter.get();
        assertEquals("new", Fixture.scan(database).get(1).name());
    }

    @Test
    void a_deadlock_ends_with_40P01_for_one_and_the_other_goes_on() throws Exception {
        Fixture.insert(database, Item.of(1, "a"));
        Fixture.insert(database, Item.of(2, "b"));
        Transaction left = database.begin(Isolation.READ_COMMITTED, false);
        Transaction right = database.begin(Isolation.READ_COMMITTED, false);
        statement(left, t -> Fixture.rename(database, t, 1, "left"));
        statement(right, t -> Fixture.rename(database, t, 2, "right"));
        Thread[] waiting = new Thread[1];
        CountDownLatch running = new CountDownLatch(1);
        Future<RowLock> leftWaits = threads.submit(() -> {
            waiting[0] = Thread.currentThread();
            running.countDown();
            return statement(left, t -> Fixture.rename(database, t, 2, "left"));
        });
        running.await();
        awaitBlocked(waiting[0]);
        Future<RowLock> rightWaits =
                threads.submit(() -> statement(right, t -> Fixture.rename(database, t, 1, "right")));
        // the victim is the one that has waited longest, unless that is more than a second
        while (!leftWaits.isDone() && !rightWaits.isDone()) {
            Thread.onSpinWait();
        }
        boolean leftFailed = leftWaits.isDone() && failsWithDeadlock(left, leftWaits);
        assertTrue(leftFailed ^ failsWithDeadlock(right, rightWaits));
        if (!leftFailed) {
            assertEquals(RowLock.UNCHANGED, leftWaits.get());
        }
        Transaction winner = leftFailed ? right : left;
        winner.commit(true);
        assertEquals(
                leftFailed ? "right" : "left", Fixture.scan(database).get(2).name());
    }

    /// Waits for the end of a statement; one that fails is rolled back.
    private static boolean failsWithDeadlock(Transaction transaction, Future<RowLock> statement) throws Exception {
        try {
            assertEquals(RowLock.UNCHANGED, statement.get());
            return false;
        } catch (ExecutionException failed) {
            OmenException deadlock = assertInstanceOf(OmenException.class, failed.getCause());
            assertEquals(SqlState.DEADLOCK_DETECTED, deadlock.sqlState());
            assertEquals("deadlock detected", deadlock.text());
            transaction.rollback();
            return true;
        }
    }

    @Test
    void read_committed_loses_no_increment() throws Exception {
        Fixture.insert(database, new Item(1, "0", null));
        int sessions = 6;
        int increments = 40;
        List<Future<?>> all = new ArrayList<>();
        for (int session = 0; session < sessions; session++) {
            all.add(threads.submit((Callable<Void>) () -> {
                for (int i = 0; i < increments; i++) {
                    committed(database, this::increment);
                }
                return null;
            }));
        }
        for (Future<?> future : all) {
            future.get();
        }
        assertEquals(
                Integer.toString(sessions * increments),
                Fixture.scan(database).get(1).name());
    }

    /// UPDATE items SET name = name + 1 WHERE id = 1, evaluated on the newest version as READ COMMITTED
    /// does.
    private RowLock increment(Transaction transaction) {
        Table table = Fixture.table(database, transaction);
        long rowId = Fixture.find(database, transaction, 1);
        RowLock lock = table.lockRow(transaction, rowId, RowLockMode.UPDATE, LockWaiting.WAIT);
        try (Batch read = Batch.allocate(List.of(Types.TEXT));
                Batch write = Batch.allocate(List.of(Types.TEXT))) {
            RowFetch fetch = table.fetch(transaction, new int[] {2});
            boolean found = lock == RowLock.CHANGED ? fetch.appendLatest(rowId, read) : fetch.append(rowId, read);
            assertTrue(found);
            int value = Integer.parseInt(read.column(0).getString(0));
            write.column(0).setString(0, Integer.toString(value + 1));
            table.update(transaction, rowId, new int[] {2}, write, 0);
        }
        return lock;
    }

    @Test
    void repeatable_read_refuses_to_update_what_changed_since_its_snapshot() {
        Fixture.insert(database, new Item(1, "0", null));
        Transaction late = database.begin(Isolation.REPEATABLE_READ, false);
        statement(late, t -> Fixture.scan(database, t));
        committed(database, t -> Fixture.rename(database, t, 1, "1"));
        assertEquals("0", statement(late, t -> Fixture.scan(database, t)).get(1).name());
        OmenException refused =
                assertThrows(OmenException.class, () -> statement(late, t -> Fixture.rename(database, t, 1, "2")));
        assertEquals(SqlState.SERIALIZATION_FAILURE, refused.sqlState());
        assertEquals("could not serialize access due to concurrent update", refused.text());
        late.rollback();
    }

    @Test
    void repeatable_read_refuses_to_update_what_was_deleted_since_its_snapshot() {
        Fixture.insert(database, new Item(1, "0", null));
        Transaction late = database.begin(Isolation.REPEATABLE_READ, false);
        statement(late, t -> Fixture.scan(database, t));
        committed(database, t -> Fixture.delete(database, t, 1));
        OmenException refused =
                assertThrows(OmenException.class, () -> statement(late, t -> Fixture.rename(database, t, 1, "2")));
        assertEquals("could not serialize access due to concurrent delete", refused.text());
        late.rollback();
    }

    @Test
    void read_committed_finds_a_row_gone_that_was_deleted_while_it_waited() throws Exception {
        Fixture.insert(database, new Item(1, "0", null));
        Transaction deleter = database.begin(Isolation.READ_COMMITTED, false);
        statement(deleter, t -> Fixture.delete(database, t, 1));
        Thread[] waiting = new Thread[1];
        CountDownLatch running = new CountDownLatch(1);
        Future<RowLock> updater = threads.submit(() -> {
            waiting[0] = Thread.currentThread();
            running.countDown();
            return committed(database, t -> Fixture.rename(database, t, 1, "x"));
        });
        running.await();
        awaitBlocked(waiting[0]);
        deleter.commit(true);
        assertEquals(RowLock.GONE, updater.get());
    }

    @Test
    void a_statement_that_meets_its_own_change_says_so() {
        Fixture.insert(database, Item.of(1, "one"));
        committed(database, t -> {
            assertEquals(RowLock.UNCHANGED, Fixture.rename(database, t, 1, "uno"));
            assertEquals(RowLock.CHANGED_BY_STATEMENT, Fixture.rename(database, t, 1, "ein"));
            return null;
        });
        assertEquals("uno", Fixture.scan(database).get(1).name());
    }

    @Test
    void a_lock_wait_ends_with_its_timeout_or_with_cancel() throws Exception {
        Fixture.insert(database, Item.of(1, "one"));
        Transaction holder = database.begin(Isolation.READ_COMMITTED, false);
        statement(holder, t -> Fixture.rename(database, t, 1, "held"));

        Transaction impatient = database.begin(Isolation.READ_COMMITTED, false);
        impatient.setLockTimeoutMillis(20);
        OmenException timeout =
                assertThrows(OmenException.class, () -> statement(impatient, t -> Fixture.rename(database, t, 1, "x")));
        assertEquals(SqlState.LOCK_NOT_AVAILABLE, timeout.sqlState());
        impatient.rollback();

        Transaction cancelled = database.begin(Isolation.READ_COMMITTED, false);
        Thread[] waiting = new Thread[1];
        CountDownLatch running = new CountDownLatch(1);
        Future<RowLock> wait = threads.submit(() -> {
            waiting[0] = Thread.currentThread();
            running.countDown();
            return statement(cancelled, t -> Fixture.rename(database, t, 1, "x"));
        });
        running.await();
        awaitBlocked(waiting[0]);
        cancelled.cancel();
        assertEquals(SqlState.QUERY_CANCELED, stateOf(wait));
        cancelled.rollback();
        holder.rollback();
    }

    @Test
    void drop_table_waits_for_readers_and_readers_find_it_gone() throws Exception {
        int oid = Fixture.items(database).oid();
        Transaction reader = database.begin(Isolation.READ_COMMITTED, false);
        statement(reader, t -> Fixture.scan(database, t));
        Thread[] waiting = new Thread[1];
        CountDownLatch running = new CountDownLatch(1);
        Future<Void> dropper = threads.submit(() -> {
            waiting[0] = Thread.currentThread();
            running.countDown();
            return committed(database, t -> {
                database.schema(t).dropTable(oid);
                return null;
            });
        });
        running.await();
        awaitBlocked(waiting[0]);
        statement(reader, t -> Fixture.scan(database, t));
        reader.commit(true);
        dropper.get();
        OmenException gone = assertThrows(OmenException.class, () -> committed(database, t -> database.table(t, oid)));
        assertEquals(SqlState.UNDEFINED_TABLE, gone.sqlState());
    }

    @Test
    void snapshots_are_consistent_while_writers_move_money() throws Exception {
        int accounts = 10;
        for (int id = 0; id < accounts; id++) {
            Fixture.insert(database, new Item(id, "100", null));
        }
        AtomicInteger running = new AtomicInteger(3);
        List<Future<?>> writers = new ArrayList<>();
        for (int session = 0; session < 3; session++) {
            int seed = session;
            writers.add(threads.submit((Callable<Void>) () -> {
                java.util.Random random = new java.util.Random(seed);
                for (int i = 0; i < 60; i++) {
                    transfer(random.nextInt(accounts), random.nextInt(accounts));
                }
                running.decrementAndGet();
                return null;
            }));
        }
        while (running.get() > 0) {
            int sum = Fixture.scan(database).values().stream()
                    .mapToInt(item -> Integer.parseInt(item.name()))
                    .sum();
            assertEquals(100 * accounts, sum);
        }
        for (Future<?> writer : writers) {
            writer.get();
        }
    }

    private void transfer(int from, int to) {
        if (from == to) {
            return;
        }
        Transaction transaction = database.begin(Isolation.REPEATABLE_READ, false);
        try {
            statement(transaction, t -> {
                var all = Fixture.scan(database, t);
                Fixture.rename(database, t, from, add(all.get(from).name(), -1));
                return Fixture.rename(database, t, to, add(all.get(to).name(), 1));
            });
            transaction.commit(true);
        } catch (OmenException conflict) {
            assertTrue(conflict.sqlState() == SqlState.SERIALIZATION_FAILURE
                    || conflict.sqlState() == SqlState.DEADLOCK_DETECTED);
            transaction.rollback();
        }
    }

    private static String add(String number, int delta) {
        return Integer.toString(Integer.parseInt(number) + delta);
    }
}
