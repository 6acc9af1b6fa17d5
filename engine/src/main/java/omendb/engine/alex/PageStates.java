package omendb.engine.alex;

import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Which pages of the range differ from the newest checkpoint, a byte for each page.
///
/// Threading: see [Snapshot].
final class PageStates implements AutoCloseable {
    static final int PAGE_SHIFT = 12;
    static final int PAGE_BYTES = 1 << PAGE_SHIFT;

    /// As in the newest checkpoint.
    static final byte CLEAN = 0;

    /// Changed since.
    static final byte DIRTY = 1;

    /// Unchanged since the snapshot that is being written, which still needs it.
    static final byte PENDING = 2;

    private static final MemoryTag TAG = MemoryTag.of("alex pages");
    private static final long LEAST_PAGES = 1024;

    private long address;
    private long pages;

    PageStates(long pages) {
        this.pages = Math.max(pages, LEAST_PAGES);
        this.address = MemoryAccount.allocate(TAG, this.pages);
    }

    /// Makes room for so many pages, new ones clean.
    void ensure(long needed) {
        if (needed > pages) {
            long grownPages = Math.max(needed, pages * 2);
            long grown = MemoryAccount.allocate(TAG, grownPages);
            NativeMemory.copy(address, grown, pages);
            MemoryAccount.free(TAG, address, pages);
            address = grown;
            pages = grownPages;
        }
    }

    byte get(long page) {
        return NativeMemory.getByte(address + page);
    }

    void set(long page, byte state) {
        NativeMemory.putByte(address + page, state);
    }

    @Override
    public void close() {
        if (address != 0) {
            MemoryAccount.free(TAG, address, pages);
            address = 0;
        }
    }
}
