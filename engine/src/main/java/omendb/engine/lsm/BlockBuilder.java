package omendb.engine.lsm;

import static omendb.engine.lsm.SstableFormat.*;

import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Collects the entries of one data block; see [SstableFormat].
///
/// How long the beginning is that all keys share is known only when the block is full, so entries are kept
/// as they came and encoded then. Threading: one thread. Owns its buffers until [#close].
final class BlockBuilder implements AutoCloseable {
    private static final int FIELDS_BYTES = 24;
    private static final int FIELD_TAG = 8;
    private static final int FIELD_AGE = 16;

    private final int blockBytes;
    private final long baseTs;
    private final GrowableBuffer fields; // for each entry: key length, tag, age; 8 bytes each
    private final GrowableBuffer keys;
    private final GrowableBuffer values;
    private int count;
    private int firstKeyLength;
    private int lastKeyLength;
    private int shortestKey;
    private long headerBytes; // of all entries: lengths, tags, ages

    BlockBuilder(MemoryTag tag, int blockBytes, long baseTs) {
        this.blockBytes = blockBytes;
        this.baseTs = baseTs;
        this.fields = new GrowableBuffer(tag);
        this.keys = new GrowableBuffer(tag);
        this.values = new GrowableBuffer(tag);
    }

    boolean isEmpty() {
        return count == 0;
    }

    /// Whether an entry still fits; an empty block takes any.
    boolean fits(long key, int keyLength, long commitTs, int valueLength) {
        if (isEmpty()) {
            return true;
        }
        int shared = Keys.commonPrefix(keys.address(), firstKeyLength, key, keyLength);
        long header = headerBytes + entryHeaderBytes(keyLength, (long) valueLength << KIND_BITS, commitTs - baseTs);
        long tails = tailBytes(shared, keys.size() + keyLength, count + 1, Math.min(shortestKey, keyLength));
        return blockBytes(shared, count + 1, header + tails + values.size() + valueLength) <= blockBytes;
    }

    private static long entryHeaderBytes(int keyLength, long tag, long age) {
        return (long) Varint.size(keyLength) + Varint.size(tag) + Varint.size(age);
    }

    /// Bytes of the keys behind the shared ones and the column; an upper limit if some key ends in the
    /// column.
    private static long tailBytes(int shared, long keyBytes, int count, int shortest) {
        long perKey = shortest >= shared + COLUMN_BYTES ? shared + COLUMN_BYTES : shared;
        return keyBytes - perKey * count;
    }

    private static long blockBytes(int shared, int count, long entryBytes) {
        return columnOffset(shared) + (long) count * (COLUMN_BYTES + offsetWidth(entryBytes)) + entryBytes;
    }

    /// Keeps an entry; the caller keeps the order.
    void add(long key, int keyLength, long commitTs, boolean tombstone, long valueAddress, int valueLength) {
        long tag = (long) valueLength << KIND_BITS | (tombstone ? KIND_TOMBSTONE : KIND_VALUE);
        if (count == 0) {
            firstKeyLength = keyLength;
            shortestKey = keyLength;
        }
        fields.appendLong(keyLength);
        fields.appendLong(tag);
        fields.appendLong(commitTs - baseTs);
        keys.append(key, keyLength);
        values.append(valueAddress, valueLength);
        headerBytes += entryHeaderBytes(keyLength, tag, commitTs - baseTs);
        shortestKey = Math.min(shortestKey, keyLength);
        lastKeyLength = keyLength;
        count++;
    }

    /// Writes the block to the end of `out`, whole units, and empties the builder.
    ///
    /// @param unit a power of two
    /// @return bytes written
    long finish(GrowableBuffer out, long unit) {
        int shared = Math.min(
                MAX_SHARED_BYTES,
                Keys.commonPrefix(
                        keys.address(), firstKeyLength, keys.address() + keys.size() - lastKeyLength, lastKeyLength));
        long entryBytes = entryBytes(shared);
        int width = offsetWidth(entryBytes);
        long bytes = columnOffset(shared) + (long) count * (COLUMN_BYTES + width) + entryBytes;
        long whole = (bytes + unit - 1) & -unit;
        long block = out.reserve(whole);
        NativeMemory.fill(block, columnOffset(shared), (byte) 0);
        NativeMemory.putInt(block + BLOCK_COUNT, count);
        NativeMemory.putInt(block + BLOCK_ENTRY_BYTES, Math.toIntExact(entryBytes));
        NativeMemory.putInt(block + BLOCK_SHARED, shared);
        NativeMemory.copy(keys.address(), block + BLOCK_HEADER_BYTES, shared);
        encode(block + columnOffset(shared), shared, width);
        NativeMemory.fill(block + bytes, whole - bytes, (byte) 0);
        out.advance(whole);
        fields.truncate(0);
        keys.truncate(0);
        values.truncate(0);
        headerBytes = 0;
        count = 0;
        return whole;
    }

    private long entryBytes(int shared) {
        long bytes = values.size();
        for (int i = 0; i < count; i++) {
            long field = fields.address() + (long) i * FIELDS_BYTES;
            int rest = (int) NativeMemory.getLong(field) - shared;
            bytes += entryHeaderBytes(
                            rest, NativeMemory.getLong(field + FIELD_TAG), NativeMemory.getLong(field + FIELD_AGE))
                    + Math.max(0, rest - COLUMN_BYTES);
        }
        return bytes;
    }

    private void encode(long column, int shared, int width) {
        long offsets = column + (long) count * COLUMN_BYTES;
        long entries = offsets + (long) count * width;
        long key = keys.address();
        long value = values.address();
        long p = entries;
        for (int i = 0; i < count; i++) {
            long field = fields.address() + (long) i * FIELDS_BYTES;
            int keyLength = (int) NativeMemory.getLong(field);
            long tag = NativeMemory.getLong(field + FIELD_TAG);
            int rest = keyLength - shared;
            NativeMemory.putLong(column + (long) i * COLUMN_BYTES, Keys.prefix(key + shared, rest));
            putOffset(offsets, width, i, p - entries);
            p = Varint.put(p, rest);
            p = Varint.put(p, tag);
            p = Varint.put(p, NativeMemory.getLong(field + FIELD_AGE));
            int tail = rest - COLUMN_BYTES;
            if (tail > 0) {
                NativeMemory.copy(key + shared + COLUMN_BYTES, p, tail);
                p += tail;
            }
            long valueLength = tag >>> KIND_BITS;
            NativeMemory.copy(value, p, valueLength);
            p += valueLength;
            key += keyLength;
            value += valueLength;
        }
    }

    private static void putOffset(long offsets, int width, int ordinal, long offset) {
        if (width == Short.BYTES) {
            NativeMemory.putShort(offsets + 2L * ordinal, (short) offset);
        } else {
            NativeMemory.putInt(offsets + 4L * ordinal, (int) offset);
        }
    }

    @Override
    public void close() {
        fields.close();
        keys.close();
        values.close();
    }
}
