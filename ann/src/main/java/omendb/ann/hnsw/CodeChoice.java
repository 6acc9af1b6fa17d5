package omendb.ann.hnsw;

import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import omendb.ann.ElementType;
import omendb.ann.VectorMetric;
import omendb.ann.VectorSource;
import omendb.ann.kernel.HalfKernels;
import omendb.ann.quantize.CodeLayout;
import omendb.ann.quantize.RabitqQuantizer;
import omendb.ann.quantize.RabitqQuery;

/// Chooses the bits of a code by measuring: the fewest that find the true ten nearest among the twenty that
/// look nearest.
///
/// Some of a sample's vectors ask for their neighbours among all of it, once by the vectors and once by the
/// codes of each number of bits. The mean share found is what a walk's beam can hope for before it is
/// rescored. How many bits data need depends on the data far more than on dimensions: text of 1,536
/// dimensions does with one, pixels of 784 with one and 64 centroids, descriptors of 128 with three (research
/// of RaBitQ's kind of codes: arXiv 2405.12497, 2409.09913).
final class CodeChoice implements AutoCloseable {
    /// Share to be found; fewer bits are never good enough below it.
    private static final double TARGET = 0.98;

    /// Where even most bits find less, codes are no use: data of two scales, which one query's few bits
    /// cannot tell apart.
    private static final double USELESS = 0.85;

    private static final int NEAREST = 10;
    private static final int LOOKED_AT = 20;
    private static final int MOST_VECTORS = 8_000;
    private static final int MOST_QUERIES = 100;

    private final VectorSource source;
    private final VectorMetric metric;
    private final long[] slots;
    private final int queries;
    private final BooleanSupplier goOn;
    private final float[] farthest;
    private final OffHeapArray floats;

    /// @param sample slots of the source, spread evenly
    CodeChoice(VectorSource source, VectorMetric metric, long[] sample, BooleanSupplier goOn) {
        this.source = source;
        this.metric = metric;
        this.goOn = goOn;
        this.slots = thinned(sample, MOST_VECTORS);
        this.queries = Math.min(MOST_QUERIES, slots.length);
        this.farthest = new float[queries];
        this.floats = new OffHeapArray(4L * source.dimensions());
    }

    private static long[] thinned(long[] sample, int most) {
        if (sample.length <= most) {
            return sample;
        }
        long[] fewer = new long[most];
        for (int i = 0; i < most; i++) {
            fewer[i] = sample[(int) ((long) i * sample.length / most)];
        }
        return fewer;
    }

    /// The fewest bits that are enough, 0 if no number of bits is any use.
    ///
    /// @param trained has mean and centroids, and any number of bits
    int choose(RabitqQuantizer trained, int mostBits) {
        findFarthest();
        double found = 0;
        for (int bits = 1; bits <= mostBits; bits++) {
            var layout = new CodeLayout(source.dimensions(), bits);
            try (RabitqQuantizer quantizer = RabitqQuantizer.of(
                    trained.space(), layout, trained.centroidCount(), trained.seed(), trained.parameterAddress())) {
                found = measure(quantizer);
            }
            if (found >= TARGET) {
                return bits;
            }
        }
        return found < USELESS ? 0 : mostBits;
    }

    private int queryAt(int number) {
        return (int) ((long) number * slots.length / queries);
    }

    private void check() {
        if (!goOn.getAsBoolean()) {
            throw new CancellationException("choice of the codes stopped");
        }
    }

    /// Distances of the last of the nearest: what is no farther is found, so that equal vectors do not count
    /// against the codes.
    private void findFarthest() {
        float[] distances = new float[slots.length];
        for (int query = 0; query < queries; query++) {
            check();
            int self = queryAt(query);
            long address = source.address(slots[self]);
            for (int i = 0; i < slots.length; i++) {
                distances[i] = metric.walk(address, source.address(slots[i]));
            }
            int[] near = nearest(distances, self, NEAREST);
            farthest[query] = near.length == 0 ? Float.NEGATIVE_INFINITY : distances[near[near.length - 1]];
        }
    }

    private double measure(RabitqQuantizer quantizer) {
        int stride = quantizer.layout().strideBytes();
        int[] ids = new int[slots.length];
        Arrays.setAll(ids, i -> i);
        float[] estimates = new float[slots.length];
        long found = 0;
        long wanted = 0;
        try (var rows = new OffHeapArray((long) slots.length * stride + CodeLayout.SLACK_BYTES);
                var scratch = new RabitqQuantizer.Scratch(quantizer.layout());
                var estimator = new RabitqQuery(quantizer)) {
            for (int i = 0; i < slots.length; i++) {
                if (i % MOST_QUERIES == 0) {
                    check();
                }
                quantizer.encode(floats(slots[i]), rows.address() + (long) i * stride, scratch);
            }
            for (int query = 0; query < queries; query++) {
                check();
                int self = queryAt(query);
                estimator.prepare(floats(slots[self]));
                estimator.estimate(rows.address(), ids, ids.length, estimates);
                int near = 0;
                for (int looked : nearest(estimates, self, LOOKED_AT)) {
                    float distance = metric.walk(source.address(slots[self]), source.address(slots[looked]));
                    near += distance <= farthest[query] ? 1 : 0;
                }
                found += Math.min(near, NEAREST);
                wanted += Math.min(NEAREST, slots.length - 1);
            }
        }
        return wanted == 0 ? 1 : (double) found / wanted;
    }

    private long floats(long slot) {
        if (source.elementType() == ElementType.FLOAT32) {
            return source.address(slot);
        }
        HalfKernels.widen(source.address(slot), floats.address(), source.dimensions());
        return floats.address();
    }

    /// The `count` places with the lowest numbers, but for one.
    private static int[] nearest(float[] numbers, int without, int count) {
        long[] best = new long[Math.min(count, numbers.length - 1)];
        int size = 0;
        for (int i = 0; i < numbers.length; i++) {
            if (i == without) {
                continue;
            }
            long candidate = (long) Candidate.orderedBits(numbers[i]) << 32 | i;
            if (size == best.length && (size == 0 || candidate >= best[size - 1])) {
                continue;
            }
            int at = size < best.length ? size++ : size - 1;
            while (at > 0 && best[at - 1] > candidate) {
                best[at] = best[at - 1];
                at--;
            }
            best[at] = candidate;
        }
        int[] places = new int[size];
        Arrays.setAll(places, i -> (int) best[i]);
        return places;
    }

    @Override
    public void close() {
        floats.close();
    }
}
