package omendb.engine.lsm;

import static omendb.engine.lsm.SstableFormat.BLOCK_ENTRY_BYTES;
import static omendb.engine.lsm.SstableFormat.BLOCK_HEADER_BYTES;
import static omendb.engine.lsm.SstableFormat.BLOCK_RESTARTS;
import static omendb.engine.lsm.SstableFormat.KIND_BITS;
import static omendb.engine.lsm.SstableFormat.KIND_TOMBSTONE;
import static omendb.engine.lsm.SstableFormat.KIND_VALUE;
import static omendb.engine.lsm.SstableFormat.MAX_ENTRY_HEADER_BYTES;
import static omendb.engine.lsm.SstableFormat.PAGE_BYTES;

import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Collects the entries of one data block; see [SstableFormat].
///
/// Threading: one thread. Owns two buffers until [#close].
final class BlockBuilder implements AutoCloseable {
    private final int blockBytes;
    private final int restartInterval;
    private final long baseTs;
    private final GrowableBuffer entries;
    private final GrowableBuffer restarts;
    private int entriesSinceRestart;

    BlockBuilder(MemoryTag tag, int blockBytes, int restartInterval, long baseTs) {
        this.blockBytes = blockBytes;
        this.restartInterval = restartInterval;
        this.baseTs = baseTs;
        this.entries = new GrowableBuffer(tag);
        this.restarts = new GrowableBuffer(tag);
    }

    boolean isEmpty() {
        return entries.size() == 0;
    }

    /// Whether an entry still fits; an empty block takes any.
    boolean fits(int keyLength, int valueLength) {
        long bytes = BLOCK_HEADER_BYTES
                + restarts.size()
                + Integer.BYTES
                + entries.size()
                + MAX_ENTRY_HEADER_BYTES
                + keyLength
                + valueLength;
        return isEmpty() || bytes <= blockBytes;
    }

    /// @param shared bytes in common with the user key added before
    void add(
            int shared, long key, int keyLength, long commitTs, boolean tombstone, long valueAddress, int valueLength) {
        int kept = shared;
        if (isEmpty() || entriesSinceRestart == restartInterval) {
            restarts.appendInt(Math.toIntExact(entries.size()));
            entriesSinceRestart = 0;
            kept = 0;
        }
        entriesSinceRestart++;
        long start = entries.reserve((long) MAX_ENTRY_HEADER_BYTES + keyLength + valueLength);
        long p = Varint.put(start, kept);
        p = Varint.put(p, keyLength - kept);
        p = Varint.put(p, (long) valueLength << KIND_BITS | (tombstone ? KIND_TOMBSTONE : KIND_VALUE));
        p = Varint.put(p, commitTs - baseTs);
        NativeMemory.copy(key + kept, p, keyLength - kept);
        p += keyLength - kept;
        NativeMemory.copy(valueAddress, p, valueLength);
        entries.advance(p + valueLength - start);
    }

    /// Bytes of the block in the file: whole pages.
    long pageBytes() {
        long bytes = BLOCK_HEADER_BYTES + restarts.size() + entries.size();
        return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    }

    /// Writes the block to [#pageBytes] bytes at `target` and empties the builder.
    void finish(long target) {
        long bytes = pageBytes();
        NativeMemory.putInt(target + BLOCK_RESTARTS, (int) (restarts.size() / Integer.BYTES));
        NativeMemory.putInt(target + BLOCK_ENTRY_BYTES, Math.toIntExact(entries.size()));
        long p = target + BLOCK_HEADER_BYTES;
        NativeMemory.copy(restarts.address(), p, restarts.size());
        p += restarts.size();
        NativeMemory.copy(entries.address(), p, entries.size());
        p += entries.size();
        NativeMemory.fill(p, target + bytes - p, (byte) 0);
        restarts.truncate(0);
        entries.truncate(0);
        entriesSinceRestart = 0;
    }

    @Override
    public void close() {
        entries.close();
        restarts.close();
    }
}
