package omendb.engine.txn;

import java.util.function.LongConsumer;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Off-heap hash table from lock name to holders: open addressing, linear probing, backward-shift
/// deletion.
///
/// An entry is one holder of one lock; the holders of a lock are entries of the same name in one run.
/// Entry: 8 bytes name (0 = empty), 8 bytes owner * 16 + modes ([RowLockMode] bits).
/// Threading: guarded by the stripe's lock in [LockTable].
final class LockStripe implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("locks");
    private static final int ENTRY_BYTES = 16;
    private static final int MIN_CAPACITY = 64;
    private static final int MODES = 0xf;

    private int capacity = MIN_CAPACITY;
    private int count;
    private long base = MemoryAccount.allocate(TAG, (long) MIN_CAPACITY * ENTRY_BYTES);

    /// Modes in which `owner` holds the lock, 0 = not at all.
    int modes(long name, long owner) {
        long holder = holder(find(name, owner));
        return (int) (holder & MODES);
    }

    /// Whether anybody holds the lock.
    boolean isHeld(long name) {
        for (int index = home(name); name(index) != 0; index = next(index)) {
            if (name(index) == name) {
                return true;
            }
        }
        return false;
    }

    /// Tells the holders whose modes conflict with `mode`; how many there are.
    int conflicting(long name, RowLockMode mode, long except, LongConsumer owners) {
        int found = 0;
        for (int index = home(name); ; index = next(index)) {
            long there = name(index);
            if (there == 0) {
                return found;
            }
            long holder = holder(index);
            long owner = holder >>> 4;
            if (there == name && owner != except && mode.conflictsWith((int) (holder & MODES))) {
                found++;
                owners.accept(owner);
            }
        }
    }

    /// Sets the modes in which `owner` holds the lock; 0 = releases it.
    void set(long name, long owner, int modes) {
        int index = find(name, owner);
        boolean held = name(index) != 0;
        if (modes == 0) {
            if (held) {
                remove(index);
            }
            return;
        }
        if (!held && 2 * (count + 1) > capacity) {
            resize(2 * capacity);
            index = find(name, owner);
        }
        NativeMemory.putLong(entry(index), name);
        NativeMemory.putLong(entry(index) + 8, owner << 4 | modes);
        if (!held) {
            count++;
        }
    }

    private void remove(int at) {
        int hole = at;
        int index = hole;
        while (true) {
            index = next(index);
            long moved = name(index);
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
        NativeMemory.putLong(entry(hole) + 8, 0);
        count--;
        if (capacity > MIN_CAPACITY && 8 * count < capacity) {
            resize(capacity / 2);
        }
    }

    /// Entries: locks times their holders.
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
                NativeMemory.copy(source, entry(find(name, NativeMemory.getLong(source + 8) >>> 4)), ENTRY_BYTES);
            }
        }
        MemoryAccount.free(TAG, oldBase, (long) oldCapacity * ENTRY_BYTES);
    }

    /// Where the holder is, or the empty entry where it would go.
    private int find(long name, long owner) {
        int index = home(name);
        while (true) {
            long found = name(index);
            if (found == 0 || (found == name && holder(index) >>> 4 == owner)) {
                return index;
            }
            index = next(index);
        }
    }

    private long name(int index) {
        return NativeMemory.getLong(entry(index));
    }

    private long holder(int index) {
        return NativeMemory.getLong(entry(index) + 8);
    }

    private int next(int index) {
        return (index + 1) & (capacity - 1);
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
