package omendb.engine.type;

import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// A [BytesWriter] over off-heap memory of its own that doubles as needed.
public final class NativeBytesWriter extends BytesWriter implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("writers");

    private long capacity;

    public NativeBytesWriter() {
        this(1024);
    }

    public NativeBytesWriter(int capacity) {
        this.capacity = Math.max(capacity, 64);
        long address = MemoryAccount.allocate(TAG, this.capacity);
        reposition(address, address, address + this.capacity);
    }

    @Override
    protected void grow(int bytes) {
        int used = position();
        long wanted = Math.max(capacity * 2, (long) used + bytes);
        if (wanted > Integer.MAX_VALUE) {
            wanted = Integer.MAX_VALUE;
        }
        if ((long) used + bytes > wanted) {
            throw new IllegalStateException("a value of more than 2 GiB");
        }
        long address = MemoryAccount.allocate(TAG, wanted);
        NativeMemory.copy(address(), address, used);
        MemoryAccount.free(TAG, address(), capacity);
        capacity = wanted;
        reposition(address, address + used, address + wanted);
    }

    /// Forgets what was written; keeps the memory.
    public void clear() {
        truncate(0);
    }

    @Override
    public void close() {
        MemoryAccount.free(TAG, address(), capacity);
    }
}
