package omendb.engine.alex;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Pages as they were at one moment, while the writer goes on. Copy on write, by hand: the snapshot marks
/// its pages pending, which costs a byte each. Whoever copies them into the checkpoint makes them clean one
/// by one; the writer, about to change a pending one, first saves it as it is.
///
/// Threading: made while no write is under way. From then on pending pages change their state only under
/// the space's `copying` lock, which is held for one page at a time; others only by the writer.
final class Snapshot implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("alex snapshot");

    private final NodeSpace space;
    private final BitSet wanted = new BitSet();
    private final long rangePages;

    // page -> memory that holds it as it was
    private final Map<Integer, Long> saved = new HashMap<>();

    /// @param all every page, not only those that changed
    Snapshot(NodeSpace space, boolean all) {
        this.space = space;
        long used = (long) Superblock.end(space.base()) << NodeSpace.UNIT_SHIFT;
        this.rangePages = (used + PageStates.PAGE_BYTES - 1) >>> PageStates.PAGE_SHIFT;
        for (int page = 0; page < rangePages; page++) {
            if (all || space.states().get(page) == PageStates.DIRTY) {
                wanted.set(page);
                space.states().set(page, PageStates.PENDING);
            }
        }
    }

    /// Pages of the range at that moment.
    long rangePages() {
        return rangePages;
    }

    /// Pages in the snapshot.
    int pages() {
        return wanted.cardinality();
    }

    /// First page of the snapshot from a number on; -1 behind the last.
    int next(int from) {
        return wanted.nextSetBit(from);
    }

    /// Keeps a page for the snapshot, if it still needs it; called by the writer before it changes the
    /// page.
    void save(long page) {
        synchronized (space.copying) {
            if (space.states().get(page) == PageStates.PENDING) {
                long copy = MemoryAccount.allocate(TAG, PageStates.PAGE_BYTES);
                NativeMemory.copy(addressOf(page), copy, PageStates.PAGE_BYTES);
                saved.put((int) page, copy);
                space.states().set(page, PageStates.DIRTY);
            }
        }
    }

    private long addressOf(long page) {
        return space.base() + (page << PageStates.PAGE_SHIFT);
    }

    /// Copies a page as it was; once for each.
    void copy(int page, long target) {
        synchronized (space.copying) {
            Long copy = saved.remove(page);
            if (copy != null) {
                NativeMemory.copy(copy, target, PageStates.PAGE_BYTES);
                MemoryAccount.free(TAG, copy, PageStates.PAGE_BYTES);
            } else {
                NativeMemory.copy(addressOf(page), target, PageStates.PAGE_BYTES);
                space.states().set(page, PageStates.CLEAN);
            }
        }
    }

    /// The checkpoint failed: all its pages still differ from the newest one. Called while no write is
    /// under way.
    void abandon() {
        synchronized (space.copying) {
            wanted.stream().forEach(page -> space.states().set(page, PageStates.DIRTY));
        }
    }

    @Override
    public void close() {
        synchronized (space.copying) {
            saved.values().forEach(copy -> MemoryAccount.free(TAG, copy, PageStates.PAGE_BYTES));
            saved.clear();
        }
    }
}
