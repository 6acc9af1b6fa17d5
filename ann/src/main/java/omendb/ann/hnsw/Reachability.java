package omendb.ann.hnsw;

import omendb.memory.NativeMemory;

/// Which nodes a walk along level 0 can get to, however wide.
public final class Reachability {
    private Reachability() {}

    /// Number of live linked nodes that no path leads to from the entry point; called with an epoch pinned. Reads
    /// every list once. Nodes linked meanwhile may be counted or not.
    public static long countUnreachable(IndexMemory memory) {
        memory.checkOpen();
        Graph graph = memory.graph;
        long entry = graph.entry.get();
        int limit = graph.walkLimit(null);
        try (var reached = new VisitedSet();
                var queue = new OffHeapArray(4L * Math.max(1, limit))) {
            reached.begin(limit);
            int known = 0;
            if (entry >= 0 && reached.add(Graph.entrySlot(entry))) {
                NativeMemory.putInt(queue.address(), Graph.entrySlot(entry));
                known = 1;
            }
            for (int next = 0; next < known; next++) {
                long list = graph.list(NativeMemory.getInt(queue.address() + 4L * next), 0);
                int count = Math.min(Graph.count(list), graph.room(0));
                for (int i = 0; i < count; i++) {
                    int neighbour = Graph.neighbour(list, i);
                    if (reached.add(neighbour)) {
                        NativeMemory.putInt(queue.address() + 4L * known, neighbour);
                        known++;
                    }
                }
            }
            long unreachable = 0;
            for (int slot = 0; slot < limit; slot++) {
                boolean live = (graph.flags(slot) & (Graph.LINKED | Graph.DEAD)) == Graph.LINKED;
                unreachable += live && reached.add(slot) ? 1 : 0;
            }
            return unreachable;
        }
    }
}
