package omendb.engine.txn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
///
/// As in PostgreSQL, what no holder objects to is granted at once, even if somebody waits: a foreign key's KEY
/// SHARE never waits for a DELETE that waits itself. All others queue ([LockQueues]).
/// Threading: any thread; a stripe's lock is held for one probe, never while waiting.
final class LockTable implements LockSpace, AutoCloseable {
    /// [#tryAcquire] did without a lock that others hold.
    static final int NOT_TAKEN = -1;

    private static final int STRIPES = 64;

    private final Stripe[] stripes = new Stripe[STRIPES];
    private final LockQueues waits;
    private final LongFunction<@Nullable Transaction> active;

    /// Holders, and the queues of locks that somebody waits for.
    private static final class Stripe {
        private final ReentrantLock lock = new ReentrantLock();
        private final LockStripe holders = new LockStripe();
        private final Map<Long, LockQueue> queues = new HashMap<>();
    }

    /// @param active the running transaction of an id, null if it ended
    LockTable(LockQueues waits, LongFunction<@Nullable Transaction> active) {
        this.waits = waits;
        this.active = active;
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
    }

    /// Name of a key's lock; never 0.
    static long hash(long relationId, long keyAddress, int keyLength) {
        long hash = Checksum.xxh3(keyAddress, keyLength) ^ relationId * 0x9e3779b97f4a7c15L;
        hash ^= hash >>> 32;
        return hash == 0 ? 1 : hash;
    }

    /// Takes a lock if nobody is in the way.
    ///
    /// @return modes in which the transaction held it before; [#NOT_TAKEN] if others hold it
    int tryAcquire(Transaction transaction, long hash, RowLockMode mode) {
        return tryAcquire(transaction, hash, mode, false);
    }

    /// @param handedOn to the first in the queue; others do not take what is just passing from one to the next
    private int tryAcquire(Transaction transaction, long hash, RowLockMode mode, boolean handedOn) {
        Stripe stripe = stripe(hash);
        stripe.lock.lock();
        try {
            int before = stripe.holders.modes(hash, transaction.id());
            if (mode.isCoveredBy(before)) {
                return before;
            }
            if (!handedOn && stripe.queues.containsKey(hash) && !stripe.holders.isHeld(hash)) {
                return NOT_TAKEN;
            }
            if (stripe.holders.conflicting(hash, mode, transaction.id(), LockTable::isThere) > 0) {
                return NOT_TAKEN;
            }
            stripe.holders.set(hash, transaction.id(), before | mode.bit());
            return before;
        } finally {
            stripe.lock.unlock();
        }
    }

    private static void isThere(long owner) {}

    /// Takes a lock after those who hold it and those who wait already.
    ///
    /// @param tag what it is on
    /// @return modes in which the transaction held it before
    int await(Transaction transaction, long hash, LockTag tag, RowLockMode mode) {
        int before = modes(transaction.id(), hash);
        waits.await(this, new LockRequest(transaction, transaction, hash, tag, mode, before));
        return before;
    }

    /// Modes in which a transaction holds a lock, 0 = not at all.
    int modes(long transactionId, long hash) {
        Stripe stripe = stripe(hash);
        stripe.lock.lock();
        try {
            return stripe.holders.modes(hash, transactionId);
        } finally {
            stripe.lock.unlock();
        }
    }

    /// Falls back to the modes held before; 0 = releases.
    void restore(long transactionId, long hash, int modes) {
        Stripe stripe = stripe(hash);
        stripe.lock.lock();
        try {
            if (!stripe.queues.containsKey(hash)) {
                stripe.holders.set(hash, transactionId, modes);
                return;
            }
        } finally {
            stripe.lock.unlock();
        }
        waits.release(this, hash, () -> setModes(transactionId, hash, modes));
    }

    private void setModes(long transactionId, long hash, int modes) {
        Stripe stripe = stripe(hash);
        stripe.lock.lock();
        try {
            stripe.holders.set(hash, transactionId, modes);
        } finally {
            stripe.lock.unlock();
        }
    }

