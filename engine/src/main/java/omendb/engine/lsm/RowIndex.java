package omendb.engine.lsm;

import omendb.memory.Advice;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Finds rows of a [RowCacheShard] by hash: open addressing, a slot is the address of a row in the low 48
/// bits and high bits of its hash above, 0 = free. A row starts with its hash.
///
/// Threading: one thread at a time changes it, any number search meanwhile. A search that a change gets in
/// the way of may miss a row that is there (which costs a look-up in the tables), but never finds one that
/// was removed before it began, and what it finds is whole: slots are written after the row. At most half of
/// the slots are taken, so every search comes to an end.
final class RowIndex {
    private static final long ADDRESS = 0xffff_ffff_ffffL;

    private static final long HUGE_PAGE_BYTES = 2 << 20;

    private final MemoryTag tag;
    private final long slots;
    private final int mask;

    /// @param count of slots, a power of two
    RowIndex(MemoryTag tag, int count) {
        this.tag = tag;
        this.mask = count - 1;
        this.slots = MemoryAccount.allocate(tag, 8L * count);
        if (8L * count >= HUGE_PAGE_BYTES) {
            NativeMemory.advise(NativeMemory.segment(slots, 8L * count), Advice.HUGE_PAGES, "");
        }
    }

    int count() {
        return mask + 1;
    }

    private static long slotFor(long row) {
        return (NativeMemory.getLong(row) & ~ADDRESS) | row;
    }

    /// Where a row would like to stand. The low bits choose: the high ones chose the shard.
    int home(long hash) {
        return (int) hash & mask;
    }

    int after(int slot) {
        return (slot + 1) & mask;
    }

    /// What stands in a slot; 0 = nothing.
    long content(int slot) {
        return NativeMemory.getLongAcquire(slots + 8L * slot);
    }

    /// Whether the row in a slot may have this hash.
    static boolean mayBe(long content, long hash) {
        return (content ^ hash) >>> 48 == 0;
    }

    static long row(long content) {
        return content & ADDRESS;
    }

    private void set(int slot, long content) {
        NativeMemory.putLongRelease(slots + 8L * slot, content);
    }

    /// Adds a row.
    void place(long row) {
        int slot = home(NativeMemory.getLong(row));
        while (content(slot) != 0) {
            slot = after(slot);
        }
        set(slot, slotFor(row));
    }

    /// Puts a copy of a row in its place.
    void replace(int slot, long copy) {
        set(slot, slotFor(copy));
    }

    /// The slot of a row that is there.
    int slotOf(long row) {
        int slot = home(NativeMemory.getLong(row));
        while (row(content(slot)) != row) {
            slot = after(slot);
        }
        return slot;
    }

    /// Frees a slot and closes the gap, so that searches may stop at free slots (Knuth, vol. 3, 6.4,
    /// algorithm R).
    void remove(int slot) {
        int gap = slot;
        int next = gap;
        while (true) {
            set(gap, 0);
            int home;
            do {
                next = after(next);
                long content = content(next);
                if (content == 0) {
                    return;
                }
                home = home(NativeMemory.getLong(row(content)));
            } while (gap <= next ? gap < home && home <= next : gap < home || home <= next);
            set(gap, content(next));
            gap = next;
        }
    }

    /// The same rows in twice as many slots.
    RowIndex grown() {
        var grown = new RowIndex(tag, Math.multiplyExact(count(), 2));
        for (int slot = 0; slot <= mask; slot++) {
            long content = content(slot);
            if (content != 0) {
                grown.place(row(content));
            }
        }
        return grown;
    }

    void free() {
        MemoryAccount.free(tag, slots, 8L * count());
    }
}
