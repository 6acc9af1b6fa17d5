package omendb.engine.vector;

import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import omendb.memory.ReservedRange;

/// One bit for each slot whose checksum was compared since the column was opened.
///
/// Threading: reads by any thread; [#add] is guarded by the column's lock. Memory is never taken back before [#close].
final class CheckedSlots implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("vectors");
    private static final long STEP_BYTES = 64 << 10;

    private final ReservedRange range;
    private volatile long committed;

    CheckedSlots(long maxSlots) {
        this.range = ReservedRange.reserve(TAG, maxSlots / Byte.SIZE);
    }

    boolean contains(long slot) {
        long position = slot >>> 3;
        return position < committed && (NativeMemory.getByte(range.address() + position) & 1 << (slot & 7)) != 0;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the column's lock is held
    void add(long slot) {
        long position = slot >>> 3;
        while (position >= committed) {
            range.commit(committed, STEP_BYTES);
            committed += STEP_BYTES;
        }
        long address = range.address() + position;
        NativeMemory.putByte(address, (byte) (NativeMemory.getByte(address) | 1 << (slot & 7)));
    }

    @Override
    public void close() {
        range.close();
    }
}