    /// Releases a lock; false, and nothing is done, if somebody waits for it.
    boolean releaseUnlessAwaited(long transactionId, long hash) {
        Stripe stripe = stripe(hash);
        stripe.lock.lock();
        try {
            if (stripe.queues.containsKey(hash)) {
                return false;
            }
            stripe.holders.set(hash, transactionId, 0);
            return true;
        } finally {
            stripe.lock.unlock();
        }
    }

    /// Lets a transaction hold a lock in further modes, whoever else does.
    void add(long transactionId, long hash, int modes) {
        Stripe stripe = stripe(hash);
        stripe.lock.lock();
        try {
            stripe.holders.set(hash, transactionId, modes | stripe.holders.modes(hash, transactionId));
        } finally {
            stripe.lock.unlock();
        }
    }

    /// Locks held by all transactions.
    long count() {
        long count = 0;
        for (Stripe stripe : stripes) {
            stripe.lock.lock();
            try {
                count += stripe.holders.count();
            } finally {
                stripe.lock.unlock();
            }
        }
        return count;
    }

    // ---- for LockQueues ----

    @Override
    public LockQueue open(LockRequest request) {
        Long hash = (Long) request.key();
        Stripe stripe = stripe(hash);
        stripe.lock.lock();
        try {
            return stripe.queues.computeIfAbsent(hash, key -> new LockQueue(this, key));
        } finally {
            stripe.lock.unlock();
        }
    }

    @Override
    public void close(LockQueue queue) {
        Long hash = (Long) queue.key();
        Stripe stripe = stripe(hash);
        stripe.lock.lock();
        try {
            stripe.queues.remove(hash);
        } finally {
            stripe.lock.unlock();
        }
    }

    @Override
    public @Nullable LockQueue find(Object key) {
        Long hash = (Long) key;
        Stripe stripe = stripe(hash);
        stripe.lock.lock();
        try {
            return stripe.queues.get(hash);
        } finally {
            stripe.lock.unlock();
        }
    }

    @Override
    public boolean refusesUpgrades() {
        return false;
    }

    @Override
    public boolean grant(LockRequest request) {
        return tryAcquire(request.transaction(), (Long) request.key(), (RowLockMode) request.mode(), true) != NOT_TAKEN;
    }

    @Override
    public List<LockHolder> blockers(LockRequest request) {
        long hash = (Long) request.key();
        List<LockHolder> blockers = new ArrayList<>();
        Stripe stripe = stripe(hash);
        stripe.lock.lock();
        try {
            stripe.holders.conflicting(
                    hash, (RowLockMode) request.mode(), request.transaction().id(), owner -> {
                        Transaction holder = active.apply(owner);
                        if (holder != null) {
                            blockers.add(holder);
                        }
                    });
        } finally {
            stripe.lock.unlock();
        }
        return blockers;
    }

    /// The first waiter for a row holds the lock on the tuple and waits for the holder's transaction; the others wait
    /// for the tuple. Waiters for a key all wait for the holder's transaction.
    @Override
    public List<LockListing> show(LockRequest request, boolean first) {
        int processId = request.session().processId();
        long since = request.sinceMicros();
        List<LockListing> rows = new ArrayList<>();
        boolean isRow = request.tag() instanceof LockTag.Row;
        if (isRow) {
            String mode = request.mode().postgresName();
            rows.add(new LockListing(request.tag(), mode, processId, first, first ? 0 : since));
        }
        if (first || !isRow) {
            List<LockHolder> blockers = blockers(request);
            long id = !blockers.isEmpty() && blockers.getFirst() instanceof Transaction holder ? holder.id() : 0;
            rows.add(new LockListing(new LockTag.TransactionId(id), "ShareLock", processId, false, since));
        }
        return rows;
    }

    private Stripe stripe(long hash) {
        return stripes[(int) (hash >>> 58)];
    }

    @Override
    public void close() {
        for (Stripe stripe : stripes) {
            stripe.holders.close();
        }
    }
}
