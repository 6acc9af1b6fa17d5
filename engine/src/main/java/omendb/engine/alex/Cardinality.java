package omendb.engine.alex;

/// How many entries lie in an interval, nearly: exact inside the data nodes at its ends, from a sample of
/// the nodes between them if these are many.
///
/// Threading: any thread under a pin.
final class Cardinality {
    private static final int SAMPLED_SLOTS = 64;

    private final long base;

    Cardinality(long base) {
        this.base = base;
    }

    /// Entries from (lowKey, lowPayload) to in front of (highKey, highPayload); a missing end is that of
    /// the index.
    double between(boolean hasLow, long lowKey, long lowPayload, boolean hasHigh, long highKey, long highPayload) {
        return between(Superblock.root(base), hasLow, lowKey, lowPayload, hasHigh, highKey, highPayload);
    }

    private double between(
            int pointer,
            boolean hasLow,
            long lowKey,
            long lowPayload,
            boolean hasHigh,
            long highKey,
            long highPayload) {
        long node = base + ((long) pointer << NodeSpace.UNIT_SHIFT);
        if (Node.isData(node)) {
            while (true) {
                int version = DataNode.beginRead(node);
                int end = hasHigh
                        ? DataNode.rank(node, DataNode.lowerBound(node, highKey, highPayload))
                        : DataNode.count(node);
                int start = hasLow ? DataNode.rank(node, DataNode.lowerBound(node, lowKey, lowPayload)) : 0;
                if (DataNode.unchanged(node, version)) {
                    return Math.max(0, end - start);
                }
            }
        }
        int low = hasLow ? Node.slot(node, lowKey, lowPayload) : 0;
        int high = hasHigh ? Node.slot(node, highKey, highPayload) : Node.slots(node) - 1;
        int lowChild = Node.child(node, low);
        int highChild = Node.child(node, high);
        if (low >= high || lowChild == highChild) {
            return between(highChild, hasLow, lowKey, lowPayload, hasHigh, highKey, highPayload);
        }
        int start = low + 1;
        while (start < high && Node.child(node, start) == lowChild) {
            start++;
        }
        int end = high;
        while (end > start && Node.child(node, end - 1) == highChild) {
            end--;
        }
        return between(lowChild, hasLow, lowKey, lowPayload, false, 0, 0)
                + inside(node, start, end)
                + between(highChild, false, 0, 0, hasHigh, highKey, highPayload);
    }

    /// Entries below the slots `start` to `end`, both of which begin children.
    private double inside(long node, int start, int end) {
        double sum = 0;
        if (end - start <= SAMPLED_SLOTS) {
            int previous = 0;
            for (int slot = start; slot < end; slot++) {
                int child = Node.child(node, slot);
                if (child != previous) {
                    sum += between(child, false, 0, 0, false, 0, 0);
                    previous = child;
                }
            }
            return sum;
        }
        for (int i = 0; i < SAMPLED_SLOTS; i++) {
            int slot = start + (int) ((end - start) * (2L * i + 1) / (2 * SAMPLED_SLOTS));
            int share =
                    Node.kind(node) == Node.MODEL ? ModelNode.endSlot(node, slot) - ModelNode.firstSlot(node, slot) : 1;
            sum += between(Node.child(node, slot), false, 0, 0, false, 0, 0) / share;
        }
        return sum / SAMPLED_SLOTS * (end - start);
    }
}
