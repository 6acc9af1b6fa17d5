package omendb.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import omendb.engine.Fixture.Item;
import omendb.engine.error.OmenException;
import omendb.memory.Checksum;
import omendb.memory.FileHeader;
import omendb.memory.LiveMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each file of a database cut, replaced by a stranger's, written by a newer version, or gone: the start either
/// refuses, naming the file, overwriting nothing and holding on to nothing, or all data is served, since what was lost
/// can be derived again.
class DamagedFilesTest {
    private static final int ROWS = 300;
    private static final int VERSION_OFFSET = 12;

    @TempDir
    Path temporary;

    @Test
    void a_damaged_file_is_named_and_nothing_is_overwritten_or_everything_is_served() throws IOException {
        Path healthy = temporary.resolve("healthy");
        try (Database database = Database.open(healthy, DatabaseOptions.forTests())) {
            Fixture.createItems(database);
            Fixture.createVectorIndex(database, Fixture.items(database));
            for (int id = 0; id < ROWS; id++) {
                Fixture.insert(database, Item.of(id, "n" + id));
            }
            database.indexTails();
        }
        Map<Path, byte[]> files = contents(healthy);
        List<String> refused = new ArrayList<>();
        for (Path file : files.keySet()) {
            for (Damage damage : Damage.values()) {
                byte[] content = damage.of(files.get(file));
                if (content != null || damage == Damage.MISSING) {
                    Path copy = temporary.resolve("copy");
                    write(files, copy);
                    if (content == null) {
                        Files.delete(copy.resolve(file));
                    } else {
                        Files.write(copy.resolve(file), content);
                    }
                    if (!isServed(copy, file, damage)) {
                        refused.add(file + " " + damage);
                    }
                    delete(copy);
                }
            }
        }
        assertTrue(refused.size() > 20, refused::toString);
    }

    private static boolean isServed(Path directory, Path file, Damage damage) throws IOException {
        Map<Path, byte[]> before = contents(directory);
        LiveMemory memory = LiveMemory.now();
        try (Database database = Database.open(directory, DatabaseOptions.forTests())) {
            Map<Integer, Item> rows = Fixture.scan(database);
            assertEquals(ROWS, rows.size(), file + " " + damage);
            rows.forEach((id, item) -> assertEquals(Item.of(id, "n" + id), item, file + " " + damage));
            return true;
        } catch (OmenException refused) {
            String name = file.getFileName().toString();
            assertTrue(refused.getMessage().contains(name), file + " " + damage + ": " + refused.getMessage());
            Map<Path, byte[]> after = contents(directory);
            assertEquals(before.keySet(), after.keySet(), file + " " + damage);
            before.forEach((path, bytes) -> assertArrayEquals(bytes, after.get(path), file + " " + damage));
            memory.assertUnchanged();
            return false;
        }
    }

    private enum Damage {
        CUT,
        FOREIGN,
        NEWER,
        MISSING;

        /// Null if the damage does not apply, or leaves no file.
        byte[] of(byte[] content) {
            return switch (this) {
                case CUT -> Arrays.copyOf(content, content.length / 2);
                case FOREIGN ->
                    "Letters of somebody else.\n"
                            .repeat(1 + content.length / 26)
                            .getBytes(StandardCharsets.US_ASCII);
                case NEWER -> newer(content);
                case MISSING -> null;
            };
        }
    }

    /// The same with a format version from the future; null for a file without a header.
    private static byte[] newer(byte[] content) {
        ByteBuffer header = ByteBuffer.wrap(content.clone()).order(ByteOrder.LITTLE_ENDIAN);
        if (content.length < FileHeader.BYTES || header.get(1) != 'O' || header.get(2) != 'M') {
            return null;
        }
        header.putInt(VERSION_OFFSET, 1_000);
        int covered = FileHeader.BYTES - Long.BYTES;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocateFrom(ValueLayout.JAVA_BYTE, header.array());
            header.putLong(covered, Checksum.xxh3(copy.address(), covered));
        }
        return header.array();
    }

    private static Map<Path, byte[]> contents(Path directory) throws IOException {
        Map<Path, byte[]> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith("LOCK")) {
                    contents.put(directory.relativize(file), Files.readAllBytes(file));
                }
            }
        }
        return contents;
    }

    private static void write(Map<Path, byte[]> files, Path directory) {
        files.forEach((path, content) -> {
            try {
                Files.createDirectories(directory.resolve(path).getParent());
                Files.write(directory.resolve(path), content);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
