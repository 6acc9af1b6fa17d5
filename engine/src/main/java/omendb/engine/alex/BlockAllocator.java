package omendb.engine.alex;

import static omendb.memory.NativeMemory.getInt;
import static omendb.memory.NativeMemory.getLong;
import static omendb.memory.NativeMemory.putInt;
import static omendb.memory.NativeMemory.putLong;

/// Blocks of whole units in a [NodeSpace]: two-level segregated fit (Masmano et al., ECRTS 2004). Free
/// neighbours are joined at once; lists and marks lie in the space itself, so that they come back with it.
///
/// First word of a block: units in the upper 30 bits; bit 0 free, bit 1 the block in front is free. A free
/// block also has the pointers of its neighbours in its list (offsets 4 and 8) and its units in its last 4
/// bytes. Lists: one for each number of units below 8, from there 8 to a power of two.
///
/// Threading: the index's writer.
final class BlockAllocator {
    private static final int FREE = 1;
    private static final int PREVIOUS_FREE = 2;
    private static final int UNITS_SHIFT = 2;
    private static final int NEXT = 4;
    private static final int PREVIOUS = 8;
    private static final int STEPS_SHIFT = 3;
    private static final int STEPS = 1 << STEPS_SHIFT;
    private static final int LISTS = 256;
    private static final int TRIES = 4;

    private final NodeSpace space;

    BlockAllocator(NodeSpace space) {
        this.space = space;
    }

    static int unitsFor(long bytes) {
        return Math.toIntExact((bytes + NodeSpace.UNIT_BYTES - 1) >>> NodeSpace.UNIT_SHIFT);
    }

    /// Units of a block in use.
    static int units(long block) {
        return getInt(block) >>> UNITS_SHIFT;
    }

    /// A block whose bytes are announced as written; its first word belongs to the allocator, the rest is
    /// undefined.
    int allocate(int units) {
        int pointer = takeFree(units);
        if (pointer == 0) {
            pointer = extend(units);
        }
        long block = space.address(pointer);
        space.willWrite(block, (long) units << NodeSpace.UNIT_SHIFT);
        return pointer;
    }

    private int takeFree(int units) {
        int exact = list(units);
        int candidate = head(exact);
        for (int i = 0; i < TRIES && candidate != 0; i++) {
            long block = space.address(candidate);
            if (units(block) >= units) {
                return take(candidate, units);
            }
            candidate = getInt(block + NEXT);
        }
        int list = firstFilled(exact + 1);
        return list < 0 ? 0 : take(head(list), units);
    }

    private int take(int pointer, int units) {
        long block = space.address(pointer);
        int found = units(block);
        unlink(pointer);
        space.willWrite(block, 4);
        // the block in front cannot be free: free neighbours are joined
        putInt(block, units << UNITS_SHIFT);
        if (found > units) {
            markFree(pointer + units, found - units, 0);
        } else {
            setPreviousFree(pointer + found, false);
        }
        return pointer;
    }

    private int extend(int units) {
        long base = space.base();
        int end = Superblock.end(base);
        int start = end;
        if (Superblock.isLastFree(base)) {
            start = end - getInt(space.address(end) - 4);
            unlink(start);
        }
        space.commitTo(start + units);
        space.willWrite(base, Superblock.BYTES);
        Superblock.setEnd(base, start + units);
        Superblock.setLastFree(base, false);
        long block = space.address(start);
        space.willWrite(block, 4);
        putInt(block, units << UNITS_SHIFT);
        return start;
    }

    void free(int pointer) {
        long block = space.address(pointer);
        int units = units(block);
        int start = pointer;
        if ((getInt(block) & PREVIOUS_FREE) != 0) {
            int before = getInt(block - 4);
            start -= before;
            units += before;
            unlink(start);
        }
        int behind = start + units;
        if (behind < Superblock.end(space.base())) {
            int word = getInt(space.address(behind));
            if ((word & FREE) != 0) {
                unlink(behind);
                units += word >>> UNITS_SHIFT;
            }
        }
        markFree(start, units, 0);
    }

    private void markFree(int pointer, int units, int flags) {
        long block = space.address(pointer);
        long bytes = (long) units << NodeSpace.UNIT_SHIFT;
        space.willWrite(block, PREVIOUS + 4);
        space.willWrite(block + bytes - 4, 4);
        putInt(block, units << UNITS_SHIFT | FREE | flags);
        putInt(block + bytes - 4, units);
        int list = list(units);
        int first = head(list);
        putInt(block + NEXT, first);
        putInt(block + PREVIOUS, 0);
        if (first != 0) {
            long next = space.address(first);
            space.willWrite(next + PREVIOUS, 4);
            putInt(next + PREVIOUS, pointer);
        }
        setHead(list, pointer);
        setPreviousFree(pointer + units, true);
    }

    private void unlink(int pointer) {
        long block = space.address(pointer);
        int next = getInt(block + NEXT);
        int previous = getInt(block + PREVIOUS);
        if (previous == 0) {
            setHead(list(units(block)), next);
        } else {
            space.willWrite(space.address(previous) + NEXT, 4);
            putInt(space.address(previous) + NEXT, next);
        }
        if (next != 0) {
            space.willWrite(space.address(next) + PREVIOUS, 4);
            putInt(space.address(next) + PREVIOUS, previous);
        }
    }

    /// Tells the block at `pointer` what the one in front of it is.
    private void setPreviousFree(int pointer, boolean free) {
        long base = space.base();
        if (pointer == Superblock.end(base)) {
            space.willWrite(base, Superblock.BYTES);
            Superblock.setLastFree(base, free);
            return;
        }
        long block = space.address(pointer);
        space.willWrite(block, 4);
        int word = getInt(block);
        putInt(block, free ? word | PREVIOUS_FREE : word & ~PREVIOUS_FREE);
    }

    // ---- lists ----

    private static int list(int units) {
        if (units < STEPS) {
            return units;
        }
        int log = 31 - Integer.numberOfLeadingZeros(units);
        return (log - STEPS_SHIFT + 1) * STEPS + ((units >>> (log - STEPS_SHIFT)) & (STEPS - 1));
    }

    private int head(int list) {
        return getInt(space.base() + Superblock.LIST_HEADS + 4L * list);
    }

    private void setHead(int list, int pointer) {
        long base = space.base();
        space.willWrite(base, Superblock.BYTES);
        putInt(base + Superblock.LIST_HEADS + 4L * list, pointer);
        long word = base + Superblock.LIST_BITS + (list >>> 6) * 8L;
        long bit = 1L << list;
        putLong(word, pointer != 0 ? getLong(word) | bit : getLong(word) & ~bit);
    }

    private int firstFilled(int from) {
        for (int at = from; at < LISTS; at = (at | 63) + 1) {
            long bits = getLong(space.base() + Superblock.LIST_BITS + (at >>> 6) * 8L) >>> at;
            if (bits != 0) {
                return at + Long.numberOfTrailingZeros(bits);
            }
        }
        return -1;
    }
}
