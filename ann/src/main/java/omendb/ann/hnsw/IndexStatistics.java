package omendb.ann.hnsw;

import omendb.ann.HnswStats;

/// Figures of a running index.
public final class IndexStatistics {
    /// Nodes that the mean degree is taken from.
    private static final int DEGREE_SAMPLE = 4_096;

    private IndexStatistics() {}

    /// Called with an epoch pinned.
    public static HnswStats of(IndexMemory memory, long bytesOnDisk, long generation) {
        memory.checkOpen();
        Graph graph = memory.graph;
        CodeTable codes = memory.codes();
        long entry = graph.entry.get();
        return new HnswStats(
                graph.linkedCount.get(),
                graph.deadCount.get(),
                entry < 0 ? 0 : Graph.entryLevel(entry) + 1,
                averageDegree(graph),
                codes == null ? 0 : codes.quantizer.layout().bits(),
                codes == null ? 0 : codes.quantizer.centroidCount(),
                graph.indexedLimit.get(),
                graph.level0.committedBytes() + graph.upper.committedBytes(),
                codes == null ? 0 : codes.rows.committedBytes(),
                bytesOnDisk,
                generation);
    }

    private static double averageDegree(Graph graph) {
        long slots = graph.slotCount.get();
        long step = Math.max(1, slots / DEGREE_SAMPLE);
        long nodes = 0;
        long links = 0;
        for (long slot = 0; slot < slots; slot += step) {
            int flags = graph.flags(slot);
            if ((flags & Graph.LINKED) != 0) {
                nodes++;
                links += flags & Graph.COUNT_MASK;
            }
        }
        return nodes == 0 ? 0 : (double) links / nodes;
    }
}
