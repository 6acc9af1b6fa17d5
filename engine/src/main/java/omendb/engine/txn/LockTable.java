package omendb.engine.txn;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import omendb.memory.Checksum;
import org.jspecify.annotations.Nullable;

/// Exclusive locks on rows and unique keys, named by a 64-bit hash of (relation, key).
///
/// Two keys with one hash share a lock: someone may wait without need, nothing can go wrong. A lock takes 16 bytes
/// off-heap, so a load that locks millions of keys does not touch the heap. Holding is per transaction: taking a lock
/// again is free, releasing happens at the end of the transaction or in `rollbackTo`.
/// Threading: any thread; a stripe's lock is held for one probe, never while waiting.
final class LockTable implements AutoCloseable {
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

    /// Takes a lock, waiting for its holder.
    ///
    /// @return false if the transaction had it already
    boolean acquire(Transaction transaction, long hash) {
        while (true) {
            long owner = tryAcquire(transaction.id(), hash);
            if (owner == 0) {
                return true;
            }
            if (owner == transaction.id()) {
                return false;
            }
            Transaction holder = active.apply(owner);
            if (holder == null) {
                Thread.onSpinWait(); // it ended a moment ago and its locks are going
            } else {
                waits.await(transaction, List.of(holder), () -> owner(hash) == owner);
            }
        }
    }

    /// 0 = taken now, else the holder's id.
    private long tryAcquire(long transactionId, long hash) {
        int stripe = stripe(hash);
        locks[stripe].lock();
        try {
            long owner = stripes[stripe].owner(hash);
            if (owner == 0) {
                stripes[stripe].put(hash, transactionId);
            }
            return owner;
        } finally {
            locks[stripe].unlock();
        }
    }

    private long owner(long hash) {
        int stripe = stripe(hash);
        locks[stripe].lock();
        try {
            return stripes[stripe].owner(hash);
        } finally {
            locks[stripe].unlock();
        }
    }

    void release(long hash) {
        int stripe = stripe(hash);
        locks[stripe].lock();
        try {
            stripes[stripe].remove(hash);
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
