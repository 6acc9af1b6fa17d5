package omendb.engine.table;

import omendb.memory.NativeMemory;

/// Key of a row in its tree: the row id, 8 bytes big-endian.
final class RowKey {
    static final int BYTES = Long.BYTES;

    private RowKey() {}

    static void write(long address, long rowId) {
        NativeMemory.putLong(address, Long.reverseBytes(rowId));
    }

    static long read(long address) {
        return Long.reverseBytes(NativeMemory.getLong(address));
    }
}
