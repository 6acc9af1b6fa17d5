package omendb.ann.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import omendb.ann.Distance;
import omendb.ann.DistanceKernels;
import omendb.ann.FloatVectors;
import omendb.ann.kernel.ScalarKernels;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RabitqQuantizerTest {
    private static final MemoryTag TAG = MemoryTag.of("ann test");
    private static final int BASE = 3_000;
    private static final int QUERIES = 100;

    private FloatVectors base;
    private FloatVectors queries;

    @BeforeEach
    void load() {
        base = FloatVectors.fashionMnist("base", BASE);
        queries = FloatVectors.fashionMnist("queries", QUERIES);
    }

    @AfterEach
    void close() {
        base.close();
        queries.close();
        assertEquals(0, RabitqQuantizer.TAG.liveBytes(), "bytes of codebooks and queries still allocated");
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 128, 192, 832, 1536})
    void rotation_keeps_lengths_and_angles(int length) {
        var random = new Random(7);
        try (var rotation = new Rotation(length, 42, TAG);
                var vectors = new FloatVectors(length, 2)) {
            for (int d = 0; d < length; d++) {
                vectors.set(0, d, (float) random.nextGaussian());
                vectors.set(1, d, d == 3 ? 5 : 0);
            }
            long x = vectors.address(0);
            long y = vectors.address(1);
            double xx = ScalarKernels.dot(x, x, length);
            double xy = ScalarKernels.dot(x, y, length);
            rotation.apply(x);
            rotation.apply(y);
            assertEquals(xx, ScalarKernels.dot(x, x, length), 1e-4 * xx);
            assertEquals(xy, ScalarKernels.dot(x, y, length), 1e-3 * Math.sqrt(xx * 25));
            // a single spike is spread over all dimensions
            double largest = IntStream.range(0, length)
                    .mapToDouble(d -> Math.abs(vectors.get(1, d)))
                    .max()
                    .orElseThrow();
            assertTrue(largest < 5 * 6 / Math.sqrt(length), "largest " + largest);
        }
    }

    private RabitqQuantizer train(CodeSpace space, int bits, int centroids) {
        long[] sample = LongStream.range(0, BASE).toArray();
        return RabitqTrainer.train(base, space, bits, centroids, 1, sample, () -> true);
    }

    private long encodeAll(RabitqQuantizer quantizer) {
        int stride = quantizer.layout().strideBytes();
        long rows = MemoryAccount.allocate(TAG, (long) BASE * stride + CodeLayout.SLACK_BYTES);
        try (var scratch = new RabitqQuantizer.Scratch(quantizer.layout())) {
            for (int slot = 0; slot < BASE; slot++) {
                quantizer.encode(base.address(slot), rows + (long) slot * stride, scratch);
            }
        }
        return rows;
    }

    private void free(RabitqQuantizer quantizer, long rows) {
        MemoryAccount.free(TAG, rows, (long) BASE * quantizer.layout().strideBytes() + CodeLayout.SLACK_BYTES);
    }

    private float[] estimates(RabitqQuery query, long rows, int q) {
        int[] ids = IntStream.range(0, BASE).toArray();
        float[] estimates = new float[BASE];
        query.prepare(queries.address(q));
        query.estimate(rows, ids, BASE, estimates);
        return estimates;
    }

    private double exact(CodeSpace space, int q, int slot) {
        long a = queries.address(q);
        long b = base.address(slot);
        return switch (space) {
            case EUCLIDEAN -> Math.pow(DistanceKernels.distance(Distance.L2, a, b, 784), 2);
            case INNER_PRODUCT -> DistanceKernels.distance(Distance.INNER_PRODUCT, a, b, 784);
            case COSINE -> 2 * DistanceKernels.distance(Distance.COSINE, a, b, 784);
        };
    }

    @ParameterizedTest
    @EnumSource
    void estimates_are_unbiased_in_every_space(CodeSpace space) {
        try (var quantizer = train(space, 1, 16);
                var query = new RabitqQuery(quantizer)) {
            long rows = encodeAll(quantizer);
            double error = 0;
            double absolute = 0;
            double size = 0;
            for (int q = 0; q < QUERIES; q++) {
                float[] estimates = estimates(query, rows, q);
                for (int slot = 0; slot < BASE; slot++) {
                    double exact = exact(space, q, slot);
                    error += estimates[slot] - exact;
                    absolute += Math.abs(estimates[slot] - exact);
                    size += Math.abs(exact);
                }
            }
            // over 300,000 pairs the errors cancel out; each by itself is a few per cent
            assertTrue(Math.abs(error) / size < 0.004, "bias " + error / size);
            assertTrue(absolute / size < 0.06, "mean error " + absolute / size);
            free(quantizer, rows);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 0.85", "1, 16, 0.93", "1, 64, 0.95", "2, 1, 0.95", "2, 16, 0.97", "3, 1, 0.97", "4, 1, 0.985"})
    void true_neighbours_are_among_the_first_twenty_estimates(int bits, int centroids, double floor) {
        try (var quantizer = train(CodeSpace.EUCLIDEAN, bits, centroids);
                var query = new RabitqQuery(quantizer)) {
            long rows = encodeAll(quantizer);
            int found = 0;
            for (int q = 0; q < QUERIES; q++) {
                float[] estimates = estimates(query, rows, q);
                int at = q;
                int[] truth = nearest(10, slot -> exact(CodeSpace.EUCLIDEAN, at, slot));
                int[] estimated = nearest(20, slot -> estimates[slot]);
                Arrays.sort(estimated);
                found += (int) IntStream.of(truth)
                        .filter(slot -> Arrays.binarySearch(estimated, slot) >= 0)
                        .count();
            }
            double recall = found / (10.0 * QUERIES);
            assertTrue(recall >= floor, "recall in the estimated top 20: " + recall);
            free(quantizer, rows);
        }
    }

    private static int[] nearest(int k, IntToDoubleFunction distance) {
        double[] distances = IntStream.range(0, BASE).mapToDouble(distance).toArray();
        return IntStream.range(0, BASE)
                .boxed()
                .sorted(Comparator.comparingDouble(slot -> distances[slot]))
                .limit(k)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    @Test
    void quantizer_read_back_from_its_parameters_writes_the_same_rows() {
        try (var quantizer = train(CodeSpace.COSINE, 2, 5)) {
            try (var copy = RabitqQuantizer.of(
                            quantizer.space(),
                            quantizer.layout(),
                            quantizer.centroidCount(),
                            quantizer.seed(),
                            quantizer.parameterAddress());
                    var scratch = new RabitqQuantizer.Scratch(quantizer.layout())) {
                int stride = quantizer.layout().strideBytes();
                long rows = MemoryAccount.allocate(TAG, 2L * stride);
                for (int slot = 0; slot < 100; slot++) {
                    quantizer.encode(base.address(slot), rows, scratch);
                    copy.encode(base.address(slot), rows + stride, scratch);
                    assertTrue(NativeMemory.equal(rows, stride, rows + stride, stride), "slot " + slot);
                }
                MemoryAccount.free(TAG, rows, 2L * stride);
            }
        }
    }

    @Test
    void vector_equal_to_its_centroid_has_an_exact_estimate() {
        try (var vectors = new FloatVectors(70, 1)) {
            for (int d = 0; d < 70; d++) {
                vectors.set(0, d, d);
            }
            try (var quantizer =
                            RabitqTrainer.train(vectors, CodeSpace.EUCLIDEAN, 1, 1, 1, new long[] {0}, () -> true);
                    var query = new RabitqQuery(quantizer);
                    var scratch = new RabitqQuantizer.Scratch(quantizer.layout())) {
                int bytes = quantizer.layout().strideBytes() + CodeLayout.SLACK_BYTES;
                long row = MemoryAccount.allocate(TAG, bytes);
                quantizer.encode(vectors.address(0), row, scratch);
                query.prepare(vectors.address(0));
                float[] out = new float[1];
                query.estimate(row, new int[] {0}, 1, out);
                assertEquals(0, out[0], 1e-3);
                MemoryAccount.free(TAG, row, bytes);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"784, 1, 128", "384, 1, 64", "1536, 1, 208", "16000, 1, 2048", "1, 1, 32", "784, 2, 224"})
    void rows_waste_at_most_an_eighth(int dimensions, int bits, int stride) {
        assertEquals(stride, new CodeLayout(dimensions, bits).strideBytes());
    }
}
