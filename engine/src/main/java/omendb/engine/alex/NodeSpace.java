package omendb.engine.alex;

import omendb.memory.Epochs;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import omendb.memory.ReservedRange;

/// The range that an index's nodes lie in: one page of [Superblock], then blocks. It starts small; when it
/// is full, a larger one is reserved and the bytes are copied, which changes no pointer.
///
/// Every page is announced by [#willWrite] before it changes.
///
/// Threading: the index's writer; readers only take [#base] and what they find from there.
final class NodeSpace implements AutoCloseable {
    static final int UNIT_SHIFT = 6;
    static final int UNIT_BYTES = 1 << UNIT_SHIFT;

    private static final MemoryTag TAG = MemoryTag.of("alex");
    private static final long LEAST_GROWTH_BYTES = 64 << 10;
    private static final long MOST_GROWTH_BYTES = 64 << 20;
    private static final int RELOCATION_FACTOR = 8;

    private final Epochs epochs;
    private final PageStates states;
    private ReservedRange range;
    private long committedBytes;
    private volatile long base;

    /// @param reservedBytes address space to begin with
    NodeSpace(long reservedBytes, Epochs epochs) {
        this.epochs = epochs;
        this.range = ReservedRange.reserve(TAG, reservedBytes);
        this.base = range.address();
        this.states = new PageStates(0);
        boolean ready = false;
        try {
            commit(Superblock.BYTES);
            willWrite(base, Superblock.BYTES);
            Superblock.setEnd(base, Superblock.FIRST_UNIT);
            ready = true;
        } finally {
            if (!ready) {
                close();
            }
        }
    }

    /// Address of the superblock: for readers the start of an operation, stays good while they hold their
    /// pin.
    long base() {
        return base;
    }

    long address(int pointer) {
        return base + ((long) pointer << UNIT_SHIFT);
    }

    int pointer(long address) {
        return (int) ((address - base) >>> UNIT_SHIFT);
    }

    long committedBytes() {
        return committedBytes;
    }

    PageStates states() {
        return states;
    }

    /// Makes sure that so many more bytes fit; addresses of nodes that the caller holds are void
    /// afterwards.
    void ensureRoom(long bytes) {
        long needed = ((long) Superblock.end(base) << UNIT_SHIFT) + bytes;
        if (needed > range.bytes()) {
            relocate(needed);
        }
    }

    private void relocate(long needed) {
        ReservedRange old = range;
        long used = committedBytes;
        ReservedRange larger = ReservedRange.reserve(TAG, Math.max(needed, old.bytes() * RELOCATION_FACTOR));
        boolean copied = false;
        try {
            larger.commit(0, used);
            NativeMemory.copy(old.address(), larger.address(), used);
            copied = true;
        } finally {
            if (!copied) {
                larger.close();
            }
        }
        range = larger;
        base = larger.address();
        epochs.retire(old::close);
    }

    /// Makes the range usable up to a unit.
    void commitTo(int unit) {
        commit((long) unit << UNIT_SHIFT);
    }

    private void commit(long bytes) {
        if (bytes <= committedBytes) {
            return;
        }
        long page = ReservedRange.pageBytes();
        long growth = Math.clamp(committedBytes / 4, LEAST_GROWTH_BYTES, MOST_GROWTH_BYTES);
        long target = Math.max(bytes, committedBytes + growth);
        target = Math.min((target + page - 1) / page * page, range.bytes());
        if (target < bytes) {
            throw new IllegalStateException("index range of " + range.bytes() + " bytes is full");
        }
        range.commit(committedBytes, target - committedBytes);
        committedBytes = target;
        states.ensure((target >>> PageStates.PAGE_SHIFT) + 1);
    }

    /// Announces a change of these bytes.
    void willWrite(long address, long bytes) {
        long first = (address - base) >>> PageStates.PAGE_SHIFT;
        long last = (address - base + bytes - 1) >>> PageStates.PAGE_SHIFT;
        for (long page = first; page <= last; page++) {
            if (states.get(page) != PageStates.DIRTY) {
                states.set(page, PageStates.DIRTY);
            }
        }
    }

    @Override
    public void close() {
        range.close();
        states.close();
    }
}
