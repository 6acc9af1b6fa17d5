package omendb.engine.alex;

import org.jspecify.annotations.Nullable;

/// The model of an inner node over sorted entries, and which of its slots share a data node: the fan-out
/// tree of the paper. The fan-out is the power of two of least cost; from its slots, neighbouring pairs are
/// merged upwards wherever one data node costs less than two.
final class FanoutPlan {
    /// Entries for each slot of the finest fan-out that is looked at.
    private static final int ENTRIES_PER_SLOT = 128;

    /// A child that would get more than so large a share is no progress.
    private static final double MOST_SHARE = 0.9;

    /// Of the entries at either end that need not be under the line.
    private static final int TRIMMED_PART = 128;

    private static final int SIGNIFICANT_WIDTH_BITS = 16;
    private static final int LEAST_MERGED = 64;

    final int fanoutLog;
    final long base;
    final long width;

    /// Index of each slot's first entry; one more at the end.
    final int[] firsts;

    private final double cost;

    private FanoutPlan(int fanoutLog, long base, long width, int[] firsts, double cost) {
        this.fanoutLog = fanoutLog;
        this.base = base;
        this.width = width;
        this.firsts = firsts;
        this.cost = cost;
    }

    /// The best plan for `count` entries; null if no line tells them apart.
    static @Nullable FanoutPlan choose(long entries, int count) {
        FanoutPlan plan = over(entries, count, 0);
        int trimmed = count / TRIMMED_PART;
        if (trimmed > 0) {
            FanoutPlan inner = over(entries, count, trimmed);
            if (plan == null || (inner != null && inner.cost < plan.cost)) {
                plan = inner;
            }
        }
        return plan == null || plan.greatest() > MOST_SHARE * count ? null : plan;
    }

    private static @Nullable FanoutPlan over(long entries, int count, int trimmed) {
        long base = Entries.key(entries, trimmed);
        long span = Entries.key(entries, count - 1L - trimmed) - base; // unsigned
        if (span == 0) {
            return null;
        }
        int log = 32 - Integer.numberOfLeadingZeros(Math.max(count / ENTRIES_PER_SLOT, 1));
        log = Math.clamp(log, 2, ModelNode.MAX_FANOUT_LOG);
        while (log > 1 && span >>> log == 0) {
            log--;
        }
        long width = roundedWidth((span >>> log) + 1);
        int[] firsts = firsts(entries, count, base, width, 1 << log);
        double best = Double.POSITIVE_INFINITY;
        int bestMerged = 0;
        for (int merged = 0; log - merged >= 1 && width << merged <= ModelNode.MAX_WIDTH; merged++) {
            double cost = 0;
            int step = 1 << merged;
            for (int slot = 0; slot < firsts.length - 1; slot += step) {
                cost += CostModel.slot(firsts[slot + step] - firsts[slot]);
            }
            if (cost < best) {
                best = cost;
                bestMerged = merged;
            }
            if (width << merged << 1 <= 0) {
                break;
            }
        }
        if (bestMerged > 0) {
            int[] coarse = new int[((firsts.length - 1) >>> bestMerged) + 1];
            for (int slot = 0; slot < coarse.length; slot++) {
                coarse[slot] = firsts[slot << bestMerged];
            }
            return new FanoutPlan(log - bestMerged, base, width << bestMerged, coarse, best);
        }
        return new FanoutPlan(log, base, width, firsts, best);
    }

    /// Rounded up to few significant bits: such a width can be halved often.
    static long roundedWidth(long width) {
        int zeros = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(width) - SIGNIFICANT_WIDTH_BITS);
        return (width + (1L << zeros) - 1) >>> zeros << zeros;
    }

    private static int[] firsts(long entries, int count, long base, long width, int fanout) {
        int[] firsts = new int[fanout + 1];
        int at = 0;
        for (int slot = 1; slot < fanout; slot++) {
            long distance = slot * width;
            long least = base + distance;
            if (least < base || Long.divideUnsigned(distance, slot) != width) {
                at = count; // beyond all keys
            }
            while (at < count && Entries.key(entries, at) < least) {
                at++;
            }
            firsts[slot] = at;
        }
        firsts[fanout] = count;
        return firsts;
    }

    private int greatest() {
        int greatest = 0;
        for (int slot = 0; slot < firsts.length - 1; slot++) {
            greatest = Math.max(greatest, firsts[slot + 1] - firsts[slot]);
        }
        return greatest;
    }

    int fanout() {
        return 1 << fanoutLog;
    }

    /// For each slot that begins a child the slot behind the child's last one.
    ///
    /// @param gapped whether data nodes are to be gapped
    int[] ends(long entries, NodeFactory factory, boolean gapped) {
        int[] ends = new int[fanout()];
        merge(entries, factory, gapped, 0, fanout(), ends);
        return ends;
    }

    /// Plans slots `from` to `end`; returns their cost.
    private double merge(long entries, NodeFactory factory, boolean gapped, int from, int end, int[] ends) {
        int count = firsts[end] - firsts[from];
        long first = entries + (long) firsts[from] * Entries.BYTES;
        if (end - from == 1) {
            ends[from] = end;
            return count > DataNode.MAX_ENTRIES ? CostModel.slot(count) : dataNodeCost(first, count, factory, gapped);
        }
        if (count <= LEAST_MERGED) {
            ends[from] = end;
            return dataNodeCost(first, count, factory, gapped);
        }
        int middle = (from + end) >>> 1;
        double apart = merge(entries, factory, gapped, from, middle, ends)
                + merge(entries, factory, gapped, middle, end, ends);
        if (count > DataNode.MAX_ENTRIES || ends[from] != middle || ends[middle] != end) {
            return apart;
        }
        double together = dataNodeCost(first, count, factory, gapped);
        if (together > apart) {
            return apart;
        }
        ends[from] = end;
        return together;
    }

    private static double dataNodeCost(long entries, int count, NodeFactory factory, boolean gapped) {
        if (count == 0) {
            return 0; // it will share a neighbour's node, if that has room
        }
        if (gapped) {
            return factory.gappedCost(entries, count);
        }
        Packing packing = factory.packing;
        packing.measure(entries, count);
        return CostModel.dataNode(count, packing.error / 4, (double) packing.bytes(count));
    }
}
