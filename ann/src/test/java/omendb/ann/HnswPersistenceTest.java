package omendb.ann;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import omendb.memory.CorruptFileException;
import omendb.memory.CrashableFileStore;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import omendb.memory.MissingFileException;
import omendb.memory.StorageException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HnswPersistenceTest {
    private static final int COUNT = 2_000;
    private static final int DIMENSIONS = 96;
    private static final long SEED = Long.getLong("omendb.seed", 11);

    @TempDir
    Path directory;

    private FloatVectors vectors;
    private FileStore store;
    private Epochs epochs;

    @BeforeEach
    void open() {
        vectors = FloatVectors.clustered(DIMENSIONS, COUNT, SEED);
        store = FileStore.open(directory);
        epochs = new Epochs();
    }

    @AfterEach
    void close() {
        epochs.advance();
        epochs.close();
        store.close();
        vectors.close();
    }

    private HnswIndex built(FileStore in, int count) {
        HnswOptions options =
                HnswOptions.of(DIMENSIONS, Distance.L2).with(8, 40).with(Quantization.rabitq(1, 4));
        HnswIndex index = HnswIndex.create(options, vectors, in, "idx/17", epochs);
        index.build(count, slot -> true, 1, BuildProgress.SILENT);
        return index;
    }

    private static List<Long> search(HnswIndex index, FloatVectors vectors, int query, int k, long limit) {
        List<Long> found = new ArrayList<>();
        try (HnswSearch search = index.search(vectors.address(query), k, 40, limit, null)) {
            while (found.size() < k && search.next()) {
                found.add(search.slot());
            }
        }
        return found;
    }

    @Test
    void reopened_index_answers_as_before_and_goes_on_growing() {
        List<List<Long>> before = new ArrayList<>();
        try (HnswIndex index = built(store, 1_500)) {
            index.markDead(3);
            assertEquals(1, index.checkpoint());
            assertTrue(index.bytesOnDisk() > 0);
            for (int q = 0; q < 50; q++) {
                before.add(search(index, vectors, q, 10, 1_500));
            }
        }
        assertTrue(HnswIndex.exists(store, "idx/17"));
        try (HnswIndex index = HnswIndex.open(store, "idx/17", vectors, epochs)) {
            assertEquals(1_500, index.indexedLimit());
            assertEquals(8, index.options().m());
            assertEquals(1, index.stats().bits());
            assertEquals(4, index.stats().centroids());
            for (int q = 0; q < 50; q++) {
                assertEquals(before.get(q), search(index, vectors, q, 10, 1_500), "query " + q);
            }
            index.verify();
            index.warm();
            for (int slot = 1_500; slot < COUNT; slot++) {
                index.insert(slot);
            }
            for (int slot = 1_500; slot < COUNT; slot += 50) {
                assertEquals(slot, search(index, vectors, slot, 1, COUNT).getFirst());
            }
            assertEquals(2, index.checkpoint());
            assertEquals(List.of("gen-2.codes", "gen-2.graph"), store.list("idx/17"));
        }
        try (HnswIndex index = HnswIndex.open(store, "idx/17", vectors, epochs)) {
            assertEquals(COUNT, index.stats().nodes());
            assertEquals(1, index.stats().deadNodes());
            assertFalse(search(index, vectors, 3, 10, COUNT).contains(3L));
        }
    }

    @Test
    void index_without_codes_and_empty_index_reopen() {
        HnswOptions options = HnswOptions.of(DIMENSIONS, Distance.COSINE);
        try (HnswIndex index = HnswIndex.create(options, vectors, store, "e", epochs)) {
            index.checkpoint();
        }
        try (HnswIndex index = HnswIndex.open(store, "e", vectors, epochs)) {
            assertEquals(List.of(), search(index, vectors, 0, 5, 0));
            assertEquals(0L, search(index, vectors, 0, 5, 10).getFirst(), "from the tail");
            for (int slot = 0; slot < 100; slot++) {
                index.insert(slot);
            }
            index.checkpoint();
        }
        try (HnswIndex index = HnswIndex.open(store, "e", vectors, epochs)) {
            assertEquals(0, index.stats().bits());
            assertEquals(100, index.indexedLimit());
            assertEquals(55L, search(index, vectors, 55, 5, 100).getFirst());
            assertEquals(options, index.options());
        }
    }

    @Test
    void missing_checkpoint_is_named() {
        assertThrows(MissingFileException.class, () -> HnswIndex.open(store, "none", vectors, epochs));
        assertFalse(HnswIndex.exists(store, "none"));
    }

    private void damage(String name, long position, int bytes) throws IOException {
        try (var file = new RandomAccessFile(directory.resolve(name).toFile(), "rw")) {
            file.seek(position);
            byte[] garbage = new byte[bytes];
            new Random(SEED).nextBytes(garbage);
            file.write(garbage);
        }
    }

    @Test
    void damaged_page_is_found_by_verify() throws IOException {
        try (HnswIndex index = built(store, COUNT)) {
            index.checkpoint();
        }
        long middle = store.size("idx/17/gen-1.graph") / 2;
        damage("idx/17/gen-1.graph", middle, 8);
        try (HnswIndex index = HnswIndex.open(store, "idx/17", vectors, epochs)) {
            var e = assertThrows(CorruptFileException.class, index::verify);
            assertTrue(e.getMessage().contains("gen-1.graph"), e.getMessage());
        }
    }

    @Test
    void damaged_header_or_table_or_short_file_is_a_typed_error_at_open() throws IOException {
        for (String name : List.of("idx/17/gen-1.graph", "idx/17/gen-1.codes")) {
            for (long position : new long[] {0, 60, 4_000, -8}) {
                try (HnswIndex index = built(store, 500)) {
                    store.deleteDirectory("idx/17");
                    index.checkpoint();
                }
                String found = store.list("idx/17").getFirst().replaceAll("\\..*", "");
                String file = name.replace("gen-1", found);
                if (!store.exists(file)) {
                    continue; // too few vectors for codes
                }
                damage(file, position < 0 ? store.size(file) + position : position, 4);
                assertThrows(
                        StorageException.class,
                        () -> HnswIndex.open(store, "idx/17", vectors, epochs),
                        file + " damaged at " + position);
                store.deleteDirectory("idx/17");
            }
        }
        try (HnswIndex index = built(store, COUNT)) {
            index.checkpoint();
        }
        String graph = store.list("idx/17").getLast();
        try (var file =
                new RandomAccessFile(directory.resolve("idx/17/" + graph).toFile(), "rw")) {
            file.setLength(file.length() / 2);
        }
        assertThrows(StorageException.class, () -> HnswIndex.open(store, "idx/17", vectors, epochs));
    }

    @Test
    void index_of_other_dimensions_is_refused() {
        try (HnswIndex index = built(store, COUNT)) {
            index.checkpoint();
        }
        try (var other = new FloatVectors(7, 10)) {
            assertThrows(IllegalArgumentException.class, () -> HnswIndex.open(store, "idx/17", other, epochs));
        }
    }

    @Test
    void power_cut_during_a_checkpoint_leaves_the_old_or_the_new_generation() {
        for (long seed = SEED; seed < SEED + 12; seed++) {
            var disk = CrashableFileStore.create();
            try (HnswIndex index = built(disk, 1_200)) {
                index.checkpoint();
                for (int slot = 1_200; slot < 1_300; slot++) {
                    index.insert(slot);
                }
                if (seed % 3 == 0) {
                    disk.failAt(
                            CrashableFileStore.Operation.SYNC, 1 + (int) (seed % 2), CrashableFileStore.Fault.IO_ERROR);
                    assertThrows(StorageException.class, index::checkpoint, "seed " + seed);
                } else if (seed % 3 == 1) {
                    disk.failAt(
                            CrashableFileStore.Operation.RENAME,
                            1 + (int) (seed % 2),
                            CrashableFileStore.Fault.IO_ERROR);
                    assertThrows(StorageException.class, index::checkpoint, "seed " + seed);
                } else {
                    index.checkpoint();
                }
            }
            try (CrashableFileStore after = disk.crash(seed);
                    HnswIndex index = HnswIndex.open(after, "idx/17", vectors, epochs)) {
                index.verify();
                long limit = index.indexedLimit();
                assertTrue(limit == 1_200 || limit == 1_300, "limit " + limit + ", seed " + seed);
                for (int slot = 0; slot < 1_300; slot += 100) {
                    assertEquals(slot, search(index, vectors, slot, 1, 1_300).getFirst(), "seed " + seed);
                }
            }
            epochs.advance();
        }
    }

    @Test
    void failed_checkpoint_keeps_the_old_one_and_the_next_succeeds() {
        try (var disk = CrashableFileStore.create();
                HnswIndex index = built(disk, COUNT)) {
            index.checkpoint();
            disk.failAt(CrashableFileStore.Operation.WRITE, 2, CrashableFileStore.Fault.DISK_FULL);
            assertThrows(StorageException.class, index::checkpoint);
            assertEquals(List.of("gen-1.codes", "gen-1.graph"), disk.list("idx/17"));
            index.verify();
            assertEquals(2, index.checkpoint());
            index.verify();
        }
    }
}
