package omendb.engine.txn;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import org.jspecify.annotations.Nullable;

/// Which session waits for which. A transaction waits until a session that holds what it wants ends its
/// transaction or gives something back; a wait that closes a cycle makes one of the cycle fail with 40P01
/// at once, so a deadlock never stands. The victim is the one PostgreSQL would choose: there each session
/// looks for a deadlock when it has waited for deadlock_timeout, so the one that has waited longest, but
/// not yet that long, finds it first.
///
/// Sessions, not transactions, are the nodes: a session's advisory locks outlive its transactions, and it
/// is the session that cannot go on.
/// Threading: any thread. One lock guards the edges; it is taken only when there is something to wait for
/// and when a session that someone waits for lets go.
final class WaitGraph {
    private static final long DEADLOCK_TIMEOUT_NANOS = 1_000_000_000;

    /// A waiter that nobody woke looks again after this: no order of events may leave it waiting for nothing.
    private static final long LOOK_AGAIN_NANOS = 100_000_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Backend, NamedLocks.Held> wanted = new HashMap<>();
    private int waiting;

    /// Waits for a lock that pg_locks does not show one by one.
    void await(Transaction waiter, Collection<Backend> owners, String wants, BooleanSupplier stillBlocked) {
        await(waiter, owners, wants, stillBlocked, null);
    }

    /// Waits until one of `owners` lets go of something; returns at once if `stillBlocked` denies it
    /// under the lock.
    ///
    /// @param wants what the waiter waits for, in words
    /// @param shown as pg_locks shows it
    /// @throws UserException 40P01 deadlock, 55P03 lock timeout, 57014 cancelled
    void await(
            Transaction waiter,
            Collection<Backend> owners,
            String wants,
            BooleanSupplier stillBlocked,
            NamedLocks.@Nullable Held shown) {
        Backend wait = waiter.backend();
        lock.lock();
        try {
            for (Backend owner : owners) {
                owner.waiters.add(wait);
            }
            wait.waitsFor = List.copyOf(owners);
            wait.wants = wants;
            wait.thread = Thread.currentThread();
            wait.woken = false;
            wait.deadlock = null;
            wait.waitsSinceNanos = System.nanoTime();
            if (!stillBlocked.getAsBoolean()) {
                removeLocked(wait);
                return;
            }
            breakCyclesLocked(wait);
            waiting++;
            if (shown != null) {
                wanted.put(wait, shown);
            }
        } finally {
            lock.unlock();
        }
        park(waiter, wait, stillBlocked);
    }

