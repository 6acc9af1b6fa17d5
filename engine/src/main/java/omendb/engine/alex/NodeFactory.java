package omendb.engine.alex;

import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import omendb.engine.alex.Superblock.Counter;
import omendb.memory.Epochs;
import omendb.memory.NativeMemory;

/// Makes and retires nodes, and keeps the counts of them.
///
/// Threading: the index's writer; the epochs hand back what may be freed through a queue.
final class NodeFactory {
    /// Share of a node with gaps that is filled when it is built.
    private static final double DENSITY = 0.75;

    private static final int RECLAIMED_TOGETHER = 32;
    private static final int RECORD_HEADER = 8;

    final NodeSpace space;
    final Packing packing = new Packing();
    private final BlockAllocator allocator;
    private final Epochs epochs;
    private final LinearModel model = new LinearModel();
    private final ConcurrentLinkedQueue<Integer> freeable = new ConcurrentLinkedQueue<>();
    private final ArrayDeque<Integer> retired = new ArrayDeque<>(); // not freed yet, in any order
    private int reclaimAt = RECLAIMED_TOGETHER;
    private int stamp;

    NodeFactory(NodeSpace space, Epochs epochs) {
        this.space = space;
        this.allocator = new BlockAllocator(space);
        this.epochs = epochs;
        this.stamp = (int) Superblock.get(space.base(), Counter.CHECKPOINTS);
    }

    /// Checkpoints so far: what changed nodes carry.
    int stamp() {
        return stamp;
    }

    /// Nodes that change from now on differ from those that do not.
    void nextStamp() {
        count(Counter.CHECKPOINTS, 1);
        stamp++;
    }

    // ---- data nodes ----

    /// A compact node; the packing is measured here.
    int compact(long entries, int count, Bounds bounds) {
        packing.measure(entries, count);
        long bytes = CompactNode.bytes(packing, count);
        int pointer = allocate(bytes, Counter.COMPACT_NODES, Counter.DATA_BYTES);
        long node = space.address(pointer);
        CompactNode.build(node, packing, entries, count);
        bounds.writeTo(node);
        return pointer;
    }

    /// A gapped node with room for as many more as the usual density leaves.
    int spread(long entries, int count, Bounds bounds) {
        return gapped(entries, count, (long) (count / DENSITY) + 1, GappedNode.Layout.SPREAD, bounds);
    }

    int gapped(long entries, int count, long slotsWanted, GappedNode.Layout layout, Bounds bounds) {
        int slots = GappedNode.slotsFor(slotsWanted);
        int pointer = allocate(GappedNode.bytes(slots), Counter.GAPPED_NODES, Counter.DATA_BYTES);
        long node = space.address(pointer);
        GappedNode.init(node, slots, layout, stamp);
        if (layout == GappedNode.Layout.SPREAD) {
            GappedNode.fillSpread(node, entries, count, model);
        } else {
            GappedNode.fillDense(node, entries, count, model);
        }
        bounds.writeTo(node);
        return pointer;
    }

    /// The same node under other bounds.
    int copy(int pointer, Bounds bounds) {
        boolean compact = Node.kind(space.address(pointer)) == Node.COMPACT;
        int units = BlockAllocator.units(space.address(pointer));
        int copy = allocate(
                (long) units << NodeSpace.UNIT_SHIFT,
                compact ? Counter.COMPACT_NODES : Counter.GAPPED_NODES,
                Counter.DATA_BYTES);
        long from = space.address(pointer);
        long to = space.address(copy);
        // the first word belongs to the allocator
        NativeMemory.copy(from + 4, to + 4, ((long) units << NodeSpace.UNIT_SHIFT) - 4);
        bounds.writeTo(to);
        return copy;
    }

    /// Cost of these entries in a gapped node.
    double gappedCost(long entries, int count) {
        int slots = GappedNode.slotsFor((long) (count / DENSITY));
        model.fit(entries, count, slots);
        return CostModel.dataNode(count, model.error, 0);
    }

