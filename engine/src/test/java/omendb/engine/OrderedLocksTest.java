package omendb.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import omendb.engine.txn.Backend;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.LockWaiting;
import omendb.engine.txn.RowLockMode;
import omendb.engine.txn.Transaction;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Transactions that take their locks in one order cannot deadlock, however often sessions meet again: nobody may be
/// told 40P01.
@Timeout(120)
class OrderedLocksTest {
    private static final int SESSIONS = 8;
    private static final int TRANSACTIONS = 1_500;
    private static final int TELLERS = 4;
    private static final long TELLER = 1_000_001;
    private static final long BRANCH = 1_000_002;
    private static final MemoryTag TAG = MemoryTag.of("test");

    @TempDir
    Path directory;

    @Test
    void nobody_is_told_of_a_deadlock() throws Exception {
        try (Database database = Database.open(directory, DatabaseOptions.forTests());
                ExecutorService threads = Executors.newFixedThreadPool(SESSIONS)) {
            List<Future<?>> sessions = new ArrayList<>();
            for (int i = 1; i <= SESSIONS; i++) {
                int session = i;
                sessions.add(threads.submit(() -> transfer(database, session)));
            }
            for (Future<?> session : sessions) {
                session.get();
            }
        }
    }

    private static void transfer(Database database, int session) {
        Random random = new Random(session);
        Backend backend = new Backend(session);
        long key = MemoryAccount.allocate(TAG, Long.BYTES);
        try {
            for (int i = 0; i < TRANSACTIONS; i++) {
                Transaction transaction = database.begin(Isolation.READ_COMMITTED, false, backend);
                try {
                    transaction.startStatement();
                    NativeMemory.putLong(key, random.nextInt(TELLERS));
                    transaction.lockRow(TELLER, key, 1, RowLockMode.NO_KEY_UPDATE, LockWaiting.WAIT);
                    NativeMemory.putLong(key, 0);
                    transaction.lockRow(BRANCH, key, 2, RowLockMode.NO_KEY_UPDATE, LockWaiting.WAIT);
                } finally {
                    transaction.rollback();
                }
            }
        } finally {
            MemoryAccount.free(TAG, key, Long.BYTES);
        }
    }
}
