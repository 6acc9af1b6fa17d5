package omendb.engine.txn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import org.jspecify.annotations.Nullable;

/// Who waits for which lock. Each lock that somebody waits for has a queue; who gives it back hands it on to the first
/// in the queue and to those behind that conflict with nobody before them, so nobody is passed over by a later
/// request. A wait that closes a circle is seen at once: [DeadlockDetector] changes the order of queues if that opens
/// it, else one of the circle fails with 40P01.
///
/// Nothing is remembered of who waits for whom: it follows from holders and queues whenever it is asked for.
/// Sessions, not transactions, are what waits: a session's advisory locks outlive its transactions, and it is the
/// session that cannot go on.
/// Threading: any thread. One lock guards all queues; it is taken only when there is something to wait for, and when
/// a lock is given back that has a queue. A waiter sleeps on a condition of this lock, so no wake-up can pass it by.
/// Locks of a [LockSpace] are taken inside it, never the other way round.
final class LockQueues {
    private final ReentrantLock lock = new ReentrantLock();
    private final SequencedMap<Backend, LockRequest> waiting = new LinkedHashMap<>();
    private long deadlocks;

    /// Waits until the request is granted.
    ///
    /// @throws UserException 40P01 deadlock, 55P03 lock timeout, 57014 cancelled; the request is then gone
    void await(LockSpace space, LockRequest request) {
        request.transaction().noteWait();
        lock.lock();
        try {
            LockQueue queue = space.open(request);
            int position = queue.position(request);
            if (queue.mayPass(request, position) && space.grant(request)) {
                closeIfEmpty(queue);
                return;
            }
            queue.add(position, request);
            request.changed = lock.newCondition();
            waiting.put(request.session(), request);
            breakDeadlocks(request);
            sleep(request, request.changed);
        } finally {
            lock.unlock();
        }
    }

    /// Takes the lock if that needs no waiting; false = it does.
    boolean tryAcquire(LockSpace space, LockRequest request) {
        lock.lock();
        try {
            LockQueue queue = space.open(request);
            boolean granted = queue.mayPass(request, queue.position(request)) && space.grant(request);
            closeIfEmpty(queue);
            return granted;
        } finally {
            lock.unlock();
        }
    }

