package omendb.engine.txn;

import omendb.memory.NativeMemory;
import omendb.memory.Slab;

/// A key in a [WriteSet]'s skiplist, off-heap:
///
///     offset   size field
///     0        8    newest version (0 = all undone)
///     8        4    key length
///     12       4    height
///     16       8h   next node on each level (0 = end)
///     16 + 8h  n    key
final class WriteNode {
    private static final int VERSION = 0;
    private static final int KEY_LENGTH = 8;
    private static final int HEIGHT = 12;
    private static final int NEXT = 16;

    private WriteNode() {}

    /// A node with room for its key, not filled.
    static long allocate(Slab slab, int keyLength, int height) {
        long node = slab.allocate(NEXT + 8L * height + keyLength);
        NativeMemory.putLong(node + VERSION, 0);
        NativeMemory.putInt(node + KEY_LENGTH, keyLength);
        NativeMemory.putInt(node + HEIGHT, height);
        for (int level = 0; level < height; level++) {
            setNext(node, level, 0);
        }
        return node;
    }

    static long version(long node) {
        return NativeMemory.getLong(node + VERSION);
    }

    static void setVersion(long node, long version) {
        NativeMemory.putLong(node + VERSION, version);
    }

    static long next(long node, int level) {
        return NativeMemory.getLong(node + NEXT + 8L * level);
    }

    static void setNext(long node, int level, long next) {
        NativeMemory.putLong(node + NEXT + 8L * level, next);
    }

    static int keyLength(long node) {
        return NativeMemory.getInt(node + KEY_LENGTH);
    }

    static long keyAddress(long node) {
        return node + NEXT + 8L * NativeMemory.getInt(node + HEIGHT);
    }

    static int compare(long node, long keyAddress, int keyLength) {
        return NativeMemory.compare(keyAddress(node), keyLength(node), keyAddress, keyLength);
    }
}
