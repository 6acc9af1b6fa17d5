package omendb.engine.alex;

import static omendb.memory.NativeMemory.getInt;
import static omendb.memory.NativeMemory.getLong;
import static omendb.memory.NativeMemory.putInt;
import static omendb.memory.NativeMemory.putLong;

/// What both kinds of data nodes have in common: how many entries they hold and which ones lead to them.
///
///     offset size field
///     0      5    see [Node]
///     52     4    entries
///     64     16   least entry (key, payload) that leads here
///     80     16   greatest one
///     96     32   of the kind
///     128    ...  entries
///
/// Positions are slots of a gapped node and indexes of a compact one. Static methods, chosen by the kind:
/// no access makes an object.
final class DataNode {
    static final int HEADER_BYTES = 128;

    /// Most entries of a data node when it is built or grows; inserts may pass it until it splits.
    static final int MAX_ENTRIES = 4096;

    private static final int COUNT = 52;
    private static final int LEAST = 64;
    private static final int GREATEST = 80;

    private DataNode() {}

    static int count(long node) {
        return getInt(node + COUNT);
    }

    static void setCount(long node, int count) {
        putInt(node + COUNT, count);
    }

    static void setBounds(long node, long lowKey, long lowPayload, long highKey, long highPayload) {
        putLong(node + LEAST, lowKey);
        putLong(node + LEAST + 8, lowPayload);
        putLong(node + GREATEST, highKey);
        putLong(node + GREATEST + 8, highPayload);
    }

    static long lowKey(long node) {
        return getLong(node + LEAST);
    }

    static long lowPayload(long node) {
        return getLong(node + LEAST + 8);
    }

    static long highKey(long node) {
        return getLong(node + GREATEST);
    }

    static long highPayload(long node) {
        return getLong(node + GREATEST + 8);
    }

    /// Starts to read; what is read counts if [#unchanged] says so afterwards.
    static int beginRead(long node) {
        return Node.kind(node) == Node.COMPACT ? 0 : GappedNode.beginRead(node);
    }

    /// Whether a node is as it was at [#beginRead].
    static boolean unchanged(long node, int version) {
        return Node.kind(node) == Node.COMPACT || GappedNode.unchanged(node, version);
    }

    /// First position whose entry is not less.
    static int lowerBound(long node, long key, long payload) {
        return Node.kind(node) == Node.COMPACT
                ? CompactNode.lowerBound(node, key, payload)
                : GappedNode.lowerBound(node, key, payload);
    }

    /// Entries in front of a position.
    static int rank(long node, int position) {
        return Node.kind(node) == Node.COMPACT ? position : GappedNode.rank(node, position);
    }

    /// Whether the entry at its lower bound `position` is there.
    static boolean holds(long node, int position, long key, long payload) {
        return Node.kind(node) == Node.COMPACT
                ? CompactNode.holds(node, position, key, payload)
                : GappedNode.holds(node, position, key, payload);
    }

    /// The position behind the entry whose lower bound is `position`.
    static int behind(long node, int position) {
        return Node.kind(node) == Node.COMPACT ? position + 1 : GappedNode.next(node, position, true) + 1;
    }

    /// Copies up to `limit` entries from a position on, ascending, as key, payload, key, payload...
    ///
    /// @return how many
    static int copyForward(long node, int from, long[] target, int limit) {
        return Node.kind(node) == Node.COMPACT
                ? CompactNode.copyForward(node, from, target, limit)
                : GappedNode.copyForward(node, from, target, limit);
    }

    /// Copies up to `limit` entries in front of a position, descending.
    static int copyBackward(long node, int before, long[] target, int limit) {
        return Node.kind(node) == Node.COMPACT
                ? CompactNode.copyBackward(node, before, target, limit)
                : GappedNode.copyBackward(node, before, target, limit);
    }

    /// Copies all entries as pairs.
    static void extract(long node, long entries) {
        if (Node.kind(node) == Node.COMPACT) {
            CompactNode.extract(node, entries);
        } else {
            GappedNode.extract(node, entries);
        }
    }
}
