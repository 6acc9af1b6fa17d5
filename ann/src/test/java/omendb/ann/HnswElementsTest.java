package omendb.ann;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import omendb.memory.NativeMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Indexes of vectors that are not floats: built, grown, searched, saved and opened like others.
class HnswElementsTest {
    private static final int COUNT = 1_500;
    private static final int BUILT = 1_200;

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

    private static void check(HnswIndex index, VectorSource vectors, double least) {
        Distance distance = index.options().distance();
        String what = index.options().element() + " " + distance;
        double recall = Recall.at(10, index, vectors, vectors, 60, 80, COUNT);
        assertTrue(recall >= least, what + ": recall " + recall);
        Neighbours truth = ExactSearch.search(vectors, distance, vectors.address(3), COUNT, 0, COUNT, null);
        double radius = truth.distance(40);
        Set<Long> expected = new TreeSet<>();
        for (int i = 0; i < truth.count() && truth.distance(i) <= radius; i++) {
            expected.add(truth.slot(i));
        }
        Set<Long> found = new TreeSet<>();
        try (HnswSearch search = index.range(vectors.address(3), radius, COUNT)) {
            while (search.next()) {
                found.add(search.slot());
            }
        }
        assertEquals(expected, found, what);
    }

    @Test
    void every_distance_of_every_element_type_is_searched() {
        for (ElementType element : new ElementType[] {ElementType.FLOAT16, ElementType.BIT, ElementType.SPARSE}) {
            try (var vectors = new ElementVectors(element, 120, COUNT, 8)) {
                for (Distance distance : Distance.values()) {
                    if (!element.has(distance)) {
                        assertThrows(IllegalArgumentException.class, () -> HnswOptions.of(element, 120, distance));
                        continue;
                    }
                    HnswOptions options = HnswOptions.of(element, 120, distance);
                    try (HnswIndex index =
                            HnswIndex.create(options, vectors, store, element + "-" + distance, epochs)) {
                        index.build(BUILT, slot -> true, 2, BuildProgress.SILENT);
                        for (int slot = BUILT; slot < COUNT - 50; slot++) {
                            index.insert(slot);
                        }
                        assertEquals(0, index.countUnreachable());
                        boolean coded = element == ElementType.FLOAT16 && distance != Distance.L1;
                        assertEquals(coded, index.stats().bits() > 0, element + " " + distance);
                        check(index, vectors, 0.93);
                        index.checkpoint();
                    }
                    try (HnswIndex index = HnswIndex.open(store, element + "-" + distance, vectors, epochs)) {
                        assertEquals(options, index.options());
                        check(index, vectors, 0.93);
                    }
                }
            }
        }
    }

    @Test
    void an_index_is_not_opened_over_vectors_of_another_kind() {
        try (var bits = new ElementVectors(ElementType.BIT, 64, 10, 1);
                var halves = new ElementVectors(ElementType.FLOAT16, 64, 10, 1)) {
            HnswOptions options = HnswOptions.of(ElementType.BIT, 64, Distance.HAMMING);
            try (HnswIndex index = HnswIndex.create(options, bits, store, "bits", epochs)) {
                index.build(10, slot -> true, 1, BuildProgress.SILENT);
                index.checkpoint();
            }
            assertThrows(IllegalArgumentException.class, () -> HnswIndex.open(store, "bits", halves, epochs));
        }
    }

    @Test
    void a_sparse_query_may_have_more_elements_than_a_slot() {
        try (var vectors = new ElementVectors(ElementType.SPARSE, 3_000, 60, 1);
                Arena arena = Arena.ofConfined()) {
            int count = 2 * ElementType.MOST_NON_ZERO;
            long query = arena.allocate(8 + 8L * count, 8).address();
            NativeMemory.putInt(query, 3_000);
            NativeMemory.putInt(query + 4, count);
            for (int i = 0; i < count; i++) {
                NativeMemory.putInt(query + 8 + 4L * i, i);
                NativeMemory.putFloat(query + 8 + 4L * count + 4L * i, 1);
            }
            HnswOptions options = HnswOptions.of(ElementType.SPARSE, 3_000, Distance.L2);
            try (HnswIndex index = HnswIndex.create(options, vectors, store, "sparse", epochs)) {
                index.build(60, slot -> true, 1, BuildProgress.SILENT);
                Neighbours truth = ExactSearch.search(vectors, Distance.L2, query, 1, 0, 60, null);
                try (HnswSearch search = index.search(query, 1, 60, 60, null)) {
                    assertTrue(search.next());
                    assertEquals(truth.distance(0), search.distance());
                }
            }
        }
    }
}
