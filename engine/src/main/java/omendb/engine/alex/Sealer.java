package omendb.engine.alex;

import omendb.engine.alex.GappedNode.Layout;
import omendb.engine.alex.Superblock.Counter;

/// Splits a full node that grew at one end: what is behind the growing end becomes a compact node, and a
/// small node goes on growing. So a serial or a clock leaves packed nodes behind.
///
/// The cut is a boundary of the parent's slots as near to the growing end as there is one. Slots are added
/// to a parent that ends there, halved where they are too wide, and a parent is made where there is none
/// with a model.
///
/// Threading: the index's writer.
final class Sealer {
    /// Slots that a new parent gives the entries there are; as many stand ready behind.
    private static final int NEW_SLOTS = 16;

    private static final int LEAST_GROWING_SLOTS = 256;

    private final NodeSpace space;
    private final NodeFactory factory;
    private final Publisher publisher;

    Sealer(NodeSpace space, NodeFactory factory, Publisher publisher) {
        this.space = space;
        this.factory = factory;
        this.publisher = publisher;
    }

    /// Splits the data node at the path's end, or makes the tree ready for it; true if the tree changed.
    boolean seal(Path path, long entries, int count, Layout layout) {
        boolean append = layout == Layout.APPEND;
        int level = path.depth() - 1;
        long firstKey = Entries.key(entries, 0);
        long lastKey = Entries.key(entries, count - 1L);
        if (firstKey == lastKey) {
            return false;
        }
        if (level < 0 || Node.kind(path.node(level)) != Node.MODEL) {
            return path.depth() < SubtreeBuilder.MAX_MODEL_DEPTH && addParent(path, firstKey, lastKey);
        }
        long parent = path.node(level);
        long growing = append ? lastKey : firstKey;
        int first = ModelNode.firstSlot(parent, path.slot(level));
        int end = ModelNode.endSlot(parent, path.slot(level));
        if (append && end == ModelNode.fanout(parent) && publisher.lacksSlotAbove(parent, growing)) {
            return publisher.addSlotsAbove(path, level);
        }
        if (!append && first == 0 && growing < ModelNode.base(parent)) {
            return publisher.addSlotsBelow(path, level);
        }
        int slot = ModelNode.slot(parent, growing);
        if (slot == ModelNode.slot(parent, append ? firstKey : lastKey)) { // too wide
            return publisher.canHalveSlots(parent) && publisher.halveSlots(path, level);
        }
        int cut = append ? slot : slot + 1;
        if (cut <= first || cut >= end) {
            return false;
        }
        long boundary = ModelNode.leastKey(parent, cut);
        int left = Entries.lowerBound(entries, count, boundary, Long.MIN_VALUE);
        Bounds bounds = Bounds.of(path.node(level + 1));
        Bounds before = bounds.before(boundary, Long.MIN_VALUE);
        Bounds from = bounds.from(boundary, Long.MIN_VALUE);
        long rest = entries + (long) left * Entries.BYTES;
        factory.count(Counter.SEALS, 1);
        publisher.splitSideways(
                path,
                level,
                cut,
                append ? factory.compact(entries, left, before) : growing(entries, left, layout, before),
                append ? growing(rest, count - left, layout, from) : factory.compact(rest, count - left, from));
        return true;
    }

    private int growing(long entries, int count, Layout layout, Bounds bounds) {
        int slots = Math.clamp(2L * count, LEAST_GROWING_SLOTS, DataNode.MAX_ENTRIES);
        return factory.gapped(entries, count, Math.max(slots, count), layout, bounds);
    }

    /// A model node above the data node, all slots leading to it.
    private boolean addParent(Path path, long firstKey, long lastKey) {
        long width = FanoutPlan.roundedWidth(Long.divideUnsigned(lastKey - firstKey, NEW_SLOTS) + 1);
        int log = Integer.numberOfTrailingZeros(2 * NEW_SLOTS);
        int pointer = factory.model(log, firstKey, width);
        long node = space.address(pointer);
        for (int slot = 0; slot < ModelNode.fanout(node); slot++) {
            ModelNode.setChild(node, slot, path.pointer(path.depth()));
        }
        ModelNode.setDistinct(node, 1);
        factory.count(Counter.DOWNWARD_SPLITS, 1);
        publisher.insertAbove(path, pointer);
        return true;
    }
}
