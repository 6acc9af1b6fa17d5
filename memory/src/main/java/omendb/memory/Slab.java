package omendb.memory;

/// A bump allocator over off-heap chunks: many small pieces with one lifetime (a memtable, a batch, a statement).
/// Pieces are never freed one by one; [#reset()] forgets them all and keeps the first chunk, [#close()] frees
/// everything.
/// Memory of a fresh chunk is zero; memory reused after a reset is not.
///
/// Threading: one thread allocates at a time; others may read pieces that were published to them, and the two
/// figures.
public final class Slab implements AutoCloseable {
    private static final int DEFAULT_ALIGNMENT = 8;
    private static final int MAX_ALIGNMENT = 64; // of a chunk

    private final MemoryTag tag;
    private final long chunkBytes;

    // every chunk of this slab: (address, bytes) pairs; the current one is last, oversized ones go before it
    private long[] chunks = new long[8];
    private int chunkCount;
    private long next;
    private long end;
    private volatile long usedBytes;
    private volatile long reservedBytes;
    private boolean closed;

    /// @param chunkBytes size of a chunk; a larger piece gets a chunk of its own
    public Slab(MemoryTag tag, long chunkBytes) {
        if (chunkBytes < MAX_ALIGNMENT) {
            throw new IllegalArgumentException("chunkBytes " + chunkBytes);
        }
        this.tag = tag;
        this.chunkBytes = chunkBytes;
    }

    /// Address of `bytes` new bytes, aligned to 8.
    ///
    /// @throws AddressSpaceException if there is no memory
    public long allocate(long bytes) {
        return allocate(bytes, DEFAULT_ALIGNMENT);
    }

    /// As [#allocate(long)] with another alignment, a power of two up to 64.
    public long allocate(long bytes, int alignment) {
        assert bytes >= 0 && Integer.bitCount(alignment) == 1 && alignment <= MAX_ALIGNMENT;
        long start = (next + alignment - 1) & -alignment;
        if (bytes > end - start || next == 0) {
            return allocateInNewChunk(bytes);
        }
        addUsed(start + bytes - next);
        next = start + bytes;
        return start;
    }

    private long allocateInNewChunk(long bytes) {
        if (closed) {
            throw new IllegalStateException("slab of " + tag.name() + " is closed");
        }
        if (bytes > chunkBytes) {
            // the current chunk stays current: its rest is not lost to one large piece
            long address = addChunk(bytes);
            if (chunkCount > 1) {
                swapLastTwo();
            } else {
                next = end = address + bytes;
            }
            addUsed(bytes);
            return address;
        }
        long address = addChunk(chunkBytes);
        next = address + bytes;
        end = address + chunkBytes;
        addUsed(bytes);
        return address;
    }

    private long addChunk(long bytes) {
        long address = MemoryAccount.allocate(tag, bytes);
        if (chunkCount * 2 == chunks.length) {
            chunks = java.util.Arrays.copyOf(chunks, chunks.length * 2);
        }
        chunks[chunkCount * 2] = address;
        chunks[chunkCount * 2 + 1] = bytes;
        chunkCount++;
        addReserved(bytes);
        return address;
    }

    private void swapLastTwo() {
        int last = (chunkCount - 1) * 2;
        long address = chunks[last];
        long bytes = chunks[last + 1];
        chunks[last] = chunks[last - 2];
        chunks[last + 1] = chunks[last - 1];
        chunks[last - 2] = address;
        chunks[last - 1] = bytes;
    }

    /// Bytes handed out since the last reset, with padding.
    public long usedBytes() {
        return usedBytes;
    }

    /// Bytes taken from the system.
    public long reservedBytes() {
        return reservedBytes;
    }

    /// Forgets all pieces.
    public void reset() {
        int kept = -1;
        for (int i = 0; i < chunkCount; i++) {
            if (kept < 0 && chunks[i * 2 + 1] == chunkBytes) {
                kept = i;
            } else {
                freeChunk(i);
            }
        }
        usedBytes = 0;
        if (kept < 0) {
            chunkCount = 0;
            next = end = 0;
            return;
        }
        chunks[0] = chunks[kept * 2];
        chunks[1] = chunks[kept * 2 + 1];
        chunkCount = 1;
        next = chunks[0];
        end = next + chunkBytes;
    }

    /// Frees everything. Idempotent.
    @Override
    public void close() {
        closed = true;
        for (int i = 0; i < chunkCount; i++) {
            freeChunk(i);
        }
        chunkCount = 0;
        next = end = 0;
        usedBytes = 0;
    }

    private void freeChunk(int index) {
        MemoryAccount.free(tag, chunks[index * 2], chunks[index * 2 + 1]);
        addReserved(-chunks[index * 2 + 1]);
    }

    // one writer: the volatile fields are for readers of the figures
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void addUsed(long bytes) {
        usedBytes += bytes;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void addReserved(long bytes) {
        reservedBytes += bytes;
    }
}
