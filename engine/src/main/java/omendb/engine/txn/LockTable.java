package omendb.engine.txn;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import omendb.memory.Checksum;
import org.jspecify.annotations.Nullable;

/// Locks on rows and unique keys, named by a 64-bit hash of (relation, key), in the modes of
/// [RowLockMode].
///
/// Two keys with one hash share a lock: someone may wait without need, nothing can go wrong. A lock takes
/// 16 bytes off-heap for each holder, so a load that locks millions of keys does not touch the heap.
/// Holding is per transaction: taking a lock again is free, releasing happens at the end of the
/// transaction or in `rollbackTo`.
/// Threading: any thread; a stripe's lock is held for one probe, never while waiting.
final class LockTable implements AutoCloseable {
    /// [#acquire] did without a lock that others hold.
    static final int NOT_TAKEN = -1;

    private static final int STRIPES = 64;

    private final LockStripe[] stripes = new LockStripe[STRIPES];
    private final ReentrantLock[] locks = new ReentrantLock[STRIPES];
    private final WaitGraph waits;
    private final LongFunction<@Nullable Transaction> active;

    /// @param active the running transaction of an id, null if it ended
    LockTable(WaitGraph waits, LongFunction<@Nullable Transaction> active) {
        this.waits = waits;
        this.active = active;
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new LockStripe();
            locks[i] = new ReentrantLock();
        }
    }

    /// Name of a key's lock; never 0.
    static long hash(long relationId, long keyAddress, int keyLength) {
        long hash = Checksum.xxh3(keyAddress, keyLength) ^ relationId * 0x9e3779b97f4a7c15L;
        hash ^= hash >>> 32;
        return hash == 0 ? 1 : hash;
    }

    /// Takes a lock.
    ///
    /// @return modes in which the transaction held it before; [#NOT_TAKEN] if others hold it and it is
    /// not to wait
    int acquire(Transaction transaction, long hash, RowLockMode mode, LockWaiting waiting) {
        List<Long> owners = new ArrayList<>();
        while (true) {
            int before = tryAcquire(transaction.id(), hash, mode, owners);
            if (before >= 0) {
                return before;
            }
            List<Transaction> holders =
                    owners.stream().map(active::apply).filter(Objects::nonNull).toList();
            if (holders.isEmpty()) {
                Thread.onSpinWait(); // they ended a moment ago and their locks are going
            } else if (waiting != LockWaiting.WAIT) {
                return NOT_TAKEN;
            } else {
                List<Backend> sessions = sessions(holders);
                waits.await(
                        transaction,
                        sessions,
                        "ShareLock on transaction " + holders.getLast().id(),
                        // a holder that was prepared meanwhile has left its session, and the lock may have
                        // passed to somebody else, whose end nobody would tell us: wait for those anew
                        () -> sessions.equals(sessions(holders)) && isHeldBy(owners, transaction.id(), hash, mode));
            }
        }
    }

    private static List<Backend> sessions(List<Transaction> holders) {
        return holders.stream().map(Transaction::backend).toList();
    }

    /// Modes held before if it is taken now, else [#NOT_TAKEN] and who is in the way.
    private int tryAcquire(long transactionId, long hash, RowLockMode mode, List<Long> owners) {
        int stripe = stripe(hash);
        locks[stripe].lock();
        try {
            int before = stripes[stripe].modes(hash, transactionId);
            if (mode.isCoveredBy(before)) {
                return before;
            }
            owners.clear();
            if (stripes[stripe].conflicting(hash, mode, transactionId, owners::add) > 0) {
                return NOT_TAKEN;
            }
            stripes[stripe].set(hash, transactionId, before | mode.bit());
            return before;
        } finally {
            locks[stripe].unlock();
        }
    }

    /// Whether these owners are still in the way, and nobody else.
    private boolean isHeldBy(List<Long> owners, long transactionId, long hash, RowLockMode mode) {
        Set<Long> now = new HashSet<>();
        int stripe = stripe(hash);
        locks[stripe].lock();
        try {
            stripes[stripe].conflicting(hash, mode, transactionId, now::add);
        } finally {
            locks[stripe].unlock();
        }
        return now.equals(Set.copyOf(owners));
    }

    /// Modes in which a transaction holds a lock, 0 = not at all.
    int modes(long transactionId, long hash) {
        int stripe = stripe(hash);
        locks[stripe].lock();
        try {
            return stripes[stripe].modes(hash, transactionId);
        } finally {
            locks[stripe].unlock();
        }
    }

    /// Falls back to the modes held before; 0 = releases.
    void restore(long transactionId, long hash, int modes) {
        int stripe = stripe(hash);
        locks[stripe].lock();
        try {
            stripes[stripe].set(hash, transactionId, modes);
        } finally {
            locks[stripe].unlock();
        }
    }

    /// Locks held by all transactions.
    long count() {
        long count = 0;
        for (int i = 0; i < STRIPES; i++) {
            locks[i].lock();
            try {
                count += stripes[i].count();
            } finally {
                locks[i].unlock();
            }
        }
        return count;
    }

    private static int stripe(long hash) {
        return (int) (hash >>> 58);
    }

    @Override
    public void close() {
        for (LockStripe stripe : stripes) {
            stripe.close();
        }
    }
}
