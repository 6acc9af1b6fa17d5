package omendb.engine.alex;

import omendb.memory.Epochs;
import omendb.memory.MapMode;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import omendb.memory.ReservedRange;
import omendb.memory.StoreFile;
import org.jspecify.annotations.Nullable;

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

    /// Held while the range, the table of states or a pending page changes, and while a page is copied.
    final Object copying = new Object();

    private final Epochs epochs;
    private final PageStates states;
    private volatile @Nullable Snapshot snapshot;
    private ReservedRange range;
    private long committedBytes;
    private volatile long base;

    private NodeSpace(ReservedRange range, long committedBytes, Epochs epochs) {
        this.epochs = epochs;
        this.range = range;
        this.base = range.address();
        this.committedBytes = committedBytes;
        this.states = new PageStates((committedBytes >>> PageStates.PAGE_SHIFT) + 1);
    }

    /// A space without blocks.
    ///
    /// @param reservedBytes address space to begin with
    static NodeSpace create(long reservedBytes, Epochs epochs) {
        var space = new NodeSpace(ReservedRange.reserve(TAG, reservedBytes), 0, epochs);
        boolean ready = false;
        try {
            space.commit(Superblock.BYTES);
            space.willWrite(space.base, Superblock.BYTES);
            Superblock.setEnd(space.base, Superblock.FIRST_UNIT);
            ready = true;
            return space;
        } finally {
            if (!ready) {
                space.close();
            }
        }
    }

    /// A space whose first pages are those of a file; what is changed stays in memory.
    static NodeSpace map(StoreFile file, long fileOffset, long bytes, long reservedBytes, Epochs epochs) {
        var range = ReservedRange.reserve(TAG, Math.max(reservedBytes, bytes * RELOCATION_FACTOR / 2));
        boolean ready = false;
        try {
            range.mapFile(file, fileOffset, 0, bytes, MapMode.PRIVATE);
            ready = true;
            return new NodeSpace(range, bytes, epochs);
        } finally {
            if (!ready) {
                range.close();
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
        synchronized (copying) {
            range = larger;
            base = larger.address();
        }
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
        synchronized (copying) {
            states.ensure((target >>> PageStates.PAGE_SHIFT) + 1);
        }
    }

    /// Announces a change of these bytes.
    void willWrite(long address, long bytes) {
        long first = (address - base) >>> PageStates.PAGE_SHIFT;
        long last = (address - base + bytes - 1) >>> PageStates.PAGE_SHIFT;
        for (long page = first; page <= last; page++) {
            if (states.get(page) != PageStates.DIRTY) {
                announce(page);
            }
        }
    }

    private void announce(long page) {
        Snapshot current = snapshot;
        if (current != null) {
            current.save(page);
        }
        states.set(page, PageStates.DIRTY);
    }

    /// Starts a snapshot; while no write is under way and no other one is there.
    ///
    /// @param all every page, not only those that changed
    Snapshot startSnapshot(boolean all) {
        var started = new Snapshot(this, all);
        snapshot = started;
        return started;
    }

    /// Ends it; while no write is under way.
    void endSnapshot(Snapshot ended) {
        snapshot = null;
        ended.close();
    }

    /// Pages that changed since the newest checkpoint.
    long dirtyPages() {
        long pages = committedBytes >>> PageStates.PAGE_SHIFT;
        long dirty = 0;
        for (long page = 0; page < pages; page++) {
            dirty += states.get(page) == PageStates.DIRTY ? 1 : 0;
        }
        return dirty;
    }

    @Override
    public void close() {
        range.close();
        states.close();
    }
}
