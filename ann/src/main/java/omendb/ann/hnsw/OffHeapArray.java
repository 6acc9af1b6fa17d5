package omendb.ann.hnsw;

import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// A piece of accounted memory that grows by doubling and moves when it does; for one thread.
final class OffHeapArray implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("ann search");

    private long address;
    private long bytes;

    OffHeapArray(long bytes) {
        this.bytes = bytes;
        this.address = MemoryAccount.allocate(TAG, bytes);
    }

    long address() {
        return address;
    }

    long bytes() {
        return bytes;
    }

    /// Makes room for `needed` bytes, keeping what is there; new bytes are zero.
    void ensure(long needed) {
        if (needed <= bytes) {
            return;
        }
        long grownBytes = Math.max(needed, bytes * 2);
        long grown = MemoryAccount.allocate(TAG, grownBytes);
        NativeMemory.copy(address, grown, bytes);
        close();
        address = grown;
        bytes = grownBytes;
    }

    @Override
    public void close() {
        if (address != 0) {
            MemoryAccount.free(TAG, address, bytes);
            address = 0;
        }
    }
}
