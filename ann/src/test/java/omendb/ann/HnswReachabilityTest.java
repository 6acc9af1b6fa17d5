package omendb.ann;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import omendb.memory.Epochs;
import omendb.memory.FileStore;

/// Orders of insertion that are bad for a graph whose full lists are pruned.
class HnswReachabilityTest {
    private static final int K = 10;
    private static final int EF = 60;

    enum Order {
        /// Along a line, each farther out than all before it.
        SORTED,
        /// Along a line with some noise, away from a first vector that has nothing near it.
        SORTED_AFTER_AN_OUTLIER,
        /// Cluster after cluster.
        CLUSTERED,
        /// Two clusters a thousand times farther apart than they are wide.
        TWO_FAR_CLUSTERS,
        ALL_EQUAL,
        /// Twenty copies of each vector, one after the other.
        DUPLICATES
    }

    record Case(
            Order order, int count, int dimensions, Distance distance, int m, boolean codes, int built, long seed) {}

    private Path directory;
    private FileStore store;
    private Epochs epochs;

    @BeforeProperty
    void open() throws IOException {
        directory = Files.createTempDirectory("ann-reachability");
        store = FileStore.open(directory);
        epochs = new Epochs();
    }

    @AfterProperty
    void close() throws IOException {
        epochs.advance();
        epochs.close();
        store.close();
        Files.deleteIfExists(directory);
    }

    @Provide
    Arbitrary<Case> cases() {
        return Combinators.combine(
                        Arbitraries.of(Order.class),
                        Arbitraries.of(50, 700, 2_500),
                        Arbitraries.of(8, 64),
                        Arbitraries.of(Distance.L2, Distance.L1, Distance.COSINE),
                        Arbitraries.of(4, 16),
                        Arbitraries.of(true, false),
                        Arbitraries.of(0, 50, 100),
                        Arbitraries.longs())
                .as(Case::new);
    }

    private static FloatVectors vectors(Case given) {
        var random = new Random(given.seed);
        var vectors = new FloatVectors(given.dimensions, given.count);
        for (int slot = 0; slot < given.count; slot++) {
            for (int d = 0; d < given.dimensions; d++) {
                float noise = (float) random.nextGaussian();
                float value = switch (given.order) {
                    case SORTED -> d == 0 ? 1 + slot : d;
                    case SORTED_AFTER_AN_OUTLIER -> slot == 0 ? -5 * d : (d == 0 ? slot : d) + noise * 0.1f;
                    case CLUSTERED -> 40 * (float) Math.sin(slot / 100 * (d + 1)) + noise;
                    case TWO_FAR_CLUSTERS -> (slot < given.count / 2 ? 1 : (d & 1) == 0 ? 1_000 : -1_000) + noise;
                    case ALL_EQUAL -> d + 1;
                    case DUPLICATES -> 10 * (float) Math.sin((slot / 20 + 1) * (d + 1.5));
                };
                vectors.set(slot, d, value);
            }
        }
        return vectors;
    }

    private HnswIndex fill(Case given, FloatVectors vectors) {
        HnswOptions options = HnswOptions.of(given.dimensions, given.distance)
                .with(given.m, 64)
                .with(given.codes ? Quantization.auto() : Quantization.none());
        HnswIndex index = HnswIndex.create(options, vectors, store, "idx", epochs);
        index.build(given.count * given.built / 100, slot -> true, 2, BuildProgress.SILENT);
        for (int slot = 0; slot < given.count; slot++) {
            index.insert(slot);
        }
        return index;
    }

    @Property(tries = 60)
    void every_live_slot_is_reached_and_returned(@ForAll("cases") Case given) {
        try (FloatVectors vectors = vectors(given);
                HnswIndex index = fill(given, vectors)) {
            assertEquals(0, index.countUnreachable());
            for (int slot = 0; slot < given.count; slot += 3) {
                index.markDead(slot);
            }
            assertEquals(0, index.countUnreachable(), "tombstones are walked through");
            int live = given.count - (given.count + 2) / 3;
            try (HnswSearch search = index.search(vectors.address(0), K, EF, given.count, null)) {
                for (int i = 0; i < live; i++) {
                    assertTrue(search.next(), i + " rows of " + live);
                }
                assertFalse(search.next());
            }
        }
    }

    @Provide
    Arbitrary<Case> lines() {
        return Combinators.combine(
                        Arbitraries.of(Order.SORTED, Order.SORTED_AFTER_AN_OUTLIER, Order.ALL_EQUAL),
                        Arbitraries.of(50, 700, 2_500, 6_000),
                        Arbitraries.of(2, 8, 64),
                        Arbitraries.of(4, 16),
                        Arbitraries.of(0, 50, 100),
                        Arbitraries.longs())
                .as((order, count, dimensions, m, built, seed) ->
                        new Case(order, count, dimensions, Distance.L2, m, false, built, seed));
    }

    @Property(tries = 30)
    void vectors_along_a_line_find_themselves_first(@ForAll("lines") Case given) {
        try (FloatVectors vectors = vectors(given);
                HnswIndex index = fill(given, vectors)) {
            for (int slot = 0; slot < given.count; slot += 1 + slot / 20) {
                try (HnswSearch search = index.search(vectors.address(slot), K, EF, given.count, null)) {
                    assertTrue(search.next());
                    assertEquals(0, search.distance(), "slot " + slot + " finds " + search.slot());
                }
            }
        }
    }
}
