package omendb.torture.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import omendb.torture.history.DependencyGraph.Edge;
import org.jspecify.annotations.Nullable;

/// A directed graph, its strongly connected components (Tarjan, "Depth-first search and linear graph algorithms", SIAM
/// J.
/// Comput. 1972; without recursion), and a short cycle in each.
final class Cycles {
    /// From this many nodes of a component a shortest cycle is looked for.
    private static final int STARTS = 200;

    private record Arc(int to, Edge edge) {}

    private final List<List<Arc>> arcs = new ArrayList<>();
    private final int[] index;
    private final int[] low;
    private final int[] component;
    private int visited;
    private int components;

    Cycles(int nodes) {
        for (int i = 0; i < nodes; i++) {
            arcs.add(new ArrayList<>());
        }
        this.index = new int[nodes];
        this.low = new int[nodes];
        this.component = new int[nodes];
    }

    void add(int from, int to, Edge edge) {
        arcs.get(from).add(new Arc(to, edge));
    }

    /// For each strongly connected component of more than one node a shortest cycle, as its edges in order.
    List<List<Edge>> shortest() {
        Arrays.fill(component, -1);
        List<List<Integer>> knots = new ArrayList<>();
        for (int node = 0; node < index.length; node++) {
            if (index[node] == 0) {
                visit(node, knots);
            }
        }
        List<List<Edge>> cycles = new ArrayList<>();
        for (List<Integer> knot : knots) {
            List<Edge> best = List.of();
            for (int start : knot.subList(0, Math.min(STARTS, knot.size()))) {
                List<Edge> cycle = shortestThrough(start);
                best = best.isEmpty() || cycle.size() < best.size() ? cycle : best;
            }
            cycles.add(best);
        }
        return cycles;
    }

    private static final class Frame {
        final int node;
        int next;

        Frame(int node) {
            this.node = node;
        }
    }

    private void visit(int root, List<List<Integer>> knots) {
        Deque<Frame> frames = new ArrayDeque<>();
        Deque<Integer> open = new ArrayDeque<>();
        enter(root, frames, open);
        while (!frames.isEmpty()) {
            Frame frame = frames.getLast();
            int node = frame.node;
            if (frame.next < arcs.get(node).size()) {
                int to = arcs.get(node).get(frame.next++).to;
                if (index[to] == 0) {
                    enter(to, frames, open);
                } else if (component[to] < 0) {
                    low[node] = Math.min(low[node], index[to]);
                }
            } else {
                frames.removeLast();
                if (!frames.isEmpty()) {
                    int parent = frames.getLast().node;
                    low[parent] = Math.min(low[parent], low[node]);
                }
                if (low[node] == index[node]) {
                    close(node, open, knots);
                }
            }
        }
    }

    private void enter(int node, Deque<Frame> frames, Deque<Integer> open) {
        index[node] = ++visited;
        low[node] = visited;
        frames.add(new Frame(node));
        open.add(node);
    }

    private void close(int root, Deque<Integer> open, List<List<Integer>> knots) {
        List<Integer> members = new ArrayList<>();
        int member;
        do {
            member = open.removeLast();
            component[member] = components;
            members.add(member);
        } while (member != root);
        components++;
        if (members.size() > 1) {
            knots.add(members);
        }
    }

    /// Breadth-first, inside the component.
    private List<Edge> shortestThrough(int start) {
        @Nullable Arc[] came = new @Nullable Arc[index.length];
        int[] previous = new int[index.length];
        Deque<Integer> queue = new ArrayDeque<>(List.of(start));
        while (!queue.isEmpty()) {
            int node = queue.remove();
            for (Arc arc : arcs.get(node)) {
                if (component[arc.to] == component[start] && came[arc.to] == null) {
                    came[arc.to] = arc;
                    previous[arc.to] = node;
                    if (arc.to == start) {
                        return path(start, came, previous);
                    }
                    queue.add(arc.to);
                }
            }
        }
        throw new IllegalStateException("a component without a cycle");
    }

    private static List<Edge> path(int start, @Nullable Arc[] came, int[] previous) {
        List<Edge> path = new ArrayList<>();
        int node = start;
        do {
            Arc arc = came[node];
            if (arc == null) {
                throw new IllegalStateException("a path without a beginning");
            }
            path.add(arc.edge);
            node = previous[node];
        } while (node != start);
        Collections.reverse(path);
        return path;
    }
}
