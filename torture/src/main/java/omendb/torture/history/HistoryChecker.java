package omendb.torture.history;

import java.util.ArrayList;
import java.util.List;

/// Checks a history against an isolation level.
public final class HistoryChecker {
    private HistoryChecker() {}

    /// What the level forbids and the history shows; empty if nothing was found. Sound, as Elle is: what is reported
    /// cannot have happened at that level. Of each kind of cycle one is reported for each knot of transactions.
    public static List<Anomaly> check(List<HistoryTransaction> history, IsolationLevel level) {
        List<Anomaly> found = new ArrayList<>();
        Writers writers = Writers.of(history);
        VersionOrders orders = VersionOrders.infer(history, writers, found);
        new DirectChecks(history, writers, orders, found).run();
        DependencyGraph graph = DependencyGraph.build(history, writers, orders);
        new CycleSearch(graph, found).run(level);
        return found.stream().filter(anomaly -> level.forbids(anomaly.kind())).toList();
    }
}
