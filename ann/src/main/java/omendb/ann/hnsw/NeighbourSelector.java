package omendb.ann.hnsw;

import java.util.Arrays;
import omendb.ann.Distance;
import omendb.ann.ElementType;
import omendb.ann.VectorMetric;
import omendb.ann.kernel.FloatKernels;
import omendb.ann.kernel.FloatKernelsX4;
import omendb.ann.quantize.SplitMix;

/// Chooses neighbours that are near a node and not near each other (algorithm 4 of the HNSW paper with the `alpha`
/// of
/// DiskANN): a candidate is passed over if a chosen one is nearer to it than the node is, by the factor alpha. What
/// is
/// passed over is not used to fill up the list: on clustered text that ruins the graph (recall .92 instead of .99).
///
/// Works on the vectors themselves. Nearness to each other is always measured by squared Euclidean distance
/// (of normalised vectors under cosine; L1, Hamming and Jaccard by themselves): the inner product is no
/// metric, and for normalised vectors the two agree.
/// For one thread.
final class NeighbourSelector {
    /// On squared distances; 1.05 on plain ones.
    private static final float ALPHA = 1.1f;

    private static final float ALPHA_PLAIN = 1.05f;
    private static final int GROUP = 4;

    // equal vectors would crowd out everything else, or, at one apiece, leave each other unreachable
    private static final int DUPLICATE_SHARE = 4;

    private static final int INDEX_BITS = 12;
    private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;

    private final VectorMetric metric;
    private final boolean floats;
    private final Distance distance;
    private final int dimensions;
    private final long base;
    private final long stride;
    private final float alpha;
    private int[] slots = new int[128];
    private float[] apart = new float[128];
    private float[] inverseNorms = new float[128];
    private long[] order = new long[128];
    private int[] chosen = new int[128];
    private int count;

    // the first of the candidates, which are chosen whatever they are
    private int kept;

    private int owner;
    private final float[] group = new float[FloatKernelsX4.ROOM];

    NeighbourSelector(IndexMemory memory) {
        this.metric = memory.metric;
        this.floats = memory.options.element() == ElementType.FLOAT32;
        this.distance = memory.options.distance();
        this.dimensions = memory.options.dimensions();
        this.base = memory.source.baseAddress();
        this.stride = memory.source.strideBytes();
        // cosine distances and the squares of Euclidean ones grow twice as fast as a plain distance does
        boolean squared = distance == Distance.L2 || distance == Distance.INNER_PRODUCT || distance == Distance.COSINE;
        this.alpha = squared ? ALPHA : ALPHA_PLAIN;
    }

    /// Forgets all candidates and takes up a new node.
    void begin(int slot) {
        owner = slot;
        count = 0;
        kept = 0;
    }

    /// Adds a candidate that will be chosen, in the order of these calls and before all others.
    void keep(int slot) {
        int before = count;
        add(slot);
        if (count > before) {
            slots[before] = slots[kept];
            slots[kept++] = slot;
        }
    }

    /// Adds a candidate; the node itself is left out.
    void add(int slot) {
        if (slot == owner) {
            return;
        }
        if (count == slots.length) {
            int grown = count * 2;
            slots = Arrays.copyOf(slots, grown);
            apart = Arrays.copyOf(apart, grown);
            inverseNorms = Arrays.copyOf(inverseNorms, grown);
            order = Arrays.copyOf(order, grown);
            chosen = Arrays.copyOf(chosen, grown);
        }
        slots[count++] = slot;
    }

    /// Chooses up to `room` of the candidates, after those to keep nearest first; read them with [#chosen].
    int select(int room) {
        measure();
        int taken = Math.min(kept, room);
        int duplicates = 0;
        for (int i = 0; i < taken; i++) {
            chosen[i] = i;
            duplicates += apart[i] <= 0 ? 1 : 0;
        }
        Arrays.sort(order, kept, count);
        for (int i = kept; i < count && taken < room; i++) {
            int candidate = (int) order[i] & INDEX_MASK;
            boolean accepted;
            if (apart[candidate] <= 0) {
                accepted = duplicates < Math.max(1, room / DUPLICATE_SHARE);
                duplicates++;
            } else {
                accepted = isDiverse(candidate, taken);
            }
            if (accepted) {
                chosen[taken++] = candidate;
            }
        }
        return taken;
    }

