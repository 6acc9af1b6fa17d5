package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import omendb.memory.Checksum;
import omendb.memory.FileVersionException;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Stores written by released formats stay readable: the files under `fixtures/` are frozen. A new format
/// version adds a fixture and changes none (run the main method to write one).
class LsmFixturesTest {
    private static final long REL = 16384;

    @TempDir
    Path temporary;

    @AfterEach
    void no_off_heap_memory_is_left() {
        LsmFixture.assertNoLiveMemory();
    }

    private static List<String> expected(long snapshot) {
        var rows = new ArrayList<String>();
        for (int i = 0; i < 300; i++) {
            String key = "key-%04d".formatted(i);
            if (i % 10 == 3 && snapshot >= 1_000) {
                continue;
            }
            rows.add(key + "=" + (i % 4 == 0 && snapshot >= 500 + i ? "second " + i : "first " + i));
        }
        return rows;
    }

    private static void write(Path directory) {
        LsmOptions options = LsmFixture.SMALL.withOldestSnapshot(() -> 0).withCompressed(relation -> relation == REL);
        try (var lsm = LsmFixture.open(directory, options)) {
            lsm.store().createTree(REL);
            lsm.store().createTree(REL + 1);
            for (int i = 0; i < 300; i++) {
                lsm.put(REL, "key-%04d".formatted(i), "first " + i, 1 + i);
            }
            lsm.store().flush(300);
            for (int i = 0; i < 300; i += 4) {
                lsm.put(REL, "key-%04d".formatted(i), "second " + i, 500 + i);
            }
            lsm.store().flush(800);
            lsm.store().compact(REL);
            for (int i = 3; i < 300; i += 10) {
                lsm.delete(REL, "key-%04d".formatted(i), 1_000);
            }
            lsm.put(REL + 1, "large", "x".repeat(9_000), 1_001);
            lsm.store().flush(1_001);
            lsm.deleteRange(REL, "key-0100", "key-0250", 1_050);
            lsm.put(REL, "key-0200", "back", 1_060);
            lsm.store().flush(1_060);
            try (SpilledRuns committed = spilled(lsm, "spill", 300, 310)) {
                committed.adopt(1_100);
            }
            spilled(lsm, "wait", 310, 320).leaveInDoubt();
        }
    }

    /// What a transaction larger than memory leaves when its commit is about to be logged.
    private static SpilledRuns spilled(LsmFixture lsm, String value, int from, int to) {
        SpilledRuns runs = lsm.store().startSpilledRuns();
        try (Arena arena = Arena.ofConfined();
                SpilledRuns.Spill spill = runs.startSpill(1)) {
            SpilledRuns.Spill.Run run = spill.startRun(REL);
            for (int i = from; i < to; i++) {
                MemorySegment key = arena.allocateFrom("key-%04d".formatted(i));
                MemorySegment text = arena.allocateFrom(value + " " + i);
                run.add(
                        key.address(),
                        (int) key.byteSize() - 1,
                        true,
                        1 + i - from,
                        false,
                        text.address(),
                        (int) text.byteSize() - 1);
            }
            run.finish();
            spill.finish();
        }
        runs.seal(_ -> false);
        return runs;
    }

    private Path fixture(String name) throws IOException, URISyntaxException {
        return fixture(name, name);
    }

    private Path fixture(String name, String folder) throws IOException, URISyntaxException {
        Path source = Path.of(LsmFixturesTest.class
                        .getResource("/fixtures/" + name + "/CURRENT")
                        .toURI())
                .getParent();
        Path copy = temporary.resolve(folder);
        try (var walk = Files.walk(source)) {
            for (Path from : (Iterable<Path>) walk::iterator) {
                Files.copy(from, copy.resolve(source.relativize(from).toString()));
            }
        }
        return copy;
    }

    @Test
    void store_with_sstable_and_manifest_of_version_2_is_read() throws Exception {
        LsmOptions options = LsmFixture.SMALL.withOldestSnapshot(() -> 0);
        try (var lsm = LsmFixture.open(fixture("lsm-sstable-v2-manifest-v2"), options)) {
            assertEquals(List.of(REL, REL + 1), lsm.store().relationIds());
            assertEquals(1_001, lsm.store().flushedLsn());
            assertEquals(1_001, lsm.store().maxCommitTs());
            for (long snapshot : new long[] {300, 600, 999, 2_000}) {
                assertEquals(expected(snapshot), lsm.scan(REL, null, null, snapshot, false));
                assertEquals(expected(snapshot).reversed(), lsm.scan(REL, null, null, snapshot, true));
            }
            assertEquals("second 100", lsm.get(REL, "key-0100", 2_000));
            assertEquals("x".repeat(9_000), lsm.get(REL + 1, "large", 2_000));
            lsm.store().verify();
            lsm.put(REL, "key-0000", "third", 1_100);
            lsm.store().flush(1_100);
            lsm.reopen();
            assertEquals("third", lsm.get(REL, "key-0000", 2_000));
        }
    }

    @Test
    void store_with_sstable_and_manifest_of_version_3_is_read() throws Exception {
        checkRangeDeletes("lsm-sstable-v3-manifest-v3", false);
    }

    @Test
    void store_with_compressed_sstable_of_version_4_is_read() throws Exception {
        checkRangeDeletes("lsm-sstable-v4-manifest-v3", true);
    }

