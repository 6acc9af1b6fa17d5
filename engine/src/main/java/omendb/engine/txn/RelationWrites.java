package omendb.engine.txn;

import omendb.memory.NativeMemory;
import omendb.memory.Slab;

/// The keys a transaction wrote in one relation: a skiplist over [WriteNode]s.
///
/// Ascending inserts (row ids, loads) append without a search. Nodes are never removed; an undone key has no version.
/// Threading: one thread at a time.
final class RelationWrites {
    private static final int MAX_HEIGHT = 16;

    private final long relationId;
    private final Slab slab;
    private final long head;
    private final long[] tail = new long[MAX_HEIGHT];
    private final long[] path = new long[MAX_HEIGHT];
    private long random = 0x9e3779b97f4a7c15L;

    RelationWrites(long relationId, Slab slab) {
        this.relationId = relationId;
        this.slab = slab;
        this.head = WriteNode.allocate(slab, 0, MAX_HEIGHT);
        java.util.Arrays.fill(tail, head);
    }

    long relationId() {
        return relationId;
    }

    long first() {
        return WriteNode.next(head, 0);
    }

    /// Last node, 0 = none.
    long last() {
        return tail[0] == head ? 0 : tail[0];
    }

    /// The node of exactly this key, 0 = none.
    long find(long keyAddress, int keyLength) {
        long node = ceiling(keyAddress, keyLength);
        return node != 0 && WriteNode.compare(node, keyAddress, keyLength) == 0 ? node : 0;
    }

    /// First node with a key not below the given one, 0 = none.
    long ceiling(long keyAddress, int keyLength) {
        return WriteNode.next(lowerNode(keyAddress, keyLength), 0);
    }

    /// Last node with a key below the given one, 0 = none.
    long lower(long keyAddress, int keyLength) {
        long node = lowerNode(keyAddress, keyLength);
        return node == head ? 0 : node;
    }

    long findOrInsert(long keyAddress, int keyLength) {
        long last = tail[0];
        if (last == head || WriteNode.compare(last, keyAddress, keyLength) < 0) {
            System.arraycopy(tail, 0, path, 0, MAX_HEIGHT);
        } else {
            long found = WriteNode.next(lowerNode(keyAddress, keyLength), 0);
            if (WriteNode.compare(found, keyAddress, keyLength) == 0) {
                return found;
            }
        }
        return insertAfterPath(keyAddress, keyLength);
    }

    private long insertAfterPath(long keyAddress, int keyLength) {
        int height = randomHeight();
        long node = WriteNode.allocate(slab, keyLength, height);
        NativeMemory.copy(keyAddress, WriteNode.keyAddress(node), keyLength);
        for (int level = 0; level < height; level++) {
            long before = path[level];
            long next = WriteNode.next(before, level);
            WriteNode.setNext(node, level, next);
            WriteNode.setNext(before, level, node);
            if (next == 0) {
                tail[level] = node;
            }
        }
        return node;
    }

    /// Last node below the key, or the head; leaves the way in `path`.
    private long lowerNode(long keyAddress, int keyLength) {
        long node = head;
        for (int level = MAX_HEIGHT - 1; level >= 0; level--) {
            long next = WriteNode.next(node, level);
            while (next != 0 && WriteNode.compare(next, keyAddress, keyLength) < 0) {
                node = next;
                next = WriteNode.next(node, level);
            }
            path[level] = node;
        }
        return node;
    }

    private int randomHeight() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        int height = 1 + Long.numberOfTrailingZeros(random | 1L << 62) / 2; // one in four goes a level higher
        return Math.min(height, MAX_HEIGHT);
    }
}
