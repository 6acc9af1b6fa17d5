package omendb.ann.hnsw;

import java.util.concurrent.locks.ReentrantLock;
import omendb.ann.quantize.SplitMix;

/// Links one node into the graph (algorithm 1 of the HNSW paper), beside searches and other insertions.
///
/// Pruning a full list may drop a node's last in-link; data that come in order, or in many equal copies, lose
/// thousands of nodes so. Therefore the lists of a level also hold a *spanning tree* whose links are never pruned:
/// the first number in a list is the node's parent, and a parent keeps its children. A node joins the tree before
/// anything else leads to it, as a child of a node that is in it, so that there is no circle and every node of the
/// level reaches every other, whatever is pruned. No node has more children than half its list; where the nearest
/// have no room, the new node goes further down the tree, which always ends at a leaf with room.
///
/// Order of publication: code row; the node's own lists on all its levels, while nobody can reach it; then its
/// place in the tree, level 0 first; then its number into its other neighbours' lists.
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
        for (int l = 0; l <= top; l++) {
            joinTree(slot, l, selector);
        }
        for (int l = top; l >= 0; l--) {
            long list = graph.list(slot, l);
            // others may add to the list from now on: look at what was chosen, which comes first, unless they
            // pruned it
            int count = Graph.count(list);
            for (int i = 1; i < count; i++) {
                int neighbour = Graph.neighbour(list, i);
                if (neighbour != slot) {
                    addNeighbour(neighbour, l, slot, selector);
                }
            }
        }
    }

    // ---- the spanning tree ----

    /// Makes a node the child of one of its neighbours, the nearest that has room, or of a node below them. Nobody
    /// else can reach its list on this level yet.
    private void joinTree(int slot, int level, NeighbourSelector selector) {
        long list = graph.list(slot, level);
        int count = Graph.count(list);
        for (int i = 0; i < count; i++) {
            int candidate = Graph.neighbour(list, i);
            Graph.putNeighbour(list, i, Graph.neighbour(list, 0));
            Graph.putNeighbour(list, 0, candidate);
            if (addChild(candidate, level, slot, selector)) {
                return;
            }
        }
        int parent = Graph.neighbour(list, 0);
        do {
            parent = someChild(parent, level, slot);
            Graph.putNeighbour(list, 0, parent);
        } while (!addChild(parent, level, slot, selector));
    }

    /// Adds a node to the list of its new parent, if that has room for one more child.
    private boolean addChild(int parent, int level, int child, NeighbourSelector selector) {
        long list = graph.list(parent, level);
        Graph.lock(list);
        int count = Graph.count(list);
        try {
            int children = 0;
            for (int i = 1; i < count; i++) {
                children += isParent(parent, Graph.neighbour(list, i), level) ? 1 : 0;
            }
            if (children >= mostChildren(level)) {
                return false;
            }
            count = put(parent, level, list, count, child, selector);
            return true;
        } finally {
            Graph.unlock(list, count);
        }
    }

    /// A child of a node that has children; which one differs from `seed` to `seed`.
    private int someChild(int node, int level, int seed) {
        long list = graph.list(node, level);
        int count = Graph.count(list);
        int others = count - 1;
        int first = (int) Long.remainderUnsigned(SplitMix.mix(seed), Math.max(1, others));
        for (int i = 0; i < others; i++) {
            int neighbour = Graph.neighbour(list, 1 + (first + i) % others);
            if (isParent(node, neighbour, level)) {
                return neighbour;
            }
        }
        throw new IllegalStateException("graph is damaged: slot " + node + " has no child on level " + level);
    }

    private boolean isParent(int node, int of, int level) {
        long list = graph.list(of, level);
        return Graph.count(list) > 0 && Graph.neighbour(list, 0) == node;
    }

    // besides the first neighbour, which is the parent, or a child of the root
    private int mostChildren(int level) {
        return graph.room(level) / 2;
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

    // ---- lists ----

    /// Adds a neighbour to a node's list; a full list is pruned to a diverse one.
    private void addNeighbour(int node, int level, int added, NeighbourSelector selector) {
        long list = graph.list(node, level);
        Graph.lock(list);
        int count = Graph.count(list);
        try {
            count = put(node, level, list, count, added, selector);
        } finally {
            Graph.unlock(list, count);
        }
    }

    /// Adds to a locked list and returns its new count. Parent and children stay, the parent in front; the rest is
    /// pruned if there is no room.
    private int put(int node, int level, long list, int count, int added, NeighbourSelector selector) {
        for (int i = 0; i < count; i++) {
            if (Graph.neighbour(list, i) == added) {
                return count;
            }
        }
        int room = graph.room(level);
        if (count < room) {
            Graph.putNeighbour(list, count, added);
            return count + 1;
        }
        selector.begin(node);
        selector.keep(Graph.neighbour(list, 0));
        for (int i = 1; i < count; i++) {
            addTo(selector, node, Graph.neighbour(list, i), level);
        }
        addTo(selector, node, added, level);
        int chosen = selector.select(room);
        for (int i = 0; i < chosen; i++) {
            Graph.putNeighbour(list, i, selector.chosen(i));
        }
        return chosen;
    }

    private void addTo(NeighbourSelector selector, int node, int neighbour, int level) {
        if (isParent(node, neighbour, level)) {
            selector.keep(neighbour);
        } else {
            selector.add(neighbour);
        }
    }
}
