package omendb.torture.history;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import omendb.torture.history.DependencyGraph.Edge;
import omendb.torture.history.DependencyGraph.Kind;

/// Finds cycles and gives them their names.
///
/// Four graphs are looked at, first without and then with real time: write-write edges alone (G0), with write-read
/// edges
/// (G1c), with read-write edges no two of which follow each other (what snapshot isolation forbids: G-single and
/// G-nonadjacent), and with all (G2). The third is a graph over pairs of a transaction and whether it was reached by a
/// read-write edge. A cycle exists in a graph if, and only if, it has a strongly connected component of more than one
/// node.
final class CycleSearch {
    private final DependencyGraph graph;
    private final List<Anomaly> found;
    private final Set<String> reported = new HashSet<>();

    CycleSearch(DependencyGraph graph, List<Anomaly> found) {
        this.graph = graph;
        this.found = found;
    }

    /// Looks for what the level forbids.
    void run(IsolationLevel level) {
        for (boolean realTime : new boolean[] {false, true}) {
            search(all(kinds(realTime, Kind.WRITE_WRITE)));
            search(all(kinds(realTime, Kind.WRITE_WRITE, Kind.WRITE_READ)));
            if (level.forbids(AnomalyKind.G_SINGLE)) {
                search(nonadjacent(kinds(realTime, Kind.WRITE_WRITE, Kind.WRITE_READ)));
            }
            if (level.forbids(AnomalyKind.G2_ITEM)) {
                search(all(kinds(realTime, Kind.WRITE_WRITE, Kind.WRITE_READ, Kind.READ_WRITE)));
            }
        }
    }

    private static Set<Kind> kinds(boolean realTime, Kind first, Kind... others) {
        Set<Kind> kinds = EnumSet.of(first, others);
        if (realTime) {
            kinds.add(Kind.REAL_TIME);
        }
        return kinds;
    }

    private Cycles all(Set<Kind> kinds) {
        Cycles cycles = new Cycles(graph.transactions().size());
        for (Edge edge : graph.edges()) {
            if (kinds.contains(edge.kind())) {
                cycles.add(edge.from(), edge.to(), edge);
            }
        }
        return cycles;
    }

    /// Node `t` is transaction t reached by another edge, node `size + t` the same reached by a read-write edge.
    private Cycles nonadjacent(Set<Kind> others) {
        int size = graph.transactions().size();
        Cycles cycles = new Cycles(2 * size);
        for (Edge edge : graph.edges()) {
            if (others.contains(edge.kind())) {
                cycles.add(edge.from(), edge.to(), edge);
                cycles.add(size + edge.from(), edge.to(), edge);
            } else if (edge.kind() == Kind.READ_WRITE) {
                cycles.add(edge.from(), size + edge.to(), edge);
            }
        }
        return cycles;
    }

    private void search(Cycles cycles) {
        for (List<Edge> cycle : cycles.shortest()) {
            StringBuilder description = new StringBuilder();
            List<HistoryTransaction> transactions = new ArrayList<>();
            Set<String> names = new HashSet<>();
            for (Edge edge : cycle) {
                HistoryTransaction from = graph.transactions().get(edge.from());
                description
                        .append("\n  T")
                        .append(from.id())
                        .append(" before T")
                        .append(graph.transactions().get(edge.to()).id())
                        .append(" (")
                        .append(edge.kind())
                        .append(", ")
                        .append(edge.reason())
                        .append(')');
                transactions.add(from);
                names.add(from.id() + " " + edge.kind());
            }
            AnomalyKind kind = classify(cycle);
            if (reported.add(kind + names.toString())) {
                found.add(new Anomaly(kind, "a cycle of " + cycle.size() + description, transactions));
            }
        }
    }

    private static AnomalyKind classify(List<Edge> cycle) {
        int antiDependencies = 0;
        boolean adjacent = false;
        boolean reads = false;
        boolean realTime = false;
        for (int i = 0; i < cycle.size(); i++) {
            Kind kind = cycle.get(i).kind();
            Kind next = cycle.get((i + 1) % cycle.size()).kind();
            antiDependencies += kind == Kind.READ_WRITE ? 1 : 0;
            adjacent |= kind == Kind.READ_WRITE && next == Kind.READ_WRITE;
            reads |= kind == Kind.WRITE_READ;
            realTime |= kind == Kind.REAL_TIME;
        }
        if (antiDependencies == 0) {
            if (reads) {
                return realTime ? AnomalyKind.G1C_REALTIME : AnomalyKind.G1C;
            }
            return realTime ? AnomalyKind.G0_REALTIME : AnomalyKind.G0;
        }
        if (antiDependencies == 1) {
            return realTime ? AnomalyKind.G_SINGLE_REALTIME : AnomalyKind.G_SINGLE;
        }
        if (adjacent) {
            return realTime ? AnomalyKind.G2_ITEM_REALTIME : AnomalyKind.G2_ITEM;
        }
        return realTime ? AnomalyKind.G_NONADJACENT_REALTIME : AnomalyKind.G_NONADJACENT;
    }
}
