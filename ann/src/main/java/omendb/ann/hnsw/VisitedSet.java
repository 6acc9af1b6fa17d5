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
    private int limit;
    private int epoch;
    private short mark;

    /// Forgets everything and makes room for slots below `slots`; all others count as seen. So a walk never leaves
    /// the
    /// graph, even if a page of its file is damaged and holds numbers of no node.
    void begin(long slots) {
        limit = (int) Math.min(slots, Integer.MAX_VALUE);
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
        return mark(slot) != 0;
    }

    /// Marks a slot; 1 if it was not marked before, else 0. A number, so that a loop that collects unseen slots
    /// needs no
    /// branch: whether a neighbour was seen is a coin toss to the processor.
    int mark(int slot) {
        if (Integer.compareUnsigned(slot, limit) >= 0) {
            return 0;
        }
        long at = address + 2L * slot;
        short before = NativeMemory.getShort(at);
        NativeMemory.putShort(at, mark);
        return before == mark ? 0 : 1;
    }

    @Override
    public void close() {
        marks.close();
    }
}
