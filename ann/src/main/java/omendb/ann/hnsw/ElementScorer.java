package omendb.ann.hnsw;

import omendb.ann.VectorMetric;
import omendb.ann.VectorSource;

/// Scores by vectors of any kind of element, one at a time. For one thread.
final class ElementScorer implements VectorScorer {
    private final VectorMetric metric;
    private final long base;
    private final long stride;
    private long query;

    ElementScorer(VectorMetric metric, VectorSource source) {
        this.metric = metric;
        this.base = source.baseAddress();
        this.stride = source.strideBytes();
    }

    @Override
    public void prepare(long queryAddress) {
        query = queryAddress;
    }

    @Override
    public void score(int[] slots, int count, float[] out) {
        for (int i = 0; i < count; i++) {
            out[i] = metric.walk(query, base + slots[i] * stride);
        }
    }
}
