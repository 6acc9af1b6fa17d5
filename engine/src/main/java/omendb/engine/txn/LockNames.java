package omendb.engine.txn;

import java.util.function.LongConsumer;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// What one transaction did to row and key locks, in order: an off-heap stack of (name, modes it held
/// before).
final class LockNames implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("locks");
    private static final int ENTRY_BYTES = 16;

    private long base;
    private int capacity;
    private int size;

    /// @param modesBefore what [#pop] lets the transaction fall back to; 0 = nothing
    void push(long name, int modesBefore) {
        if (size == capacity) {
            grow();
        }
        long entry = entry(size++);
        NativeMemory.putLong(entry, name);
        NativeMemory.putLong(entry + 8, modesBefore);
    }

    /// Name of the newest entry.
    long name() {
        return NativeMemory.getLong(entry(size - 1));
    }

    /// Modes before the newest entry.
    int modesBefore() {
        return (int) NativeMemory.getLong(entry(size - 1) + 8);
    }

    void pop() {
        size--;
    }

    int size() {
        return size;
    }

    /// Names that the transaction did not hold before: each lock it holds, once.
    void forEachHeld(LongConsumer visitor) {
        for (int i = 0; i < size; i++) {
            if (NativeMemory.getLong(entry(i) + 8) == 0) {
                visitor.accept(NativeMemory.getLong(entry(i)));
            }
        }
    }

    private long entry(int index) {
        return base + (long) ENTRY_BYTES * index;
    }

    private void grow() {
        int newCapacity = Math.max(16, Math.multiplyExact(2, capacity));
        long newBase = MemoryAccount.allocate(TAG, (long) ENTRY_BYTES * newCapacity);
        if (capacity > 0) {
            NativeMemory.copy(base, newBase, (long) ENTRY_BYTES * size);
            MemoryAccount.free(TAG, base, (long) ENTRY_BYTES * capacity);
        }
        base = newBase;
        capacity = newCapacity;
    }

    @Override
    public void close() {
        if (capacity > 0) {
            MemoryAccount.free(TAG, base, (long) ENTRY_BYTES * capacity);
            capacity = 0;
            size = 0;
        }
    }
}
