package omendb.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SlabTest {
    private static final MemoryTag TAG = MemoryTag.of("test-slab");

    @AfterEach
    void every_byte_is_freed() {
        assertEquals(0, TAG.liveBytes());
    }

    @Property(tries = 200)
    void pieces_are_aligned_zero_and_never_overlap(
            @ForAll @Size(max = 200) List<@IntRange(max = 3000) Integer> sizes, @ForAll @IntRange(max = 6) int shift) {
        try (Slab slab = new Slab(TAG, 1024)) {
            record Piece(long address, int bytes, byte mark) {}
            List<Piece> pieces = new ArrayList<>();
            for (int bytes : sizes) {
                long address = slab.allocate(bytes, 1 << shift);
                assertEquals(0, address & ((1 << shift) - 1));
                for (int i = 0; i < bytes; i++) {
                    assertEquals(0, NativeMemory.getByte(address + i));
                }
                byte mark = (byte) (pieces.size() + 1);
                NativeMemory.fill(address, bytes, mark);
                pieces.add(new Piece(address, bytes, mark));
            }
            for (Piece piece : pieces) {
                for (int i = 0; i < piece.bytes; i++) {
                    assertEquals(piece.mark, NativeMemory.getByte(piece.address + i));
                }
            }
            assertTrue(slab.usedBytes()
                    >= sizes.stream().mapToInt(Integer::intValue).sum());
            assertEquals(TAG.liveBytes(), slab.reservedBytes());
        }
        assertEquals(0, TAG.liveBytes());
    }

    @Test
    void reset_keeps_one_chunk_and_starts_over() {
        try (Slab slab = new Slab(TAG, 4096)) {
            for (int i = 0; i < 100; i++) {
                slab.allocate(500);
            }
            slab.allocate(100_000);
            slab.reset();
            assertEquals(0, slab.usedBytes());
            assertEquals(4096, slab.reservedBytes());
            slab.allocate(4096);
            assertEquals(4096, slab.reservedBytes());
        }
    }

    @Test
    void a_large_piece_does_not_waste_the_current_chunk() {
        try (Slab slab = new Slab(TAG, 4096)) {
            long first = slab.allocate(8);
            slab.allocate(10_000);
            assertEquals(first + 8, slab.allocate(8));
        }
    }

    @Test
    void a_closed_slab_refuses_work() {
        Slab slab = new Slab(TAG, 4096);
        slab.allocate(1);
        slab.close();
        slab.close();
        assertThrows(IllegalStateException.class, () -> slab.allocate(1));
    }
}
