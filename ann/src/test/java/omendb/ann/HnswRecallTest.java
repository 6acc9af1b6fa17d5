package omendb.ann;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Recall floors on real images, after everything that changes an index.
class HnswRecallTest {
    private static final int BASE = 3_000;
    private static final int QUERIES = 200;
    private static final int K = 10;
    private static final int EF = 40;

    @TempDir
    Path directory;

    private FloatVectors base;
    private FloatVectors queries;
    private FileStore store;
    private Epochs epochs;

    @BeforeEach
    void open() {
        base = FloatVectors.fashionMnist("base", BASE);
        queries = FloatVectors.fashionMnist("queries", QUERIES);
        store = FileStore.open(directory);
        epochs = new Epochs();
    }

    @AfterEach
    void close() {
        epochs.advance();
        epochs.close();
        store.close();
        queries.close();
        base.close();
    }

    private HnswIndex create(HnswOptions options) {
        return HnswIndex.create(options, base, store, "idx", epochs);
    }

    private double recall(HnswIndex index, int ef, long limit) {
        return Recall.at(K, index, base, queries, QUERIES, ef, limit);
    }

    @ParameterizedTest
    @EnumSource(names = {"L2", "INNER_PRODUCT", "COSINE", "L1"})
    void built_index_finds_the_nearest_under_every_distance(Distance distance) {
        try (HnswIndex index = create(HnswOptions.of(784, distance))) {
            index.build(BASE, slot -> true, 2, BuildProgress.SILENT);
            assertEquals(BASE, index.indexedLimit());
            assertEquals(distance == Distance.L1 ? 0 : 1, index.stats().bits());
            double recall = recall(index, EF, BASE);
            assertTrue(recall >= 0.97, "recall " + recall);
            double more = recall(index, 200, BASE);
            assertTrue(more >= 0.995, "recall at ef 200: " + more);
        }
    }

    @Test
    void index_of_single_inserts_trains_itself_and_finds_the_nearest() {
        try (HnswIndex index = create(HnswOptions.of(784, Distance.L2))) {
            for (int slot = 0; slot < BASE; slot++) {
                index.insert(slot);
                if (slot == 500) {
                    assertEquals(0, index.stats().bits(), "too few to train");
                    assertTrue(recall(index, EF, 501) >= 0.99);
                }
            }
            assertEquals(1, index.stats().bits());
            double recall = recall(index, EF, BASE);
            assertTrue(recall >= 0.96, "recall " + recall);
        }
    }

    @Test
    void build_then_inserts_then_tombstones_then_reopen_keep_recall() {
        try (HnswIndex index = create(HnswOptions.of(784, Distance.L2))) {
            index.build(BASE / 2, slot -> true, 2, BuildProgress.SILENT);
            // the tail makes up for what is not linked
            assertTrue(recall(index, EF, BASE) >= 0.98, "with a tail of half the data");
            for (int slot = BASE / 2; slot < BASE; slot++) {
                index.insert(slot);
            }
            assertTrue(recall(index, EF, BASE) >= 0.97, "after inserts");
            for (int slot = 0; slot < BASE; slot += 4) {
                index.markDead(slot);
            }
            double dead = Recall.at(K, index, base, queries, QUERIES, EF, BASE, slot -> slot % 4 != 0);
            assertTrue(dead >= 0.96, "after tombstones " + dead);
            index.checkpoint();
        }
        try (HnswIndex index = HnswIndex.open(store, "idx", base, epochs)) {
            double reopened = Recall.at(K, index, base, queries, QUERIES, EF, BASE, slot -> slot % 4 != 0);
            assertTrue(reopened >= 0.96, "after reopen " + reopened);
            assertEquals(BASE / 4, index.stats().deadNodes());
        }
    }

    @Test
    void nothing_but_floats_finds_as_much() {
        try (HnswIndex index = create(HnswOptions.of(784, Distance.L2).with(Quantization.none()))) {
            index.build(BASE, slot -> true, 2, BuildProgress.SILENT);
            assertEquals(0, index.stats().bits());
            assertTrue(recall(index, EF, BASE) >= 0.98);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void codes_of_every_width_find_the_nearest(int bits) {
        try (HnswIndex index = create(HnswOptions.of(784, Distance.L2).with(Quantization.rabitq(bits, 4)))) {
            index.build(BASE, slot -> true, 2, BuildProgress.SILENT);
            assertEquals(bits, index.stats().bits());
            assertTrue(recall(index, EF, BASE) >= 0.97);
        }
    }

    @Test
    void what_the_error_bound_leaves_out_is_hardly_ever_a_neighbour_and_comes_later() {
        int wide = 200;
        try (HnswIndex index = create(HnswOptions.of(784, Distance.L2))) {
            index.build(BASE, slot -> true, 2, BuildProgress.SILENT);
            int different = 0;
            long rescored = 0;
            for (int q = 0; q < QUERIES; q++) {
                try (HnswSearch some = index.search(queries.address(q), K, wide, BASE, null);
                        HnswSearch all = index.search(queries.address(q), wide, wide, BASE, null)) {
                    for (int i = 0; i < K; i++) {
                        assertTrue(some.next() && all.next());
                        different += some.slot() == all.slot() ? 0 : 1;
                    }
                    assertEquals(wide, all.rescored());
                    rescored += some.rescored();
                    for (int i = K; i < wide; i++) {
                        assertTrue(some.next(), "the rest comes when it is asked for");
                    }
                    assertTrue(some.rescored() >= wide);
                }
            }
            assertTrue(different <= QUERIES * K / 200, different + " of " + QUERIES * K + " rows differ");
            assertTrue(rescored < QUERIES * wide / 2, "rescored " + rescored + " of " + QUERIES * wide);
        }
    }

    @Test
    void hundreds_of_equal_vectors_stay_reachable() {
        for (int slot = 1_000; slot < 1_500; slot++) {
            for (int d = 0; d < 784; d++) {
                base.set(slot, d, base.get(7, d));
            }
        }
        try (HnswIndex index = create(HnswOptions.of(784, Distance.L2))) {
            index.build(BASE, slot -> true, 2, BuildProgress.SILENT);
            int equal = 0;
            try (HnswSearch search = index.search(base.address(7), 100, 100, BASE, null)) {
                for (int i = 0; i < 100 && search.next(); i++) {
                    equal += search.distance() == 0 ? 1 : 0;
                }
            }
            assertTrue(equal >= 90, "found " + equal + " of 501 equal vectors among the first 100");
        }
    }
}
