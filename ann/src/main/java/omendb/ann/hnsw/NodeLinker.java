package omendb.ann.hnsw;

import java.util.concurrent.locks.ReentrantLock;

/// Links one node into the graph (algorithm 1 of the HNSW paper), beside searches and other insertions.
///
/// Order of publication: code row; the node's own lists on all its levels, while nobody can reach it; then its
/// number into
/// its neighbours' lists, from the top level down.
final class NodeLinker {
    private final IndexMemory memory;
    private final Graph graph;

    // held while a node is linked that will be the new entry point: levels grow one node at a time
    private final ReentrantLock entryLock = new ReentrantLock();

    NodeLinker(IndexMemory memory) {
        this.memory = memory;
        this.graph = memory.graph;
    }

    /// Links a slot that the caller has claimed; its code is written if there are codes. The caller holds the read
    /// side of
    /// [IndexMemory#writing].
    void link(int slot, Scratch scratch) {
        int level = graph.levels.of(slot);
        graph.allocateUpper(slot, level);
        long entry = graph.entry.get();
        boolean raises = entry < 0 || level > Graph.entryLevel(entry);
        if (raises) {
            entryLock.lock();
        }
        try {
            entry = graph.entry.get();
            if (entry >= 0) {
                connect(slot, level, entry, scratch);
            }
            if (entry < 0 || level > Graph.entryLevel(entry)) {
                graph.entry.set(Graph.entryOf(slot, level));
            }
        } finally {
            if (raises) {
                entryLock.unlock();
            }
        }
    }

    private void connect(int slot, int level, long entry, Scratch scratch) {
        int top = Math.min(level, Graph.entryLevel(entry));
        chooseNeighbours(slot, top, entry, scratch);
        NeighbourSelector selector = scratch.selector();
        for (int l = top; l >= 0; l--) {
            long list = graph.list(slot, l);
            // others may add to the list from now on: look at what was chosen, which comes first, unless they
            // pruned it
            int count = Graph.count(list);
            for (int i = 0; i < count; i++) {
                int neighbour = Graph.neighbour(list, i);
                if (neighbour != slot) {
                    addNeighbour(neighbour, l, slot, selector);
                }
            }
        }
    }

    private void chooseNeighbours(int slot, int top, long entry, Scratch scratch) {
        CodeTable codes = memory.codes();
        int limit = graph.walkLimit(codes);
        Scorer scorer = scratch.prepare(memory.source.address(slot), codes);
        NeighbourSelector selector = scratch.selector();
        Beam beam = scratch.beam;
        int start = GraphWalk.descend(graph, scorer, scratch, entry, top, limit);
        for (int l = top; l >= 0; l--) {
            beam.begin(memory.options.efConstruction(), false);
            scratch.visited.begin(limit);
            GraphWalk.start(scorer, scratch, start);
            GraphWalk.expand(graph, scorer, scratch, l);
            start = Candidate.slot(beam.get(0));
            selector.begin(slot);
            for (int i = 0; i < beam.size(); i++) {
                selector.add(Candidate.slot(beam.get(i)));
            }
            long list = graph.list(slot, l);
            int chosen = selector.select(graph.room(l));
            for (int i = 0; i < chosen; i++) {
                Graph.putNeighbour(list, i, selector.chosen(i));
            }
            Graph.unlock(list, chosen);
        }
    }

    /// Adds a neighbour to a node's list; a full list is pruned to a diverse one.
    private void addNeighbour(int node, int level, int added, NeighbourSelector selector) {
        long list = graph.list(node, level);
        int room = graph.room(level);
        Graph.lock(list);
        int count = Graph.count(list);
        try {
            for (int i = 0; i < count; i++) {
                if (Graph.neighbour(list, i) == added) {
                    return;
                }
            }
            if (count < room) {
                Graph.putNeighbour(list, count, added);
                count++;
                return;
            }
            selector.begin(node);
            for (int i = 0; i < count; i++) {
                selector.add(Graph.neighbour(list, i));
            }
            selector.add(added);
            int chosen = selector.select(room);
            for (int i = 0; i < chosen; i++) {
                Graph.putNeighbour(list, i, selector.chosen(i));
            }
            count = chosen;
        } finally {
            Graph.unlock(list, count);
        }
    }
}
