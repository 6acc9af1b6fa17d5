package omendb.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReservedRangeTest {
    private static final MemoryTag TAG = MemoryTag.of("test-range");
    private static final long PAGE = ReservedRange.pageBytes();

    @TempDir
    Path directory;

    @AfterEach
    void every_byte_is_freed() {
        assertEquals(0, TAG.liveBytes());
    }

    @Test
    void a_terabyte_is_reserved_without_memory_and_committed_in_parts() {
        try (ReservedRange range = ReservedRange.reserve(TAG, 1L << 40)) {
            assertEquals(0, TAG.liveBytes());
            long far = 1L << 39;
            range.commit(far, 4 * PAGE);
            assertEquals(4 * PAGE, TAG.liveBytes());
            assertEquals(0, NativeMemory.getLong(range.address() + far));
            NativeMemory.putLong(range.address() + far + 4 * PAGE - 8, 42);
            assertEquals(42, NativeMemory.getLong(range.address() + far + 4 * PAGE - 8));
            range.commit(far + 4 * PAGE, PAGE);
            assertEquals(42, NativeMemory.getLong(range.address() + far + 4 * PAGE - 8));
            range.decommit(far, PAGE);
            assertEquals(4 * PAGE, TAG.liveBytes());
        }
    }

    @Test
    void a_range_for_huge_pages_begins_where_they_do_and_is_usable_to_its_end() {
        for (int i = 1; i <= 8; i++) {
            long bytes = ReservedRange.HUGE_PAGE_BYTES + i * PAGE;
            try (ReservedRange range = ReservedRange.reserveForHugePages(TAG, bytes)) {
                assertEquals(0, range.address() % ReservedRange.HUGE_PAGE_BYTES);
                assertEquals(bytes, range.bytes());
                range.commit(0, bytes);
                NativeMemory.putLong(range.address(), i);
                NativeMemory.putLong(range.address() + bytes - Long.BYTES, i);
                assertEquals(bytes, TAG.liveBytes());
            }
        }
    }

    @Test
    void more_than_the_machine_can_address_is_refused_with_the_reason() {
        var e = assertThrows(AddressSpaceException.class, () -> ReservedRange.reserve(TAG, 1L << 60));
        assertEquals(1L << 60, e.requestedBytes());
        assertTrue(e.getMessage().contains("ulimit -v"), e.getMessage());
    }

    @Test
    void parts_outside_or_across_pages_are_refused() {
        try (ReservedRange range = ReservedRange.reserve(TAG, 4 * PAGE)) {
            assertThrows(IndexOutOfBoundsException.class, () -> range.commit(0, 5 * PAGE));
            assertThrows(IndexOutOfBoundsException.class, () -> range.commit(-PAGE, PAGE));
            assertThrows(IllegalArgumentException.class, () -> range.commit(1, PAGE));
            assertThrows(IllegalArgumentException.class, () -> range.commit(0, 100));
        }
    }

    @Test
    void private_changes_stay_in_memory_and_an_unmapped_part_can_be_mapped_again() {
        FileStore store = FileStore.open(directory);
        try (Arena arena = Arena.ofConfined();
                ReservedRange range = ReservedRange.reserve(TAG, 8 * PAGE);
                StoreFile file = store.create("a")) {
            file.write(arena.allocate(2 * PAGE).fill((byte) 7), 0);
            range.mapFile(file, 0, PAGE, 2 * PAGE, MapMode.PRIVATE);
            long address = range.address() + PAGE;
            assertEquals(7, NativeMemory.getByte(address));
            NativeMemory.putByte(address, (byte) 8);
            MemorySegment onDisk = arena.allocate(1);
            file.read(onDisk, 0);
            assertEquals(7, NativeMemory.getByte(onDisk.address()));
            range.advise(PAGE, 2 * PAGE, Advice.WILL_NEED);
            range.advise(PAGE, 2 * PAGE, Advice.RANDOM);
            range.unmapFile(PAGE, 2 * PAGE);
            range.mapFile(file, 0, PAGE, PAGE, MapMode.READ_ONLY);
            assertEquals(7, NativeMemory.getByte(address));
        }
    }

    @Test
    void a_page_that_is_gone_under_a_mapping_is_reported_instead_of_killing_the_process() throws Exception {
        FileStore store = FileStore.open(directory);
        try (Arena arena = Arena.ofConfined();
                ReservedRange range = ReservedRange.reserve(TAG, 8 * PAGE);
                StoreFile file = store.create("a")) {
            file.write(arena.allocate(4 * PAGE).fill((byte) 7), 0);
            range.mapFile(file, 0, 0, 4 * PAGE, MapMode.READ_ONLY);
            range.advise(0, 4 * PAGE, Advice.POPULATE_READ);
            try (var outsider = FileChannel.open(directory.resolve("a"), StandardOpenOption.WRITE)) {
                outsider.truncate(2 * PAGE); // what no code of ours does
            }
            var e = assertThrows(CorruptFileException.class, () -> range.advise(0, 4 * PAGE, Advice.POPULATE_READ));
            assertTrue(e.path().endsWith("/a"), e.path());
            assertThrows(InternalError.class, () -> NativeMemory.getLong(range.address() + 3 * PAGE));
            range.advise(0, 2 * PAGE, Advice.POPULATE_READ);
        }
    }

    @Test
    void a_closed_range_refuses_work() {
        ReservedRange range = ReservedRange.reserve(TAG, PAGE);
        range.commit(0, PAGE);
        range.close();
        range.close();
        assertThrows(IllegalStateException.class, () -> range.commit(0, PAGE));
        assertNotEquals(0, range.address());
    }
}
