package omendb.ann.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// All of memory as one segment, so that every kernel meets the same kind of segment and is compiled once; the
/// offset
/// is the absolute address.
final class Everything {
    static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    @SuppressWarnings("restricted") // the package's contract: callers own the lifetime of what they point at
    static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

    private Everything() {}

    static byte getByte(long address) {
        return MEMORY.get(BYTE, address);
    }

    /// A float16 as a float.
    static float getHalf(long address) {
        return Float.float16ToFloat(MEMORY.get(SHORT, address));
    }

    static int getInt(long address) {
        return MEMORY.get(INT, address);
    }

    static long getLong(long address) {
        return MEMORY.get(LONG, address);
    }

    static float getFloat(long address) {
        return MEMORY.get(FLOAT, address);
    }

    static void putHalf(long address, short bits) {
        MEMORY.set(SHORT, address, bits);
    }

    static void putInt(long address, int value) {
        MEMORY.set(INT, address, value);
    }

    static void putFloat(long address, float value) {
        MEMORY.set(FLOAT, address, value);
    }

    static void putLong(long address, long value) {
        MEMORY.set(LONG, address, value);
    }
}
