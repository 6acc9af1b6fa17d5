package omendb.engine.lsm;

import omendb.memory.MemoryTag;

/// Blocks on their way from the thread that builds them to the one that writes them. Threading: one at a time.
final class BlockChunk implements AutoCloseable {
    static final long FULL_BYTES = 512 << 10;

    private final GrowableBuffer blocks;
    private final GrowableBuffer lengths; // 4 bytes for each block

    BlockChunk(MemoryTag tag) {
        blocks = new GrowableBuffer(tag);
        lengths = new GrowableBuffer(tag);
    }

    GrowableBuffer blocks() {
        return blocks;
    }

    GrowableBuffer lengths() {
        return lengths;
    }

    boolean isFull() {
        return blocks.size() >= FULL_BYTES;
    }

    /// Empties it; a block that was much larger than others gives its memory back.
    void clear() {
        blocks.clear(4 * FULL_BYTES);
        lengths.truncate(0);
    }

    @Override
    public void close() {
        blocks.close();
        lengths.close();
    }
}
