package omendb.engine.table;

import omendb.memory.NativeMemory;

/// Key in the trees of dead and of free slots: storage id (8), attnum (2), slot (8), big-endian.
public final class SlotKey {
    public static final int BYTES = 18;

    private SlotKey() {}

    public static void write(long address, long storageId, int attnum, long slot) {
        NativeMemory.putLong(address, Long.reverseBytes(storageId));
        NativeMemory.putShort(address + 8, Short.reverseBytes((short) attnum));
        NativeMemory.putLong(address + 10, Long.reverseBytes(slot));
    }

    public static long storageId(long address) {
        return Long.reverseBytes(NativeMemory.getLong(address));
    }

    public static int attnum(long address) {
        return Short.reverseBytes(NativeMemory.getShort(address + 8)) & 0xffff;
    }

    public static long slot(long address) {
        return Long.reverseBytes(NativeMemory.getLong(address + 10));
    }
}
