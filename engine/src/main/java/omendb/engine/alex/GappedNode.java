package omendb.engine.alex;

import static omendb.memory.NativeMemory.getByte;
import static omendb.memory.NativeMemory.getDouble;
import static omendb.memory.NativeMemory.getInt;
import static omendb.memory.NativeMemory.getLong;
import static omendb.memory.NativeMemory.putByte;
import static omendb.memory.NativeMemory.putDouble;
import static omendb.memory.NativeMemory.putInt;
import static omendb.memory.NativeMemory.putLong;

import java.lang.invoke.VarHandle;
import omendb.memory.NativeMemory;

/// Data node that takes inserts: the gapped array of the paper.
///
///     offset size field
///     0      5    see [Node]
///     5      1    layout: see [Layout]
///     8      4    version: odd while entries change
///     12     4    slots c, a multiple of 64
///     16     4    first slot that holds an entry, c if none
///     20     4    last slot that holds an entry, -1 if none
///     24     8    base of the model
///     32     8    slope of the model in slots
///     40     8    intercept of the model in slots
///     48     4    inserts since it was built
///     52     4    entries
///     56     4    of these inserts, those at the end that the layout leaves room at
///     60     4    entries that these inserts moved
///     64     ...  bounds, see [DataNode]
///     96     4    number of the checkpoint before its newest change
///     128    16c  slots: key, payload
///     ...    c/8  bitmap: which slots hold an entry
///
/// A gap holds a copy of the next entry on its right, so that the search needs no bitmap; gaps in front of
/// the first entry hold the least, gaps behind the last one the greatest possible pair.
final class GappedNode {
    /// Where a node leaves room.
    enum Layout {
        /// Between entries, where the model says.
        SPREAD(0),
        /// Behind the last one.
        APPEND(1),
        /// In front of the first one.
        PREPEND(2);

        private static final Layout[] BY_ID = {SPREAD, APPEND, PREPEND};

        private final byte id;

        Layout(int id) {
            this.id = (byte) id;
        }
    }

    static final int MAX_SLOTS = 8192;

    private static final int LAYOUT = 5;
    private static final int VERSION = 8;
    private static final int SLOTS = 12;
    private static final int FIRST = 16;
    private static final int LAST = 20;
    private static final int BASE = 24;
    private static final int SLOPE = 32;
    private static final int INTERCEPT = 40;
    private static final int INSERTS = 48;
    private static final int AT_END = 56;
    private static final int MOVED = 60;
    private static final int STAMP = 96;
    private static final int ENTRIES = DataNode.HEADER_BYTES;

    private GappedNode() {}

    static long bytes(int slots) {
        return ENTRIES + (long) slots * Entries.BYTES + slots / 8;
    }

    static int slotsFor(long entries) {
        return Math.toIntExact(Math.max(64, (entries + 63) / 64 * 64));
    }

    // ---- building ----

    /// Makes an empty node in a fresh block; the bounds are the caller's.
    static void init(long node, int slots, Layout layout, int stamp) {
        Node.setKind(node, Node.GAPPED);
        putByte(node + LAYOUT, layout.id);
        putInt(node + VERSION, 0);
        putInt(node + SLOTS, slots);
        putInt(node + FIRST, slots);
        putInt(node + LAST, -1);
        putLong(node + BASE, 0);
        putDouble(node + SLOPE, 0);
        putDouble(node + INTERCEPT, 0);
        putInt(node + INSERTS, 0);
        DataNode.setCount(node, 0);
        putInt(node + AT_END, 0);
        putInt(node + MOVED, 0);
        putInt(node + STAMP, stamp);
        NativeMemory.fill(bitmap(node), slots / 8, (byte) 0);
    }

    /// Fills an empty node of layout SPREAD: each entry where the model predicts it or as near behind as
    /// there is room; evenly, where the model is no good.
    static void fillSpread(long node, long entries, int count, LinearModel model) {
        int slots = slots(node);
        model.fit(entries, count, slots);
        putLong(node + BASE, model.base);
        putDouble(node + SLOPE, model.slope);
        putDouble(node + INTERCEPT, model.intercept);
        boolean even = model.error > slots / 16.0;
        int slot = -1;
        for (int i = 0; i < count; i++) {
            int wanted = even ? (int) ((long) i * slots / count) : model.predict(Entries.key(entries, i), slots);
            int next = Math.min(Math.max(wanted, slot + 1), slots - count + i);
            setBit(node, next);
            if (i == 0) {
                fillSlots(node, 0, next, Long.MIN_VALUE, Long.MIN_VALUE);
                putInt(node + FIRST, next);
                slot = next - 1;
            }
            fillSlots(node, slot + 1, next + 1, Entries.key(entries, i), Entries.payload(entries, i));
            slot = next;
        }
        putInt(node + LAST, slot);
        fillSlots(node, slot + 1, slots, Long.MAX_VALUE, Long.MAX_VALUE);
        DataNode.setCount(node, count);
    }