    // ---- inner nodes ----

    int model(int fanoutLog, long base, long width) {
        int pointer = allocate(ModelNode.bytes(fanoutLog), Counter.MODEL_NODES, Counter.MODEL_BYTES);
        ModelNode.init(space.address(pointer), fanoutLog, base, width);
        return pointer;
    }

    int separator(int children) {
        int pointer = allocate(SeparatorNode.bytes(children), Counter.SEPARATOR_NODES, Counter.MODEL_BYTES);
        SeparatorNode.init(space.address(pointer), children);
        return pointer;
    }

    // ---- blocks ----

    private int allocate(long bytes, Counter kind, Counter total) {
        int units = BlockAllocator.unitsFor(bytes);
        int pointer = allocator.allocate(units);
        count(kind, 1);
        count(total, (long) units << NodeSpace.UNIT_SHIFT);
        return pointer;
    }

    void count(Counter counter, long delta) {
        space.willWrite(space.base(), Superblock.BYTES);
        Superblock.add(space.base(), counter, delta);
    }

    /// Frees a node once no reader can be in it; it is not reachable any more.
    void retire(int pointer) {
        long node = space.address(pointer);
        long bytes = (long) BlockAllocator.units(node) << NodeSpace.UNIT_SHIFT;
        byte kind = Node.kind(node);
        count(
                switch (kind) {
                    case Node.MODEL -> Counter.MODEL_NODES;
                    case Node.SEPARATOR -> Counter.SEPARATOR_NODES;
                    case Node.GAPPED -> Counter.GAPPED_NODES;
                    default -> Counter.COMPACT_NODES;
                },
                -1);
        count(kind >= Node.GAPPED ? Counter.DATA_BYTES : Counter.MODEL_BYTES, -bytes);
        retired.add(pointer);
        epochs.retire(() -> freeable.add(pointer));
    }

    /// Writes down the nodes that are retired and not freed: whoever opens the coming checkpoint has no
    /// readers and frees them, see [#freeRecorded].
    void recordRetired() {
        freeRecordBlock();
        if (retired.isEmpty()) {
            return;
        }
        int pointer = allocator.allocate(BlockAllocator.unitsFor(RECORD_HEADER + 4L * retired.size()));
        long block = space.address(pointer);
        NativeMemory.putInt(block + 4, retired.size());
        int entry = 0;
        for (int node : retired) {
            NativeMemory.putInt(block + RECORD_HEADER + 4L * entry++, node);
        }
        setRecordBlock(pointer);
    }

    private void setRecordBlock(int pointer) {
        space.willWrite(space.base(), Superblock.BYTES);
        Superblock.setRetiredBlock(space.base(), pointer);
    }

    private void freeRecordBlock() {
        int pointer = Superblock.retiredBlock(space.base());
        if (pointer != 0) {
            setRecordBlock(0);
            allocator.free(pointer);
        }
    }

    /// Frees the nodes that were retired when a checkpoint was made.
    void freeRecorded() {
        int pointer = Superblock.retiredBlock(space.base());
        if (pointer != 0) {
            long block = space.address(pointer);
            int count = NativeMemory.getInt(block + 4);
            for (int entry = 0; entry < count; entry++) {
                allocator.free(NativeMemory.getInt(block + RECORD_HEADER + 4L * entry));
            }
        }
        freeRecordBlock();
    }

    /// Frees what no reader can see any more, once enough has gathered.
    void reclaim() {
        if (retired.size() < reclaimAt) {
            return;
        }
        epochs.advance();
        for (Integer pointer = freeable.poll(); pointer != null; pointer = freeable.poll()) {
            retired.remove(pointer); // mostly the first one
            allocator.free(pointer);
        }
        reclaimAt = retired.size() + RECLAIMED_TOGETHER;
    }
}