    int chosen(int index) {
        return slots[chosen[index]];
    }

    // ---- distances to the node ----

    private void measure() {
        long query = address(owner);
        if (!floats) {
            for (int i = 0; i < count; i++) {
                long v = address(slots[i]);
                apart[i] = metric.apart(query, v);
                order[i] = key(distance == Distance.INNER_PRODUCT ? metric.walk(query, v) : apart[i], i);
            }
            return;
        }
        float ownNormSquared = distance == Distance.COSINE ? FloatKernels.normSquared(query, dimensions) : 0;
        for (int i = 0; i < count; i += GROUP) {
            int last = count - 1;
            long v0 = address(slots[i]);
            long v1 = address(slots[Math.min(i + 1, last)]);
            long v2 = address(slots[Math.min(i + 2, last)]);
            long v3 = address(slots[Math.min(i + 3, last)]);
            int size = Math.min(GROUP, count - i);
            switch (distance) {
                case L1 -> FloatKernelsX4.l1(query, v0, v1, v2, v3, dimensions, group);
                case COSINE -> FloatKernelsX4.dotAndNorm(query, v0, v1, v2, v3, dimensions, group);
                default -> FloatKernelsX4.l2Squared(query, v0, v1, v2, v3, dimensions, group);
            }
            for (int j = 0; j < size; j++) {
                if (distance == Distance.COSINE) {
                    float normSquared = group[GROUP + j];
                    inverseNorms[i + j] = (float) (1 / Math.sqrt(normSquared));
                    apart[i + j] = (float) FloatKernels.cosineDistance(group[j], ownNormSquared, normSquared);
                } else {
                    apart[i + j] = group[j];
                }
                order[i + j] = key(apart[i + j], i + j);
            }
            if (distance == Distance.INNER_PRODUCT) {
                FloatKernelsX4.dot(query, v0, v1, v2, v3, dimensions, group);
                for (int j = 0; j < size; j++) {
                    order[i + j] = key(-group[j], i + j);
                }
            }
        }
    }

    // by distance; ties in an order that differs from node to node, so that equal vectors link to each other at
    // random
    private long key(float by, int index) {
        long tie = SplitMix.mix((long) owner << 32 | slots[index]) >>> (32 + INDEX_BITS);
        return (long) Candidate.orderedBits(by) << 32 | tie << INDEX_BITS | index;
    }

    private long address(int slot) {
        return base + slot * stride;
    }

    // ---- distances among candidates ----

    private boolean isDiverse(int candidate, int taken) {
        float limit = apart[candidate] / alpha;
        long query = address(slots[candidate]);
        int i = 0;
        for (; i < taken && !floats; i++) {
            if (metric.apart(query, address(slots[chosen[i]])) < limit) {
                return false;
            }
        }
        for (; i + GROUP <= taken; i += GROUP) {
            long v0 = address(slots[chosen[i]]);
            long v1 = address(slots[chosen[i + 1]]);
            long v2 = address(slots[chosen[i + 2]]);
            long v3 = address(slots[chosen[i + 3]]);
            switch (distance) {
                case L1 -> FloatKernelsX4.l1(query, v0, v1, v2, v3, dimensions, group);
                case COSINE -> {
                    FloatKernelsX4.dot(query, v0, v1, v2, v3, dimensions, group);
                    for (int j = 0; j < GROUP; j++) {
                        group[j] = 1 - group[j] * inverseNorms[candidate] * inverseNorms[chosen[i + j]];
                    }
                }
                default -> FloatKernelsX4.l2Squared(query, v0, v1, v2, v3, dimensions, group);
            }
            if (Math.min(Math.min(group[0], group[1]), Math.min(group[2], group[3])) < limit) {
                return false;
            }
        }
        for (; i < taken; i++) {
            long v = address(slots[chosen[i]]);
            float between = switch (distance) {
                case L1 -> FloatKernels.l1(query, v, dimensions);
                case COSINE ->
                    1 - FloatKernels.dot(query, v, dimensions) * inverseNorms[candidate] * inverseNorms[chosen[i]];
                default -> FloatKernels.l2Squared(query, v, dimensions);
            };
            if (between < limit) {
                return false;
            }
        }
        return true;
    }
}
