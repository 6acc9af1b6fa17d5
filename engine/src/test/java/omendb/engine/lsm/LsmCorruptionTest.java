package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import omendb.memory.CorruptFileException;
import omendb.memory.FileStore;
import omendb.memory.FileVersionException;
import omendb.memory.MissingFileException;
import omendb.memory.StorageException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever happens to a file while nobody looks: either all answers are right, or an error names the file.
class LsmCorruptionTest {
    private static final long REL = 16384;
    private static final long SNAPSHOT = 100_000;

    @TempDir
    Path temporary;

    private Path pristine;
    private List<String> expected;

    @BeforeEach
    void write_a_store() {
        pristine = temporary.resolve("pristine");
        try (var lsm = LsmFixture.open(pristine, LsmFixture.SMALL)) {
            lsm.store().createTree(REL);
            for (int ts = 1; ts <= 1_500; ts++) {
                lsm.put(REL, "key-" + ts % 700, "value-" + ts + "z".repeat(ts % 90), ts);
                if (ts == 700) {
                    lsm.store().flush(ts);
                    lsm.store().compact(REL);
                }
            }
            lsm.store().flush(1_500);
            expected = read(lsm);
        }
        assertEquals(700, expected.size() - 700);
        LsmFixture.assertNoLiveMemory();
    }

    private static List<String> read(LsmFixture lsm) {
        var rows = new ArrayList<>(lsm.scan(REL, null, null, SNAPSHOT, false));
        for (int i = 0; i < 700; i++) {
            rows.add(lsm.get(REL, "key-" + i, SNAPSHOT));
        }
        return rows;
    }

