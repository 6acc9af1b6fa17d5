package omendb.engine.txn;

import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// What one transaction did to row and key locks, in order: an off-heap stack of (name, modes it held
/// before), each with its position: how many came up to it, those that were taken out since included.
final class LockNames implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("locks");
    private static final int ENTRY_BYTES = 24;
    private static final int MODES = 8;
    private static final int POSITION = 16;

    private long base;
    private int capacity;
    private int size;
    private long position;

    /// @param modesBefore what [#pop] lets the transaction fall back to; 0 = nothing
    void push(long name, int modesBefore) {
        if (size == capacity) {
            grow();
        }
        long entry = entry(size++);
        NativeMemory.putLong(entry, name);
        NativeMemory.putLong(entry + MODES, modesBefore);
        NativeMemory.putLong(entry + POSITION, ++position);
    }

    /// Name of the newest entry.
    long name() {
        return NativeMemory.getLong(entry(size - 1));
    }

    /// Modes before the newest entry.
    int modesBefore() {
        return (int) NativeMemory.getLong(entry(size - 1) + MODES);
    }

    void pop() {
        size--;
    }

    int size() {
        return size;
    }

    /// Position of the newest entry there ever was; 0 = none.
    long position() {
        return position;
    }

    /// Position of the newest entry there is.
    long newest() {
        return NativeMemory.getLong(entry(size - 1) + POSITION);
    }

    void forEach(EntryVisitor visitor) {
        for (int i = 0; i < size; i++) {
            visitor.entry(NativeMemory.getLong(entry(i)), NativeMemory.getLong(entry(i) + POSITION));
        }
    }

    /// Receives entries.
    @FunctionalInterface
    interface EntryVisitor {
        void entry(long name, long position);
    }

    /// Takes out entries by their names; the others keep their order and their positions.
    void removeIf(LongPredicate names) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (!names.test(NativeMemory.getLong(entry(i)))) {
                if (kept < i) {
                    NativeMemory.copy(entry(i), entry(kept), ENTRY_BYTES);
                }
                kept++;
            }
        }
        size = kept;
        if (size == 0) {
            close(); // a load may have left much room
        }
    }

    /// Names that the transaction did not hold before: each lock it holds, once.
    void forEachHeld(LongConsumer visitor) {
        for (int i = 0; i < size; i++) {
            if (NativeMemory.getLong(entry(i) + MODES) == 0) {
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
