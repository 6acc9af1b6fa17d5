package omendb.engine.lsm;

import omendb.memory.NativeMemory;

/// Unsigned LEB128 numbers: seven bits a byte, low bits first, always the shortest form.
///
/// Because the form is the shortest, [#size] of a decoded value says how far to step.
final class Varint {
    static final int MAX_BYTES = 10;

    private static final long CONTINUED = 0x8080_8080_8080_8080L;

    private Varint() {}

    static int size(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    /// Writes `value` and returns the address after it.
    static long put(long address, long value) {
        long p = address;
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            NativeMemory.putByte(p++, (byte) (rest | 0x80));
            rest >>>= 7;
        }
        NativeMemory.putByte(p++, (byte) rest);
        return p;
    }

    /// Reads a value that is known to be whole (a checksum covers it).
    static long get(long address) {
        long value = NativeMemory.getByte(address);
        if (value >= 0) {
            return value;
        }
        value &= 0x7f;
        for (int i = 1; i < MAX_BYTES; i++) {
            long b = NativeMemory.getByte(address + i);
            value |= (b & 0x7f) << (7 * i);
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalStateException("a varint of more than " + MAX_BYTES + " bytes");
    }

    /// Bytes of the value with which the eight bytes `word` begin; 9 if it is longer.
    static int sizeIn(long word) {
        return (Long.numberOfTrailingZeros(~word & CONTINUED) >>> 3) + 1;
    }

    /// The value of `size` bytes, at most 8, with which `word` begins: without a branch for each byte.
    static long valueIn(long word, int size) {
        long sevens = word & ~CONTINUED & (-1L >>> (64 - 8 * size));
        long fourteens = (sevens & 0x007f_007f_007f_007fL) | ((sevens & 0x7f00_7f00_7f00_7f00L) >>> 1);
        long halves = (fourteens & 0x0000_3fff_0000_3fffL) | ((fourteens & 0x3fff_0000_3fff_0000L) >>> 2);
        return (halves & 0x0fff_ffffL) | ((halves & 0x0fff_ffff_0000_0000L) >>> 4);
    }

    /// Bytes of the value at `address`, or -1 if it does not end before `limit` or is longer than any
    /// value: for bytes that no checksum covers yet.
    static int checkedSize(long address, long limit) {
        for (int i = 0; i < MAX_BYTES && address + i < limit; i++) {
            if (NativeMemory.getByte(address + i) >= 0) {
                return i + 1;
            }
        }
        return -1;
    }
}
