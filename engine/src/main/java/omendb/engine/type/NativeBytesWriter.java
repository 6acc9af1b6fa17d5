package omendb.engine.type;

import java.lang.foreign.Arena;

/// A [BytesWriter] over off-heap memory of its own that doubles as needed.
public final class NativeBytesWriter extends BytesWriter implements AutoCloseable {
    private Arena arena;
    private long capacity;

    public NativeBytesWriter() {
        this(1024);
    }

    public NativeBytesWriter(int capacity) {
        this.arena = Raw.openArena();
        this.capacity = Math.max(capacity, 64);
        long address = Raw.allocate(arena, this.capacity).address();
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
        Arena larger = Raw.openArena();
        long address = Raw.allocate(larger, wanted).address();
        Raw.copy(address(), address, used);
        arena.close();
        arena = larger;
        capacity = wanted;
        reposition(address, address + used, address + wanted);
    }

    /// Forgets what was written; keeps the memory.
    public void clear() {
        truncate(0);
    }

    @Override
    public void close() {
        arena.close();
    }
}
