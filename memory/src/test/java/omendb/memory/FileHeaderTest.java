package omendb.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import omendb.memory.FileVersionException.Problem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FileHeaderTest {
    private final FileStore store = CrashableFileStore.create();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void what_is_written_is_read() {
        try (StoreFile file = store.create("a")) {
            FileHeader.of("sst", 3, 16384, 77, 1, -2, Double.doubleToRawLongBits(0.5))
                    .write(file);
            assertEquals(FileHeader.BYTES, file.size());
            FileHeader header = FileHeader.read(file, "sst", 1, 3);
            assertEquals("sst", header.kind());
            assertEquals(3, header.version());
            assertEquals(16384, header.owner());
            assertEquals(77, header.creationLsn());
            assertEquals(3, header.parameterCount());
            assertEquals(-2, header.parameter(1));
            assertEquals(0.5, Double.longBitsToDouble(header.parameter(2)));
        }
    }

    @Test
    void a_header_is_full_at_505_parameters() {
        try (StoreFile file = store.create("a")) {
            FileHeader.of("x", 1, 0, 0, new long[FileHeader.MAX_PARAMETERS]).write(file);
            assertEquals(505, FileHeader.read(file, "x", 1, 1).parameterCount());
            assertThrows(
                    IllegalArgumentException.class,
                    () -> FileHeader.of("x", 1, 0, 0, new long[FileHeader.MAX_PARAMETERS + 1]));
            assertThrows(IllegalArgumentException.class, () -> FileHeader.of("ninechars", 1, 0, 0));
            assertThrows(IllegalArgumentException.class, () -> FileHeader.of("", 1, 0, 0));
            assertThrows(IllegalArgumentException.class, () -> FileHeader.of("x", 0, 0, 0));
        }
    }

    @Test
    void foreign_other_kind_too_old_too_new_and_big_endian_are_told_apart() {
        try (StoreFile file = store.create("a")) {
            FileHeader.of("sst", 5, 0, 0).write(file);
            assertEquals(Problem.WRONG_KIND, problem(file, "wal", 5, 5));
            assertEquals(Problem.TOO_OLD, problem(file, "sst", 6, 9));
            assertEquals(Problem.TOO_NEW, problem(file, "sst", 1, 4));
            overwrite(file, 8, (byte) 1, (byte) 2, (byte) 3, (byte) 4);
            assertEquals(Problem.WRONG_ENDIANNESS, problem(file, "sst", 5, 5));
            overwrite(file, 0, (byte) 'P', (byte) 'K');
            assertEquals(Problem.FOREIGN, problem(file, "sst", 5, 5));
        }
    }

    @Test
    void a_cut_header_is_truncated() {
        try (StoreFile file = store.create("a")) {
            overwrite(file, 100, (byte) 1);
            assertThrows(TruncatedFileException.class, () -> FileHeader.read(file, "sst", 1, 1));
        }
    }

    @Property(tries = 200)
    void any_flipped_bit_is_noticed(@ForAll @IntRange(max = FileHeader.BYTES * 8 - 1) int bit) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(FileHeader.BYTES, 8);
            FileHeader.of("sst", 1, 5, 6, 7, 8).encode(header.address());
            FileHeader.decode(header.address(), "a", "sst", 1, 1);
            byte old = header.get(ValueLayout.JAVA_BYTE, bit / 8);
            header.set(ValueLayout.JAVA_BYTE, bit / 8, (byte) (old ^ 1 << bit % 8));
            var e = assertThrows(StorageException.class, () -> FileHeader.decode(header.address(), "a", "sst", 1, 1));
            assertTrue(e instanceof CorruptFileException || bit < 64, e.toString());
        }
    }

    @Test
    void the_layout_of_version_one_is_frozen() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(FileHeader.BYTES, 8);
            FileHeader.of("wal", 1, 2, 3, 4).encode(header.address());
            byte[] expected = {
                (byte) 0x89,
                'O',
                'M',
                'E',
                'N',
                'D',
                'B',
                0x0A,
                4,
                3,
                2,
                1,
                1,
                0,
                0,
                0,
                'w',
                'a',
                'l',
                0,
                0,
                0,
                0,
                0,
                2,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                3,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                1,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                4,
                0,
                0,
                0,
                0,
                0,
                0,
                0
            };
            assertEquals(MemorySegment.ofArray(expected).mismatch(header.asSlice(0, expected.length)), -1);
        }
    }

    private static Problem problem(StoreFile file, String kind, int oldest, int newest) {
        return assertThrows(FileVersionException.class, () -> FileHeader.read(file, kind, oldest, newest))
                .problem();
    }

    private static void overwrite(StoreFile file, long position, byte... bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocate(bytes.length);
            source.copyFrom(MemorySegment.ofArray(bytes));
            file.write(source, position);
        }
    }
}
