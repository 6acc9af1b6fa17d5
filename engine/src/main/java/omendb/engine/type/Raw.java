package omendb.engine.type;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Reads and writes at absolute addresses; the caller owns the lifetime.
@SuppressWarnings("restricted") // one everything-segment, as in omendb.memory
final class Raw {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Raw() {}

    static byte getByte(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address);
    }

    static void putByte(long address, byte value) {
        ALL.set(ValueLayout.JAVA_BYTE, address, value);
    }

    static short getShort(long address) {
        return ALL.get(SHORT, address);
    }

    static void putShort(long address, short value) {
        ALL.set(SHORT, address, value);
    }

    static int getInt(long address) {
        return ALL.get(INT, address);
    }

    static void putInt(long address, int value) {
        ALL.set(INT, address, value);
    }

    static long getLong(long address) {
        return ALL.get(LONG, address);
    }

    static void putLong(long address, long value) {
        ALL.set(LONG, address, value);
    }

    static float getFloat(long address) {
        return Float.intBitsToFloat(getInt(address));
    }

    static void putFloat(long address, float value) {
        putInt(address, Float.floatToRawIntBits(value));
    }

    static double getDouble(long address) {
        return Double.longBitsToDouble(getLong(address));
    }

    static void putDouble(long address, double value) {
        putLong(address, Double.doubleToRawLongBits(value));
    }

    static void copy(long source, long target, long bytes) {
        MemorySegment.copy(ALL, source, ALL, target, bytes);
    }

    static void copyFrom(byte[] source, int offset, long target, int bytes) {
        MemorySegment.copy(source, offset, ALL, ValueLayout.JAVA_BYTE, target, bytes);
    }

    static void copyTo(long source, byte[] target, int offset, int bytes) {
        MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, source, target, offset, bytes);
    }

    static void fill(long address, long bytes, byte value) {
        ALL.asSlice(address, bytes).fill(value);
    }

    static MemorySegment segment(long address, long bytes) {
        return ALL.asSlice(address, bytes);
    }

    static int compare(long a, long lengthA, long b, long lengthB) {
        long at = MemorySegment.mismatch(ALL, a, a + lengthA, ALL, b, b + lengthB);
        if (at < 0) {
            return 0;
        }
        if (at == lengthA || at == lengthB) {
            return Long.compare(lengthA, lengthB);
        }
        return Integer.compare(getByte(a + at) & 0xff, getByte(b + at) & 0xff);
    }

    @SuppressWarnings("MustBeClosedChecker") // the caller keeps it in a field and closes it
    static Arena openArena() {
        return Arena.ofShared();
    }

    static MemorySegment allocate(Arena arena, long bytes) {
        return arena.allocate(bytes, 64);
    }
}
