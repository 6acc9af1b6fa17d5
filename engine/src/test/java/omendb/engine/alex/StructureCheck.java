package omendb.engine.alex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import omendb.memory.NativeMemory;

/// Proves what every tree must be, whatever was done to it: bounds of data nodes without holes, entries
/// inside them, gaps that copy what is on their right, counts that are true, blocks that fill the space
/// without overlap.
final class StructureCheck {
    private final long base;
    private final Set<Integer> nodes = new HashSet<>();
    private long entries;
    private boolean first = true;
    private long nextLowKey = Long.MIN_VALUE;
    private long nextLowPayload = Long.MIN_VALUE;

    private StructureCheck(long base) {
        this.base = base;
    }

    static void check(AlexIndex index) {
        var check = new StructureCheck(index.base());
        check.walk(Superblock.root(check.base));
        assertTrue(check.first, "the last data node is bounded");
        assertEquals(Superblock.entries(check.base), check.entries, "entries");
        assertEquals(index.size(), check.entries, "size");
        check.blocks();
    }

    private void walk(int pointer) {
        assertTrue(nodes.add(pointer), "node " + pointer + " has two parents");
        long node = base + ((long) pointer << NodeSpace.UNIT_SHIFT);
        if (Node.isData(node)) {
            data(node);
            return;
        }
        int distinct = 0;
        int previous = 0;
        for (int slot = 0; slot < Node.slots(node); slot++) {
            int child = Node.child(node, slot);
            if (child != previous) {
                walk(child);
                previous = child;
                distinct++;
            }
        }
        if (Node.kind(node) == Node.MODEL) {
            assertEquals(distinct, ModelNode.distinct(node), "children");
        }
    }

    private void data(long node) {
        assertEquals(nextLowKey, DataNode.lowKey(node), "low key");
        assertEquals(nextLowPayload, DataNode.lowPayload(node), "low payload");
        int count = DataNode.count(node);
        entries += count;
        long[] copied = new long[2 * count + 2];
        assertEquals(count, DataNode.copyForward(node, 0, copied, count + 1), "entries of a node");
        for (int i = 0; i < count; i++) {
            long key = copied[2 * i];
            long payload = copied[2 * i + 1];
            assertTrue(!Entries.less(key, payload, nextLowKey, nextLowPayload), "entry below its node or in disorder");
            assertTrue(
                    !Entries.less(DataNode.highKey(node), DataNode.highPayload(node), key, payload),
                    "entry above its node");
            int at = DataNode.lowerBound(node, key, payload);
            assertTrue(DataNode.holds(node, at, key, payload), "entry not found");
            assertEquals(i, DataNode.rank(node, at), "rank");
            nextLowKey = Entries.keyAfter(key, payload);
            nextLowPayload = Entries.payloadAfter(payload);
        }
        if (Node.kind(node) == Node.GAPPED) {
            gaps(node);
        }
        first = Entries.isGreatest(DataNode.highKey(node), DataNode.highPayload(node));
        nextLowKey = Entries.keyAfter(DataNode.highKey(node), DataNode.highPayload(node));
        nextLowPayload = Entries.payloadAfter(DataNode.highPayload(node));
    }

    private static void gaps(long node) {
        int slots = GappedNode.slots(node);
        for (int slot = 0; slot < slots; slot++) {
            int next = GappedNode.next(node, slot, true);
            boolean front = slot < GappedNode.first(node) && GappedNode.last(node) >= 0;
            long key = front ? Long.MIN_VALUE : next < slots ? GappedNode.key(node, next) : Long.MAX_VALUE;
            long payload = front ? Long.MIN_VALUE : next < slots ? GappedNode.payload(node, next) : Long.MAX_VALUE;
            assertEquals(key, GappedNode.key(node, slot), "key of slot " + slot);
            assertEquals(payload, GappedNode.payload(node, slot), "payload of slot " + slot);
        }
    }

    /// Walks the blocks from the first to the end.
    private void blocks() {
        int end = Superblock.end(base);
        int at = Superblock.FIRST_UNIT;
        boolean free = false;
        int used = 0;
        while (at < end) {
            long block = base + ((long) at << NodeSpace.UNIT_SHIFT);
            int word = NativeMemory.getInt(block);
            int units = word >>> 2;
            assertTrue(units > 0, "block of no units");
            assertEquals(free, (word & 2) != 0, "mark of the block in front");
            boolean isFree = (word & 1) != 0;
            assertTrue(!(free && isFree), "free neighbours");
            if (isFree) {
                assertEquals(units, NativeMemory.getInt(block + ((long) units << NodeSpace.UNIT_SHIFT) - 4));
            } else if (nodes.contains(at)) {
                used++;
            }
            free = isFree;
            at += units;
        }
        assertEquals(end, at, "end of the blocks");
        assertEquals(free, Superblock.isLastFree(base), "mark of the last block");
        assertEquals(nodes.size(), used, "nodes that are blocks in use");
    }
}
