package omendb.engine.txn;

import omendb.memory.NativeMemory;
import omendb.memory.Slab;

/// One put or delete in a [WriteSet], off-heap:
///
///     offset size field
///     0      8    older version of the same key (0 = none)
///     8      8    node of the key
///     16     8    version written just before, whatever its key (undo chain, 0 = none)
///     24     8    sequence
///     32     4    value length, -1 = tombstone
///     36     4    zero
///     40     n    value
final class WriteVersion {
    static final int TOMBSTONE = -1;

    private static final int OLDER = 0;
    private static final int NODE = 8;
    private static final int BEFORE = 16;
    private static final int SEQUENCE = 24;
    private static final int VALUE_LENGTH = 32;
    private static final int VALUE = 40;

    private WriteVersion() {}

    static boolean isTombstone(long version) {
        return valueLength(version) == TOMBSTONE;
    }

    static int valueLength(long version) {
        return NativeMemory.getInt(version + VALUE_LENGTH);
    }

    static long valueAddress(long version) {
        return version + VALUE;
    }

    static long sequence(long version) {
        return NativeMemory.getLong(version + SEQUENCE);
    }

    /// Links a new version before `node`'s newest.
    static long push(Slab slab, long node, long before, long sequence, int valueLength) {
        long version = slab.allocate(VALUE + Math.max(0, valueLength));
        NativeMemory.putLong(version + OLDER, WriteNode.version(node));
        NativeMemory.putLong(version + NODE, node);
        NativeMemory.putLong(version + BEFORE, before);
        NativeMemory.putLong(version + SEQUENCE, sequence);
        NativeMemory.putInt(version + VALUE_LENGTH, valueLength);
        NativeMemory.putInt(version + VALUE_LENGTH + 4, 0);
        WriteNode.setVersion(node, version);
        return version;
    }

    /// Unlinks a version that is the newest of all and returns the one written before it.
    static long pop(long version) {
        WriteNode.setVersion(NativeMemory.getLong(version + NODE), NativeMemory.getLong(version + OLDER));
        return NativeMemory.getLong(version + BEFORE);
    }

    /// The version before this one of the same key; 0 = none.
    static long older(long version) {
        return NativeMemory.getLong(version + OLDER);
    }

    /// The version written just before, whatever its key; 0 = none.
    static long before(long version) {
        return NativeMemory.getLong(version + BEFORE);
    }

    static long node(long version) {
        return NativeMemory.getLong(version + NODE);
    }

    /// Newest version of a node with a sequence up to `limit`, 0 = none.
    static long newest(long node, long limit) {
        long version = WriteNode.version(node);
        while (version != 0 && sequence(version) > limit) {
            version = NativeMemory.getLong(version + OLDER);
        }
        return version;
    }
}
