package omendb.memory;

/// A bump allocator over off-heap chunks: many small pieces with one lifetime (a memtable, a batch, a statement).
/// Pieces are never freed one by one; [#reset()] forgets them all and keeps the first chunk, [#close()] frees
/// everything.
/// Memory of a fresh chunk is zero; memory reused after a reset is not.
///
/// Threading: one thread allocates at a time; others may read pieces that were published to them.
public final class Slab implements AutoCloseable {
    /// @param chunkBytes size of a chunk; a larger piece gets a chunk of its own
    public Slab(MemoryTag tag, long chunkBytes) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Address of `bytes` new bytes, aligned to 8.
    ///
    /// @throws AddressSpaceException if there is no memory
    public long allocate(long bytes) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// As [#allocate(long)] with another alignment, a power of two up to 64.
    public long allocate(long bytes, int alignment) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Bytes handed out since the last reset, with padding.
    public long usedBytes() {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Bytes taken from the system.
    public long reservedBytes() {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Forgets all pieces.
    public void reset() {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Frees everything. Idempotent.
    @Override
    public void close() {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }
}
