package omendb.ann;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Random;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Codes have as many bits as the data need, and there are none where they would be no use.
class HnswCodesTest {
    private static final int COUNT = 2_000;

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

    private HnswIndex built(VectorSource vectors, Quantization codes) {
        HnswIndex index = HnswIndex.create(
                HnswOptions.of(vectors.dimensions(), Distance.L2).with(codes), vectors, store, "idx", epochs);
        index.build(COUNT, slot -> true, 2, BuildProgress.SILENT);
        return index;
    }

    @Test
    void bits_are_as_many_as_the_data_need() {
        var random = new Random(5);
        try (var even = new FloatVectors(96, COUNT)) {
            // no direction matters more than another, and all neighbours are about equally far
            for (int slot = 0; slot < COUNT; slot++) {
                for (int d = 0; d < 96; d++) {
                    even.set(slot, d, (float) random.nextGaussian());
                }
            }
            int evenBits;
            try (HnswIndex index = built(even, Quantization.auto())) {
                evenBits = index.stats().bits();
                double recall = Recall.at(10, index, even, even, 50, 200, COUNT);
                assertTrue(recall >= 0.95, "recall " + recall);
            }
            assertTrue(evenBits >= 3, "bits " + evenBits);
            // a few directions hold everything: the same vectors stretched along eight axes
            for (int slot = 0; slot < COUNT; slot++) {
                for (int d = 0; d < 8; d++) {
                    even.set(slot, d, even.get(slot, d) * 40);
                }
            }
            try (HnswIndex index = built(even, Quantization.auto())) {
                assertTrue(index.stats().bits() < evenBits, index.stats().bits() + " of " + evenBits);
            }
        }
    }

    @Test
    void data_of_two_scales_get_no_codes_unless_they_are_asked_for() {
        var random = new Random(3);
        try (var vectors = new FloatVectors(128, COUNT)) {
            for (int slot = 0; slot < COUNT; slot++) {
                for (int d = 0; d < 128; d++) {
                    float centre = (slot % 3 == d % 3) ? 3_000 : -3_000;
                    vectors.set(slot, d, centre + (float) random.nextGaussian());
                }
            }
            try (HnswIndex index = built(vectors, Quantization.auto())) {
                assertEquals(0, index.stats().bits());
                double recall = Recall.at(10, index, vectors, vectors, 30, 200, COUNT);
                assertTrue(recall >= 0.85, "recall " + recall);
            }
            try (HnswIndex index = built(vectors, Quantization.rabitq(0, 0))) {
                assertEquals(4, index.stats().bits());
            }
        }
    }

    @Test
    void equal_vectors_do_not_count_against_codes() {
        try (var vectors = FloatVectors.clustered(64, COUNT, 4)) {
            for (int slot = 0; slot < COUNT; slot++) {
                for (int d = 0; d < 64; d++) {
                    vectors.set(slot, d, vectors.get(slot % 30, d));
                }
            }
            try (HnswIndex index = built(vectors, Quantization.auto())) {
                assertEquals(1, index.stats().bits());
            }
        }
    }
}
