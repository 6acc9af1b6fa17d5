package omendb.engine.lsm;

import java.util.concurrent.atomic.AtomicInteger;
import omendb.memory.NativeMemory;

/// The versions of one tree in a memtable: a skiplist in the memtable's arena, ordered as [Keys] says.
///
/// A reference is 32 bits: the node's offset in the arena in units of eight bytes; 0 = none. A link is a
/// reference in the low half and, in the high half, the high half of the prefix of the node it leads to: for
/// most keys that decides the comparison, and a search touches only the nodes that it walks through, not
/// those that it looks at and refuses. One atomic word, so the two never disagree. Node, at a multiple of 8:
///
///     -8-8i 8  link to the next node on level i; the tower grows downwards
///     0     8  prefix of the user key
///     8     8  commit timestamp
///     16    4  length of the user key
///     20    4  reference to the value (4 bytes length, then the bytes), 0 = tombstone
///     24    n  user key
///
/// Threading: nodes are linked bottom-up by compare-and-set and never unlinked or moved, so any number of
/// writers and readers need no lock (as in Pebble's arenaskl, without its back links: walking backward
/// searches). Node content is written before the link that publishes it; a value reference may be replaced
/// later by a release store.
final class SkipList {
    static final int UNIT_BYTES = 8;
    static final int MAX_HEIGHT = 16;
    static final long HEAD_BYTES = MAX_HEIGHT * 8L + 24;

    private static final long LOW_HALF = 0xffff_ffffL;
    private static final long HIGH_HALF = ~LOW_HALF;
    private static final int COMMIT_TS = 8;
    private static final int KEY_LENGTH = 16;
    private static final int VALUE = 20;
    private static final int KEY = 24;

    private final Memtable memtable;
    private final long base;
    private final long head;
    private final AtomicInteger height = new AtomicInteger(1);
    private final AtomicInteger entries = new AtomicInteger();

    /// @param headAddress [#HEAD_BYTES] zeroed bytes in the memtable's arena
    SkipList(Memtable memtable, long headAddress) {
        this.memtable = memtable;
        this.base = memtable.baseAddress();
        this.head = headAddress + MAX_HEIGHT * 8L;
    }

    Memtable memtable() {
        return memtable;
    }

    int entries() {
        return entries.get();
    }

    /// Bytes of arena for an entry whose tower has `height` levels.
    static long bytesFor(int height, int keyLength, boolean tombstone, int valueLength) {
        return 8L * height + align(KEY + keyLength) + (tombstone ? 0 : align(4L + valueLength));
    }

    /// Height of the tower of the `ordinal`-th entry of a batch: each level a quarter as likely as the one
    /// below. A hash and no generator, so that the room a batch needs can be summed up before it is
    /// inserted.
    static int heightOf(long commitTs, int ordinal) {
        long h = (commitTs * 0x9e3779b97f4a7c15L + ordinal) * 0xbf58476d1ce4e5b9L;
        h = (h ^ (h >>> 31)) * 0x94d049bb133111ebL;
        h ^= h >>> 29;
        return 1 + Math.min(MAX_HEIGHT - 1, Long.numberOfTrailingZeros(h) / 2);
    }

    private static long align(long bytes) {
        return (bytes + UNIT_BYTES - 1) & -UNIT_BYTES;
    }

    // ---- reading: a node is named by its address, 0 = none ----

    long next(long node) {
        return target(link(node, 0));
    }

    long first() {
        return next(head);
    }

    /// The last node, or 0.
    long last() {
        long node = head;
        for (int level = height.get() - 1; level >= 0; level--) {
            for (long next = link(node, level); next != 0; next = link(node, level)) {
                node = target(next);
            }
        }
        return node == head ? 0 : node;
    }

    /// The first node at or after (`key`, `commitTs`), or 0.
    long seek(long key, int keyLength, long prefix, long commitTs) {
        long node = head;
        long refused = 0;
        int level = height.get() - 1;
        while (true) {
            long next = link(node, level);
            if (next != 0 && next != refused && isBehind(next, key, keyLength, prefix, commitTs)) {
                node = target(next);
            } else if (level == 0) {
                return target(next);
            } else {
                refused = next;
                level--;
            }
        }
    }

