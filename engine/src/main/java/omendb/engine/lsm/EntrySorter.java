package omendb.engine.lsm;

import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// References to the entries of a [MemtableRun], sorted while they come: by key, newest first, of equal versions
/// the one that came last at the end.
///
/// A merge sort from below: few items are sorted by insertion, and two sorted parts of the same length are merged
/// as soon as they are there, so that little is left to do at the end. Parts that are in order already are not
/// touched.
///
///     offset size item
///     0      8    prefix of the key
///     8      4    reference to the entry; a later entry has a greater one
///     12     4    free for who builds nodes ([MemtableRun#build])
///
/// Threading: one thread.
final class EntrySorter implements AutoCloseable {
    static final int ITEM_BYTES = 16;
    static final int ITEM_ENTRY = 8;
    static final int ITEM_CHILD = 12;

    private static final MemoryTag TAG = MemoryTag.of("replay");
    private static final long INSERTED_BYTES = 32 * ITEM_BYTES;
    private static final int MAX_PARTS = 48;

    private final long base;
    private final GrowableBuffer items = new GrowableBuffer(TAG);
    private final GrowableBuffer scratch = new GrowableBuffer(TAG);
    private final long[] partBytes = new long[MAX_PARTS]; // sorted parts, from the first item on
    private int parts;
    private long sortedBytes; // of all parts

    /// @param base of the references
    EntrySorter(long base) {
        this.base = base;
    }

    void add(long prefix, int reference) {
        long at = items.reserve(ITEM_BYTES);
        long first = items.address() + sortedBytes;
        while (at > first && isAfter(at - ITEM_BYTES, prefix, reference)) {
            move(at - ITEM_BYTES, at);
            at -= ITEM_BYTES;
        }
        NativeMemory.putLong(at, prefix);
        NativeMemory.putInt(at + ITEM_ENTRY, reference);
        items.advance(ITEM_BYTES);
        if (items.size() - sortedBytes == INSERTED_BYTES) {
            endPart();
            while (parts > 1 && partBytes[parts - 2] <= partBytes[parts - 1]) {
                mergeLast();
            }
        }
    }

    private void endPart() {
        partBytes[parts++] = items.size() - sortedBytes;
        sortedBytes = items.size();
    }

    /// Brings all into order and leaves of each version only the entry that came last.
    ///
    /// @return how many there are from [#address] on
    int finish() {
        if (items.size() > sortedBytes) {
            endPart();
        }
        while (parts > 1) {
            mergeLast();
        }
        return dropRepeated();
    }

    /// Of the first item, after [#finish].
    long address() {
        return items.address();
    }

    private void mergeLast() {
        long rightBytes = partBytes[parts - 1];
        long leftBytes = partBytes[parts - 2];
        long end = items.address() + sortedBytes;
        long right = end - rightBytes;
        long left = right - leftBytes;
        parts--;
        partBytes[parts - 1] = leftBytes + rightBytes;
        // from the end, the right part out of the way
        if (isAfter(right - ITEM_BYTES, NativeMemory.getLong(right), NativeMemory.getInt(right + ITEM_ENTRY))) {
            scratch.truncate(0);
            scratch.append(right, rightBytes);
            merge(left, right - ITEM_BYTES, scratch.address(), scratch.address() + rightBytes - ITEM_BYTES);
        }
    }

    /// @param lastLeft last item of the left part, which the right part's place follows
    private void merge(long firstLeft, long lastLeft, long firstRight, long lastRight) {
        long left = lastLeft;
        long right = lastRight;
        long target = lastLeft + (lastRight - firstRight) + ITEM_BYTES;
        while (right >= firstRight && left >= firstLeft) {
            if (isAfter(left, NativeMemory.getLong(right), NativeMemory.getInt(right + ITEM_ENTRY))) {
                move(left, target);
                left -= ITEM_BYTES;
            } else {
                move(right, target);
                right -= ITEM_BYTES;
            }
            target -= ITEM_BYTES;
        }
        NativeMemory.copy(firstRight, target - (right - firstRight), right + ITEM_BYTES - firstRight);
    }

    private int dropRepeated() {
        long end = items.address() + items.size();
        long kept = items.address();
        for (long at = items.address(); at < end; at += ITEM_BYTES) {
            if (at + ITEM_BYTES == end || !isSameVersion(at, at + ITEM_BYTES)) {
                move(at, kept);
                kept += ITEM_BYTES;
            }
        }
        return Math.toIntExact((kept - items.address()) / ITEM_BYTES);
    }

    private static void move(long from, long to) {
        NativeMemory.putLong(to, NativeMemory.getLong(from));
        NativeMemory.putLong(to + ITEM_ENTRY, NativeMemory.getLong(from + ITEM_ENTRY));
    }

    /// Whether an item stands after one with this prefix and reference.
    private boolean isAfter(long item, long prefix, int reference) {
        long own = NativeMemory.getLong(item);
        if (own != prefix) {
            return Long.compareUnsigned(own, prefix) > 0;
        }
        int ownReference = NativeMemory.getInt(item + ITEM_ENTRY);
        int order = compareVersions(ownReference, reference);
        return order != 0 ? order > 0 : Integer.compareUnsigned(ownReference, reference) > 0;
    }

    private boolean isSameVersion(long item, long next) {
        return NativeMemory.getLong(item) == NativeMemory.getLong(next)
                && compareVersions(NativeMemory.getInt(item + ITEM_ENTRY), NativeMemory.getInt(next + ITEM_ENTRY)) == 0;
    }

    /// Of entries whose prefixes are equal.
    private int compareVersions(int left, int right) {
        long entry = MemtableEntry.address(base, right);
        return MemtableEntry.compareTails(
                MemtableEntry.address(base, left),
                MemtableEntry.keyAddress(entry),
                MemtableEntry.keyLength(entry),
                MemtableEntry.commitTs(entry));
    }

    @Override
    public void close() {
        items.close();
        scratch.close();
    }
}
