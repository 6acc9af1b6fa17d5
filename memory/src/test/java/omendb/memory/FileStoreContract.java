package omendb.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [FileStore] does, the real one and the crashable one alike.
abstract class FileStoreContract {
    private FileStore store;
    private Arena arena;

    abstract FileStore newStore() throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        store = newStore();
        arena = Arena.ofConfined();
    }

    @AfterEach
    void closeStore() {
        arena.close();
        store.close();
    }

    @Test
    void what_is_written_is_read_back() {
        try (StoreFile file = store.create("a")) {
            byte[] bytes = random(100_000, 1);
            file.write(nativeCopy(bytes), 17);
            assertEquals(100_017, file.size());
            assertArrayEquals(bytes, read(file, 17, bytes.length));
            assertArrayEquals(new byte[17], read(file, 0, 17));
        }
        assertEquals(100_017, store.size("a"));
    }

    @Test
    void an_overwrite_replaces_only_its_bytes() {
        try (StoreFile file = store.create("a")) {
            file.write(nativeCopy(new byte[] {1, 2, 3, 4, 5}), 0);
            file.write(nativeCopy(new byte[] {9, 9}), 1);
            assertArrayEquals(new byte[] {1, 9, 9, 4, 5}, read(file, 0, 5));
        }
    }

    @Test
    void a_read_past_the_end_says_that_the_file_is_truncated() {
        try (StoreFile file = store.create("a")) {
            file.write(nativeCopy(new byte[10]), 0);
            var e = assertThrows(TruncatedFileException.class, () -> file.read(arena.allocate(11), 0));
            assertEquals(10, e.position());
            assertTrue(e.path().endsWith("a") || !e.path().isEmpty());
        }
    }

    @Test
    void a_map_past_the_end_says_that_the_file_is_truncated() {
        try (StoreFile file = store.create("a")) {
            file.preallocate(4096);
            assertThrows(TruncatedFileException.class, () -> file.map(0, 4097, MapMode.READ_ONLY, arena));
            assertThrows(TruncatedFileException.class, () -> file.map(8192, 1, MapMode.READ_ONLY, arena));
        }
    }

    @Test
    void preallocate_extends_with_zeros_and_never_shrinks() {
        try (StoreFile file = store.create("a")) {
            file.write(nativeCopy(new byte[] {7}), 0);
            file.preallocate(10_000);
            assertEquals(10_000, file.size());
            byte[] expected = new byte[10_000];
            expected[0] = 7;
            assertArrayEquals(expected, read(file, 0, 10_000));
            file.preallocate(100);
            assertEquals(10_000, file.size());
        }
    }

    @Test
    void a_read_only_mapping_shows_later_writes_and_outlives_the_handle() {
        StoreFile file = store.create("a");
        file.preallocate(8192);
        MemorySegment mapped = file.map(100, 5000, MapMode.READ_ONLY, arena);
        assertEquals(0, mapped.get(ValueLayout.JAVA_BYTE, 4500));
        file.write(nativeCopy(new byte[] {42}), 4600);
        assertEquals(42, mapped.get(ValueLayout.JAVA_BYTE, 4500));
        file.close();
        assertEquals(42, mapped.get(ValueLayout.JAVA_BYTE, 4500));
    }

    @Test
    void a_store_into_a_private_mapping_does_not_reach_the_file() {
        try (StoreFile file = store.create("a")) {
            file.preallocate(4096);
            MemorySegment mapped = file.map(0, 4096, MapMode.PRIVATE, arena);
            mapped.set(ValueLayout.JAVA_BYTE, 5, (byte) 1);
            assertArrayEquals(new byte[4096], read(file, 0, 4096));
        }
    }

    @Test
    void a_file_is_mapped_into_a_reserved_range() {
        long page = ReservedRange.pageBytes();
        try (ReservedRange range = ReservedRange.reserve(MemoryTag.of("test"), 16 * page);
                StoreFile file = store.create("a")) {
            byte[] bytes = random((int) (2 * page), 2);
            file.write(nativeCopy(bytes), 0);
            range.mapFile(file, page, 3 * page, page, MapMode.READ_ONLY);
            MemorySegment part = range.segment().asSlice(3 * page, page);
            assertArrayEquals(
                    nativeCopy(bytes).asSlice(page).toArray(ValueLayout.JAVA_BYTE),
                    part.toArray(ValueLayout.JAVA_BYTE));
            range.advise(3 * page, page, Advice.POPULATE_READ);
            assertThrows(
                    TruncatedFileException.class,
                    () -> range.mapFile(file, page, 3 * page, 2 * page, MapMode.READ_ONLY));
        }
    }

    @Test
    void create_refuses_a_name_that_is_taken() {
        store.create("a").close();
        assertThrows(StorageException.class, () -> store.create("a"));
    }

    @Test
    void open_size_delete_and_rename_of_a_missing_file_say_so() {
        assertThrows(MissingFileException.class, () -> store.open("missing"));
        assertThrows(MissingFileException.class, () -> store.size("missing"));
        assertThrows(MissingFileException.class, () -> store.delete("missing"));
        assertThrows(MissingFileException.class, () -> store.rename("missing", "other"));
    }

    @Test
    void a_deleted_file_stays_readable_through_its_handle() {
        try (StoreFile file = store.create("a")) {
            file.write(nativeCopy(new byte[] {5}), 0);
            store.delete("a");
            assertFalse(store.exists("a"));
            assertArrayEquals(new byte[] {5}, read(file, 0, 1));
        }
    }

    @Test
    void rename_replaces_what_had_the_name() {
        writeFile("a", 1);
        writeFile("b", 2);
        store.rename("a", "b");
        assertEquals(List.of("b"), store.list(""));
        try (StoreFile file = store.open("b")) {
            assertArrayEquals(new byte[] {1}, read(file, 0, 1));
        }
    }

    @Test
    void rename_across_directories_is_refused() {
        store.createDirectories("d");
        writeFile("a", 1);
        assertThrows(IllegalArgumentException.class, () -> store.rename("a", "d/a"));
    }

    @Test
    void directories_are_created_with_their_parents_listed_and_deleted_with_their_content() {
        store.createDirectories("rel/16384");
        writeFile("rel/16384/2.sst", 1);
        writeFile("rel/16384/1.sst", 1);
        assertEquals(List.of("rel"), store.list(""));
        assertEquals(List.of("1.sst", "2.sst"), store.list("rel/16384"));
        assertTrue(store.exists("rel/16384"));
        store.syncDirectory("rel/16384");
        store.createDirectories("rel/16384");
        store.deleteDirectory("rel");
        assertFalse(store.exists("rel/16384/1.sst"));
        assertFalse(store.exists("rel"));
        assertEquals(List.of(), store.list("rel"));
        store.deleteDirectory("rel");
    }

    @Test
    void create_in_a_missing_directory_says_so() {
        assertThrows(MissingFileException.class, () -> store.create("missing/a"));
    }

    @Test
    void names_cannot_leave_the_directory() {
        for (String name : List.of("../a", "/a", "d/../../a", "d//a", "a/", "./a")) {
            assertThrows(IllegalArgumentException.class, () -> store.create(name), name);
            assertThrows(IllegalArgumentException.class, () -> store.exists(name), name);
        }
        assertThrows(IllegalArgumentException.class, () -> store.create(""));
    }

    @Test
    void a_closed_handle_refuses_work_and_closes_again_in_peace() {
        StoreFile file = store.create("a");
        file.close();
        file.close();
        assertThrows(IllegalStateException.class, () -> file.write(arena.allocate(1), 0));
        assertThrows(IllegalStateException.class, file::sync);
        assertThrows(IllegalStateException.class, file::size);
    }

    @Test
    void heap_segments_are_refused() {
        try (StoreFile file = store.create("a")) {
            assertThrows(IllegalArgumentException.class, () -> file.write(MemorySegment.ofArray(new byte[1]), 0));
            assertThrows(IllegalArgumentException.class, () -> file.read(MemorySegment.ofArray(new byte[1]), 0));
        }
    }

    private void writeFile(String name, int content) {
        try (StoreFile file = store.create(name)) {
            file.write(nativeCopy(new byte[] {(byte) content}), 0);
        }
    }

    private byte[] read(StoreFile file, long position, int bytes) {
        MemorySegment target = arena.allocate(Math.max(1, bytes)).asSlice(0, bytes);
        file.read(target, position);
        return target.toArray(ValueLayout.JAVA_BYTE);
    }

    private MemorySegment nativeCopy(byte[] bytes) {
        MemorySegment segment = arena.allocate(bytes.length);
        segment.copyFrom(MemorySegment.ofArray(bytes));
        return segment;
    }

    private static byte[] random(int bytes, long seed) {
        byte[] result = new byte[bytes];
        new Random(seed).nextBytes(result);
        return result;
    }
}