    /// Fills an empty node of another layout: entries side by side at the end that has no room.
    static void fillDense(long node, long entries, int count, LinearModel model) {
        int slots = slots(node);
        int first = layout(node) == Layout.PREPEND && count > 0 ? slots - count : 0;
        model.fit(entries, count, count);
        putLong(node + BASE, model.base);
        putDouble(node + SLOPE, model.slope);
        putDouble(node + INTERCEPT, model.intercept + first);
        fillSlots(node, 0, first, Long.MIN_VALUE, Long.MIN_VALUE);
        NativeMemory.copy(entries, slot(node, first), (long) count * Entries.BYTES);
        fillSlots(node, first + count, slots, Long.MAX_VALUE, Long.MAX_VALUE);
        for (int i = 0; i < count; i++) {
            setBit(node, first + i);
        }
        if (count > 0) {
            putInt(node + FIRST, first);
            putInt(node + LAST, first + count - 1);
        }
        DataNode.setCount(node, count);
    }

    // ---- fields ----

    static Layout layout(long node) {
        return Layout.BY_ID[getByte(node + LAYOUT)];
    }

    static int slots(long node) {
        return getInt(node + SLOTS);
    }

    static int inserts(long node) {
        return getInt(node + INSERTS);
    }

    static int insertsAtEnd(long node) {
        return getInt(node + AT_END);
    }

    static int moved(long node) {
        return getInt(node + MOVED);
    }

    static int stamp(long node) {
        return getInt(node + STAMP);
    }

    static int first(long node) {
        return getInt(node + FIRST);
    }

    static int last(long node) {
        return getInt(node + LAST);
    }

    private static long slot(long node, int slot) {
        return node + ENTRIES + (long) slot * Entries.BYTES;
    }

    static long key(long node, int slot) {
        return getLong(slot(node, slot));
    }

    static long payload(long node, int slot) {
        return getLong(slot(node, slot) + 8);
    }

    private static void fillSlots(long node, int from, int end, long key, long payload) {
        for (int slot = from; slot < end; slot++) {
            Entries.put(node + ENTRIES, slot, key, payload);
        }
    }

    // ---- bitmap ----

    private static long bitmap(long node) {
        return slot(node, slots(node));
    }

    private static long bitmapWord(long node, int slot) {
        return bitmap(node) + (slot >>> 6) * 8L;
    }

    static boolean holdsEntry(long node, int slot) {
        return (getLong(bitmapWord(node, slot)) >>> slot & 1) != 0;
    }

    private static void setBit(long node, int slot) {
        long word = bitmapWord(node, slot);
        putLong(word, getLong(word) | 1L << slot);
    }

    private static void clearBit(long node, int slot) {
        long word = bitmapWord(node, slot);
        putLong(word, getLong(word) & ~(1L << slot));
    }

    /// First slot from `from` on whose bit is `set`; the number of slots if there is none.
    static int next(long node, int from, boolean set) {
        int slots = slots(node);
        for (int at = from; at < slots; at = (at | 63) + 1) {
            long word = getLong(bitmapWord(node, at));
            long bits = (set ? word : ~word) >>> at;
            if (bits != 0) {
                return at + Long.numberOfTrailingZeros(bits);
            }
        }
        return slots;
    }

    /// Last slot up to `from` whose bit is `set`; -1 if there is none.
    static int previous(long node, int from, boolean set) {
        for (int at = from; at >= 0; at = (at & ~63) - 1) {
            long word = getLong(bitmapWord(node, at));
            long bits = (set ? word : ~word) << (63 - (at & 63));
            if (bits != 0) {
                return at - Long.numberOfLeadingZeros(bits);
            }
        }
        return -1;
    }

    // ---- reading ----

    /// Waits while the node changes; returns its version.
    static int beginRead(long node) {
        while (true) {
            int version = NativeMemory.getIntAcquire(node + VERSION);
            if ((version & 1) == 0) {
                return version;
            }
            Thread.onSpinWait();
        }
    }

