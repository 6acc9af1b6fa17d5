package omendb.engine.txn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Looks for a circle of waiting sessions, and for an order of the queues that has none, as PostgreSQL does
/// (src/backend/storage/lmgr/README, "The Deadlock Detection Algorithm").
///
/// A session waits for holders of conflicting modes (hard edges) and for conflicting requests ahead of its own in the
/// queue (soft edges). A circle of hard edges can only be broken by a failure. One with soft edges opens if one of them
/// is turned round: the later request goes ahead of the earlier one. Each soft edge of the circle is tried, the
/// farthest
/// from who looks first, and what new circle that closes is treated likewise, to a depth of [#DEEPEST].
/// One use; threading: with the lock of [LockQueues] held.
final class DeadlockDetector {
    private static final int DEEPEST = 16;
    private static final int MOST_TESTS = 500;

    private final Map<Backend, LockRequest> waiting;
    private final List<Edge> turned = new ArrayList<>();
    private final Map<LockQueue, List<LockRequest>> orders = new HashMap<>();
    private List<Edge> found = List.of();
    private int tests;

    /// `waiter` cannot go on before `blocker` does.
    ///
    /// @param ahead the blocker's request, which is ahead in the queue; absent in `hard` edges
    record Edge(LockRequest waiter, Backend blocker, List<LockRequest> ahead) {
        boolean isSoft() {
            return !ahead.isEmpty();
        }
    }

    DeadlockDetector(Map<Backend, LockRequest> waiting) {
        this.waiting = waiting;
    }

    /// The circle through `start` that no order of queues opens; empty = there is none with [#orders].
    List<Edge> check(Backend start) {
        return isStuck(start) ? found : List.of();
    }

    /// Queues whose order has to change.
    Map<LockQueue, List<LockRequest>> orders() {
        return orders;
    }

    /// A circle through `start` as things stand; empty = there is none.
    List<Edge> circle(Backend start) {
        return firstCircle(start);
    }

    private boolean isStuck(Backend start) {
        if (!reorder()) {
            return true;
        }
        List<Edge> circle = firstCircle(start);
        if (circle.isEmpty()) {
            return false;
        }
        if (found.isEmpty()) {
            found = circle; // the one that is there as things stand
        }
        List<Edge> soft = circle.stream().filter(Edge::isSoft).toList().reversed();
        if (turned.size() < DEEPEST) {
            for (Edge edge : soft) {
                turned.addLast(edge);
                if (!isStuck(start)) {
                    return false;
                }
                turned.removeLast();
            }
        }
        return true;
    }

    /// A circle through `start` or one that turning an edge has closed.
    private List<Edge> firstCircle(Backend start) {
        if (++tests > MOST_TESTS) {
            return found;
        }
        List<Backend> suspects = new ArrayList<>(List.of(start));
        for (Edge edge : turned) {
            suspects.add(edge.waiter().session());
            suspects.add(edge.blocker());
        }
        for (Backend suspect : suspects) {
            List<Edge> circle = new ArrayList<>();
            if (leadsTo(suspect, suspect, new HashSet<>(), circle)) {
                return circle;
            }
        }
        return List.of();
    }

    /// Whether `session` waits for `goal`, over any number of others; collects the way there.
    private boolean leadsTo(Backend session, Backend goal, Set<Backend> visited, List<Edge> way) {
        LockRequest request = waiting.get(session);
        if (request == null || !visited.add(session)) {
            return false;
        }
        for (Edge edge : edges(request)) {
            way.addLast(edge);
            if (edge.blocker() == goal || leadsTo(edge.blocker(), goal, visited, way)) {
                return true;
            }
            way.removeLast();
        }
        return false;
    }

    private List<Edge> edges(LockRequest request) {
        LockQueue queue = request.queue();
        List<Edge> edges = new ArrayList<>();
        for (LockHolder holder : queue.space().blockers(request)) {
            edges.add(new Edge(request, holder.backend(), List.of()));
        }
        for (LockRequest ahead : orders.getOrDefault(queue, queue.requests())) {
            if (ahead == request) {
                break;
            }
            if (request.mode().conflictsWith(ahead.mode().bit())) {
                edges.add(new Edge(request, ahead.session(), List.of(ahead)));
            }
        }
        return edges;
    }

    /// Orders the queues so that each waiter of a turned edge is ahead of its blocker; false = that cannot be.
    private boolean reorder() {
        orders.clear();
        for (Edge edge : turned) {
            LockQueue queue = edge.waiter().queue();
            if (!orders.containsKey(queue)) {
                List<LockRequest> order = ordered(queue);
                if (order.isEmpty()) {
                    return false;
                }
                orders.put(queue, order);
            }
        }
        return true;
    }

    /// From the end: the last request that need not be ahead of one not placed yet. Requests stay where they are
    /// but for those that must move up.
    private List<LockRequest> ordered(LockQueue queue) {
        List<LockRequest> left = new ArrayList<>(queue.requests());
        List<LockRequest> order = new ArrayList<>();
        while (!left.isEmpty()) {
            int last = left.size() - 1;
            while (last >= 0 && mustBeAhead(left.get(last), left)) {
                last--;
            }
            if (last < 0) {
                return List.of();
            }
            order.addFirst(left.remove(last));
        }
        return order;
    }

    private boolean mustBeAhead(LockRequest request, List<LockRequest> of) {
        return turned.stream()
                .anyMatch(edge ->
                        edge.waiter() == request && of.contains(edge.ahead().getFirst()));
    }

    /// In whose name PostgreSQL would find the deadlock first, as each session looks once, `deadlock_timeout` after it
    /// began to wait; but who makes the wait for one lock impossible, while holding it, is told at once.
    static LockRequest whoLooks(List<Edge> circle, LockRequest closing) {
        if (closing.queue().isUpgradeDeadlock(closing)) {
            return closing;
        }
        long now = System.nanoTime();
        LockRequest victim = closing;
        for (Edge edge : circle) {
            LockRequest member = edge.waiter();
            boolean looks = member.deadlockCheckNanos() - now > 0;
            if (looks && member.deadlockCheckNanos() - victim.deadlockCheckNanos() < 0) {
                victim = member;
            }
        }
        return victim;
    }

    /// 40P01 for the victim, whose wait comes first in the report.
    static OmenException error(List<Edge> circle, LockRequest victim) {
        StringBuilder detail = new StringBuilder();
        int first = 0;
        while (first < circle.size() && circle.get(first).waiter() != victim) {
            first++;
        }
        for (int i = 0; i < circle.size(); i++) {
            Edge edge = circle.get((first + i) % circle.size());
            LockRequest waiter = edge.waiter();
            LockListing wanted =
                    waiter.queue().space().show(waiter, !edge.isSoft()).getLast();
            detail.append(i == 0 ? "" : "\n")
                    .append("Process ")
                    .append(waiter.session().processId())
                    .append(" waits for ")
                    .append(wanted.mode())
                    .append(" on ")
                    .append(wanted.tag().describe())
                    .append("; blocked by process ")
                    .append(edge.blocker().processId())
                    .append('.');
        }
        return new UserException(SqlState.DEADLOCK_DETECTED, "deadlock detected")
                .withDetail(detail.toString())
                .withHint("See server log for query details.");
    }
}
