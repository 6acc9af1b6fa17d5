package omendb.engine.alex;

import omendb.engine.alex.GappedNode.Layout;
import omendb.engine.alex.Superblock.Counter;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import org.jspecify.annotations.Nullable;

/// Changes the tree where a data node asks for it: expand, retrain, split sideways, split downwards, as the
/// cost model of the paper says; split by separators where no line helps; seal what is appended; contract
/// what was emptied.
///
/// Every change builds new nodes, publishes them in the parent (see [Publisher]) and retires the old ones.
/// After a change the path is void: the caller goes down again.
///
/// Threading: the index's writer.
final class Restructurer implements AutoCloseable {
    /// A split by a line must leave at least one in so many entries on either side.
    private static final int LEAST_PART = 8;

    /// Fewer entries are never split for speed.
    private static final int LEAST_SPLIT = 512;

    /// A node is done again when its inserts move so many entries each.
    private static final int MOST_MOVED = 64;

    private static final int COLD_CHECKPOINTS = 2;
    private static final int SCRATCH_ENTRIES = 2 * GappedNode.MAX_SLOTS;
    private static final MemoryTag TAG = MemoryTag.of("alex scratch");

    private final NodeSpace space;
    private final NodeFactory factory;
    private final SubtreeBuilder builder;
    private final Publisher publisher;
    private final Sealer sealer;
    private long scratch;

    Restructurer(NodeSpace space, NodeFactory factory, SubtreeBuilder builder) {
        this.space = space;
        this.factory = factory;
        this.builder = builder;
        this.publisher = new Publisher(space, factory);
        this.sealer = new Sealer(space, factory, publisher);
    }

    /// All entries of a node, in memory of ours.
    private long extract(long node) {
        if (scratch == 0) {
            scratch = MemoryAccount.allocate(TAG, (long) SCRATCH_ENTRIES * Entries.BYTES);
        }
        DataNode.extract(node, scratch);
        return scratch;
    }

    // ---- before an insert ----

    /// Whether a gapped node should be restructured before it takes one more entry.
    static boolean wantsRoom(long node) {
        if (GappedNode.isFull(node)) {
            return true;
        }
        int inserts = GappedNode.inserts(node);
        return inserts >= MOST_MOVED && GappedNode.moved(node) / inserts >= MOST_MOVED;
    }

    /// Gives a compact node gaps, or room at the end where the next entry goes.
    void unpack(Path path, long key, long payload) {
        int pointer = path.pointer(path.depth());
        long node = space.address(pointer);
        int count = DataNode.count(node);
        int at = CompactNode.lowerBound(node, key, payload);
        long entries = extract(node);
        Bounds bounds = Bounds.of(node);
        int replacement = at == count || at == 0
                ? factory.gapped(entries, count, count + count / 4 + 64L, layoutAt(at), bounds)
                : factory.spread(entries, count, bounds);
        factory.count(Counter.UNPACKS, 1);
        publisher.replace(path, path.depth(), replacement);
    }

    private static Layout layoutAt(int at) {
        return at == 0 ? Layout.PREPEND : Layout.APPEND;
    }

    /// Makes room in a gapped node for an entry that it does not have.
    void makeRoom(Path path, long key, long payload) {
        long node = path.node(path.depth());
        int count = DataNode.count(node);
        int at = GappedNode.lowerBound(node, key, payload);
        boolean atEnd = at > GappedNode.last(node) || at == GappedNode.first(node);
        boolean growsAtEnd = atEnd && GappedNode.insertsAtEnd(node) >= GappedNode.inserts(node) / 10 * 9;
        long entries = extract(node);
        if (growsAtEnd) {
            Layout layout = layoutAt(at == GappedNode.first(node) ? 0 : 1);
            if (count < DataNode.MAX_ENTRIES) {
                int slots = Math.min(2 * count, DataNode.MAX_ENTRIES);
                expand(path, factory.gapped(entries, count, slots, layout, Bounds.of(node)));
                return;
            }
            if (sealer.seal(path, entries, count, layout)) {
                return;
            }
        }
        if (count >= DataNode.MAX_ENTRIES) {
            split(path, entries, count);
            return;
        }
        if (GappedNode.isFull(node)) {
            if (count >= LEAST_SPLIT && wantsSplit(entries, count) && splitByModel(path, entries, count)) {
                return;
            }
            expand(path, factory.spread(entries, count, Bounds.of(node)));
            return;
        }
        factory.count(Counter.RETRAINS, 1);
        publisher.replace(path, path.depth(), factory.spread(entries, count, Bounds.of(node)));
    }

    private void expand(Path path, int replacement) {
        factory.count(Counter.EXPANDS, 1);
        publisher.replace(path, path.depth(), replacement);
    }

    /// Whether two nodes are expected to cost less than one.
    private boolean wantsSplit(long entries, int count) {
        int half = count / 2;
        double apart = factory.gappedCost(entries, half)
                + factory.gappedCost(entries + (long) half * Entries.BYTES, count - half);
        return apart < factory.gappedCost(entries, count);
    }

    // ---- splits ----

    private void split(Path path, long entries, int count) {
        if (splitByModel(path, entries, count) || splitDown(path, entries, count)) {
            return;
        }
        splitBySeparator(path, entries, count);
    }

