package omendb.engine.alex;

import omendb.memory.MemoryTag;
import omendb.memory.ReservedRange;

/// Sorted entries of a bulk load, gathered before the tree is built.
final class EntryBuffer implements AutoCloseable {
    static final int MAX_ENTRIES = Integer.MAX_VALUE - 8;

    private static final MemoryTag TAG = MemoryTag.of("alex bulk load");
    private static final long CHUNK_BYTES = 4 << 20;

    private final ReservedRange range = ReservedRange.reserve(TAG, (long) MAX_ENTRIES * Entries.BYTES + CHUNK_BYTES);
    private long committedBytes;
    private int count;

    /// @throws IllegalArgumentException if the entries do not ascend
    void fill(EntryStream stream) {
        while (stream.next()) {
            add(stream.key(), stream.payload());
        }
    }

    private void add(long key, long payload) {
        if (count > 0) {
            long lastKey = Entries.key(address(), count - 1L);
            long lastPayload = Entries.payload(address(), count - 1L);
            if (!Entries.less(lastKey, lastPayload, key, payload)) {
                throw new IllegalArgumentException("entries out of order: (" + key + ", " + payload + ") follows ("
                        + lastKey + ", " + lastPayload + ")");
            }
        }
        if (count == MAX_ENTRIES) {
            throw new IllegalArgumentException("more than " + MAX_ENTRIES + " entries in a bulk load");
        }
        if ((long) (count + 1) * Entries.BYTES > committedBytes) {
            range.commit(committedBytes, CHUNK_BYTES);
            committedBytes += CHUNK_BYTES;
        }
        Entries.put(address(), count++, key, payload);
    }

    long address() {
        return range.address();
    }

    int count() {
        return count;
    }

    @Override
    public void close() {
        range.close();
    }
}
