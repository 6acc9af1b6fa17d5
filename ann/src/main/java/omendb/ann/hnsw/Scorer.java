package omendb.ann.hnsw;

/// Distances of one prepared query to nodes of the graph, in the unit the graph is walked in: squared Euclidean
/// distance
/// (of normalised vectors under cosine), negative inner product, or L1. Estimated from codes or computed from
/// floats;
/// both in the same unit, so that a walk may change from one to the other.
interface Scorer {
    /// Distances of `slots[0..count-1]`, to `out`.
    void score(int[] slots, int count, float[] out);

    /// What the distance of a slot is hardly below, given its score: the score itself if that is exact.
    float lowerBound(int slot, float score);

    /// What the distance of a slot is never below, given its score: wide enough to rely on, so that who
    /// passes over what lies above loses nothing. Negative infinity if nothing is known.
    float leastDistance(int slot, float score);
}
