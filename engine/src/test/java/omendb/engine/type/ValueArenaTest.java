package omendb.engine.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import omendb.memory.LiveMemory;
import omendb.memory.NativeMemory;
import org.junit.jupiter.api.Test;

class ValueArenaTest {
    private static final long KEPT = 64 << 10;

    @Property(tries = 200)
    void values_do_not_overlap_and_memory_comes_back(
            @ForAll @Size(min = 1, max = 60) java.util.List<@IntRange(min = 1, max = 40_000) Integer> sizes) {
        LiveMemory memory = LiveMemory.now();
        try (ValueArena arena = new ValueArena()) {
            for (int round = 0; round < 3; round++) {
                long[] addresses = new long[sizes.size()];
                for (int i = 0; i < addresses.length; i++) {
                    addresses[i] = arena.allocate(sizes.get(i));
                    NativeMemory.fill(addresses[i], sizes.get(i), (byte) i);
                }
                for (int i = 0; i < addresses.length; i++) {
                    assertEquals((byte) i, NativeMemory.getByte(addresses[i]));
                    assertEquals((byte) i, NativeMemory.getByte(addresses[i] + sizes.get(i) - 1));
                }
                arena.reset();
                assertTrue(arena.liveBytes() <= KEPT, () -> arena.liveBytes() + " bytes kept");
            }
        }
        memory.assertUnchanged();
    }

    @Test
    void a_steady_state_allocates_nothing() {
        try (ValueArena arena = new ValueArena()) {
            fill(arena);
            arena.reset();
            fill(arena);
            arena.reset();
            long kept = arena.liveBytes();
            fill(arena);
            assertEquals(kept, arena.liveBytes());
        }
    }

    @Test
    void a_single_value_takes_little() {
        try (ValueArena arena = new ValueArena()) {
            arena.allocate(8);
            assertTrue(arena.heldBytes() <= 1024, () -> arena.heldBytes() + " bytes");
            try (ColumnVector column = ColumnVector.allocate(Types.INT4, arena)) {
                assertTrue(arena.heldBytes() > 8 * Batch.CAPACITY, () -> arena.heldBytes() + " bytes");
                assertEquals(Types.INT4, column.type());
            }
            assertTrue(arena.heldBytes() <= 1024, () -> arena.heldBytes() + " bytes");
        }
    }

    private static void fill(ValueArena arena) {
        for (int i = 0; i < 600; i++) {
            arena.allocate(100);
        }
    }
}
