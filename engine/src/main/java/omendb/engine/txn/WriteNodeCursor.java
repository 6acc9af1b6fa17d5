package omendb.engine.txn;

import java.lang.foreign.MemorySegment;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// Walks a key range of the writes that a [WriteSet] has in memory, tombstones included.
///
/// Keys added while it walks may or may not come; versions above its limit never do.
/// Threading: the transaction's thread.
final class WriteNodeCursor {
    private final RelationWrites writes;
    private final byte @Nullable [] bound;
    private final boolean backward;
    private final long limit;
    private long node;
    private long version;
    private boolean started;

    WriteNodeCursor(
            RelationWrites writes,
            @Nullable MemorySegment from,
            @Nullable MemorySegment to,
            boolean backward,
            long limit) {
        this.writes = writes;
        this.backward = backward;
        this.limit = limit;
        this.node = backward ? start(writes, to) : first(writes, from);
        MemorySegment end = backward ? from : to;
        this.bound = end == null ? null : end.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    }

    private static long first(RelationWrites writes, @Nullable MemorySegment from) {
        return from == null ? writes.first() : writes.ceiling(from.address(), (int) from.byteSize());
    }

    private static long start(RelationWrites writes, @Nullable MemorySegment to) {
        return to == null ? writes.last() : writes.lower(to.address(), (int) to.byteSize());
    }

    /// Advances to the next key that has a version within the limit; false at the end.
    boolean next() {
        while (true) {
            if (started && node != 0) {
                node = backward
                        ? writes.lower(WriteNode.keyAddress(node), WriteNode.keyLength(node))
                        : WriteNode.next(node, 0);
            }
            started = true;
            if (node == 0 || beyondBound()) {
                node = 0;
                return false;
            }
            version = WriteVersion.newest(node, limit);
            if (version != 0) {
                return true;
            }
        }
    }

    private boolean beyondBound() {
        if (bound == null) {
            return false;
        }
        int order = compareToBound();
        return backward ? order < 0 : order >= 0;
    }

    private int compareToBound() {
        byte[] other = java.util.Objects.requireNonNull(bound);
        long key = WriteNode.keyAddress(node);
        int length = WriteNode.keyLength(node);
        int shared = Math.min(length, other.length);
        for (int i = 0; i < shared; i++) {
            int difference = (NativeMemory.getByte(key + i) & 0xff) - (other[i] & 0xff);
            if (difference != 0) {
                return difference;
            }
        }
        return Integer.compare(length, other.length);
    }

    long keyAddress() {
        return WriteNode.keyAddress(node);
    }

    int keyLength() {
        return WriteNode.keyLength(node);
    }

    boolean isTombstone() {
        return WriteVersion.isTombstone(version);
    }

    long valueAddress() {
        return WriteVersion.valueAddress(version);
    }

    int valueLength() {
        return WriteVersion.valueLength(version);
    }
}
