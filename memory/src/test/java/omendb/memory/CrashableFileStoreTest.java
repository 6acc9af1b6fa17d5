package omendb.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import omendb.memory.CrashableFileStore.Fault;
import omendb.memory.CrashableFileStore.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashableFileStoreTest extends FileStoreContract {
    @Override
    FileStore newStore() {
        return CrashableFileStore.create();
    }

    @Test
    void what_was_synced_survives_every_crash() {
        for (long seed = 0; seed < 50; seed++) {
            try (Arena arena = Arena.ofConfined();
                    var store = CrashableFileStore.create()) {
                StoreFile file = store.create("a");
                file.write(filled(arena, 3000, 1), 0);
                file.sync();
                store.syncDirectory("");
                file.write(filled(arena, 1000, 2), 2500);
                try (var after = store.crash(seed)) {
                    byte[] content = content(after, "a");
                    assertTrue(content.length >= 3000, "seed " + seed);
                    assertArrayEquals(bytes(2500, 1), Arrays.copyOf(content, 2500), "seed " + seed);
                    for (int i = 2500; i < content.length; i++) {
                        int value = content[i];
                        assertTrue(value == 2 || value == (i < 3000 ? 1 : 0), "byte " + i + ", seed " + seed);
                    }
                }
                file.close();
            }
        }
    }

    @Test
    void unsynced_sectors_are_kept_dropped_and_torn_by_chance() {
        Set<String> outcomes = new HashSet<>();
        for (long seed = 0; seed < 300; seed++) {
            try (Arena arena = Arena.ofConfined();
                    var store = CrashableFileStore.create()) {
                StoreFile file = store.create("a");
                file.write(filled(arena, 1024, 1), 0);
                file.sync();
                store.syncDirectory("");
                file.write(filled(arena, 1024, 2), 0);
                try (var after = store.crash(seed)) {
                    byte[] content = content(after, "a");
                    outcomes.add(content[0] + " " + content[511] + " " + content[512] + " " + content[1023]);
                }
                file.close();
            }
        }
        assertTrue(outcomes.contains("1 1 1 1"), outcomes.toString());
        assertTrue(outcomes.contains("2 2 2 2"), outcomes.toString());
        assertTrue(outcomes.contains("2 2 1 1"), outcomes.toString());
        assertTrue(outcomes.contains("1 1 2 2"), outcomes.toString());
        assertTrue(outcomes.contains("2 1 1 1"), outcomes.toString());
    }

    @Test
    void an_unsynced_rename_is_lost_or_kept_but_never_half_done() {
        Set<String> outcomes = new HashSet<>();
        for (long seed = 0; seed < 60; seed++) {
            try (var store = CrashableFileStore.create()) {
                store.create("current").close();
                store.create("next").close();
                store.syncDirectory("");
                store.rename("next", "current");
                try (var after = store.crash(seed)) {
                    assertTrue(after.exists("current"), "seed " + seed);
                    outcomes.add(after.list("").toString());
                }
            }
        }
        assertEquals(Set.of("[current]", "[current, next]"), outcomes);
    }

    @Test
    void a_create_without_a_directory_sync_may_be_lost_and_a_delete_undone() {
        Set<String> outcomes = new HashSet<>();
        for (long seed = 0; seed < 60; seed++) {
            try (var store = CrashableFileStore.create()) {
                store.create("old").close();
                store.syncDirectory("");
                store.create("new").close();
                store.delete("old");
                try (var after = store.crash(seed)) {
                    outcomes.add(after.list("").toString());
                }
            }
        }
        assertEquals(Set.of("[old]", "[new, old]", "[new]"), outcomes);
    }

    @Test
    void the_same_seed_gives_the_same_disk() {
        byte[] first = null;
        for (int round = 0; round < 3; round++) {
            try (Arena arena = Arena.ofConfined();
                    var store = CrashableFileStore.create()) {
                StoreFile file = store.create("a");
                store.syncDirectory("");
                for (int i = 1; i < 20; i++) {
                    file.write(filled(arena, 700, i), i * 300L);
                }
                try (var after = store.crash(77)) {
                    byte[] content = content(after, "a");
                    assertTrue(first == null || Arrays.equals(first, content));
                    first = content;
                }
                file.close();
            }
        }
    }

    @Test
    void after_the_crash_the_old_store_and_its_files_are_dead() {
        var store = CrashableFileStore.create();
        StoreFile file = store.create("a");
        store.crash(1).close();
        assertThrows(StorageException.class, file::sync);
        assertThrows(StorageException.class, () -> store.create("b"));
        file.close();
        store.close();
    }

    @Test
    void ordered_faults_happen_once_at_their_call() {
        try (Arena arena = Arena.ofConfined();
                var store = CrashableFileStore.create()) {
            StoreFile file = store.create("a");
            store.failAt(Operation.WRITE, 2, Fault.DISK_FULL);
            store.failAt(Operation.WRITE, 3, Fault.SHORT_WRITE);
            store.failAt(Operation.SYNC, 1, Fault.IO_ERROR);
            file.write(filled(arena, 10, 1), 0);
            assertThrows(DiskFullException.class, () -> file.write(filled(arena, 10, 2), 0));
            assertEquals(1, content(store, "a")[0]);
            assertThrows(StorageException.class, () -> file.write(filled(arena, 10, 3), 0));
            assertArrayEquals(new byte[] {3, 3, 3, 3, 3, 1, 1, 1, 1, 1}, content(store, "a"));
            assertThrows(StorageException.class, file::sync);
            file.sync();
            assertEquals(3, store.calls(Operation.WRITE));
            file.close();
        }
    }

    @Test
    void after_a_failed_sync_no_later_sync_saves_what_was_pending() {
        boolean lost = false;
        for (long seed = 0; seed < 40 && !lost; seed++) {
            try (Arena arena = Arena.ofConfined();
                    var store = CrashableFileStore.create()) {
                StoreFile file = store.create("a");
                file.preallocate(100);
                file.sync();
                store.syncDirectory("");
                file.write(filled(arena, 100, 1), 0);
                store.failAt(Operation.SYNC, 1, Fault.IO_ERROR);
                assertThrows(StorageException.class, file::sync);
                file.sync();
                try (var after = store.crash(seed)) {
                    lost = content(after, "a")[0] == 0;
                }
                file.close();
            }
        }
        assertTrue(lost);
    }

    @Test
    void the_image_can_be_exported(@TempDir Path target) {
        try (Arena arena = Arena.ofConfined();
                var store = CrashableFileStore.create()) {
            store.createDirectories("d/e");
            try (StoreFile file = store.create("d/e/f")) {
                file.write(filled(arena, 5, 9), 0);
            }
            store.exportTo(target);
            assertArrayEquals(bytes(5, 9), assertReads(target.resolve("d/e/f")));
            assertFalse(Files.exists(target.resolve("f")));
        }
    }

    private static byte[] assertReads(Path path) {
        try {
            return Files.readAllBytes(path);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] content(FileStore store, String name) {
        try (Arena arena = Arena.ofConfined();
                StoreFile file = store.open(name)) {
            MemorySegment content = arena.allocate(file.size() + 1).asSlice(0, file.size());
            file.read(content, 0);
            return content.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private static MemorySegment filled(Arena arena, int bytes, int value) {
        return arena.allocate(bytes).fill((byte) value);
    }

    private static byte[] bytes(int count, int value) {
        byte[] result = new byte[count];
        Arrays.fill(result, (byte) value);
        return result;
    }
}