    static boolean unchanged(long node, int version) {
        VarHandle.loadLoadFence();
        return getInt(node + VERSION) == version;
    }

    /// Predicted slot of a key.
    static int predict(long node, long key) {
        long base = getLong(node + BASE);
        double position = getDouble(node + INTERCEPT);
        if (key > base) {
            position += Entries.toDouble(key - base) * getDouble(node + SLOPE);
        }
        return Math.min(Math.max((int) position, 0), slots(node) - 1);
    }

    /// Exponential search from the predicted slot. Leftmost slot, be it a gap, whose pair is not less.
    static int lowerBound(long node, long key, long payload) {
        long entries = node + ENTRIES;
        int slots = slots(node);
        int at = predict(node, key);
        int low; // pair is less
        int high; // pair is not less
        int leap = 1;
        if (isLess(entries, at, key, payload)) {
            low = at;
            high = low + 1;
            while (high < slots && isLess(entries, high, key, payload)) {
                low = high;
                leap *= 2;
                high = Math.min(low + leap, slots);
            }
        } else {
            high = at;
            low = high - 1;
            while (low >= 0 && !isLess(entries, low, key, payload)) {
                high = low;
                leap *= 2;
                low = Math.max(high - leap, -1);
            }
        }
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (isLess(entries, middle, key, payload)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return Math.max(high, first(node)); // gaps in front are less than all, but for the least pair itself
    }

    private static boolean isLess(long entries, int slot, long key, long payload) {
        long found = Entries.key(entries, slot);
        return found < key || (found == key && Entries.payload(entries, slot) < payload);
    }

    static long findFirst(long node, long key, long absent) {
        int at = lowerBound(node, key, Long.MIN_VALUE);
        return at <= last(node) && key(node, at) == key ? payload(node, at) : absent;
    }

    static boolean contains(long node, long key, long payload) {
        return holds(node, lowerBound(node, key, payload), key, payload);
    }

    static boolean holds(long node, int lowerBound, long key, long payload) {
        return lowerBound <= last(node) && key(node, lowerBound) == key && payload(node, lowerBound) == payload;
    }

    static int rank(long node, int slot) {
        int rank = 0;
        int word = 0;
        for (; word < slot >>> 6; word++) {
            rank += Long.bitCount(getLong(bitmap(node) + word * 8L));
        }
        if ((slot & 63) != 0) {
            rank += Long.bitCount(getLong(bitmap(node) + word * 8L) << -slot);
        }
        return rank;
    }

    static int copyForward(long node, int from, long[] target, int limit) {
        int copied = 0;
        int end = Math.min(last(node) + 1, slots(node));
        for (int at = next(node, from, true); at < end && copied < limit; at = next(node, at + 1, true)) {
            target[2 * copied] = key(node, at);
            target[2 * copied + 1] = payload(node, at);
            copied++;
        }
        return copied;
    }

    static int copyBackward(long node, int before, long[] target, int limit) {
        int copied = 0;
        for (int at = previous(node, before - 1, true); at >= 0 && copied < limit; at = previous(node, at - 1, true)) {
            target[2 * copied] = key(node, at);
            target[2 * copied + 1] = payload(node, at);
            copied++;
        }
        return copied;
    }

    static void extract(long node, long entries) {
        int slots = slots(node);
        int count = 0;
        for (int at = next(node, 0, true); at < slots; at = next(node, at + 1, true)) {
            Entries.put(entries, count++, key(node, at), payload(node, at));
        }
    }

    // ---- writing: the index's writer ----

    private static int beginWrite(long node) {
        int version = getInt(node + VERSION);
        putInt(node + VERSION, version + 1);
        VarHandle.storeStoreFence();
        return version;
    }

    private static void endWrite(long node, int version) {
        NativeMemory.putIntRelease(node + VERSION, version + 2);
    }

    /// Whether an insert must make room first: no slot is free, or too few for what the layout is good at.
    static boolean isFull(long node) {
        int slots = slots(node);
        int count = DataNode.count(node);
        return layout(node) == Layout.SPREAD ? count >= slots - slots / 12 : count >= slots;
    }

    /// Inserts an entry at its lower bound into a node that is not full and does not have it.
    static void insert(NodeSpace space, long node, int at, long key, long payload, int stamp) {
        int first = first(node);
        int last = last(node);
        int slots = slots(node);
        space.willWrite(node, DataNode.HEADER_BYTES);
        int version = beginWrite(node);
        int slot;
        int moved = 0;
        if (at > last) {
            countAtEnd(node, Layout.APPEND);
        } else if (at == first) {
            countAtEnd(node, Layout.PREPEND);
        }
        if (at > last && last + 1 < slots) {
            slot = last + 1;
            space.willWrite(slot(node, slot), Entries.BYTES);
        } else if (at == first && first > 0) {
            slot = first - 1;
            space.willWrite(slot(node, slot), Entries.BYTES);
        } else if (at <= last && !holdsEntry(node, at)) {
            int end = next(node, at, true);
            slot = Math.min(Math.max(predict(node, key), at), end - 1);
            space.willWrite(slot(node, at), (long) (slot - at + 1) * Entries.BYTES);
            fillSlots(node, at, slot, key, payload);
        } else {
            int right = at >= slots ? slots : next(node, at, false);
            int left = previous(node, at - 1, false);
            if (right < slots && (left < 0 || right - at <= at - left)) {
                slot = at;
                moved = right - at;
                space.willWrite(slot(node, at), (long) (moved + 1) * Entries.BYTES);
                NativeMemory.copy(slot(node, at), slot(node, at + 1), (long) moved * Entries.BYTES);
                occupy(space, node, right);
            } else {
                slot = at - 1;
                moved = slot - left;
                space.willWrite(slot(node, left), (long) (moved + 1) * Entries.BYTES);
                NativeMemory.copy(slot(node, left + 1), slot(node, left), (long) moved * Entries.BYTES);
                occupy(space, node, left);
            }
        }
        Entries.put(node + ENTRIES, slot, key, payload);
        occupy(space, node, slot);
        DataNode.setCount(node, DataNode.count(node) + 1);
        putInt(node + INSERTS, getInt(node + INSERTS) + 1);
        putInt(node + MOVED, (int) Math.min((long) getInt(node + MOVED) + moved, Integer.MAX_VALUE));
        putInt(node + STAMP, stamp);
        endWrite(node, version);
    }

    private static void countAtEnd(long node, Layout end) {
        // a node with gaps counts both ends: it may get room at the one it grows at
        if (layout(node) == end || layout(node) == Layout.SPREAD) {
            putInt(node + AT_END, getInt(node + AT_END) + 1);
        }
    }

    private static void occupy(NodeSpace space, long node, int slot) {
        space.willWrite(bitmapWord(node, slot), Long.BYTES);
        setBit(node, slot);
        if (slot < first(node)) {
            putInt(node + FIRST, slot);
        }
        if (slot > last(node)) {
            putInt(node + LAST, slot);
        }
    }

    /// Removes the entry whose lower bound is `at`.
    static void remove(NodeSpace space, long node, int at, int stamp) {
        int slots = slots(node);
        int slot = next(node, at, true);
        space.willWrite(node, DataNode.HEADER_BYTES);
        space.willWrite(bitmapWord(node, slot), Long.BYTES);
        int version = beginWrite(node);
        clearBit(node, slot);
        DataNode.setCount(node, DataNode.count(node) - 1);
        putInt(node + STAMP, stamp);
        boolean wasFirst = slot == first(node);
        boolean wasLast = slot == last(node);
        if (wasFirst) {
            int behind = next(node, slot + 1, true);
            putInt(node + FIRST, behind);
            int end = wasLast ? slot + 1 : behind; // what is left of it is in front of all
            announceAndFill(space, node, slot, end, Long.MIN_VALUE, Long.MIN_VALUE);
        }
        if (wasLast) {
            int before = wasFirst ? -1 : previous(node, slot, true);
            putInt(node + LAST, before);
            int from = wasFirst ? 0 : before + 1;
            announceAndFill(space, node, from, wasFirst ? slots : slot + 1, Long.MAX_VALUE, Long.MAX_VALUE);
        }
        if (!wasFirst && !wasLast) {
            int from = previous(node, slot, true) + 1;
            announceAndFill(space, node, from, slot + 1, key(node, slot + 1), payload(node, slot + 1));
        }
        endWrite(node, version);
    }

    private static void announceAndFill(NodeSpace space, long node, int from, int end, long key, long payload) {
        if (end > from) {
            space.willWrite(slot(node, from), (long) (end - from) * Entries.BYTES);
            fillSlots(node, from, end, key, payload);
        }
    }
}
