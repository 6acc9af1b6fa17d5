package omendb.engine.alex;

import omendb.engine.alex.Superblock.Counter;
import omendb.memory.NativeMemory;

/// Puts new nodes in the place of old ones: one release store for each slot, then the old ones retire.
///
/// Threading: the index's writer. Readers come from the parent to the old or the new node; both are whole.
final class Publisher {
    /// A model node's slots are halved, and more are added, while it has fewer than so many for each child.
    private static final int MOST_SLOTS_PER_CHILD = 64;

    private static final int FEW_SLOTS = 256;

    private final NodeSpace space;
    private final NodeFactory factory;

    /// Builds one node for two.
    interface Join {
        /// @return the new node's pointer, or 0 to leave the two alone
        int join(int left, int right);
    }

    Publisher(NodeSpace space, NodeFactory factory) {
        this.space = space;
        this.factory = factory;
    }

    /// Replaces the node at a level of the path.
    void replace(Path path, int level, int replacement) {
        insert(path, level, replacement);
        factory.retire(path.pointer(level));
    }

    /// Puts a node, which leads to the data node at the path's end, above that.
    void insertAbove(Path path, int inner) {
        insert(path, path.depth(), inner);
    }

    private void insert(Path path, int level, int replacement) {
        if (level == 0) {
            space.willWrite(space.base(), Superblock.BYTES);
            Superblock.publishRoot(space.base(), replacement);
            return;
        }
        long parent = path.node(level - 1);
        int slot = path.slot(level - 1);
        if (Node.kind(parent) == Node.MODEL) {
            publish(parent, ModelNode.firstSlot(parent, slot), ModelNode.endSlot(parent, slot), replacement);
        } else {
            publish(SeparatorNode.childAddress(parent, slot), replacement);
        }
    }

    private void publish(long model, int from, int end, int child) {
        space.willWrite(ModelNode.childAddress(model, from), 4L * (end - from));
        for (int slot = from; slot < end; slot++) {
            NativeMemory.putIntRelease(ModelNode.childAddress(model, slot), child);
        }
    }

    private void publish(long address, int child) {
        space.willWrite(address, 4);
        NativeMemory.putIntRelease(address, child);
    }

    private void addDistinct(long model, int delta) {
        space.willWrite(model, NodeSpace.UNIT_BYTES);
        ModelNode.setDistinct(model, ModelNode.distinct(model) + delta);
    }

    // ---- model nodes ----

    /// Replaces the child at the path's slot by two, the second from slot `cut` on.
    void splitSideways(Path path, int level, int cut, int before, int behind) {
        long parent = path.node(level);
        int slot = path.slot(level);
        int first = ModelNode.firstSlot(parent, slot);
        int end = ModelNode.endSlot(parent, slot);
        publish(parent, first, cut, before);
        publish(parent, cut, end, behind);
        addDistinct(parent, 1);
        factory.count(Counter.SIDEWAYS_SPLITS, 1);
        factory.retire(path.pointer(level + 1));
    }

    private static boolean mayGrow(long model) {
        return ModelNode.fanoutLog(model) < ModelNode.MAX_FANOUT_LOG
                && ModelNode.fanout(model)
                        < Math.max(FEW_SLOTS, (long) MOST_SLOTS_PER_CHILD * ModelNode.distinct(model));
    }

    boolean canHalveSlots(long model) {
        return (ModelNode.width(model) & 1) == 0 && mayGrow(model);
    }

    /// Twice as many slots for the same keys.
    boolean halveSlots(Path path, int level) {
        long old = path.node(level);
        int pointer = factory.model(ModelNode.fanoutLog(old) + 1, ModelNode.base(old), ModelNode.width(old) / 2);
        long node = space.address(pointer);
        int fanout = ModelNode.fanout(node);
        for (int slot = 0; slot < fanout; slot++) {
            ModelNode.setChild(node, slot, ModelNode.child(old, slot >>> 1));
        }
        return grown(path, level, pointer);
    }

    private boolean grown(Path path, int level, int pointer) {
        ModelNode.setDistinct(space.address(pointer), ModelNode.distinct(path.node(level)));
        factory.count(Counter.EXPANDS, 1);
        replace(path, level, pointer);
        return true;
    }

    /// Whether a key lies behind the last slot.
    boolean lacksSlotAbove(long model, long key) {
        long distance = key - ModelNode.base(model); // unsigned
        return key > ModelNode.base(model)
                && Long.compareUnsigned(Long.divideUnsigned(distance, ModelNode.width(model)), ModelNode.fanout(model))
                        >= 0;
    }

    /// As many slots again above the last one.
    boolean addSlotsAbove(Path path, int level) {
        long old = path.node(level);
        if (!mayGrow(old)) {
            return false;
        }
        int pointer = factory.model(ModelNode.fanoutLog(old) + 1, ModelNode.base(old), ModelNode.width(old));
        long node = space.address(pointer);
        int fanout = ModelNode.fanout(node);
        for (int slot = 0; slot < fanout; slot++) {
            ModelNode.setChild(node, slot, ModelNode.child(old, Math.min(slot, fanout / 2 - 1)));
        }
        return grown(path, level, pointer);
    }