    private List<Path> files() throws IOException {
        try (var walk = Files.walk(pristine)) {
            return walk.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private Path copy() throws IOException {
        Path copy = Files.createTempDirectory(temporary, "copy");
        try (var walk = Files.walk(pristine)) {
            for (Path from : (Iterable<Path>) walk::iterator) {
                Path to = copy.resolve(pristine.relativize(from).toString());
                if (!to.equals(copy)) {
                    Files.copy(from, to);
                }
            }
        }
        return copy;
    }

    /// Damages a copy of the store and reads it; true if the damage was noticed.
    private boolean isNoticed(Path file, Damage damage, String what) throws IOException {
        Path copy = copy();
        String name = pristine.relativize(file).toString();
        try (var raw = new RandomAccessFile(copy.resolve(name).toFile(), "rw")) {
            damage.apply(raw);
        }
        try (var lsm = LsmFixture.open(copy, LsmFixture.SMALL)) {
            assertEquals(expected, read(lsm), what);
            return false;
        } catch (CorruptFileException | FileVersionException | MissingFileException e) {
            assertTrue(e.path().endsWith(name) || name.equals("CURRENT"), what + " was blamed on " + e);
            return true;
        } catch (StorageException e) {
            throw new AssertionError(what, e);
        } finally {
            LsmFixture.assertNoLiveMemory();
            deleteTree(copy);
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        try (var walk = Files.walk(tree)) {
            for (Path path : walk.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }

    private interface Damage {
        void apply(RandomAccessFile file) throws IOException;
    }

    @Test
    void flipped_bit_in_any_file_is_an_error_that_names_it_or_changes_nothing() throws IOException {
        long seed = Long.getLong("omendb.seed", 7);
        var random = new Random(seed);
        for (Path file : files()) {
            int noticed = 0;
            int flips = 60;
            for (int i = 0; i < flips; i++) {
                long position = (long) (random.nextDouble() * Files.size(file));
                int bit = 1 << random.nextInt(8);
                String what = "bit %d of byte %d of %s, -Domendb.seed=%d".formatted(bit, position, file, seed);
                boolean seen = isNoticed(
                        file,
                        raw -> {
                            raw.seek(position);
                            int old = raw.read();
                            raw.seek(position);
                            raw.write(old ^ bit);
                        },
                        what);
                noticed += seen ? 1 : 0;
            }
            if (!file.getFileName().toString().startsWith("manifest")) { // mostly preallocated zeros
                assertTrue(noticed > flips * 8 / 10, noticed + " of " + flips + " flips noticed in " + file);
            }
        }
    }

    @Test
    void every_flip_in_an_edit_of_the_manifest_is_noticed() throws IOException {
        Path manifest = files().stream()
                .filter(f -> f.getFileName().toString().startsWith("manifest"))
                .findFirst()
                .orElseThrow();
        byte[] bytes = Files.readAllBytes(manifest);
        int position = 4096;
        while (bytes[position] != 0 || bytes[position + 1] != 0) { // edit, seal, edit, seal, ...
            int length = bytes[position] & 0xff | (bytes[position + 1] & 0xff) << 8;
            for (int i = 0; i < ManifestFormat.RECORD_HEADER_BYTES + length; i += 9) {
                long at = position + i;
                assertTrue(
                        isNoticed(
                                manifest,
                                raw -> {
                                    raw.seek(at);
                                    raw.write(~bytes[(int) at]);
                                },
                                "byte " + at + " of the manifest"),
                        "byte " + at + " of the manifest");
            }
            position += (int) ManifestFormat.recordBytes(length) + ManifestFormat.SEAL_BYTES;
        }
    }

    @Test
    void every_flip_in_the_range_deletes_of_a_table_is_noticed() throws IOException {
        try (var lsm = LsmFixture.open(pristine, LsmFixture.SMALL.withOldestSnapshot(() -> 0))) {
            lsm.deleteRange(REL, "key-1", "key-2", 1_501);
            lsm.deleteRange(REL, "key-15", "key-3", 1_502);
            lsm.store().flush(1_502);
            expected = read(lsm);
        }
        Path table = files().stream()
                .filter(file -> file.toString().endsWith(".sst"))
                .reduce((_, newest) -> newest)
                .orElseThrow();
        byte[] bytes = Files.readAllBytes(table);
        int position = intAt(bytes, bytes.length - 4096 + SstableFormat.FOOTER_RANGES);
        int length = intAt(bytes, bytes.length - 4096 + SstableFormat.FOOTER_RANGES + 8);
        assertTrue(length > 40, length + " bytes");
        for (int i = 0; i < length; i++) {
            int at = position + i;
            Damage flip = raw -> {
                raw.seek(at);
                raw.write(~bytes[at]);
            };
            assertTrue(isNoticed(table, flip, "byte " + at), "byte " + at);
        }
    }

    private static int intAt(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    }

    @Test
    void torn_last_edit_is_dropped_and_the_store_goes_on() throws IOException {
        Path copy = copy();
        Path manifest = Files.list(copy)
                .filter(f -> f.getFileName().toString().startsWith("manifest"))
                .findFirst()
                .orElseThrow();
        byte[] bytes = Files.readAllBytes(manifest);
        int end = 4096;
        while (bytes[end] != 0 || bytes[end + 1] != 0) {
            int length = bytes[end] & 0xff | (bytes[end + 1] & 0xff) << 8;
            end += (int) ManifestFormat.recordBytes(length) + ManifestFormat.SEAL_BYTES;
        }
        try (var raw = new RandomAccessFile(manifest.toFile(), "rw")) { // half of an edit that was never synced
            raw.seek(end);
            raw.write(new byte[] {40, 0, 0, 0, 1, 2, 3, 4, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0});
        }
        try (var lsm = LsmFixture.open(copy, LsmFixture.SMALL)) {
            assertEquals(expected, read(lsm));
            lsm.put(REL, "after", "the crash", 2_000);
            lsm.store().flush(2_000);
            lsm.reopen();
            assertEquals("the crash", lsm.get(REL, "after", SNAPSHOT));
        }
        assertTrue(Files.notExists(manifest), "a new manifest took over");
    }

    @Test
    void truncated_file_is_an_error_that_names_it() throws IOException {
        var random = new Random(11);
        for (Path file : files()) {
            boolean manifest = file.getFileName().toString().startsWith("manifest");
            for (int i = 0; i < 8; i++) {
                long length = (long) (random.nextDouble() * (manifest ? 4096 : Files.size(file)));
                assertTrue(isNoticed(file, raw -> raw.setLength(length), file + " cut to " + length));
            }
        }
    }

    @Test
    void missing_file_is_an_error_and_nothing_is_overwritten() throws IOException {
        for (Path file : files()) {
            Path copy = copy();
            Files.delete(copy.resolve(pristine.relativize(file).toString()));
            List<Path> before = listing(copy);
            try (var lsm = LsmFixture.open(copy, LsmFixture.SMALL)) {
                throw new AssertionError("opened without " + file + ": " + lsm);
            } catch (CorruptFileException | MissingFileException e) {
                assertTrue(e.path().endsWith(file.getFileName().toString()), e.toString());
            }
            assertEquals(before, listing(copy));
        }
    }

    private static List<Path> listing(Path directory) throws IOException {
        try (var walk = Files.walk(directory)) {
            return walk.sorted().toList();
        }
    }

    @Test
    void verify_finds_damage_that_no_reader_has_touched() throws IOException {
        Path copy = copy();
        Path table = Files.walk(copy)
                .filter(f -> f.toString().endsWith(".sst"))
                .findFirst()
                .orElseThrow();
        try (var raw = new RandomAccessFile(table.toFile(), "rw")) {
            raw.seek(5_000);
            int old = raw.read();
            raw.seek(5_000);
            raw.write(old ^ 1);
        }
        try (var lsm = LsmFixture.open(copy, LsmFixture.SMALL)) {
            lsm.store().verify();
            throw new AssertionError("not noticed");
        } catch (CorruptFileException e) {
            assertTrue(e.path().endsWith(table.getFileName().toString()));
            assertEquals(4096, e.position());
        }
    }

    private record Problems(List<String> paths, List<String> tables) implements LsmReport {
        static Problems of(Path store) {
            var problems = new Problems(new ArrayList<>(), new ArrayList<>());
            try (FileStore files = FileStore.open(store)) {
                LsmStore.check(files, problems);
            }
            return problems;
        }

        @Override
        public void problem(String path, long position, String problem) {
            paths.add(path);
        }

        @Override
        public void table(String path, long relationId, int level, long bytes, long entries) {
            tables.add(path);
        }
    }

    @Test
    void offline_check_names_each_damaged_table_goes_on_and_changes_nothing() throws IOException {
        Path copy = copy();
        List<Path> tables;
        try (var walk = Files.walk(copy)) {
            tables = walk.filter(f -> f.toString().endsWith(".sst")).sorted().toList();
        }
        assertEquals(List.of(), Problems.of(copy).paths());
        assertEquals(tables.size(), Problems.of(copy).tables().size());
        List<Path> before = listing(copy);
        for (Path table : tables) {
            try (var raw = new RandomAccessFile(table.toFile(), "rw")) {
                raw.seek(5_000);
                int old = raw.read();
                raw.seek(5_000);
                raw.write(old ^ 1);
            }
        }
        Problems found = Problems.of(copy);
        assertEquals(tables.size(), found.paths().size(), found.toString());
        for (int i = 0; i < tables.size(); i++) {
            String name = tables.get(i).getFileName().toString();
            assertTrue(found.paths().stream().anyMatch(path -> path.endsWith(name)), name + " in " + found);
        }
        assertEquals(before, listing(copy));
        LsmFixture.assertNoLiveMemory();
    }

    @Test
    void amplification_counts_on_over_a_restart() throws IOException {
        try (var lsm = LsmFixture.open(copy(), LsmFixture.SMALL)) {
            LsmStats.Written before = lsm.store().stats().lifetime();
            assertTrue(before.applied() > 0 && before.flushed() > 0 && before.compacted() > 0, before.toString());
            lsm.put(REL, "more", "x".repeat(1_000), 2_000);
            lsm.store().flush(2_000);
            assertTrue(lsm.store().stats().lifetime().applied() > before.applied() + 1_000);
            assertTrue(lsm.store().stats().toTable().contains("write amplification"));
        }
    }
}
