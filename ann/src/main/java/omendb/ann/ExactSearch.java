package omendb.ann;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Finds the nearest slots by looking at every one of them: the truth that indexes are measured against, and the
/// right
/// plan for small sets.
public final class ExactSearch {
    private static final int BLOCK = 256;

    private final long[] slots;
    private final double[] distances;
    private int count;

    private ExactSearch(int k) {
        slots = new long[k];
        distances = new double[k];
    }

    /// The `k` nearest of the slots `[from, to)` that the filter accepts. Vectors whose distance is NaN (a zero
    /// vector
    /// under cosine) are left out.
    ///
    /// @param query absolute address of a vector as the source has them
    public static Neighbours search(
            VectorSource source,
            Distance distance,
            long query,
            int k,
            long from,
            long to,
            @Nullable SlotFilter filter) {
        if (k < 1) {
            throw new IllegalArgumentException("k must be positive: " + k);
        }
        var best = new ExactSearch((int) Math.min(k, Math.max(0, to - from)));
        double[] block = new double[BLOCK];
        var metric = VectorMetric.of(source, distance);
        for (long start = from; start < to; start += BLOCK) {
            int size = (int) Math.min(BLOCK, to - start);
            long first = source.address(start);
            metric.distances(query, first, source.strideBytes(), size, block);
            for (int i = 0; i < size; i++) {
                if (best.wants(block[i]) && (filter == null || filter.accepts(start + i))) {
                    best.add(start + i, block[i]);
                }
            }
        }
        return best.sorted();
    }

    // slots come in ascending order, so an equal distance never displaces an earlier slot; NaN compares false
    private boolean wants(double distance) {
        return count < slots.length ? !Double.isNaN(distance) : count > 0 && distance < distances[0];
    }

    // a binary heap with the worst (farthest, then highest slot) at the top
    private void add(long slot, double distance) {
        if (count < slots.length) {
            int at = count++;
            while (at > 0 && isWorse(distance, slot, (at - 1) / 2)) {
                move((at - 1) / 2, at);
                at = (at - 1) / 2;
            }
            put(at, slot, distance);
            return;
        }
        sinkTop(slot, distance, count);
    }

    private void sinkTop(long slot, double distance, int size) {
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && isWorse(distances[child + 1], slots[child + 1], child)) {
                child++;
            }
            if (isWorse(distance, slot, child)) {
                break;
            }
            move(child, at);
            at = child;
        }
        put(at, slot, distance);
    }

    private boolean isWorse(double distance, long slot, int than) {
        return distance > distances[than] || (distance == distances[than] && slot > slots[than]);
    }

    private void move(int from, int to) {
        slots[to] = slots[from];
        distances[to] = distances[from];
    }

    private void put(int at, long slot, double distance) {
        slots[at] = slot;
        distances[at] = distance;
    }

    private Neighbours sorted() {
        for (int size = count - 1; size > 0; size--) {
            long worstSlot = slots[0];
            double worstDistance = distances[0];
            sinkTop(slots[size], distances[size], size);
            put(size, worstSlot, worstDistance);
        }
        return new Neighbours(Arrays.copyOf(slots, count), Arrays.copyOf(distances, count), count);
    }
}
