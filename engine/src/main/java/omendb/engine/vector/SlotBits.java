package omendb.engine.vector;

import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import omendb.memory.ReservedRange;

/// A set of slots: one bit for each, off-heap.
///
/// Threading: [#contains] by any thread; the rest is guarded by the column's lock. Memory is never taken back before
/// [#close].
final class SlotBits implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("vectors");
    private static final long STEP_BYTES = 64 << 10;

    private final ReservedRange range;
    private volatile long committed;
    private long count;
    private long lowest; // none below is in the set

    SlotBits(long maxSlots) {
        this.range = ReservedRange.reserve(TAG, maxSlots / Byte.SIZE);
    }

    boolean contains(long slot) {
        long position = slot >>> 3;
        return position < committed && (NativeMemory.getByte(range.address() + position) & 1 << (slot & 7)) != 0;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the column's lock is held
    void add(long slot) {
        if (contains(slot)) {
            return;
        }
        long position = slot >>> 3;
        while (position >= committed) {
            range.commit(committed, STEP_BYTES);
            committed += STEP_BYTES;
        }
        long address = range.address() + position;
        NativeMemory.putByte(address, (byte) (NativeMemory.getByte(address) | 1 << (slot & 7)));
        count++;
        lowest = Math.min(lowest, slot);
    }

    void remove(long slot) {
        if (contains(slot)) {
            long address = range.address() + (slot >>> 3);
            NativeMemory.putByte(address, (byte) (NativeMemory.getByte(address) & ~(1 << (slot & 7))));
            count--;
        }
    }

    /// Slots in the set.
    long count() {
        return count;
    }

    /// The lowest slot of the set, -1 if it is empty.
    long first() {
        if (count == 0) {
            return -1;
        }
        lowest = next(lowest);
        return lowest;
    }

    /// The lowest slot of the set from `from` on, -1 if there is none.
    long next(long from) {
        long slot = from;
        long end = committed << 3;
        while (slot < end) {
            if ((slot & 63) == 0 && NativeMemory.getLong(range.address() + (slot >>> 3)) == 0) {
                slot += 64;
            } else if (contains(slot)) {
                return slot;
            } else {
                slot++;
            }
        }
        return -1;
    }

    @Override
    public void close() {
        range.close();
    }
}
