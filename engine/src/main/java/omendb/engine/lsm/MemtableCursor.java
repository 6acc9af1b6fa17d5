package omendb.engine.lsm;

import omendb.memory.NativeMemory;

/// A position in a [MemtableRun]. Holds the references of one leaf as they were when it came there: of what
/// is inserted meanwhile it sees what lands in leaves that it reaches later.
final class MemtableCursor extends RunCursor {
    private static final long NEWEST = Long.MAX_VALUE;

    private final MemtableRun run;
    private final long base;
    private final int[] entries = new int[MemtableNode.CAPACITY];
    private int count;
    private int next; // the leaf after this one
    private int index;

    MemtableCursor(MemtableRun run) {
        this.run = run;
        this.base = run.base();
    }

    @Override
    void first() {
        load(run.firstLeaf());
        moveTo(0); // a leaf without entries is the only one
    }

    @Override
    void last() {
        load(run.lastLeaf());
        while (next != 0) {
            load(MemtableEntry.address(base, next));
        }
        moveTo(count - 1);
    }

    @Override
    void seek(long key, int length, long keyPrefix, long ts) {
        long leaf = run.leafOf(key, length, keyPrefix, ts, true);
        int rank = load(leaf, key, length, keyPrefix, ts);
        while (rank == count && next != 0) { // at its end, or the leaf has been split since
            rank = load(MemtableEntry.address(base, next), key, length, keyPrefix, ts);
        }
        moveTo(rank);
    }

    @Override
    void seekBefore(long key, int length, long keyPrefix) {
        seekBefore(key, length, keyPrefix, NEWEST);
    }

    private void seekBefore(long key, int length, long keyPrefix, long ts) {
        long leaf = run.leafOf(key, length, keyPrefix, ts, false);
        int rank = load(leaf, key, length, keyPrefix, ts);
        while (rank == count && next != 0) { // the last before may be in the next leaf, if this one was split
            long following = MemtableEntry.address(base, next);
            int followingRank = run.rank(following, key, length, keyPrefix, ts);
            if (followingRank == 0) {
                break;
            }
            rank = load(following, key, length, keyPrefix, ts);
        }
        moveTo(rank - 1);
    }

    @Override
    void next() {
        if (index + 1 < count || next == 0) {
            moveTo(index + 1);
        } else {
            load(MemtableEntry.address(base, next));
            moveTo(0);
        }
    }

    @Override
    void previous() {
        if (index > 0) {
            moveTo(index - 1);
        } else {
            seekBefore(keyAddress, keyLength, prefix, commitTs);
        }
    }

    private void load(long leaf) {
        long version;
        do {
            version = MemtableNode.stableVersion(leaf);
            copy(leaf);
        } while (!MemtableNode.isAt(leaf, version));
    }

    /// Loads a leaf and returns how many of its entries stand before (`key`, `ts`).
    private int load(long leaf, long key, int length, long keyPrefix, long ts) {
        while (true) {
            long version = MemtableNode.stableVersion(leaf);
            int rank = MemtableNode.rank(leaf, version, base, key, length, keyPrefix, ts, false);
            copy(leaf);
            if (rank >= 0 && MemtableNode.isAt(leaf, version)) {
                return rank;
            }
        }
    }

    private void copy(long leaf) {
        count = MemtableNode.count(leaf);
        next = MemtableNode.next(leaf);
        for (int i = 0; i < count; i++) {
            entries[i] = MemtableNode.entry(leaf, i);
        }
    }

    private void moveTo(int target) {
        index = target;
        valid = target >= 0 && target < count;
        if (!valid) {
            return;
        }
        long entry = MemtableEntry.address(base, entries[target]);
        keyAddress = MemtableEntry.keyAddress(entry);
        keyLength = MemtableEntry.keyLength(entry);
        prefix = MemtableEntry.prefix(entry);
        commitTs = MemtableEntry.commitTs(entry);
        long value = MemtableEntry.value(base, entry);
        tombstone = value == 0;
        valueAddress = tombstone ? 0 : value + Integer.BYTES;
        valueLength = tombstone ? 0 : NativeMemory.getInt(value);
    }
}
