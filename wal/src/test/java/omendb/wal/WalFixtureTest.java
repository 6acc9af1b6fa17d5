package omendb.wal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import omendb.memory.FileStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Logs that released versions wrote must stay readable: the fixture of a format version is frozen, a new
/// version gets a new fixture. `main` wrote this one.
class WalFixtureTest {
    private static final String FIXTURE = "/fixtures/wal-v1/";
    private static final List<String> FILES = List.of("00000001.wal", "00000002.wal");
    private static final WalOptions OPTIONS = new WalOptions("wal", 16 << 10, 16 << 10, Duration.ofHours(1), 2);

    // sizes of the payloads: empty, unaligned, one that runs over into the second segment, one in parts
    private static final int[] SIZES = {0, 1, 7, 8, 9, 4000, 4000, 3800, 1, 6000, 100};
    private static final long END = 18_448;

    @TempDir
    Path directory;

    @Test
    void a_log_of_format_version_1_is_read() throws Exception {
        Files.createDirectories(directory.resolve("wal"));
        for (String name : FILES) {
            Files.write(directory.resolve("wal").resolve(name), resource(name));
        }
        try (Arena arena = Arena.ofConfined();
                Wal wal = Wal.open(FileStore.open(directory), OPTIONS)) {
            List<Seen> found = new ArrayList<>();
            assertEquals(END, wal.replay(0, Seen.into(found)));
            assertEquals(SIZES.length, found.size());
            for (int i = 0; i < SIZES.length; i++) {
                Seen expected = Seen.of(found.get(i).endLsn(), i * 1000, -1L - i, payload(arena, i));
                assertEquals(expected, found.get(i));
            }
        }
    }

    @Test
    void the_same_records_still_give_the_same_bytes() throws Exception {
        write(directory);
        for (String name : FILES) {
            byte[] written = Files.readAllBytes(directory.resolve("wal").resolve(name));
            assertArrayEquals(resource(name), written, name);
        }
    }

    private static MemorySegment payload(Arena arena, int index) {
        MemorySegment payload = arena.allocate(Math.max(1, SIZES[index])).asSlice(0, SIZES[index]);
        for (int i = 0; i < SIZES[index]; i++) {
            payload.set(java.lang.foreign.ValueLayout.JAVA_BYTE, i, (byte) (index * 31 + i));
        }
        return payload;
    }

    private static byte[] resource(String name) throws Exception {
        try (InputStream stream = WalFixtureTest.class.getResourceAsStream(FIXTURE + name)) {
            return stream.readAllBytes();
        }
    }

    private static void write(Path directory) {
        try (Arena arena = Arena.ofConfined();
                Wal wal = Wal.open(FileStore.open(directory), OPTIONS)) {
            wal.replay(0, Seen.nothing());
            for (int i = 0; i < SIZES.length; i++) {
                long lsn = wal.append(i * 1000, -1L - i, payload(arena, i));
                wal.awaitDurable(lsn); // "synced" in the next record is then known
            }
        }
    }

    /// Writes the fixture into a directory.
    public static void main(String[] arguments) {
        write(Path.of(arguments[0]));
    }
}