    @Test
    void store_with_stamped_and_waiting_tables_of_manifest_version_4_is_read() throws Exception {
        for (boolean committed : new boolean[] {true, false}) {
            LsmOptions options = LsmFixture.SMALL.withOldestSnapshot(() -> 0);
            Path store = fixture("lsm-sstable-v4-manifest-v4", "copy-" + committed);
            try (var lsm = LsmFixture.open(store, options)) {
                assertEquals(expectedWithRangeDelete(1_099), lsm.scan(REL, null, null, 1_099, false));
                assertEquals("spill 305", lsm.get(REL, "key-0305", 1_100));
                assertNull(lsm.get(REL, "key-0315", 2_000));
                assertEquals(1, lsm.store().waitingSpills().size());
                long spill = lsm.store().waitingSpills().iterator().next();
                if (committed) {
                    lsm.store().adoptSpill(spill, 1_200);
                } else {
                    lsm.store().giveUpSpillsBut(Set.of());
                }
                lsm.reopen();
                assertEquals(Set.of(), lsm.store().waitingSpills());
                assertNull(lsm.get(REL, "key-0315", 1_199));
                assertEquals(committed ? "wait 315" : null, lsm.get(REL, "key-0315", 1_200));
                assertEquals(List.of(), LsmFixture.problems(lsm.store()));
                List<String> all = expectedWithRangeDelete(2_000);
                for (int i = 300; i < (committed ? 320 : 310); i++) {
                    all.add("key-%04d=%s %d".formatted(i, i < 310 ? "spill" : "wait", i));
                }
                lsm.store().compact(REL);
                assertEquals(all, lsm.scan(REL, null, null, 2_000, false));
            }
        }
    }

    private void checkRangeDeletes(String name, boolean compressed) throws Exception {
        LsmOptions options = LsmFixture.SMALL.withOldestSnapshot(() -> 0);
        try (var lsm = LsmFixture.open(fixture(name), options)) {
            List<Sstable> tables = lsm.store().tree(REL).state().levels().all();
            assertTrue(tables.stream().allMatch(table -> table.isCompressed() == (compressed && table.blocks() > 0)));
            assertEquals(List.of(REL, REL + 1), lsm.store().relationIds());
            assertEquals(1_060, lsm.store().flushedLsn());
            assertEquals(1_060, lsm.store().maxCommitTs());
            for (long snapshot : new long[] {300, 600, 999, 1_049, 1_050, 2_000}) {
                assertEquals(expectedWithRangeDelete(snapshot), lsm.scan(REL, null, null, snapshot, false));
                assertEquals(expectedWithRangeDelete(snapshot).reversed(), lsm.scan(REL, null, null, snapshot, true));
            }
            assertNull(lsm.get(REL, "key-0100", 2_000));
            assertEquals("back", lsm.get(REL, "key-0200", 2_000));
            assertEquals("x".repeat(9_000), lsm.get(REL + 1, "large", 2_000));
            assertEquals(List.of(), LsmFixture.problems(lsm.store()));
            lsm.store().compact(REL);
            assertEquals(expectedWithRangeDelete(2_000), lsm.scan(REL, null, null, 2_000, false));
        }
    }

    private static List<String> expectedWithRangeDelete(long snapshot) {
        List<String> rows = expected(snapshot);
        if (snapshot >= 1_050) {
            rows.removeIf(row -> row.compareTo("key-0100") >= 0 && row.compareTo("key-0250") < 0);
        }
        if (snapshot >= 1_060) {
            rows.add(90, "key-0200=back");
        }
        return rows;
    }

    @Test
    void files_of_a_newer_version_are_refused_by_name_and_left_alone() throws Exception {
        for (String name : List.of("CURRENT", "manifest-1", "rel/16385/000005.sst")) {
            Path store = fixture("lsm-sstable-v4-manifest-v4");
            Path file = store.resolve(name);
            setVersion(file, 99);
            byte[] before = Files.readAllBytes(file);
            var refused =
                    assertThrows(FileVersionException.class, () -> LsmFixture.open(store, LsmFixture.SMALL), name);
            assertEquals(FileVersionException.Problem.TOO_NEW, refused.problem());
            assertEquals(file.toString(), refused.path());
            assertArrayEquals(before, Files.readAllBytes(file));
            try (var walk = Files.walk(store)) {
                for (Path path : walk.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    /// Version 1 of the tables was never released.
    @Test
    void table_of_version_1_is_refused_by_name() throws Exception {
        Path store = fixture("lsm-sstable-v1-manifest-v1");
        var refused = assertThrows(FileVersionException.class, () -> LsmFixture.open(store, LsmFixture.SMALL));
        assertEquals(FileVersionException.Problem.TOO_OLD, refused.problem());
        assertTrue(refused.path().endsWith(".sst"), refused.path());
    }

    /// Changes the version in a file header and makes its checksum good again.
    private static void setVersion(Path file, int version) throws IOException {
        var tag = MemoryTag.of("test");
        long header = MemoryAccount.allocate(tag, 4096);
        try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
            byte[] bytes = new byte[4096];
            raw.readFully(bytes);
            bytes[12] = (byte) version;
            NativeMemory.copy(bytes, 0, header, 4096);
            NativeMemory.putLong(header + 4088, Checksum.xxh3(header, 4088));
            NativeMemory.copy(header, bytes, 0, 4096);
            raw.seek(0);
            raw.write(bytes);
        } finally {
            MemoryAccount.free(tag, header, 4096);
        }
    }

    /// Writes the fixture of the current formats into the directory given.
    public static void main(String[] args) {
        write(Path.of(args[0]));
    }
}
