package omendb.engine.txn;

import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Off-heap hash table from lock name to owner: open addressing, linear probing, backward-shift deletion.
///
/// Entry: 8 bytes name (0 = empty), 8 bytes owner. Threading: guarded by the stripe's lock in [LockTable].
final class LockStripe implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("locks");
    private static final int ENTRY_BYTES = 16;
    private static final int MIN_CAPACITY = 64;

    private int capacity = MIN_CAPACITY;
    private int count;
    private long base = MemoryAccount.allocate(TAG, (long) MIN_CAPACITY * ENTRY_BYTES);

    /// Owner of a lock, 0 = free.
    long owner(long name) {
        int index = find(name);
        return NativeMemory.getLong(entry(index)) == 0 ? 0 : NativeMemory.getLong(entry(index) + 8);
    }

    /// Adds a lock that is not there.
    void put(long name, long owner) {
        if (2 * (count + 1) > capacity) {
            resize(2 * capacity);
        }
        int index = find(name);
        NativeMemory.putLong(entry(index), name);
        NativeMemory.putLong(entry(index) + 8, owner);
        count++;
    }

    void remove(long name) {
        int hole = find(name);
        if (NativeMemory.getLong(entry(hole)) == 0) {
            return;
        }
        int index = hole;
        while (true) {
            index = (index + 1) & (capacity - 1);
            long moved = NativeMemory.getLong(entry(index));
            if (moved == 0) {
                break;
            }
            int home = home(moved);
            // move it into the hole unless its home lies between hole (exclusive) and here
            boolean between = hole <= index ? hole < home && home <= index : hole < home || home <= index;
            if (!between) {
                NativeMemory.copy(entry(index), entry(hole), ENTRY_BYTES);
                hole = index;
            }
        }
        NativeMemory.putLong(entry(hole), 0);
        count--;
        if (capacity > MIN_CAPACITY && 8 * count < capacity) {
            resize(capacity / 2);
        }
    }

    int count() {
        return count;
    }

    private void resize(int newCapacity) {
        long oldBase = base;
        int oldCapacity = capacity;
        base = MemoryAccount.allocate(TAG, (long) newCapacity * ENTRY_BYTES);
        capacity = newCapacity;
        for (int i = 0; i < oldCapacity; i++) {
            long source = oldBase + (long) i * ENTRY_BYTES;
            long name = NativeMemory.getLong(source);
            if (name != 0) {
                NativeMemory.copy(source, entry(find(name)), ENTRY_BYTES);
            }
        }
        MemoryAccount.free(TAG, oldBase, (long) oldCapacity * ENTRY_BYTES);
    }

    /// Where the name is, or the empty entry where it would go.
    private int find(long name) {
        int index = home(name);
        while (true) {
            long found = NativeMemory.getLong(entry(index));
            if (found == name || found == 0) {
                return index;
            }
            index = (index + 1) & (capacity - 1);
        }
    }

    private int home(long name) {
        return (int) name & (capacity - 1);
    }

    private long entry(int index) {
        return base + (long) index * ENTRY_BYTES;
    }

    @Override
    public void close() {
        MemoryAccount.free(TAG, base, (long) capacity * ENTRY_BYTES);
    }
}
