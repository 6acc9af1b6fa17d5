package omendb.ann.hnsw;

import omendb.memory.NativeMemory;

/// Which slots a walk has seen: 16 bits per slot that hold the number of the walk, so that forgetting costs nothing
/// but
/// every 65,535th time. For one thread.
final class VisitedSet implements AutoCloseable {
    private static final int MOST_EPOCH = 0xffff;

    private final OffHeapArray marks = new OffHeapArray(2 << 10);
    private long address = marks.address();
    private long capacity = marks.bytes() / 2;
    private int epoch;
    private short mark;

    /// Forgets everything and makes room for slots below `slots`; higher ones count as seen.
    void begin(long slots) {
        if (slots > capacity) {
            // an eighth ahead, so that an index that grows does not copy for every search
            marks.ensure(2 * (slots + slots / 8));
            address = marks.address();
            capacity = marks.bytes() / 2;
        }
        if (++epoch > MOST_EPOCH) {
            NativeMemory.fill(address, marks.bytes(), (byte) 0);
            epoch = 1;
        }
        mark = (short) epoch;
    }

    /// Marks a slot; true if it was not marked before.
    boolean add(int slot) {
        if (slot >= capacity) {
            return false;
        }
        long at = address + 2L * slot;
        if (NativeMemory.getShort(at) == mark) {
            return false;
        }
        NativeMemory.putShort(at, mark);
        return true;
    }

    @Override
    public void close() {
        marks.close();
    }
}
