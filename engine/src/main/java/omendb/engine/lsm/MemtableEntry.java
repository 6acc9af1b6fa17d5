package omendb.engine.lsm;

import omendb.memory.NativeMemory;

/// A version in the arena of a memtable, at a multiple of eight bytes:
///
///     offset size field
///     0      8    commit timestamp
///     8      4    length of the user key
///     12     4    reference to the value (4 bytes length, then the bytes), 0 = tombstone
///     16     n    user key
///
/// A *reference* is 32 bits: the offset in the arena in units of eight bytes; 0 = none.
///
/// Threading: written by one thread before a [MemtableNode] publishes it, never moved or changed afterwards,
/// but for the reference to the value, which a release store may replace.
final class MemtableEntry {
    static final int UNIT_BYTES = 8;

    private static final int COMMIT_TS = 0;
    private static final int KEY_LENGTH = 8;
    private static final int VALUE = 12;
    private static final int KEY = 16;

    private MemtableEntry() {}

    /// Bytes of arena that an entry and its value take.
    static long bytesFor(int keyLength, boolean tombstone, int valueLength) {
        return align(KEY + keyLength) + (tombstone ? 0 : align(Integer.BYTES + (long) valueLength));
    }

    private static long align(long bytes) {
        return (bytes + UNIT_BYTES - 1) & -UNIT_BYTES;
    }

    static int reference(long base, long address) {
        return address == 0 ? 0 : (int) ((address - base) / UNIT_BYTES);
    }

    static long address(long base, int reference) {
        return reference == 0 ? 0 : base + Integer.toUnsignedLong(reference) * UNIT_BYTES;
    }

    /// @param valueAddress 0 for a tombstone
    static void write(
            long base, long entry, long key, int keyLength, long commitTs, long valueAddress, int valueLength) {
        long value = 0;
        if (valueAddress != 0) {
            value = entry + align(KEY + keyLength);
            NativeMemory.putInt(value, valueLength);
            NativeMemory.copy(valueAddress, value + Integer.BYTES, valueLength);
        }
        NativeMemory.putLong(entry + COMMIT_TS, commitTs);
        NativeMemory.putInt(entry + KEY_LENGTH, keyLength);
        NativeMemory.putInt(entry + VALUE, reference(base, value));
        NativeMemory.copy(key, entry + KEY, keyLength);
    }

    /// Gives an entry the value of another one of the same version.
    static void replaceValue(long entry, long other) {
        NativeMemory.putIntRelease(entry + VALUE, NativeMemory.getInt(other + VALUE));
    }

    static long commitTs(long entry) {
        return NativeMemory.getLong(entry + COMMIT_TS);
    }

    static int keyLength(long entry) {
        return NativeMemory.getInt(entry + KEY_LENGTH);
    }

    static long keyAddress(long entry) {
        return entry + KEY;
    }

    /// As [Keys#prefix]; what follows a short key in the arena may be read.
    static long prefix(long entry) {
        return Keys.prefixInBuffer(keyAddress(entry), keyLength(entry));
    }

    /// Address of the value (4 bytes length, then the bytes), 0 for a tombstone.
    static long value(long base, long entry) {
        return address(base, NativeMemory.getIntAcquire(entry + VALUE));
    }

    /// Compares a version with (`key`, `commitTs`) whose prefix is the same: by key, newest first.
    static int compareTails(long entry, long key, int keyLength, long commitTs) {
        int order = Keys.compareTails(keyAddress(entry), keyLength(entry), key, keyLength);
        return order != 0 ? order : Long.compare(commitTs, commitTs(entry));
    }
}
