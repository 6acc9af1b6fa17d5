package omendb.engine.type;

import omendb.memory.NativeMemory;

/// Where the parts of a bit or varbit value lie: the number of bits (int32, little-endian), then the bits, the first
/// one being the highest of the first byte; unused bits of the last byte are zero.
public final class BitString {
    private static final int HEAD = 4;

    private BitString() {}

    /// Number of bits.
    public static int length(long value) {
        return NativeMemory.getInt(value);
    }

    /// Address of the bytes that hold the bits.
    public static long data(long value) {
        return value + HEAD;
    }

    /// Bytes that hold so many bits.
    public static int bytes(int bits) {
        return (bits + 7) >> 3;
    }

    public static boolean get(long value, int index) {
        return (NativeMemory.getByte(data(value) + (index >> 3)) >> (7 - (index & 7)) & 1) != 0;
    }

    public static void set(long value, int index, boolean bit) {
        long cell = data(value) + (index >> 3);
        int mask = 0x80 >> (index & 7);
        int old = NativeMemory.getByte(cell);
        NativeMemory.putByte(cell, (byte) (bit ? old | mask : old & ~mask));
    }

    /// A value of zero bits that a row refers to; returns its address for [#set].
    public static long allocate(ColumnVector out, int row, int bits) {
        int size = HEAD + bytes(bits);
        long target = out.arena().allocate(size);
        NativeMemory.fill(target, size, (byte) 0);
        NativeMemory.putInt(target, bits);
        out.setReference(row, target, size);
        return target;
    }

    /// Copies `count` bits; both ranges lie within their values.
    public static void copy(long source, int from, long target, int to, int count) {
        int i = 0;
        if ((from & 7) == 0 && (to & 7) == 0) {
            NativeMemory.copy(data(source) + (from >> 3), data(target) + (to >> 3), count >> 3);
            i = count & ~7;
        }
        for (; i < count; i++) {
            set(target, to + i, get(source, from + i));
        }
    }

    /// Bytes first, then length. Key: the bytes escaped as text is, then the length.
    static final class Order implements ValueOrder {
        @Override
        public int compare(long a, int lengthA, long b, int lengthB) {
            int shared = Math.min(lengthA, lengthB) - HEAD;
            int order = NativeMemory.compare(data(a), shared, data(b), shared);
            return order != 0 ? order : Integer.compare(length(a), length(b));
        }

        @Override
        public long hash(long a, int length) {
            return Hash.bytes(a, length);
        }

        @Override
        public void encodeKey(long a, int length, BytesWriter out) {
            ValueOrders.encodeEscaped(data(a), length - HEAD, out);
            out.writeInt(length(a));
        }
    }
}
