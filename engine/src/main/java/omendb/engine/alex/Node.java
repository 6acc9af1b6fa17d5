package omendb.engine.alex;

import omendb.memory.NativeMemory;

/// What all nodes have in common, and the way down.
///
///     offset size field
///     0      4    of the allocator
///     4      1    kind: 1 model, 2 separators, 3 gapped, 4 compact
final class Node {
    static final byte MODEL = 1;
    static final byte SEPARATOR = 2;
    static final byte GAPPED = 3;
    static final byte COMPACT = 4;

    private static final int KIND = 4;

    private Node() {}

    static byte kind(long node) {
        return NativeMemory.getByte(node + KIND);
    }

    static void setKind(long node, byte kind) {
        NativeMemory.putByte(node + KIND, kind);
    }

    static boolean isData(long node) {
        return kind(node) >= GAPPED;
    }

    /// The data node that an entry belongs to.
    static long find(long base, long key, long payload) {
        long node = base + ((long) Superblock.root(base) << NodeSpace.UNIT_SHIFT);
        while (true) {
            byte kind = kind(node);
            if (kind >= GAPPED) {
                return node;
            }
            int child = kind == MODEL
                    ? ModelNode.child(node, ModelNode.slot(node, key))
                    : SeparatorNode.child(node, SeparatorNode.slot(node, key, payload));
            node = base + ((long) child << NodeSpace.UNIT_SHIFT);
        }
    }

    /// Children of an inner node, a child that has several slots counted for each.
    static int slots(long node) {
        return kind(node) == MODEL ? ModelNode.fanout(node) : SeparatorNode.count(node);
    }

    static int child(long node, int slot) {
        return kind(node) == MODEL ? ModelNode.child(node, slot) : SeparatorNode.child(node, slot);
    }

    static int slot(long node, long key, long payload) {
        return kind(node) == MODEL ? ModelNode.slot(node, key) : SeparatorNode.slot(node, key, payload);
    }
}