    /// The last node before (`key`, `commitTs`), or 0.
    long seekBefore(long key, int keyLength, long prefix, long commitTs) {
        long node = head;
        long refused = 0;
        int level = height.get() - 1;
        while (true) {
            long next = link(node, level);
            if (next != 0 && next != refused && isBehind(next, key, keyLength, prefix, commitTs)) {
                node = target(next);
            } else if (level == 0) {
                return node == head ? 0 : node;
            } else {
                refused = next;
                level--;
            }
        }
    }

    /// Finds the newest version up to `snapshotTs`; false if this list has none.
    boolean get(long key, int keyLength, long prefix, long snapshotTs, LsmValue out) {
        long node = seek(key, keyLength, prefix, snapshotTs);
        if (node == 0
                || NativeMemory.getLong(node) != prefix
                || Keys.compareTails(keyAddress(node), keyLength(node), key, keyLength) != 0) {
            return false;
        }
        long value = value(node);
        if (value == 0) {
            out.setTombstone(commitTs(node));
        } else {
            out.setValue(value + 4, NativeMemory.getInt(value), commitTs(node));
        }
        return true;
    }

    static long prefix(long node) {
        return NativeMemory.getLong(node);
    }

    static long keyAddress(long node) {
        return node + KEY;
    }

    static int keyLength(long node) {
        return NativeMemory.getInt(node + KEY_LENGTH);
    }

    static long commitTs(long node) {
        return NativeMemory.getLong(node + COMMIT_TS);
    }

    /// Address of the value (4 bytes length, then the bytes), 0 for a tombstone.
    long value(long node) {
        return node(NativeMemory.getIntAcquire(node + VALUE));
    }

    /// The link to the next node on a level, 0 at its end.
    private static long link(long node, int level) {
        return NativeMemory.getLongAcquire(node - 8 - 8L * level);
    }

    /// Address of the node that a link leads to, 0 if to none.
    private long target(long link) {
        return node((int) link);
    }

    /// The link that leads to a node, 0 to none.
    private long linkTo(long node) {
        return node == 0 ? 0 : (NativeMemory.getLong(node) & HIGH_HALF) | (reference(node) & LOW_HALF);
    }

    /// Whether the node that a link leads to stands before (`key`, `commitTs`).
    private boolean isBehind(long link, long key, int keyLength, long prefix, long commitTs) {
        int order = Integer.compareUnsigned((int) (link >>> 32), (int) (prefix >>> 32));
        return order != 0 ? order < 0 : isBefore(target(link), key, keyLength, prefix, commitTs);
    }

    private long node(int reference) {
        return reference == 0 ? 0 : base + (reference & 0xffff_ffffL) * UNIT_BYTES;
    }

    private int reference(long node) {
        return node == 0 ? 0 : (int) ((node - base) / UNIT_BYTES);
    }

    private static boolean isBefore(long node, long key, int keyLength, long prefix, long commitTs) {
        long nodePrefix = NativeMemory.getLong(node);
        if (nodePrefix != prefix) {
            return Long.compareUnsigned(nodePrefix, prefix) < 0;
        }
        int order = Keys.compareTails(keyAddress(node), keyLength(node), key, keyLength);
        return order != 0 ? order < 0 : commitTs(node) > commitTs;
    }

    // ---- writing ----

    /// Where the last insertion went: for each level the node before and the node after. An insertion close
    /// behind it starts from here, which makes ascending keys cheap. Belongs to one writer; other writers
    /// may have put nodes in between since.
    static final class Splice {
        private final long[] before = new long[MAX_HEIGHT];
        private final long[] after = new long[MAX_HEIGHT];
        private int levels;
    }

