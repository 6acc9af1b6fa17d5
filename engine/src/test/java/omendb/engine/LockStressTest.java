package omendb.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.txn.Backend;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.LockTag;
import omendb.engine.txn.LockWaiting;
import omendb.engine.txn.RowLockMode;
import omendb.engine.txn.TableLockMode;
import omendb.engine.txn.Transaction;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sessions that take and give back locks of all kinds in any order: nobody waits for ever, nobody has what another
/// one has, and in the end nothing is held. A lost wake-up or a circle that is not seen hangs here.
@Timeout(120)
class LockStressTest {
    private static final int SESSIONS = 8;
    private static final int TRANSACTIONS = 1_500;
    private static final int THINGS = 4;
    private static final long ROWS = 1_000_001;
    private static final MemoryTag TAG = MemoryTag.of("test");

    @TempDir
    Path directory;

    private final AtomicInteger[] owners = new AtomicInteger[2 * THINGS];

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void every_wait_ends_and_exclusive_locks_exclude(int seed) throws Exception {
        for (int i = 0; i < owners.length; i++) {
            owners[i] = new AtomicInteger();
        }
        try (Database database = Database.open(directory, DatabaseOptions.forTests());
                ExecutorService threads = Executors.newFixedThreadPool(SESSIONS)) {
            List<Future<Integer>> sessions = new ArrayList<>();
            for (int i = 1; i <= SESSIONS; i++) {
                int session = i;
                sessions.add(threads.submit(() -> play(database, new Random(100L * seed + session), session)));
            }
            int deadlocks = 0;
            for (Future<Integer> session : sessions) {
                deadlocks += session.get();
            }
            assertTrue(deadlocks > 0, "sessions never got in each other's way");
            assertEquals(0, database.lockCount());
            assertEquals(List.of(), database.sessions().locks());
            assertEquals(0, database.sessions().waitingCount());
        }
    }

    private int play(Database database, Random random, int session) {
        Backend backend = new Backend(session);
        long key = MemoryAccount.allocate(TAG, Long.BYTES);
        int deadlocks = 0;
        try {
            for (int i = 0; i < TRANSACTIONS; i++) {
                Transaction transaction = database.begin(Isolation.READ_COMMITTED, false, backend);
                List<AtomicInteger> mine = new ArrayList<>();
                try {
                    transaction.startStatement();
                    for (int step = random.nextInt(1, 4); step > 0; step--) {
                        lock(transaction, random, key, mine);
                        if (random.nextInt(4) == 0) {
                            LockSupport.parkNanos(1_000); // on few cores sessions would run one after the other
                        }
                    }
                } catch (OmenException e) {
                    assertEquals(SqlState.DEADLOCK_DETECTED, e.sqlState());
                    deadlocks++;
                } finally {
                    mine.forEach(owner -> owner.set(0));
                    transaction.rollback();
                }
            }
        } finally {
            MemoryAccount.free(TAG, key, Long.BYTES);
        }
        return deadlocks;
    }

    private void lock(Transaction transaction, Random random, long key, List<AtomicInteger> mine) {
        int thing = random.nextInt(THINGS);
        if (random.nextBoolean()) {
            RowLockMode mode = RowLockMode.values()[random.nextInt(4)];
            NativeMemory.putLong(key, Long.reverseBytes(thing));
            transaction.lockRow(ROWS, key, 1, mode, LockWaiting.WAIT);
            if (mode == RowLockMode.UPDATE) {
                own(owners[thing], transaction, mine);
            }
        } else {
            TableLockMode mode = TableLockMode.values()[random.nextInt(8)];
            transaction.lockNamed(LockTag.Advisory.of(thing), mode, LockWaiting.WAIT);
            if (mode == TableLockMode.ACCESS_EXCLUSIVE) {
                own(owners[THINGS + thing], transaction, mine);
            }
        }
    }

    private static void own(AtomicInteger owner, Transaction transaction, List<AtomicInteger> mine) {
        int session = transaction.backend().processId();
        int before = owner.getAndSet(session);
        assertTrue(before == 0 || before == session, "two sessions hold an exclusive lock");
        mine.add(owner);
    }
}