    private void park(Transaction waiter, Backend wait, BooleanSupplier stillBlocked) {
        long timeoutMillis = waiter.lockTimeoutMillis();
        long lockDeadline = timeoutMillis > 0 ? System.nanoTime() + timeoutMillis * 1_000_000 : 0;
        try {
            while (!wait.woken) {
                checkDeadlock(wait);
                waiter.checkCancelled();
                long left = left(lockDeadline);
                if (left <= 0) {
                    throw new UserException(SqlState.LOCK_NOT_AVAILABLE, "canceling statement due to lock timeout");
                }
                left = Math.min(left, left(waiter.statementDeadlineNanos()));
                LockSupport.parkNanos(this, Math.min(left, LOOK_AGAIN_NANOS));
                if (!wait.woken && !isBlocked(stillBlocked)) {
                    break;
                }
            }
            checkDeadlock(wait);
            waiter.checkCancelled();
        } finally {
            lock.lock();
            try {
                waiting--;
                removeLocked(wait);
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean isBlocked(BooleanSupplier stillBlocked) {
        lock.lock();
        try {
            return stillBlocked.getAsBoolean();
        } finally {
            lock.unlock();
        }
    }

    private void checkDeadlock(Backend wait) {
        lock.lock();
        try {
            if (wait.deadlock != null) {
                throw wait.deadlock;
            }
        } finally {
            lock.unlock();
        }
    }

    /// Makes one session of each cycle through `closing` fail; throws if it is this one.
    private void breakCyclesLocked(Backend closing) {
        for (List<Backend> cycle = cycleLocked(closing); !cycle.isEmpty(); cycle = cycleLocked(closing)) {
            Backend victim = victim(cycle);
            OmenException deadlock = deadlock(cycle, victim);
            removeEdgesLocked(victim);
            if (victim == closing) {
                removeLocked(victim);
                throw deadlock;
            }
            victim.deadlock = deadlock;
            wakeLocked(victim);
        }
    }

    private static Backend victim(List<Backend> cycle) {
        long now = System.nanoTime();
        Backend victim = cycle.getFirst();
        long longest = -1;
        for (Backend member : cycle) {
            long waited = now - member.waitsSinceNanos;
            if (waited < DEADLOCK_TIMEOUT_NANOS && waited > longest) {
                longest = waited;
                victim = member;
            }
        }
        return victim;
    }

    /// Nanoseconds to a deadline; 0 as a deadline is never.
    private static long left(long deadline) {
        return deadline == 0 ? Long.MAX_VALUE : deadline - System.nanoTime();
    }

    /// Carries out `change`, after which `owner` no longer holds what others wait for, and lets these look again.
    void handOver(Backend owner, Runnable change) {
        lock.lock();
        try {
            change.run();
            wakeWaiters(owner);
        } finally {
            lock.unlock();
        }
    }

    /// Wakes everyone who waits for `owner`: its transaction ended, or it gave back locks. From now on they wait
    /// for nobody, until they have looked again: `owner` may be back, wanting what they hold, before they get a
    /// processor.
    void wakeWaiters(Backend owner) {
        lock.lock();
        try {
            for (Backend waiter : List.copyOf(owner.waiters)) {
                removeEdgesLocked(waiter);
                wakeLocked(waiter);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Lets a waiting session look around (its statement was cancelled).
    void interrupt(Backend waiter) {
        lock.lock();
        try {
            wakeLocked(waiter);
        } finally {
            lock.unlock();
        }
    }

    /// Sessions that wait now.
    int waitingCount() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    /// Locks that sessions wait for.
    List<NamedLocks.Held> wanted() {
        lock.lock();
        try {
            return List.copyOf(wanted.values());
        } finally {
            lock.unlock();
        }
    }

    /// The sessions that `waiter` waits for, by process id (pg_blocking_pids).
    List<Integer> blockers(Backend waiter) {
        lock.lock();
        try {
            return waiter.waitsFor.stream().map(Backend::processId).distinct().toList();
        } finally {
            lock.unlock();
        }
    }

    private static void wakeLocked(Backend wait) {
        wait.woken = true;
        Thread thread = wait.thread;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    private static void removeEdgesLocked(Backend waiter) {
        for (Backend owner : waiter.waitsFor) {
            owner.waiters.remove(waiter);
        }
        waiter.waitsFor = List.of();
    }

    private void removeLocked(Backend waiter) {
        removeEdgesLocked(waiter);
        waiter.thread = null;
        wanted.remove(waiter);
    }

    /// The sessions of a cycle through `waiter`, each waiting for the next; empty = there is none.
    private static List<Backend> cycleLocked(Backend waiter) {
        Map<Backend, Backend> cameFrom = new HashMap<>();
        Deque<Backend> open = new ArrayDeque<>();
        open.push(waiter);
        while (!open.isEmpty()) {
            Backend at = open.pop();
            for (Backend next : at.waitsFor) {
                if (next == waiter) {
                    return path(at, waiter, cameFrom);
                }
                if (cameFrom.putIfAbsent(next, at) == null) {
                    open.push(next);
                }
            }
        }
        return List.of();
    }

    private static List<Backend> path(Backend last, Backend first, Map<Backend, Backend> cameFrom) {
        List<Backend> path = new ArrayList<>();
        for (Backend at = last; at != first; at = cameFrom.get(at)) {
            path.addFirst(at);
        }
        path.addFirst(first);
        return path;
    }

    private static OmenException deadlock(List<Backend> cycle, Backend victim) {
        StringBuilder detail = new StringBuilder();
        int first = cycle.indexOf(victim);
        for (int i = 0; i < cycle.size(); i++) {
            Backend waiter = cycle.get((first + i) % cycle.size());
            Backend owner = cycle.get((first + i + 1) % cycle.size());
            detail.append(i == 0 ? "" : "\n")
                    .append("Process ")
                    .append(waiter.processId())
                    .append(" waits for ")
                    .append(waiter.wants)
                    .append("; blocked by process ")
                    .append(owner.processId())
                    .append('.');
        }
        return new UserException(SqlState.DEADLOCK_DETECTED, "deadlock detected")
                .withDetail(detail.toString())
                .withHint("See server log for query details.");
    }
}
