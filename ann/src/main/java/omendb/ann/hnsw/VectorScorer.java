package omendb.ann.hnsw;

/// Scores by the vectors themselves. For one thread.
interface VectorScorer extends Scorer {
    /// Takes up a query; its memory stays the caller's and has to live as long as it is asked for.
    void prepare(long queryAddress);

    @Override
    default float lowerBound(int slot, float score) {
        return score;
    }

    @Override
    default float leastDistance(int slot, float score) {
        return score;
    }
}
