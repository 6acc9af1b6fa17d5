package omendb.ann.hnsw;

/// The two walks of HNSW: greedily down the upper levels, and with a beam through one level (algorithms 2 and 5 of
/// Malkov
/// & Yashunin 2016). Readers take no lock; the rules are at [Graph].
final class GraphWalk {
    private GraphWalk() {}

    /// Walks greedily from the entry point to `level + 1` and returns the nearest node met, where the walk through
    /// `level` begins.
    ///
    /// @param limit no slot from here on is looked at, see [VisitedSet#begin]
    static int descend(Graph graph, Scorer scorer, Scratch scratch, long entry, int level, int limit) {
        int nearest = Graph.entrySlot(entry);
        int[] slots = scratch.slots;
        float[] scores = scratch.scores;
        slots[0] = nearest;
        scorer.score(slots, 1, scores);
        float least = scores[0];
        for (int l = Graph.entryLevel(entry); l > level; l--) {
            for (boolean moved = true; moved; ) {
                moved = false;
                long list = graph.list(nearest, l);
                int listed = Math.min(Graph.count(list), slots.length);
                int count = 0;
                for (int i = 0; i < listed; i++) {
                    slots[count] = Graph.neighbour(list, i);
                    count += Integer.compareUnsigned(slots[count], limit) < 0 ? 1 : 0;
                }
                scorer.score(slots, count, scores);
                for (int i = 0; i < count; i++) {
                    if (scores[i] < least) {
                        least = scores[i];
                        nearest = slots[i];
                        moved = true;
                    }
                }
            }
        }
        return nearest;
    }

    /// Puts the first node of a walk into an empty beam.
    static void start(Scorer scorer, Scratch scratch, int slot) {
        scratch.visited.add(slot);
        scratch.slots[0] = slot;
        scorer.score(scratch.slots, 1, scratch.scores);
        scratch.beam.add(Candidate.of(scratch.scores[0], slot));
    }

    /// Expands the beam until nothing in it is unexpanded.
    ///
    /// @return how many nodes were scored
    static long expand(Graph graph, Scorer scorer, Scratch scratch, int level) {
        Beam beam = scratch.beam;
        VisitedSet visited = scratch.visited;
        int[] slots = scratch.slots;
        float[] scores = scratch.scores;
        long scored = 0;
        int touched = 0;
        for (int slot = beam.expandNext(); slot >= 0; slot = beam.expandNext()) {
            long list = graph.list(slot, level);
            int count = Math.min(Graph.count(list), slots.length);
            int fresh = 0;
            for (int i = 0; i < count; i++) {
                int neighbour = Graph.neighbour(list, i);
                slots[fresh] = neighbour;
                fresh += visited.mark(neighbour);
            }
            // the next node is often known by now: have its list on the way while the neighbours are scored
            touched += graph.touch(beam.peekNext(), level);
            scorer.score(slots, fresh, scores);
            for (int i = 0; i < fresh; i++) {
                beam.add(Candidate.of(scores[i], slots[i]));
            }
            scored += fresh;
        }
        scratch.touched = touched;
        return scored;
    }
}
