package omendb.ann.hnsw;

import omendb.ann.Distance;
import omendb.ann.VectorSource;
import omendb.ann.kernel.FloatKernels;
import omendb.ann.kernel.FloatKernelsX4;

/// Scores by the float vectors themselves, four at a time. For one thread.
final class FloatScorer implements VectorScorer {
    private static final int GROUP = 4;

    private final Distance distance;
    private final int dimensions;
    private final long base;
    private final long stride;
    private final float[] group = new float[FloatKernelsX4.ROOM];
    private long query;
    private float queryNormSquared;

    FloatScorer(Distance distance, VectorSource source) {
        this.distance = distance;
        this.dimensions = source.dimensions();
        this.base = source.baseAddress();
        this.stride = source.strideBytes();
    }

    @Override
    public void prepare(long queryAddress) {
        query = queryAddress;
        queryNormSquared = distance == Distance.COSINE ? FloatKernels.normSquared(queryAddress, dimensions) : 0;
    }

    @Override
    public void score(int[] slots, int count, float[] out) {
        int i = 0;
        for (; i + GROUP <= count; i += GROUP) {
            scoreFour(slots[i], slots[i + 1], slots[i + 2], slots[i + 3]);
            for (int j = 0; j < GROUP; j++) {
                out[i + j] = finish(j);
            }
        }
        if (i < count) {
            // a group filled up with its first: one kernel for all, and the repeated vector is in the cache
            int first = slots[i];
            scoreFour(first, i + 1 < count ? slots[i + 1] : first, i + 2 < count ? slots[i + 2] : first, first);
            for (int j = 0; i + j < count; j++) {
                out[i + j] = finish(j);
            }
        }
    }

    private void scoreFour(int a, int b, int c, int d) {
        long v0 = base + a * stride;
        long v1 = base + b * stride;
        long v2 = base + c * stride;
        long v3 = base + d * stride;
        switch (distance) {
            case L2 -> FloatKernelsX4.l2Squared(query, v0, v1, v2, v3, dimensions, group);
            case INNER_PRODUCT -> FloatKernelsX4.dot(query, v0, v1, v2, v3, dimensions, group);
            case COSINE -> FloatKernelsX4.dotAndNorm(query, v0, v1, v2, v3, dimensions, group);
            default -> FloatKernelsX4.l1(query, v0, v1, v2, v3, dimensions, group);
        }
    }

    private float finish(int j) {
        return switch (distance) {
            case INNER_PRODUCT -> -group[j];
            // the squared distance of the normalised vectors is twice the cosine distance
            case COSINE -> 2 * (float) FloatKernels.cosineDistance(group[j], queryNormSquared, group[GROUP + j]);
            default -> group[j];
        };
    }
}
