package omendb.engine.txn;

import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// The names of the locks one transaction holds, in the order of taking: an off-heap stack of longs.
final class LockNames implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("locks");

    private long base;
    private int capacity;
    private int size;

    void push(long name) {
        if (size == capacity) {
            grow();
        }
        NativeMemory.putLong(base + 8L * size++, name);
    }

    long pop() {
        return NativeMemory.getLong(base + 8L * --size);
    }

    int size() {
        return size;
    }

    private void grow() {
        int newCapacity = Math.max(16, Math.multiplyExact(2, capacity));
        long newBase = MemoryAccount.allocate(TAG, 8L * newCapacity);
        if (capacity > 0) {
            NativeMemory.copy(base, newBase, 8L * size);
            MemoryAccount.free(TAG, base, 8L * capacity);
        }
        base = newBase;
        capacity = newCapacity;
    }

    @Override
    public void close() {
        if (capacity > 0) {
            MemoryAccount.free(TAG, base, 8L * capacity);
            capacity = 0;
            size = 0;
        }
    }
}
