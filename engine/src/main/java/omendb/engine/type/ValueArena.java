package omendb.engine.type;

import java.util.ArrayList;
import java.util.List;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Off-heap bump allocator for the variable-length values of a batch; freed as a whole by [#reset].
///
/// Addresses stay valid until `reset` or `close`. After `reset` the first chunk is kept, so a steady state allocates
/// nothing.
/// Threading: one owner.
public final class ValueArena implements AutoCloseable {
    private static final long FIRST_CHUNK_BYTES = 64 << 10;
    private static final long LARGEST_CHUNK_BYTES = 4 << 20;

    private static final MemoryTag TAG = MemoryTag.of("values");

    private record Chunk(long address, long bytes) {}

    private final List<Chunk> chunks = new ArrayList<>();
    private long next;
    private long limit;
    private long liveBytes;

    /// Reserves `bytes` (aligned to 8) and returns their address.
    public long allocate(long bytes) {
        long address = next;
        long end = address + ((bytes + 7) & ~7L);
        if (address == 0 || end > limit) {
            return allocateInNewChunk(bytes);
        }
        next = end;
        return address;
    }

    private long allocateInNewChunk(long bytes) {
        long wanted = (bytes + 7) & ~7L;
        long usual = Math.min(FIRST_CHUNK_BYTES << Math.min(chunks.size(), 6), LARGEST_CHUNK_BYTES);
        long size = Math.max(usual, wanted);
        long address = MemoryAccount.allocate(TAG, size);
        chunks.add(new Chunk(address, size));
        liveBytes += size;
        next = address + wanted;
        limit = address + size;
        return address;
    }

    /// Copies `bytes` at `source` into the arena and returns the copy's address.
    public long copy(long source, int bytes) {
        long address = allocate(bytes);
        NativeMemory.copy(source, address, bytes);
        return address;
    }

    public long copy(byte[] source, int offset, int bytes) {
        long address = allocate(bytes);
        NativeMemory.copy(source, offset, address, bytes);
        return address;
    }

    /// Bytes held from the operating system, for work_mem accounting.
    public long liveBytes() {
        return liveBytes;
    }

    /// Forgets every value. Keeps the first chunk.
    public void reset() {
        for (int i = chunks.size() - 1; i > 0; i--) {
            free(chunks.remove(i));
        }
        if (!chunks.isEmpty()) {
            Chunk first = chunks.getFirst();
            next = first.address();
            limit = first.address() + first.bytes();
            liveBytes = first.bytes();
        }
    }

    private static void free(Chunk chunk) {
        MemoryAccount.free(TAG, chunk.address(), chunk.bytes());
    }

    @Override
    public void close() {
        chunks.forEach(ValueArena::free);
        chunks.clear();
        next = 0;
        limit = 0;
        liveBytes = 0;
    }
}
