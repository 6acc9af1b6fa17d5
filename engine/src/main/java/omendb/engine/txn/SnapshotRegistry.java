package omendb.engine.txn;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Which snapshots are live: a fixed off-heap array with a cache line for each.
///
/// A slot is free, idle (its owner holds no snapshot now), being taken (its owner is about to choose a timestamp)
/// or a
/// commit timestamp. [#oldest] waits for slots that are being taken, so a timestamp that was read but not yet
/// announced
/// is never passed over: what compaction and vacuum drop below `oldest()` no reader will ask for.
/// Threading: any thread; a claimed slot is written by its owner only.
final class SnapshotRegistry implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("snapshots");
    private static final int SLOT_BYTES = 64;
    private static final long FREE = 0;
    private static final long TAKING = -1;
    private static final long IDLE = Long.MAX_VALUE;

    private final int capacity;
    private final long base;
    private final LongSupplier newest;
    private final AtomicInteger used = new AtomicInteger();

    /// @param newest the timestamp a new snapshot gets, at least 1
    SnapshotRegistry(int capacity, LongSupplier newest) {
        this.capacity = capacity;
        this.newest = newest;
        this.base = MemoryAccount.allocate(TAG, (long) capacity * SLOT_BYTES);
    }

    /// Claims an idle slot, low ones first so that [#oldest] has little to look at; -1 if all are in use.
    int claim() {
        for (int slot = 0; slot < capacity; slot++) {
            long address = address(slot);
            if (NativeMemory.getLongVolatile(address) == FREE && NativeMemory.compareAndSetLong(address, FREE, IDLE)) {
                used.accumulateAndGet(slot + 1, Math::max);
                return slot;
            }
        }
        return -1;
    }

    /// Claims a slot behind another one for the same snapshot; -1 if all are in use. Behind, since [#oldest] looks at
    /// slots in order: it finds the snapshot in one of the two whenever the first is given back.
    int claimBehind(int other, long timestamp) {
        for (int slot = other + 1; slot < capacity; slot++) {
            long address = address(slot);
            if (NativeMemory.getLongVolatile(address) == FREE
                    && NativeMemory.compareAndSetLong(address, FREE, timestamp)) {
                used.accumulateAndGet(slot + 1, Math::max);
                return slot;
            }
        }
        return -1;
    }

    /// Takes a snapshot of now in a claimed slot.
    long take(int slot) {
        NativeMemory.putLongVolatile(address(slot), TAKING);
        long timestamp = newest.getAsLong();
        NativeMemory.putLongVolatile(address(slot), timestamp);
        return timestamp;
    }

    /// Gives the snapshot back and keeps the slot.
    void idle(int slot) {
        NativeMemory.putLongVolatile(address(slot), IDLE);
    }

    void release(int slot) {
        NativeMemory.putLongVolatile(address(slot), FREE);
    }

    /// No reader now or later looks at the state before this timestamp.
    long oldest() {
        long oldest = newest.getAsLong();
        for (int slot = 0; slot < used.get(); slot++) {
            long value = NativeMemory.getLongVolatile(address(slot));
            while (value == TAKING) {
                Thread.onSpinWait();
                value = NativeMemory.getLongVolatile(address(slot));
            }
            if (value != FREE && value < oldest) {
                oldest = value;
            }
        }
        return oldest;
    }

    private long address(int slot) {
        return base + (long) slot * SLOT_BYTES;
    }

    @Override
    public void close() {
        MemoryAccount.free(TAG, base, (long) capacity * SLOT_BYTES);
    }
}
