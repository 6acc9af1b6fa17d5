package omendb.ann.hnsw;

import omendb.memory.NativeMemory;

/// Slots with exact distances, nearest first, ties by slot; a binary heap, since most callers take only the first
/// few.
/// Off-heap: a tail may be long. For one thread.
final class DistanceHeap implements AutoCloseable {
    private static final int ENTRY_BYTES = 16;

    private final OffHeapArray memory = new OffHeapArray(64 * ENTRY_BYTES);
    private long base = memory.address();
    private int size;

    void clear() {
        size = 0;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /// Distance of the nearest.
    double firstDistance() {
        return NativeMemory.getDouble(base);
    }

    /// Slot of the nearest.
    long firstSlot() {
        return NativeMemory.getLong(base + 8);
    }

    void push(double distance, long slot) {
        if ((long) (size + 1) * ENTRY_BYTES > memory.bytes()) {
            memory.ensure((long) (size + 1) * ENTRY_BYTES);
            base = memory.address();
        }
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) >> 1;
            if (!isBefore(distance, slot, parent)) {
                break;
            }
            move(parent, at);
            at = parent;
        }
        put(at, distance, slot);
    }

    /// Removes the nearest.
    void pop() {
        size--;
        double distance = NativeMemory.getDouble(base + (long) size * ENTRY_BYTES);
        long slot = NativeMemory.getLong(base + (long) size * ENTRY_BYTES + 8);
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && isBefore(child + 1, child)) {
                child++;
            }
            if (isBefore(distance, slot, child)) {
                break;
            }
            move(child, at);
            at = child;
        }
        put(at, distance, slot);
    }

    private boolean isBefore(int a, int b) {
        long at = base + (long) a * ENTRY_BYTES;
        return isBefore(NativeMemory.getDouble(at), NativeMemory.getLong(at + 8), b);
    }

    private boolean isBefore(double distance, long slot, int other) {
        long at = base + (long) other * ENTRY_BYTES;
        double otherDistance = NativeMemory.getDouble(at);
        return distance < otherDistance || (distance == otherDistance && slot < NativeMemory.getLong(at + 8));
    }

    private void move(int from, int to) {
        put(
                to,
                NativeMemory.getDouble(base + (long) from * ENTRY_BYTES),
                NativeMemory.getLong(base + (long) from * ENTRY_BYTES + 8));
    }

    private void put(int at, double distance, long slot) {
        NativeMemory.putDouble(base + (long) at * ENTRY_BYTES, distance);
        NativeMemory.putLong(base + (long) at * ENTRY_BYTES + 8, slot);
    }

    @Override
    public void close() {
        memory.close();
    }
}