    /// As many slots again below the first one; not if that would begin below the least key.
    boolean addSlotsBelow(Path path, int level) {
        long old = path.node(level);
        long room = ModelNode.base(old) - Long.MIN_VALUE; // unsigned
        if (!mayGrow(old)
                || Long.compareUnsigned(Long.divideUnsigned(room, ModelNode.width(old)), ModelNode.fanout(old)) < 0) {
            return false;
        }
        int added = ModelNode.fanout(old);
        int pointer = factory.model(
                ModelNode.fanoutLog(old) + 1, ModelNode.base(old) - added * ModelNode.width(old), ModelNode.width(old));
        long node = space.address(pointer);
        for (int slot = 0; slot < 2 * added; slot++) {
            ModelNode.setChild(node, slot, ModelNode.child(old, Math.max(slot - added, 0)));
        }
        return grown(path, level, pointer);
    }

    // ---- separator nodes ----

    /// Replaces the node at a level by two, the second one from an entry on.
    void splitBySeparator(Path path, int level, int left, long key, long payload, int right) {
        if (level == 0 || Node.kind(path.node(level - 1)) != Node.SEPARATOR) {
            int pointer = factory.separator(2);
            long node = space.address(pointer);
            SeparatorNode.set(node, 0, Long.MIN_VALUE, Long.MIN_VALUE, left);
            SeparatorNode.set(node, 1, key, payload, right);
            replace(path, level, pointer);
            return;
        }
        long old = path.node(level - 1);
        int slot = path.slot(level - 1);
        int count = SeparatorNode.count(old) + 1;
        if (count <= SeparatorNode.MAX_CHILDREN) {
            int pointer = factory.separator(count);
            fill(space.address(pointer), old, 0, count, slot, left, key, payload, right);
            replace(path, level - 1, pointer);
        } else {
            int half = count / 2;
            int low = factory.separator(half);
            fill(space.address(low), old, 0, half, slot, left, key, payload, right);
            int high = factory.separator(count - half);
            fill(space.address(high), old, half, count, slot, left, key, payload, right);
            // the separator of the upper half's first child tells the halves apart
            int cut = half == slot + 1 ? -1 : half <= slot ? half : half - 1;
            long cutKey = cut < 0 ? key : Entries.key(SeparatorNode.separators(old), cut);
            long cutPayload = cut < 0 ? payload : Entries.payload(SeparatorNode.separators(old), cut);
            splitBySeparator(path, level - 1, low, cutKey, cutPayload, high);
        }
        factory.retire(path.pointer(level));
    }

    /// Fills a node with children `from` to `end` of an old one in which `slot` is replaced by two.
    private static void fill(
            long node, long old, int from, int end, int slot, int left, long key, long payload, int right) {
        long separators = SeparatorNode.separators(old);
        for (int i = from; i < end; i++) {
            int source = i <= slot ? i : i - 1;
            boolean added = i == slot + 1;
            int child = i == slot ? left : added ? right : SeparatorNode.child(old, source);
            SeparatorNode.set(
                    node,
                    i - from,
                    added ? key : Entries.key(separators, source),
                    added ? payload : Entries.payload(separators, source),
                    child);
        }
    }

    // ---- joining ----

    /// Joins the data node at the path's end with a neighbour below the same parent; false if nothing
    /// changed.
    boolean joinNeighbour(Path path, Join join) {
        int level = path.depth() - 1;
        if (level < 0) {
            return false;
        }
        long parent = path.node(level);
        return Node.kind(parent) == Node.MODEL ? joinSlots(path, level, parent, join) : joinChildren(path, level, join);
    }

    private boolean joinSlots(Path path, int level, long parent, Join join) {
        int slot = path.slot(level);
        int first = ModelNode.firstSlot(parent, slot);
        int end = ModelNode.endSlot(parent, slot);
        if (first == 0 && end == ModelNode.fanout(parent)) {
            insert(path, level, path.pointer(level + 1)); // the only child takes the parent's place
            factory.retire(path.pointer(level));
            return true;
        }
        boolean withNext = end < ModelNode.fanout(parent);
        int left = withNext ? path.pointer(level + 1) : ModelNode.child(parent, first - 1);
        int right = withNext ? ModelNode.child(parent, end) : path.pointer(level + 1);
        if (!areData(left, right)) {
            return false;
        }
        int joined = join.join(left, right);
        if (joined == 0) {
            return false;
        }
        int from = withNext ? first : ModelNode.firstSlot(parent, first - 1);
        publish(parent, from, withNext ? ModelNode.endSlot(parent, end) : end, joined);
        addDistinct(parent, -1);
        factory.retire(left);
        factory.retire(right);
        return true;
    }

    private boolean areData(int left, int right) {
        return Node.isData(space.address(left)) && Node.isData(space.address(right));
    }

    private boolean joinChildren(Path path, int level, Join join) {
        long old = path.node(level);
        int count = SeparatorNode.count(old);
        int leftSlot = path.slot(level) + 1 < count ? path.slot(level) : path.slot(level) - 1;
        int left = SeparatorNode.child(old, leftSlot);
        int right = SeparatorNode.child(old, leftSlot + 1);
        if (!areData(left, right)) {
            return false;
        }
        int joined = join.join(left, right);
        if (joined == 0) {
            return false;
        }
        if (count == 2) {
            replace(path, level, joined);
        } else {
            int pointer = factory.separator(count - 1);
            long node = space.address(pointer);
            long separators = SeparatorNode.separators(old);
            for (int i = 0; i < count - 1; i++) {
                int source = i <= leftSlot ? i : i + 1;
                int child = i == leftSlot ? joined : SeparatorNode.child(old, source);
                SeparatorNode.set(node, i, Entries.key(separators, source), Entries.payload(separators, source), child);
            }
            replace(path, level, pointer);
        }
        factory.retire(left);
        factory.retire(right);
        return true;
    }
}
