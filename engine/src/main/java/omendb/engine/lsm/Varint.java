package omendb.engine.lsm;

import omendb.memory.NativeMemory;

/// Unsigned LEB128 numbers: seven bits a byte, low bits first, always the shortest form.
///
/// Because the form is the shortest, [#size] of a decoded value says how far to step.
final class Varint {
    static final int MAX_BYTES = 10;

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