    private void sleep(LockRequest request, Condition changed) {
        Transaction transaction = request.transaction();
        long timeoutMillis = transaction.lockTimeoutMillis();
        long deadline = timeoutMillis > 0 ? System.nanoTime() + timeoutMillis * 1_000_000 : 0;
        try {
            while (request.state == LockRequest.State.WAITING) {
                transaction.checkCancelled();
                long left = Math.min(left(deadline), left(transaction.statementDeadlineNanos()));
                if (left(deadline) <= 0) {
                    throw new UserException(SqlState.LOCK_NOT_AVAILABLE, "canceling statement due to lock timeout");
                }
                try {
                    if (left == Long.MAX_VALUE) {
                        changed.await(); // a limit would cost a virtual thread the wake-up of its timer
                    } else {
                        long _ = changed.awaitNanos(left);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt(); // whoever did that wants the thread back
                    throw Cancellation.USER_REQUEST.exception();
                }
            }
        } finally {
            if (request.state == LockRequest.State.WAITING) {
                remove(request);
            }
        }
        if (request.deadlock != null) {
            throw request.deadlock;
        }
    }

    /// Nanoseconds to a deadline; 0 as a deadline is never.
    private static long left(long deadline) {
        return deadline == 0 ? Long.MAX_VALUE : deadline - System.nanoTime();
    }

    private void breakDeadlocks(LockRequest closing) {
        if (!isWaitedFor(closing.session())) {
            return;
        }
        while (closing.state == LockRequest.State.WAITING) {
            List<DeadlockDetector.Edge> circle = new DeadlockDetector(waiting).circle(closing.session());
            if (circle.isEmpty()) {
                return;
            }
            LockRequest looking = DeadlockDetector.whoLooks(circle, closing);
            DeadlockDetector detector = new DeadlockDetector(waiting);
            List<DeadlockDetector.Edge> stuck = detector.check(looking.session());
            if (stuck.isEmpty()) {
                detector.orders().forEach(LockQueue::reorder);
                detector.orders().keySet().forEach(this::wake);
                continue;
            }
            looking.state = LockRequest.State.DEADLOCKED;
            deadlocks++;
            looking.deadlock = DeadlockDetector.error(stuck, looking);
            remove(looking);
        }
    }

    /// Whether any request has to wait for a session: without that it can be in no circle.
    private boolean isWaitedFor(Backend session) {
        for (LockRequest request : waiting.values()) {
            if (request.session() != session && blockers(request).contains(session)) {
                return true;
            }
        }
        return false;
    }

    private static Set<Backend> blockers(LockRequest request) {
        Set<Backend> blockers = new LinkedHashSet<>();
        LockQueue queue = request.queue();
        queue.space().blockers(request).forEach(holder -> blockers.add(holder.backend()));
        for (LockRequest ahead : queue.requests()) {
            if (ahead == request) {
                break;
            }
            if (request.mode().conflictsWith(ahead.mode().bit())) {
                blockers.add(ahead.session());
            }
        }
        return blockers;
    }

    /// Takes a request out of its queue and lets those behind it move up.
    private void remove(LockRequest request) {
        LockQueue queue = request.queue();
        leave(request);
        wake(queue);
    }

    private void leave(LockRequest request) {
        request.queue().remove(request);
        waiting.remove(request.session(), request);
        Condition changed = request.changed;
        if (changed != null) {
            changed.signal();
        }
    }

    /// Gives a lock back, or some modes of it, and hands it on.
    ///
    /// @param change what the holder has from now on
    void release(LockSpace space, Object key, Runnable change) {
        lock.lock();
        try {
            change.run();
            LockQueue queue = space.find(key);
            if (queue != null) {
                wake(queue);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Grants, in order, what conflicts neither with a holder nor with a request that still waits before it.
    private void wake(LockQueue queue) {
        int ahead = 0;
        for (LockRequest request : List.copyOf(queue.requests())) {
            if (!request.mode().conflictsWith(ahead) && queue.space().grant(request)) {
                request.state = LockRequest.State.GRANTED;
                leave(request);
            } else {
                ahead |= request.mode().bit();
            }
        }
        closeIfEmpty(queue);
    }

    private static void closeIfEmpty(LockQueue queue) {
        if (queue.requests().isEmpty()) {
            queue.space().close(queue);
        }
    }

    /// Lets a waiting session look around (its statement was cancelled).
    void interrupt(Backend session) {
        lock.lock();
        try {
            LockRequest request = waiting.get(session);
            if (request != null && request.changed != null) {
                request.changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Sessions that wait now.
    int waitingCount() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /// Waits that failed with 40P01 so far.
    long deadlocks() {
        lock.lock();
        try {
            return deadlocks;
        } finally {
            lock.unlock();
        }
    }

    /// What sessions wait for, and the locks on rows they hold while they do.
    List<LockListing> list() {
        lock.lock();
        try {
            List<LockListing> all = new ArrayList<>();
            waiting.values()
                    .forEach(request -> all.addAll(request.queue()
                            .space()
                            .show(request, request.queue().isFirst(request))));
            return all;
        } finally {
            lock.unlock();
        }
    }

    /// What a session waits for, or null.
    @Nullable
    LockTag awaited(Backend session) {
        lock.lock();
        try {
            LockRequest request = waiting.get(session);
            if (request == null) {
                return null;
            }
            List<LockListing> shown =
                    request.queue().space().show(request, request.queue().isFirst(request));
            return shown.getLast().tag();
        } finally {
            lock.unlock();
        }
    }

    /// The sessions that a session waits for, holders first, by process id (pg_blocking_pids).
    List<Integer> blockingProcesses(Backend session) {
        lock.lock();
        try {
            LockRequest request = waiting.get(session);
            return request == null
                    ? List.of()
                    : blockers(request).stream()
                            .map(Backend::processId)
                            .distinct()
                            .toList();
        } finally {
            lock.unlock();
        }
    }
}
