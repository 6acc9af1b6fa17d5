package omendb.engine.txn;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Who waits for whom. A transaction waits for the end (or a partial rollback) of the transactions that hold what it
/// wants; a wait that would close a cycle fails with 40P01 at once, so a deadlock never stands.
///
/// Threading: any thread. One lock guards the edges; it is taken only when there is something to wait for and when a
/// transaction that someone waits for ends.
final class WaitGraph {
    private final ReentrantLock lock = new ReentrantLock();

    /// Waits until one of `owners` ends or releases something; returns at once if `stillBlocked` says so under
    /// the lock.
    ///
    /// @throws UserException 40P01 deadlock, 55P03 lock timeout, 57014 cancelled
    void await(Transaction waiter, Collection<Transaction> owners, BooleanSupplier stillBlocked) {
        TransactionWait wait = waiter.waiting();
        lock.lock();
        try {
            for (Transaction owner : owners) {
                owner.waiting().waiters.add(waiter);
            }
            wait.waitsFor = List.copyOf(owners);
            wait.thread = Thread.currentThread();
            wait.woken = false;
            if (!stillBlocked.getAsBoolean()) {
                removeLocked(waiter);
                return;
            }
            if (closesCycleLocked(waiter)) {
                OmenException deadlock = deadlock(waiter, owners);
                removeLocked(waiter);
                throw deadlock;
            }
        } finally {
            lock.unlock();
        }
        park(waiter, wait);
    }

    private void park(Transaction waiter, TransactionWait wait) {
        long timeoutMillis = waiter.lockTimeoutMillis();
        long deadline = timeoutMillis > 0 ? System.nanoTime() + timeoutMillis * 1_000_000 : 0;
        try {
            while (!wait.woken) {
                waiter.checkCancelled();
                if (deadline == 0) {
                    LockSupport.park(this);
                } else {
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        throw new UserException(SqlState.LOCK_NOT_AVAILABLE, "canceling statement due to lock timeout");
                    }
                    LockSupport.parkNanos(this, left);
                }
            }
            waiter.checkCancelled();
        } finally {
            lock.lock();
            try {
                removeLocked(waiter);
            } finally {
                lock.unlock();
            }
        }
    }

    /// Wakes everyone who waits for `owner`: it ended, or gave back locks.
    void wakeWaiters(Transaction owner) {
        lock.lock();
        try {
            for (Transaction waiter : owner.waiting().waiters) {
                wakeLocked(waiter.waiting());
            }
        } finally {
            lock.unlock();
        }
    }

    /// Lets a waiting transaction look around (it was cancelled).
    void interrupt(Transaction waiter) {
        lock.lock();
        try {
            wakeLocked(waiter.waiting());
        } finally {
            lock.unlock();
        }
    }

    private static void wakeLocked(TransactionWait wait) {
        wait.woken = true;
        Thread thread = wait.thread;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    private static void removeLocked(Transaction waiter) {
        TransactionWait wait = waiter.waiting();
        for (Transaction owner : wait.waitsFor) {
            owner.waiting().waiters.remove(waiter);
        }
        wait.waitsFor = List.of();
        wait.thread = null;
    }

    private static boolean closesCycleLocked(Transaction waiter) {
        Deque<Transaction> open = new ArrayDeque<>(waiter.waiting().waitsFor);
        Set<Transaction> seen = new HashSet<>(open);
        while (!open.isEmpty()) {
            Transaction transaction = open.pop();
            if (transaction == waiter) {
                return true;
            }
            for (Transaction next : transaction.waiting().waitsFor) {
                if (seen.add(next)) {
                    open.push(next);
                }
            }
        }
        return false;
    }

    private static OmenException deadlock(Transaction waiter, Collection<Transaction> owners) {
        StringBuilder detail = new StringBuilder();
        for (Transaction owner : owners) {
            detail.append(detail.isEmpty() ? "" : "\n")
                    .append("Transaction ")
                    .append(waiter.id())
                    .append(" waits for ShareLock on transaction ")
                    .append(owner.id())
                    .append(", which waits for it.");
        }
        return new UserException(SqlState.DEADLOCK_DETECTED, "deadlock detected")
                .withDetail(detail.toString())
                .withHint("See server log for query details.");
    }
}
