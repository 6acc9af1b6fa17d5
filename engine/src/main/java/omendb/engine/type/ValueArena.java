package omendb.engine.type;

import java.util.ArrayList;
import java.util.List;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Off-heap bump allocator for the variable-length values of a batch; freed as a whole by [#reset].
///
/// Addresses stay valid until `reset` or `close`. Chunks grow fourfold from 1 KiB, since most arenas hold a value or
/// two.
/// After `reset` the largest chunk of up to 64 KiB is kept, so a steady state allocates nothing.
/// Threading: one owner.
public final class ValueArena implements AutoCloseable {
    private static final long FIRST_CHUNK_BYTES = 1 << 10;
    private static final long KEPT_CHUNK_BYTES = 64 << 10;
    private static final long LARGEST_CHUNK_BYTES = 4 << 20;

    private static final MemoryTag TAG = MemoryTag.of("values");

    private record Chunk(long address, long bytes) {}

    private final List<Chunk> chunks = new ArrayList<>();
    private long next;
    private long limit;
    private long liveBytes;
    private long vectorBytes;

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
        long last = chunks.isEmpty() ? 0 : chunks.getLast().bytes();
        long usual = Math.clamp(4 * last, FIRST_CHUNK_BYTES, LARGEST_CHUNK_BYTES);
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

    /// Bytes held for values and for the vectors that refer to them.
    public long heldBytes() {
        return liveBytes + vectorBytes;
    }

    /// A vector whose values lie here took, or gave back, memory of its own.
    void countVector(long bytes) {
        vectorBytes += bytes;
    }

    /// Forgets every value. Keeps one chunk.
    public void reset() {
        if (chunks.isEmpty()) {
            return;
        }
        if (chunks.size() > 1) {
            keepOne();
        }
        Chunk kept = chunks.getFirst();
        next = kept.address();
        limit = kept.address() + kept.bytes();
        liveBytes = kept.bytes();
    }

    private void keepOne() {
        int best = 0;
        for (int i = 1; i < chunks.size(); i++) {
            long bytes = chunks.get(i).bytes();
            long before = chunks.get(best).bytes();
            if (bytes <= KEPT_CHUNK_BYTES && (before > KEPT_CHUNK_BYTES || bytes > before)) {
                best = i;
            }
        }
        Chunk kept = chunks.remove(best);
        chunks.forEach(ValueArena::free);
        chunks.clear();
        chunks.add(kept);
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
