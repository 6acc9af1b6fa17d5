package omendb.ann;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// All 60,000 images, where the shared data folder is there.
@Tag("slow")
class HnswFullSetTest {
    private static final int BASE = 60_000;
    private static final int QUERIES = 500;

    @TempDir
    Path directory;

    private static Path data() {
        for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
            Path data = up.resolve("shared/data/fashion-mnist-784-euclidean");
            if (Files.isDirectory(data)) {
                return data;
            }
        }
        return Assumptions.abort("SKIPPED: shared/data is not beside the project");
    }

    @Test
    void whole_set_is_built_and_searched_at_high_recall() {
        Path data = data();
        try (var base = FloatVectors.ofBytes(data.resolve("base.npy"), 784, BASE);
                var queries = FloatVectors.ofBytes(data.resolve("queries.npy"), 784, QUERIES);
                FileStore store = FileStore.open(directory);
                var epochs = new Epochs()) {
            try (HnswIndex index = HnswIndex.create(HnswOptions.of(784, Distance.L2), base, store, "idx", epochs)) {
                index.build(BASE, slot -> true, 2, BuildProgress.SILENT);
                double at20 = Recall.at(10, index, base, queries, QUERIES, 20, BASE);
                double at40 = Recall.at(10, index, base, queries, QUERIES, 40, BASE);
                assertTrue(at20 >= 0.95, "recall at ef 20: " + at20);
                assertTrue(at40 >= 0.985, "recall at ef 40: " + at40);
            }
            epochs.advance();
        }
    }
}
