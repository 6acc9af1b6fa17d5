package omendb.engine.lsm;

import java.util.concurrent.atomic.AtomicInteger;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// The versions of one tree in a memtable, ordered as [Keys] says: a B+-tree of [MemtableNode]s over
/// [MemtableEntry]s in the memtable's arena.
///
/// Threading: any number of writers and readers. A writer goes down reading optimistically, splits full
/// inner nodes that it meets, and locks only what it changes: the leaf, for a split also the node above.
/// Readers lock nothing, and as what a node loses is always to its right, they need not start again when a
/// node was split under them: they walk on to the next leaf. Locks are taken downwards and only by trying,
/// so nobody waits for another while holding one.
final class MemtableRun {
    private static final int NOT_INSERTED = -1;

    private final Memtable memtable;
    private final long base;
    private final long firstLeaf;
    private volatile long root;
    private final AtomicInteger entries = new AtomicInteger();
    private final AtomicInteger tombstones = new AtomicInteger();

    /// Range deletes of the same tree and memtable, beside the entries. Null as long as there are none, so that
    /// readers pay for one comparison.
    private volatile @Nullable RangeDeleteMap rangeDeletes;

    private MemtableRun(Memtable memtable, long leaf) {
        this.memtable = memtable;
        this.base = memtable.baseAddress();
        this.firstLeaf = leaf;
        this.root = leaf;
    }

    /// An empty run; null if the memtable has no room for one.
    static @Nullable MemtableRun create(Memtable memtable) {
        if (memtable.reserve(0, MemtableNode.FIRST_BYTES) == 0) {
            return null;
        }
        return new MemtableRun(memtable, memtable.allocateNode(MemtableNode.LEAF_BYTES));
    }

    Memtable memtable() {
        return memtable;
    }

    int entries() {
        return entries.get();
    }

    /// Those of the entries that have no value.
    int tombstones() {
        return tombstones.get();
    }

    long base() {
        return base;
    }

    @Nullable
    RangeDeleteMap rangeDeletes() {
        return rangeDeletes;
    }

    /// Adds a range delete whose keys lie in the memtable's arena.
    synchronized void addRangeDelete(RangeFragment.Bound from, RangeFragment.Bound to, long commitTs) {
        RangeDeleteMap map = rangeDeletes;
        if (map == null) {
            map = new RangeDeleteMap();
            map.add(from, to, commitTs);
            rangeDeletes = map;
        } else {
            map.add(from, to, commitTs);
        }
    }

    // ---- reading ----

    long firstLeaf() {
        return firstLeaf;
    }

    /// A leaf at or before the last one.
    long lastLeaf() {
        long node = root;
        while (MemtableNode.height(node) > 0) {
            long version = MemtableNode.stableVersion(node);
            int child = MemtableNode.child(node, MemtableNode.count(node));
            if (MemtableNode.isAt(node, version)) {
                node = MemtableEntry.address(base, child);
            }
        }
        return node;
    }

    /// The leaf that covers (`key`, `commitTs`), or one to the left of it. Unless `inclusive`, a leaf that
    /// begins with exactly that version does not count: the one before is meant.
    long leafOf(long key, int keyLength, long prefix, long commitTs, boolean inclusive) {
        long node = root;
        while (MemtableNode.height(node) > 0) {
            long version = MemtableNode.stableVersion(node);
            int rank = MemtableNode.rank(node, version, base, key, keyLength, prefix, commitTs, inclusive);
            int child = rank < 0 ? 0 : MemtableNode.child(node, rank);
            if (rank >= 0 && MemtableNode.isAt(node, version)) {
                node = MemtableEntry.address(base, child);
            }
        }
        return node;
    }

    /// How many entries of a leaf stand before (`key`, `commitTs`).
    int rank(long leaf, long key, int keyLength, long prefix, long commitTs) {
        while (true) {
            long version = MemtableNode.stableVersion(leaf);
            int rank = MemtableNode.rank(leaf, version, base, key, keyLength, prefix, commitTs, false);
            if (rank >= 0 && MemtableNode.isAt(leaf, version)) {
                return rank;
            }
        }
    }

