package omendb.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {
    @Test
    void values_are_little_endian_at_any_alignment() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(32);
            long address = memory.address() + 3;
            NativeMemory.putLong(address, 0x0102030405060708L);
            assertEquals(8, NativeMemory.getByte(address));
            assertEquals(0x0708, NativeMemory.getShort(address));
            assertEquals(0x05060708, NativeMemory.getInt(address));
            assertEquals(0x0102030405060708L, NativeMemory.getLong(address));
            NativeMemory.putDouble(address, Math.PI);
            assertEquals(Math.PI, NativeMemory.getDouble(address));
            NativeMemory.putFloat(address, 1.5f);
            assertEquals(1.5f, NativeMemory.getFloat(address));
            NativeMemory.putShort(address, (short) -2);
            assertEquals(-2, NativeMemory.getShort(address));
        }
    }

    @Test
    void ordered_access_reads_what_it_wrote() {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(16, 8).address();
            NativeMemory.putLongRelease(address, 5);
            assertEquals(5, NativeMemory.getLongAcquire(address));
            assertTrue(NativeMemory.compareAndSetLong(address, 5, 6));
            assertFalse(NativeMemory.compareAndSetLong(address, 5, 7));
            assertEquals(6, NativeMemory.getAndAddLong(address, 4));
            assertEquals(10, NativeMemory.getLongVolatile(address));
            NativeMemory.putIntRelease(address + 8, 1);
            assertTrue(NativeMemory.compareAndSetInt(address + 8, 1, 2));
            assertEquals(2, NativeMemory.getAndAddInt(address + 8, 1));
            assertEquals(3, NativeMemory.getIntAcquire(address + 8));
        }
    }

    @Property(tries = 500)
    void compare_orders_as_unsigned_bytes(@ForAll @Size(max = 40) byte[] left, @ForAll @Size(max = 40) byte[] right) {
        try (Arena arena = Arena.ofConfined()) {
            check(arena, left, right);
            // long shared prefixes are rare in random arrays
            byte[] changed = left.clone();
            if (changed.length > 0) {
                changed[changed.length - 1] ^= (byte) 0x80;
            }
            check(arena, left, changed);
            check(arena, left, Arrays.copyOf(left, left.length / 2));
            check(arena, left, left);
        }
    }

    private static void check(Arena arena, byte[] left, byte[] right) {
        long leftAddress = copy(arena, left);
        long rightAddress = copy(arena, right);
        int expected = Integer.signum(Arrays.compareUnsigned(left, right));
        assertEquals(
                expected, Integer.signum(NativeMemory.compare(leftAddress, left.length, rightAddress, right.length)));
        assertEquals(expected == 0, NativeMemory.equal(leftAddress, left.length, rightAddress, right.length));
    }

    private static long copy(Arena arena, byte[] bytes) {
        MemorySegment segment = arena.allocate(bytes.length + 1);
        NativeMemory.copy(bytes, 0, segment.address(), bytes.length);
        byte[] back = new byte[bytes.length];
        NativeMemory.copy(segment.address(), back, 0, back.length);
        assertArrayEquals(bytes, back);
        assertArrayEquals(
                bytes, NativeMemory.segment(segment.address(), bytes.length).toArray(ValueLayout.JAVA_BYTE));
        return segment.address();
    }
}
