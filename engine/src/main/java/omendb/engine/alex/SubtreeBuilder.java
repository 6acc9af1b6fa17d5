package omendb.engine.alex;

import omendb.memory.NativeMemory;

/// Builds the tree over sorted entries: for a bulk load, and for a node that splits downwards.
///
/// Threading: the index's writer.
final class SubtreeBuilder {
    /// Inner nodes with a model on one way down; below, separators bound what keys can do.
    static final int MAX_MODEL_DEPTH = 6;

    private static final int SEPARATED_ENTRIES = DataNode.MAX_ENTRIES / 2;

    private final NodeFactory factory;

    SubtreeBuilder(NodeFactory factory) {
        this.factory = factory;
    }

    /// Bytes that building may take, roughly upwards.
    static long room(long entries) {
        return entries * 26 + (1 << 20);
    }

    /// @param depth inner nodes above
    int build(long entries, int count, Bounds bounds, boolean gapped, int depth) {
        if (count <= DataNode.MAX_ENTRIES) {
            return dataNode(entries, count, bounds, gapped);
        }
        FanoutPlan plan = depth < MAX_MODEL_DEPTH ? FanoutPlan.choose(entries, count) : null;
        return plan == null
                ? separated(entries, count, bounds, gapped)
                : modelled(plan, entries, bounds, gapped, depth);
    }

    int dataNode(long entries, int count, Bounds bounds, boolean gapped) {
        return gapped || count == 0 ? factory.spread(entries, count, bounds) : factory.compact(entries, count, bounds);
    }

    /// A model node and all below it.
    int modelled(FanoutPlan plan, long entries, Bounds bounds, boolean gapped, int depth) {
        int fanout = plan.fanout();
        int pointer = factory.model(plan.fanoutLog, plan.base, plan.width);
        int[] ends = plan.ends(entries, factory, gapped);
        int distinct = 0;
        Bounds rest = bounds;
        for (int from = 0; from < fanout; distinct++) {
            int end = ends[from];
            while (end < fanout && plan.firsts[ends[end]] == plan.firsts[end]) {
                end = ends[end]; // empty ones join what is in front of them
            }
            Bounds part = rest;
            if (end < fanout) {
                long boundary = plan.base + end * plan.width;
                part = rest.before(boundary, Long.MIN_VALUE);
                rest = rest.from(boundary, Long.MIN_VALUE);
            }
            int count = plan.firsts[end] - plan.firsts[from];
            long first = entries + (long) plan.firsts[from] * Entries.BYTES;
            int child = build(first, count, part, gapped, depth + 1);
            long node = factory.space.address(pointer);
            for (int slot = from; slot < end; slot++) {
                ModelNode.setChild(node, slot, child);
            }
            from = end;
        }
        ModelNode.setDistinct(factory.space.address(pointer), distinct);
        return pointer;
    }

    /// Separator nodes over data nodes of equal size.
    int separated(long entries, int count, Bounds bounds, boolean gapped) {
        int leaves = (count + SEPARATED_ENTRIES - 1) / SEPARATED_ENTRIES;
        if (leaves <= 1) {
            return dataNode(entries, count, bounds, gapped);
        }
        int children = Math.min(leaves, SeparatorNode.MAX_CHILDREN);
        int pointer = factory.separator(children);
        Bounds rest = bounds;
        long from = 0;
        for (int slot = 0; slot < children; slot++) {
            long end = (long) count * (slot + 1) / children;
            long first = entries + from * Entries.BYTES;
            Bounds part = rest;
            if (slot + 1 < children) {
                long key = Entries.key(entries, end);
                long payload = Entries.payload(entries, end);
                part = rest.before(key, payload);
                rest = rest.from(key, payload);
            }
            int child = separated(first, (int) (end - from), part, gapped);
            long node = factory.space.address(pointer);
            long key = slot == 0 ? Long.MIN_VALUE : NativeMemory.getLong(first);
            long payload = slot == 0 ? Long.MIN_VALUE : NativeMemory.getLong(first + 8);
            SeparatorNode.set(node, slot, key, payload, child);
            from = end;
        }
        return pointer;
    }
}
