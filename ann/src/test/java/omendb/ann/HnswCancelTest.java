package omendb.ann;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import omendb.memory.LiveMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A build that is told to stop stops wherever it is, soon, and leaves an index that a later build completes.
class HnswCancelTest {
    private static final int DIMENSIONS = 96;
    private static final int COUNT = 2_000;

    @TempDir
    Path directory;

    @Test
    void a_build_stops_at_any_question_and_goes_on_later() {
        LiveMemory memory = LiveMemory.now();
        try (var vectors = FloatVectors.clustered(DIMENSIONS, COUNT, 5);
                FileStore store = FileStore.open(directory);
                var epochs = new Epochs()) {
            long questions = questions(vectors, store, epochs);
            long step = Math.max(1, questions / 12);
            for (long allowed = 0; allowed < questions; allowed += step) {
                stopAndGoOn(vectors, store, epochs, allowed);
            }
            epochs.advance();
        }
        memory.assertUnchanged();
    }

    private static HnswIndex empty(FloatVectors vectors, FileStore store, Epochs epochs) {
        HnswOptions options =
                HnswOptions.of(DIMENSIONS, Distance.L2).with(8, 40).with(Quantization.rabitq(1, 4));
        return HnswIndex.create(options, vectors, store, "idx/1", epochs);
    }

    /// How often a build asks; often enough before it links, while it links not once for many vectors.
    private static long questions(FloatVectors vectors, FileStore store, Epochs epochs) {
        var before = new AtomicLong();
        var during = new AtomicLong();
        try (HnswIndex index = empty(vectors, store, epochs)) {
            index.build(COUNT, _ -> true, 1, (done, _) -> {
                (done == 0 ? before : during).incrementAndGet();
                return true;
            });
        }
        assertTrue(before.get() > 3 * COUNT / 64, before + " questions before the first link");
        assertTrue(during.get() >= COUNT / 16, during + " questions while linking");
        return before.get() + during.get();
    }

    private static void stopAndGoOn(FloatVectors vectors, FileStore store, Epochs epochs, long allowed) {
        try (HnswIndex index = empty(vectors, store, epochs)) {
            var asked = new AtomicLong();
            assertThrows(
                    CancellationException.class,
                    () -> index.build(COUNT, _ -> true, 2, (_, _) -> asked.incrementAndGet() <= allowed),
                    () -> "after " + allowed);
            assertTrue(asked.get() <= allowed + 4, () -> asked + " questions, " + allowed + " allowed");
            index.build(COUNT, _ -> true, 2, BuildProgress.SILENT);
            assertEquals(COUNT, index.indexedLimit());
            try (HnswSearch search = index.search(vectors.address(7), 1, 40, COUNT, null)) {
                assertTrue(search.next());
                assertEquals(7, search.slot());
            }
        }
    }
}