    /// Splits sideways at a boundary of the parent's slots, halving them first if there is none.
    private boolean splitByModel(Path path, long entries, int count) {
        int level = path.depth() - 1;
        if (level < 0 || Node.kind(path.node(level)) != Node.MODEL) {
            return false;
        }
        long parent = path.node(level);
        int first = ModelNode.firstSlot(parent, path.slot(level));
        int end = ModelNode.endSlot(parent, path.slot(level));
        if (end - first == 1) {
            return publisher.canHalveSlots(parent)
                    && isFairCut(entries, count, ModelNode.leastKey(parent, first) + ModelNode.width(parent) / 2)
                    && publisher.halveSlots(path, level);
        }
        int middle = ModelNode.slot(parent, Entries.key(entries, count / 2));
        int low = Math.clamp(middle, first + 1, end - 1);
        int high = Math.clamp(middle + 1L, first + 1, end - 1);
        int lowCount = Entries.lowerBound(entries, count, ModelNode.leastKey(parent, low), Long.MIN_VALUE);
        int highCount = Entries.lowerBound(entries, count, ModelNode.leastKey(parent, high), Long.MIN_VALUE);
        boolean lowIsFairer = Math.abs(lowCount - count / 2) <= Math.abs(highCount - count / 2);
        int cut = lowIsFairer ? low : high;
        int left = lowIsFairer ? lowCount : highCount;
        if (Math.min(left, count - left) < count / LEAST_PART) {
            return false;
        }
        Bounds bounds = Bounds.of(path.node(level + 1));
        long boundary = ModelNode.leastKey(parent, cut);
        int before = factory.spread(entries, left, bounds.before(boundary, Long.MIN_VALUE));
        int behind = factory.spread(
                entries + (long) left * Entries.BYTES, count - left, bounds.from(boundary, Long.MIN_VALUE));
        publisher.splitSideways(path, level, cut, before, behind);
        return true;
    }

    private static boolean isFairCut(long entries, int count, long boundary) {
        int left = Entries.lowerBound(entries, count, boundary, Long.MIN_VALUE);
        return Math.min(left, count - left) >= count / LEAST_PART;
    }

    private boolean splitDown(Path path, long entries, int count) {
        int depth = path.depth();
        if (depth >= SubtreeBuilder.MAX_MODEL_DEPTH) {
            return false;
        }
        @Nullable FanoutPlan plan = FanoutPlan.choose(entries, count);
        if (plan == null) {
            return false;
        }
        Bounds bounds = Bounds.of(path.node(depth));
        factory.count(Counter.DOWNWARD_SPLITS, 1);
        publisher.replace(path, depth, builder.modelled(plan, entries, bounds, true, depth));
        return true;
    }

    private void splitBySeparator(Path path, long entries, int count) {
        int half = count / 2;
        Bounds bounds = Bounds.of(path.node(path.depth()));
        long key = Entries.key(entries, half);
        long payload = Entries.payload(entries, half);
        int left = factory.spread(entries, half, bounds.before(key, payload));
        int right = factory.spread(entries + (long) half * Entries.BYTES, count - half, bounds.from(key, payload));
        factory.count(Counter.SEPARATOR_SPLITS, 1);
        publisher.splitBySeparator(path, path.depth(), left, key, payload, right);
    }

    // ---- what is no longer changed ----

    /// Packs a gapped node that has not changed since the checkpoint before the last one; false if it is
    /// not such.
    boolean packCold(Path path) {
        long node = path.node(path.depth());
        int count = DataNode.count(node);
        boolean cold = Node.kind(node) == Node.GAPPED && GappedNode.stamp(node) + COLD_CHECKPOINTS <= factory.stamp();
        if (!cold || count == 0) {
            return false;
        }
        factory.count(Counter.PACKS, 1);
        publisher.replace(path, path.depth(), factory.compact(extract(node), count, Bounds.of(node)));
        return true;
    }

    // ---- after a removal ----

    static boolean wantsLess(long node) {
        int count = DataNode.count(node);
        int slots = GappedNode.slots(node);
        return count <= slots / 16 || (slots > 64 && count < slots / 4);
    }

    /// Gives room back that a gapped node no longer needs, and empty nodes to their neighbours.
    void contract(Path path) {
        int depth = path.depth();
        long node = path.node(depth);
        int count = DataNode.count(node);
        if (count <= GappedNode.slots(node) / 16 && publisher.joinNeighbour(path, this::joined)) {
            factory.count(Counter.CONTRACTIONS, 1);
            return;
        }
        int slots = GappedNode.slots(node);
        if (slots > 64 && count < slots / 4) {
            factory.count(Counter.CONTRACTIONS, 1);
            publisher.replace(path, depth, factory.spread(extract(node), count, Bounds.of(node)));
        }
    }

    /// One node for two neighbours; 0 if they are better left alone.
    private int joined(int left, int right) {
        long leftNode = space.address(left);
        long rightNode = space.address(right);
        int leftCount = DataNode.count(leftNode);
        int rightCount = DataNode.count(rightNode);
        Bounds bounds = Bounds.of(leftNode).and(Bounds.of(rightNode));
        if (leftCount == 0) {
            return factory.copy(right, bounds);
        }
        if (rightCount == 0) {
            return factory.copy(left, bounds);
        }
        if (leftCount + rightCount > LEAST_SPLIT) {
            return 0;
        }
        long entries = extract(leftNode);
        DataNode.extract(rightNode, entries + (long) leftCount * Entries.BYTES);
        return factory.spread(entries, leftCount + rightCount, bounds);
    }

    @Override
    public void close() {
        if (scratch != 0) {
            MemoryAccount.free(TAG, scratch, (long) SCRATCH_ENTRIES * Entries.BYTES);
            scratch = 0;
        }
    }
}
