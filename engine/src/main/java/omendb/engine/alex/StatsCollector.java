package omendb.engine.alex;

import omendb.engine.alex.Superblock.Counter;

/// Gathers [AlexStats]: counters, a walk over the inner nodes, a sample of the data nodes.
///
/// Threading: any thread under a pin; counters may be of slightly different moments.
final class StatsCollector {
    private static final int SAMPLED_NODES = 256;
    private static final int SAMPLED_ENTRIES = 64;

    private final long base;
    private final long every;
    private final long[] one = new long[2];
    private int height;
    private long dataNodes;
    private double errors;
    private long sampled;

    private StatsCollector(long base) {
        this.base = base;
        long all = get(Counter.GAPPED_NODES) + get(Counter.COMPACT_NODES);
        this.every = Math.max(1, all / SAMPLED_NODES);
    }

    static AlexStats collect(long base) {
        var collector = new StatsCollector(base);
        collector.walk(Superblock.root(base), 1);
        return collector.result();
    }

    private long get(Counter counter) {
        return Superblock.get(base, counter);
    }

    private void walk(int pointer, int depth) {
        long node = base + ((long) pointer << NodeSpace.UNIT_SHIFT);
        height = Math.max(height, depth);
        if (Node.isData(node)) {
            if (dataNodes++ % every == 0) {
                sample(node);
            }
            return;
        }
        int slots = Node.slots(node);
        int previous = 0;
        for (int slot = 0; slot < slots; slot++) {
            int child = Node.child(node, slot);
            if (child != previous) {
                walk(child, depth + 1);
                previous = child;
            }
        }
    }

    private void sample(long node) {
        boolean compact = Node.kind(node) == Node.COMPACT;
        int positions = compact ? DataNode.count(node) : GappedNode.slots(node);
        int step = Math.max(1, positions / SAMPLED_ENTRIES);
        for (int at = 0; at < positions; at += step) {
            int version = DataNode.beginRead(node);
            if (DataNode.copyForward(node, at, one, 1) == 0) {
                return;
            }
            int found = DataNode.lowerBound(node, one[0], one[1]);
            int predicted = compact ? CompactNode.predict(node, one[0]) : GappedNode.predict(node, one[0]);
            if (DataNode.unchanged(node, version)) {
                errors += Math.abs(predicted - found);
                sampled++;
            }
        }
    }

    private AlexStats result() {
        return new AlexStats(
                height,
                Superblock.entries(base),
                get(Counter.MODEL_NODES),
                get(Counter.SEPARATOR_NODES),
                get(Counter.GAPPED_NODES),
                get(Counter.COMPACT_NODES),
                get(Counter.MODEL_BYTES),
                get(Counter.DATA_BYTES),
                (long) Superblock.end(base) << NodeSpace.UNIT_SHIFT,
                sampled == 0 ? 0 : errors / sampled,
                get(Counter.EXPANDS),
                get(Counter.RETRAINS),
                get(Counter.SIDEWAYS_SPLITS),
                get(Counter.DOWNWARD_SPLITS),
                get(Counter.SEPARATOR_SPLITS),
                get(Counter.SEALS),
                get(Counter.UNPACKS),
                get(Counter.PACKS),
                get(Counter.CONTRACTIONS));
    }
}
