package omendb.engine.alex;

import static omendb.memory.NativeMemory.getInt;
import static omendb.memory.NativeMemory.putInt;

import omendb.memory.NativeMemory;

/// Inner node without a model: up to [#MAX_CHILDREN] children, each but the first with the least entry that
/// leads to it. Binary search bounds what keys cost that no line tells apart. Made anew when a child is
/// added.
///
///     offset    size field
///     0         5    see [Node]
///     8         4    children n, at least 2
///     64        16n  separators (key, payload); the first one is unused
///     64+16n    4n   pointers
final class SeparatorNode {
    static final int MAX_CHILDREN = 128;

    private static final int COUNT = 8;
    private static final int SEPARATORS = 64;

    private SeparatorNode() {}

    static long bytes(int children) {
        return SEPARATORS + 20L * children;
    }

    static void init(long node, int children) {
        Node.setKind(node, Node.SEPARATOR);
        putInt(node + COUNT, children);
    }

    static int count(long node) {
        return getInt(node + COUNT);
    }

    static long separators(long node) {
        return node + SEPARATORS;
    }

    static void set(long node, int slot, long key, long payload, int child) {
        Entries.put(node + SEPARATORS, slot, key, payload);
        putInt(childAddress(node, slot), child);
    }

    static long childAddress(long node, int slot) {
        return node + SEPARATORS + 16L * count(node) + 4L * slot;
    }

    static int child(long node, int slot) {
        return NativeMemory.getIntAcquire(childAddress(node, slot));
    }

    static int slot(long node, long key, long payload) {
        int low = 0;
        int high = count(node);
        while (high - low > 1) { // separator `low` is not above the entry, `high` is
            int middle = (low + high) >>> 1;
            long separators = node + SEPARATORS;
            if (Entries.less(key, payload, Entries.key(separators, middle), Entries.payload(separators, middle))) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return low;
    }
}
