package omendb.torture.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import omendb.torture.history.HistoryTransaction.Outcome;
import omendb.torture.history.Writers.Version;
import org.jspecify.annotations.Nullable;

/// Which committed transaction comes before which, and why (Adya's direct serialization graph, with real time).
final class DependencyGraph {
    /// Why one transaction comes before another.
    enum Kind {
        /// It wrote the version that the other replaced.
        WRITE_WRITE,
        /// It wrote the version that the other read.
        WRITE_READ,
        /// It read the version that the other replaced.
        READ_WRITE,
        /// Its commit was answered before the other began.
        REAL_TIME
    }

    /// @param from index into [#transactions()]
    /// @param to   index into [#transactions()]
    record Edge(int from, int to, Kind kind, String reason) {}

    private final List<HistoryTransaction> transactions = new ArrayList<>();
    private final Map<Integer, Integer> indexes = new HashMap<>();
    private final List<Edge> edges = new ArrayList<>();

    private DependencyGraph() {}

    static DependencyGraph build(List<HistoryTransaction> history, Writers writers, VersionOrders orders) {
        DependencyGraph graph = new DependencyGraph();
        for (HistoryTransaction transaction : history) {
            if (writers.isCommitted(transaction)) {
                graph.indexes.put(transaction.id(), graph.transactions.size());
                graph.transactions.add(transaction);
            }
        }
        orders.all().forEach((key, order) -> graph.addWrites(writers, key, order));
        graph.transactions.forEach(transaction -> graph.addReads(writers, orders, transaction));
        graph.addRealTime();
        return graph;
    }

    /// The nodes.
    List<HistoryTransaction> transactions() {
        return transactions;
    }

    List<Edge> edges() {
        return edges;
    }

    private @Nullable Integer writerOf(Writers writers, String key, int value) {
        HistoryTransaction writer = writers.of(new Version(key, value));
        return writer == null ? null : indexes.get(writer.id());
    }

    private void add(@Nullable Integer from, @Nullable Integer to, Kind kind, String reason) {
        if (from != null && to != null && !from.equals(to)) {
            edges.add(new Edge(from, to, kind, reason));
        }
    }

    private void addWrites(Writers writers, String key, List<Integer> order) {
        for (int i = 1; i < order.size(); i++) {
            add(
                    writerOf(writers, key, order.get(i - 1)),
                    writerOf(writers, key, order.get(i)),
                    Kind.WRITE_WRITE,
                    key + ": " + order.get(i - 1) + ", then " + order.get(i));
        }
    }

    /// Reads of a key after the transaction's own write of it say nothing of others.
    private void addReads(Writers writers, VersionOrders orders, HistoryTransaction reader) {
        Integer node = indexes.get(reader.id());
        List<String> own = new ArrayList<>();
        for (Operation operation : reader.operations()) {
            String key = operation.key();
            boolean reads = operation instanceof Operation.ReadList || operation instanceof Operation.ReadRegister;
            if (!reads) {
                own.add(key);
            } else if (!own.contains(key)) {
                List<Version> seen = Writers.seenBy(operation);
                int position = seen.isEmpty() ? -1 : orders.position(seen.getLast());
                if (position >= 0) {
                    int value = seen.getLast().value();
                    add(
                            writerOf(writers, key, value),
                            node,
                            Kind.WRITE_READ,
                            key + ": wrote " + value + ", which it read");
                }
                List<Integer> order = orders.of(key);
                if ((position >= 0 || seen.isEmpty()) && position + 1 < order.size()) {
                    int next = order.get(position + 1);
                    String read = seen.isEmpty()
                            ? "nothing"
                            : Integer.toString(seen.getLast().value());
                    add(
                            node,
                            writerOf(writers, key, next),
                            Kind.READ_WRITE,
                            key + ": read " + read + ", then written " + next);
                }
            }
        }
    }

    // ---- real time ----

    private record Event(long time, int node, boolean begins) {}

    /// Only what does not follow from other edges: from each transaction that ended before this one began, unless
    /// another
    /// lies wholly between them.
    private void addRealTime() {
        List<Event> events = new ArrayList<>();
        for (int node = 0; node < transactions.size(); node++) {
            HistoryTransaction transaction = transactions.get(node);
            events.add(new Event(transaction.invoked(), node, true));
            if (transaction.outcome() == Outcome.COMMITTED) {
                events.add(new Event(transaction.completed(), node, false));
            }
        }
        events.sort(Comparator.comparingLong(Event::time).thenComparing(event -> !event.begins));
        List<Integer> frontier = new ArrayList<>();
        for (Event event : events) {
            if (event.begins) {
                frontier.forEach(before -> add(before, event.node, Kind.REAL_TIME, "answered before it began"));
            } else {
                long began = transactions.get(event.node).invoked();
                frontier.removeIf(before -> transactions.get(before).completed() < began);
                frontier.add(event.node);
            }
        }
    }
}
