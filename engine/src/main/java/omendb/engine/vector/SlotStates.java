package omendb.engine.vector;

import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import omendb.memory.ReservedRange;

/// One byte for each slot handed out since the column was opened: 0 = its transaction runs, 1 = it has ended.
///
/// Threading: written by the slot's transaction and read by any thread; growing is guarded by the column's lock.
final class SlotStates implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("vectors");
    private static final long STEP_BYTES = 256 << 10;

    private final long firstSlot;
    private final ReservedRange range;
    private long committed;

    /// @param firstSlot slots below are resolved
    SlotStates(long firstSlot, long maxSlots) {
        this.firstSlot = firstSlot;
        this.range = ReservedRange.reserve(TAG, Math.max(STEP_BYTES, maxSlots - firstSlot));
    }

    /// Makes room for a slot, pending at first.
    void add(long slot) {
        if (slot - firstSlot >= committed) {
            range.commit(committed, STEP_BYTES);
            committed += STEP_BYTES;
        }
    }

    void resolve(long slot) {
        if (slot >= firstSlot) {
            NativeMemory.putByte(range.address() + slot - firstSlot, (byte) 1);
        }
    }

    boolean isResolved(long slot) {
        return slot < firstSlot || NativeMemory.getByte(range.address() + slot - firstSlot) != 0;
    }

    @Override
    public void close() {
        range.close();
    }
}
