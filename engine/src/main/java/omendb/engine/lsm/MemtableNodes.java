package omendb.engine.lsm;

import static omendb.engine.lsm.EntrySorter.ITEM_BYTES;
import static omendb.engine.lsm.EntrySorter.ITEM_CHILD;
import static omendb.engine.lsm.EntrySorter.ITEM_ENTRY;

import omendb.memory.NativeMemory;

/// Builds the nodes of a [MemtableRun] over sorted entries, level by level from the leaves up.
///
/// Entries and children are spread evenly over as few nodes as can hold them, so that each node, unless it is alone
/// on its level, is at least half full: the room reserved for nodes suffices ([MemtableNode#BYTES_PER_ENTRY]). What a
/// level needs to know of the one below is written over the items that are done with.
///
/// Threading: one thread.
final class MemtableNodes {
    private static final int MAX_CHILDREN = MemtableNode.CAPACITY + 1;

    private final Memtable memtable;
    private final long base;

    MemtableNodes(Memtable memtable, long base) {
        this.memtable = memtable;
        this.base = base;
    }

    /// Returns the root. Only when all else is in place does the first leaf, which readers know, get its entries.
    ///
    /// @param firstLeaf an empty leaf, the only one
    /// @param items of an [EntrySorter], sorted, each version once; overwritten
    /// @param count at least one
    long build(long firstLeaf, long items, int count) {
        int leaves = (count + MemtableNode.CAPACITY - 1) / MemtableNode.CAPACITY;
        int secondLeaf = buildLeaves(firstLeaf, items, count, leaves);
        int nodes = leaves;
        int height = 0;
        while (nodes > 1) {
            height++;
            nodes = buildInner(items, nodes, height);
        }
        long root = MemtableEntry.address(base, NativeMemory.getInt(items + ITEM_CHILD));
        long version = MemtableNode.stableVersion(firstLeaf);
        if (!MemtableNode.tryLock(firstLeaf, version)) {
            throw new IllegalStateException("somebody else writes to the memtable");
        }
        MemtableNode.setCount(firstLeaf, (int) bound(count, 1, leaves));
        MemtableNode.setNext(firstLeaf, secondLeaf);
        MemtableNode.unlock(firstLeaf, version);
        return root;
    }

    /// Where part `part` of so many begins.
    private static long bound(long count, int part, int parts) {
        return count * part / parts;
    }

    /// Returns the reference to the second leaf; 0 if there is only one.
    private int buildLeaves(long firstLeaf, long items, int count, int leaves) {
        int second = 0;
        long previous = 0;
        for (int i = 0; i < leaves; i++) {
            long from = bound(count, i, leaves);
            int size = (int) (bound(count, i + 1, leaves) - from);
            long leaf = i == 0 ? firstLeaf : memtable.allocateNode(MemtableNode.LEAF_BYTES);
            long first = items + from * ITEM_BYTES;
            for (int j = 0; j < size; j++) {
                long item = first + (long) j * ITEM_BYTES;
                MemtableNode.set(leaf, j, NativeMemory.getLong(item), NativeMemory.getInt(item + ITEM_ENTRY));
            }
            int reference = MemtableEntry.reference(base, leaf);
            if (i == 1) {
                second = reference;
            }
            if (i > 0) {
                MemtableNode.setCount(leaf, size);
            }
            if (i > 1) {
                MemtableNode.setNext(previous, reference);
            }
            previous = leaf;
            note(items, i, first, reference);
        }
        return second;
    }

    /// Item `index` becomes what the level above needs to know of a node: its first entry and itself.
    private static void note(long items, int index, long first, int node) {
        long target = items + (long) index * ITEM_BYTES;
        NativeMemory.putLong(target, NativeMemory.getLong(first));
        NativeMemory.putInt(target + ITEM_ENTRY, NativeMemory.getInt(first + ITEM_ENTRY));
        NativeMemory.putInt(target + ITEM_CHILD, node);
    }

    /// Returns the number of nodes above so many.
    private int buildInner(long items, int children, int height) {
        int nodes = (children + MAX_CHILDREN - 1) / MAX_CHILDREN;
        for (int i = 0; i < nodes; i++) {
            long from = bound(children, i, nodes);
            int size = (int) (bound(children, i + 1, nodes) - from);
            long node = memtable.allocateNode(MemtableNode.INNER_BYTES);
            long first = items + from * ITEM_BYTES;
            MemtableNode.initRoot(node, height, NativeMemory.getInt(first + ITEM_CHILD));
            for (int j = 1; j < size; j++) {
                long item = first + (long) j * ITEM_BYTES;
                MemtableNode.setChild(
                        node,
                        j - 1,
                        NativeMemory.getLong(item),
                        NativeMemory.getInt(item + ITEM_ENTRY),
                        NativeMemory.getInt(item + ITEM_CHILD));
            }
            MemtableNode.setCount(node, size - 1);
            note(items, i, first, MemtableEntry.reference(base, node));
        }
        return nodes;
    }
}