    /// Inserts a version, or replaces the value of the same version.
    ///
    /// @param at [#bytesFor] bytes of the arena that belong to the caller
    /// @param valueAddress 0 for a tombstone
    void insert(
            Splice splice,
            long at,
            int nodeHeight,
            long key,
            int keyLength,
            long commitTs,
            long valueAddress,
            int valueLength) {
        long prefix = Keys.prefix(key, keyLength);
        long value = 0;
        long node = at + 8L * nodeHeight;
        if (valueAddress != 0) {
            value = node + align(KEY + keyLength);
            NativeMemory.putInt(value, valueLength);
            NativeMemory.copy(valueAddress, value + 4, valueLength);
        }
        findSplice(splice, key, keyLength, prefix, commitTs);
        if (replaceEqual(splice.after[0], key, keyLength, prefix, commitTs, value)) {
            return;
        }
        NativeMemory.putLong(node, prefix);
        NativeMemory.putLong(node + COMMIT_TS, commitTs);
        NativeMemory.putInt(node + KEY_LENGTH, keyLength);
        NativeMemory.putInt(node + VALUE, reference(value));
        NativeMemory.copy(key, node + KEY, keyLength);
        for (int level = 0; level < nodeHeight; level++) {
            if (!link(splice, level, node, key, keyLength, prefix, commitTs)) {
                replaceEqual(splice.after[0], key, keyLength, prefix, commitTs, value);
                return;
            }
            splice.before[level] = node;
        }
        raiseHeight(nodeHeight);
        entries.getAndIncrement();
    }

    /// Links `node` on one level; false if, on level 0, another writer put the same version there first.
    private boolean link(Splice splice, int level, long node, long key, int keyLength, long prefix, long commitTs) {
        while (true) {
            long before = splice.before[level];
            long after = splice.after[level];
            NativeMemory.putLongRelease(node - 8 - 8L * level, linkTo(after));
            if (NativeMemory.compareAndSetLong(before - 8 - 8L * level, linkTo(after), linkTo(node))) {
                return true;
            }
            findOnLevel(splice, level, before, key, keyLength, prefix, commitTs);
            if (level == 0 && isSame(splice.after[0], key, keyLength, prefix, commitTs)) {
                return false;
            }
        }
    }

    private boolean replaceEqual(long candidate, long key, int keyLength, long prefix, long commitTs, long value) {
        if (!isSame(candidate, key, keyLength, prefix, commitTs)) {
            return false;
        }
        NativeMemory.putIntRelease(candidate + VALUE, reference(value));
        return true;
    }

    private static boolean isSame(long node, long key, int keyLength, long prefix, long commitTs) {
        return node != 0
                && NativeMemory.getLong(node) == prefix
                && commitTs(node) == commitTs
                && Keys.compareTails(keyAddress(node), keyLength(node), key, keyLength) == 0;
    }

    /// Makes the splice enclose the key on every level: climbs from the last place until it does, then
    /// descends.
    private void findSplice(Splice splice, long key, int keyLength, long prefix, long commitTs) {
        int top = height.get();
        int level = 0;
        while (level < splice.levels && !encloses(splice, level, key, keyLength, prefix, commitTs)) {
            level++;
        }
        if (level == splice.levels) { // nowhere: from the head
            for (int i = 0; i < MAX_HEIGHT; i++) {
                splice.before[i] = head;
                splice.after[i] = 0;
            }
            splice.levels = MAX_HEIGHT;
            level = top;
        }
        // levels of a splice at or above `level` enclose the key; one that others have linked into meanwhile is found
        // out
        // by the failing compare-and-set of [#link]
        long node = level < MAX_HEIGHT ? splice.before[level] : head;
        for (int i = level - 1; i >= 0; i--) {
            findOnLevel(splice, i, node, key, keyLength, prefix, commitTs);
            node = splice.before[i];
        }
    }

    private boolean encloses(Splice splice, int level, long key, int keyLength, long prefix, long commitTs) {
        long before = splice.before[level];
        if (before != head && !isBefore(before, key, keyLength, prefix, commitTs)) {
            return false;
        }
        long next = link(before, level);
        splice.after[level] = target(next);
        return next == 0 || !isBehind(next, key, keyLength, prefix, commitTs);
    }

    private void findOnLevel(Splice splice, int level, long from, long key, int keyLength, long prefix, long commitTs) {
        long node = from;
        long next = link(node, level);
        while (next != 0 && isBehind(next, key, keyLength, prefix, commitTs)) {
            node = target(next);
            next = link(node, level);
        }
        splice.before[level] = node;
        splice.after[level] = target(next);
    }

    private void raiseHeight(int nodeHeight) {
        int current = height.get();
        while (nodeHeight > current && !height.compareAndSet(current, nodeHeight)) {
            current = height.get();
        }
    }
}
