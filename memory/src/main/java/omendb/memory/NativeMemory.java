package omendb.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Reads and writes raw addresses: the one place that may. Little-endian, any alignment for plain access.
///
/// Nothing is checked: the caller guarantees that the address lies in memory that lives (an allocation it owns,
/// a range or mapping protected by an epoch pin). All accesses go through one static segment over the whole
/// address space, so the JIT sees one kind of segment and compiles each to a plain load or store.
///
/// An access to a mapped page that the disk cannot deliver is a catchable [InternalError] here, except for the
/// compare-and-set and atomic-add methods: never use those on file-backed memory.
@SuppressWarnings("restricted") // reinterpret is what this class is for; everything else in the code base is free of it
public final class NativeMemory {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong BIG_LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT_HANDLE = aligned(ValueLayout.JAVA_INT);
    private static final VarHandle LONG_HANDLE = aligned(ValueLayout.JAVA_LONG);

    static {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedOperationException("OmenDB runs on little-endian machines only");
        }
    }

    private NativeMemory() {}

    // (offset) -> value, over the whole address space
    private static VarHandle aligned(ValueLayout layout) {
        return MethodHandles.insertCoordinates(layout.varHandle(), 0, ALL);
    }

    public static byte getByte(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address);
    }

    public static void putByte(long address, byte value) {
        ALL.set(ValueLayout.JAVA_BYTE, address, value);
    }

    public static short getShort(long address) {
        return ALL.get(SHORT, address);
    }

    public static void putShort(long address, short value) {
        ALL.set(SHORT, address, value);
    }

    public static int getInt(long address) {
        return ALL.get(INT, address);
    }

    public static void putInt(long address, int value) {
        ALL.set(INT, address, value);
    }

    public static long getLong(long address) {
        return ALL.get(LONG, address);
    }

    public static void putLong(long address, long value) {
        ALL.set(LONG, address, value);
    }

    public static float getFloat(long address) {
        return ALL.get(FLOAT, address);
    }

    public static void putFloat(long address, float value) {
        ALL.set(FLOAT, address, value);
    }

    public static double getDouble(long address) {
        return ALL.get(DOUBLE, address);
    }

    public static void putDouble(long address, double value) {
        ALL.set(DOUBLE, address, value);
    }

    // ---- ordered access; the address must be a multiple of the size ----

    public static int getIntAcquire(long address) {
        return (int) INT_HANDLE.getAcquire(address);
    }

    public static void putIntRelease(long address, int value) {
        INT_HANDLE.setRelease(address, value);
    }

    public static int getIntVolatile(long address) {
        return (int) INT_HANDLE.getVolatile(address);
    }

    public static void putIntVolatile(long address, int value) {
        INT_HANDLE.setVolatile(address, value);
    }

    public static boolean compareAndSetInt(long address, int expected, int value) {
        return INT_HANDLE.compareAndSet(address, expected, value);
    }

    /// Adds and returns the value before.
    public static int getAndAddInt(long address, int delta) {
        return (int) INT_HANDLE.getAndAdd(address, delta);
    }

    public static long getLongAcquire(long address) {
        return (long) LONG_HANDLE.getAcquire(address);
    }

    public static void putLongRelease(long address, long value) {
        LONG_HANDLE.setRelease(address, value);
    }

    public static long getLongVolatile(long address) {
        return (long) LONG_HANDLE.getVolatile(address);
    }

    public static void putLongVolatile(long address, long value) {
        LONG_HANDLE.setVolatile(address, value);
    }

    public static boolean compareAndSetLong(long address, long expected, long value) {
        return LONG_HANDLE.compareAndSet(address, expected, value);
    }

    /// Adds and returns the value before.
    public static long getAndAddLong(long address, long delta) {
        return (long) LONG_HANDLE.getAndAdd(address, delta);
    }

    // ---- blocks ----

    /// Copies bytes; the two may overlap.
    public static void copy(long source, long target, long bytes) {
        MemorySegment.copy(ALL, source, ALL, target, bytes);
    }

    /// Copies a segment (heap or native) to an address.
    public static void copy(MemorySegment source, long target) {
        MemorySegment.copy(source, 0, ALL, target, source.byteSize());
    }

    /// Fills a segment (heap or native) from an address.
    public static void copy(long source, MemorySegment target) {
        MemorySegment.copy(ALL, source, target, 0, target.byteSize());
    }

    /// Copies part of an array to an address.
    public static void copy(byte[] source, int offset, long target, int bytes) {
        MemorySegment.copy(source, offset, ALL, ValueLayout.JAVA_BYTE, target, bytes);
    }

    /// Copies from an address into part of an array.
    public static void copy(long source, byte[] target, int offset, int bytes) {
        MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, source, target, offset, bytes);
    }

    /// Sets every byte.
    public static void fill(long address, long bytes, byte value) {
        ALL.asSlice(address, bytes).fill(value);
    }

    /// A segment over an address, without lifetime: it does not keep the memory alive, and nothing notices its
    /// use after.
    public static MemorySegment segment(long address, long bytes) {
        return ALL.asSlice(address, bytes);
    }

    /// Advises the kernel about memory or a mapping, such as one of [StoreFile#map].
    ///
    /// @param path file mapped there, for messages; or empty
    /// @throws CorruptFileException for [Advice#POPULATE_READ] if a page cannot be read
    public static void advise(MemorySegment memory, Advice advice, String path) {
        if (memory.byteSize() > 0) {
            NativeMapping.advise(memory.address(), memory.byteSize(), advice, path);
        }
    }

    /// Compares as unsigned bytes, a prefix before the longer one: the order of memcomparable keys.
    public static int compare(long left, long leftBytes, long right, long rightBytes) {
        long shared = Math.min(leftBytes, rightBytes);
        long i = 0;
        for (; i <= shared - Long.BYTES; i += Long.BYTES) {
            long a = ALL.get(BIG_LONG, left + i);
            long b = ALL.get(BIG_LONG, right + i);
            if (a != b) {
                return Long.compareUnsigned(a, b);
            }
        }
        for (; i < shared; i++) {
            int difference = (getByte(left + i) & 0xff) - (getByte(right + i) & 0xff);
            if (difference != 0) {
                return difference;
            }
        }
        return Long.compare(leftBytes, rightBytes);
    }

    /// Whether two blocks hold the same bytes.
    public static boolean equal(long left, long leftBytes, long right, long rightBytes) {
        return leftBytes == rightBytes && compare(left, leftBytes, right, rightBytes) == 0;
    }
}
