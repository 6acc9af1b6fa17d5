package omendb.ann;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// All slots within a distance: exactly those that a look at every vector finds.
class HnswRangeTest {
    @TempDir
    Path directory;

    private FileStore store;
    private Epochs epochs;

    @BeforeEach
    void open() {
        store = FileStore.open(directory);
        epochs = new Epochs();
    }

    @AfterEach
    void close() {
        epochs.advance();
        epochs.close();
        store.close();
    }

    private HnswIndex index(FloatVectors vectors, Distance distance, Quantization codes) {
        HnswOptions options =
                HnswOptions.of(vectors.dimensions(), distance).with(8, 32).with(codes);
        return HnswIndex.create(options, vectors, store, "idx", epochs);
    }

    /// Compares at radii between which 0, 1, some and all slots lie, the true distances themselves among them.
    private static long check(HnswIndex index, FloatVectors vectors, long query, long limit, LongPredicate live) {
        Distance distance = index.options().distance();
        Neighbours truth = ExactSearch.search(vectors, distance, query, (int) limit, 0, limit, slot -> live.test(slot));
        long rescored = 0;
        for (int rank : new int[] {0, 1, 9, 60, truth.count() - 1}) {
            double radius = truth.distance(rank);
            Set<Long> expected = new TreeSet<>();
            for (int i = 0; i < truth.count() && truth.distance(i) <= radius; i++) {
                expected.add(truth.slot(i));
            }
            Set<Long> found = new TreeSet<>();
            double last = Double.NEGATIVE_INFINITY;
            try (HnswSearch search = index.range(query, radius, limit)) {
                while (search.next()) {
                    assertTrue(search.distance() >= last, "nearest first");
                    last = search.distance();
                    assertTrue(found.add(search.slot()), "slot " + search.slot() + " twice");
                }
                rescored += rank < 100 ? search.rescored() : 0;
            }
            assertEquals(expected, found, distance + " within " + radius);
        }
        return rescored;
    }

    @Test
    void finds_exactly_what_lies_within_the_radius_by_every_distance_and_kind_of_code() {
        for (Distance distance : new Distance[] {Distance.L2, Distance.INNER_PRODUCT, Distance.COSINE, Distance.L1}) {
            for (Quantization codes :
                    new Quantization[] {Quantization.auto(), Quantization.rabitq(1, 4), Quantization.none()}) {
                try (var vectors = FloatVectors.clustered(96, 1_501, 5);
                        HnswIndex index = index(vectors, distance, codes)) {
                    index.build(1_200, slot -> slot % 7 != 0, 1, BuildProgress.SILENT);
                    index.markDead(11);
                    for (int query = 1; query < 1_500; query += 500) {
                        check(
                                index,
                                vectors,
                                vectors.address(query),
                                1_500,
                                slot -> slot != 11 && (slot >= 1_200 || slot % 7 != 0));
                    }
                }
            }
        }
    }

    @Test
    void codes_spare_most_vectors() {
        try (var vectors = FloatVectors.fashionMnist("base", 3_000);
                var queries = FloatVectors.fashionMnist("queries", 5);
                HnswIndex index = index(vectors, Distance.L2, Quantization.auto())) {
            index.build(3_000, slot -> true, 2, BuildProgress.SILENT);
            long rescored = 0;
            for (int query = 0; query < 5; query++) {
                rescored += check(index, vectors, queries.address(query), 3_000, slot -> true);
            }
            // four radii, none of which more than 61 vectors lie in
            assertTrue(rescored < 5 * 4 * 3_000 / 4, "rescored " + rescored);
        }
    }

    @Test
    void nothing_is_missed_where_one_query_serves_data_of_two_scales() {
        // clusters a thousand times farther apart than they are wide: a step of the quantized query is wider than them
        var random = new Random(3);
        try (var vectors = new FloatVectors(128, 1_200);
                HnswIndex index = index(vectors, Distance.L2, Quantization.rabitq(1, 4))) {
            for (int slot = 0; slot < 1_200; slot++) {
                for (int d = 0; d < 128; d++) {
                    float centre = (slot % 3 == d % 3) ? 3_000 : -3_000;
                    vectors.set(slot, d, centre + (float) random.nextGaussian());
                }
            }
            index.build(1_200, slot -> true, 2, BuildProgress.SILENT);
            check(index, vectors, vectors.address(17), 1_200, slot -> true);
        }
    }

    @Test
    void impossible_radii_find_nothing() {
        try (var vectors = FloatVectors.clustered(16, 100, 5);
                HnswIndex index = index(vectors, Distance.L2, Quantization.auto())) {
            index.build(50, slot -> true, 1, BuildProgress.SILENT);
            for (double radius : new double[] {Double.NaN, -1, Double.NEGATIVE_INFINITY}) {
                try (HnswSearch search = index.range(vectors.address(0), radius, 100)) {
                    assertFalse(search.next(), "radius " + radius);
                }
            }
        }
    }
}