    /// Finds the newest version up to `snapshotTs`; false if this run has none.
    boolean get(long key, int keyLength, long prefix, long snapshotTs, LsmValue out) {
        long leaf = leafOf(key, keyLength, prefix, snapshotTs, true);
        while (true) {
            long version = MemtableNode.stableVersion(leaf);
            int rank = MemtableNode.rank(leaf, version, base, key, keyLength, prefix, snapshotTs, false);
            int count = MemtableNode.count(leaf);
            boolean inside = rank >= 0 && rank < count;
            boolean found = inside && MemtableNode.prefix(leaf, rank) == prefix;
            int target = inside ? MemtableNode.entry(leaf, rank) : MemtableNode.next(leaf);
            if (rank < 0 || !MemtableNode.isAt(leaf, version)) {
                continue;
            }
            if (inside || target == 0) {
                return found && take(MemtableEntry.address(base, target), key, keyLength, out);
            }
            leaf = MemtableEntry.address(base, target);
        }
    }

    private boolean take(long entry, long key, int keyLength, LsmValue out) {
        if (Keys.compareTails(MemtableEntry.keyAddress(entry), MemtableEntry.keyLength(entry), key, keyLength) != 0) {
            return false;
        }
        long value = MemtableEntry.value(base, entry);
        if (value == 0) {
            out.setTombstone(MemtableEntry.commitTs(entry));
        } else {
            out.setValue(value + Integer.BYTES, NativeMemory.getInt(value), MemtableEntry.commitTs(entry));
        }
        return true;
    }

    // ---- writing ----

    /// Inserts a version, or replaces the value of the same version.
    ///
    /// @param at [MemtableEntry#bytesFor] bytes of the arena that belong to the caller, who reserved room
    ///     for nodes too ([MemtableNode#BYTES_PER_ENTRY])
    /// @param valueAddress 0 for a tombstone
    void insert(long at, long key, int keyLength, long commitTs, long valueAddress, int valueLength) {
        MemtableEntry.write(base, at, key, keyLength, commitTs, valueAddress, valueLength);
        insertWritten(at, key, keyLength, Keys.prefix(key, keyLength), commitTs);
    }

    private void insertWritten(long at, long key, int keyLength, long prefix, long commitTs) {
        int added = NOT_INSERTED;
        while (added == NOT_INSERTED) {
            added = tryInsert(at, key, keyLength, prefix, commitTs);
        }
        if (added > 0) {
            entries.getAndIncrement();
            if (MemtableEntry.value(base, at) == 0) {
                tombstones.getAndIncrement();
            }
        }
    }

    /// Inserts entries that are written already, in an empty run by building its nodes from below. Room for nodes
    /// is reserved as for [#insert]. There is no other writer, and a reader meanwhile finds nothing or all.
    void build(EntrySorter sorted) {
        int count = sorted.finish();
        if (MemtableNode.height(root) > 0 || MemtableNode.count(root) > 0) {
            for (int i = 0; i < count; i++) {
                long item = sorted.address() + (long) i * EntrySorter.ITEM_BYTES;
                long entry = MemtableEntry.address(base, NativeMemory.getInt(item + EntrySorter.ITEM_ENTRY));
                insertWritten(
                        entry,
                        MemtableEntry.keyAddress(entry),
                        MemtableEntry.keyLength(entry),
                        NativeMemory.getLong(item),
                        MemtableEntry.commitTs(entry));
            }
        } else if (count > 0) {
            root = new MemtableNodes(memtable, base).build(firstLeaf, sorted.address(), count);
            entries.getAndAdd(count);
            tombstones.getAndAdd(countTombstones(sorted.address(), count));
        }
    }

    private int countTombstones(long items, int count) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            long item = items + (long) i * EntrySorter.ITEM_BYTES;
            long entry = MemtableEntry.address(base, NativeMemory.getInt(item + EntrySorter.ITEM_ENTRY));
            found += MemtableEntry.value(base, entry) == 0 ? 1 : 0;
        }
        return found;
    }

    /// Entries added, or [#NOT_INSERTED]: another writer was in the way, or a full node has been split.
    private int tryInsert(long entry, long key, int keyLength, long prefix, long commitTs) {
        long parent = 0;
        long parentVersion = 0;
        long node = root;
        long version = MemtableNode.stableVersion(node);
        if (node != root) {
            return NOT_INSERTED;
        }
        while (MemtableNode.height(node) > 0) {
            int count = MemtableNode.count(node);
            int rank = MemtableNode.rank(node, version, base, key, keyLength, prefix, commitTs, true);
            int child = rank < 0 ? 0 : MemtableNode.child(node, rank);
            if (rank < 0 || !MemtableNode.isAt(node, version)) {
                return NOT_INSERTED;
            }
            if (count == MemtableNode.CAPACITY) {
                splitInner(parent, parentVersion, node, version);
                return NOT_INSERTED;
            }
            parent = node;
            parentVersion = version;
            node = MemtableEntry.address(base, child);
            version = MemtableNode.stableVersion(node);
            if (!MemtableNode.isAt(parent, parentVersion)) { // the child's range may have shrunk before its version
                return NOT_INSERTED;
            }
        }
        int rank = MemtableNode.rank(node, version, base, key, keyLength, prefix, commitTs, false);
        int count = MemtableNode.count(node);
        boolean tie = rank >= 0 && rank < count && MemtableNode.prefix(node, rank) == prefix;
        int candidate = tie ? MemtableNode.entry(node, rank) : 0;
        if (rank < 0 || !MemtableNode.isAt(node, version)) {
            return NOT_INSERTED;
        }
        if (tie && isSame(MemtableEntry.address(base, candidate), key, keyLength, commitTs)) {
            MemtableEntry.replaceValue(MemtableEntry.address(base, candidate), entry);
            return 0;
        }
        if (count == MemtableNode.CAPACITY) {
            return splitLeaf(parent, parentVersion, node, version, rank, prefix, entry);
        }
        if (!MemtableNode.tryLock(node, version)) {
            return NOT_INSERTED;
        }
        MemtableNode.insert(node, rank, prefix, MemtableEntry.reference(base, entry));
        MemtableNode.unlock(node, version);
        return 1;
    }

    private static boolean isSame(long entry, long key, int keyLength, long commitTs) {
        return MemtableEntry.compareTails(entry, key, keyLength, commitTs) == 0;
    }

    /// Halves a full leaf; or, if it is the last one and the new entry belongs at its end, begins a new
    /// leaf with that entry: so that ascending keys leave full leaves behind.
    ///
    /// @return as [#tryInsert]
    private int splitLeaf(
            long parent, long parentVersion, long leaf, long version, int rank, long newPrefix, long newEntry) {
        if (!lockBoth(parent, parentVersion, leaf, version)) {
            return NOT_INSERTED;
        }
        boolean append = rank == MemtableNode.CAPACITY && MemtableNode.next(leaf) == 0;
        long right = memtable.allocateNode(MemtableNode.LEAF_BYTES);
        int rightReference = MemtableEntry.reference(base, right);
        MemtableNode.splitLeaf(leaf, append ? MemtableNode.CAPACITY : MemtableNode.CAPACITY / 2, right, rightReference);
        if (append) {
            MemtableNode.insert(right, 0, newPrefix, MemtableEntry.reference(base, newEntry));
        }
        addChild(parent, parentVersion, leaf, version, MemtableNode.entry(right, 0), rightReference);
        return append ? 1 : NOT_INSERTED;
    }

    private void splitInner(long parent, long parentVersion, long node, long version) {
        if (!lockBoth(parent, parentVersion, node, version)) {
            return;
        }
        int middle = MemtableNode.CAPACITY / 2;
        long right = memtable.allocateNode(MemtableNode.INNER_BYTES);
        int separator = MemtableNode.entry(node, middle);
        MemtableNode.splitInner(node, middle, right);
        addChild(parent, parentVersion, node, version, separator, MemtableEntry.reference(base, right));
    }

    private static boolean lockBoth(long parent, long parentVersion, long node, long version) {
        if (parent != 0 && !MemtableNode.tryLock(parent, parentVersion)) {
            return false;
        }
        if (!MemtableNode.tryLock(node, version)) {
            if (parent != 0) {
                MemtableNode.unlock(parent, parentVersion);
            }
            return false;
        }
        return true;
    }

    /// Enters the right half of a node into its parent, or into a new root if it had none, and releases
    /// both. The parent has room: it was not full when the writer came through, and is unchanged.
    private void addChild(long parent, long parentVersion, long left, long leftVersion, int separator, int right) {
        long entry = MemtableEntry.address(base, separator);
        long prefix = MemtableEntry.prefix(entry);
        if (parent == 0) { // no root but this one: its version would have changed
            long newRoot = memtable.allocateNode(MemtableNode.INNER_BYTES);
            MemtableNode.initRoot(newRoot, MemtableNode.height(left) + 1, MemtableEntry.reference(base, left));
            MemtableNode.insertChild(newRoot, 0, prefix, separator, right);
            root = newRoot;
        } else {
            int rank = MemtableNode.rank(
                    parent,
                    parentVersion + 1,
                    base,
                    MemtableEntry.keyAddress(entry),
                    MemtableEntry.keyLength(entry),
                    prefix,
                    MemtableEntry.commitTs(entry),
                    false);
            MemtableNode.insertChild(parent, rank, prefix, separator, right);
        }
        MemtableNode.unlock(left, leftVersion);
        if (parent != 0) {
            MemtableNode.unlock(parent, parentVersion);
        }
    }
}
