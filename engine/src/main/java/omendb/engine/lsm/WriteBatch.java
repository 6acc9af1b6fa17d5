package omendb.engine.lsm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import omendb.memory.CorruptFileException;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// A list of puts, deletes and range deletes over any number of trees, encoded off-heap; its bytes are what the WAL
/// stores.
///
///     offset size field
///     0      4    version     2; 1 had no range deletes and is read
///     4      4    count       of operations
///     8           operations, one after the other:
///                 kind        1 byte: 1 = put, 2 = delete, 3 = range delete
///                 relation    varint
///                 key length  varint, up to 65,535
///                 value length varint, puts and range deletes only
///                 key, value  of a range delete: first key of the range, first key behind it
///
/// Later operations on a key win over earlier ones of the same batch, range deletes included. Threading: one
/// thread at a time.
public final class WriteBatch implements AutoCloseable {
    /// A batch must fit into one record of the log.
    public static final long MAX_BYTES = 1L << 30;

    private static final MemoryTag TAG = MemoryTag.of("write-batch");
    private static final int VERSION = 2;
    private static final int VERSION_WITHOUT_RANGES = 1;
    private static final int HEADER_BYTES = 8;
    private static final int MAX_OPERATION_HEADER_BYTES = 1 + 10 + 3 + 5;
    private static final byte PUT = 1;
    private static final byte DELETE = 2;
    private static final byte RANGE_DELETE = 3;
    private static final long KEPT_BYTES = 256 << 10;

    private final GrowableBuffer buffer = new GrowableBuffer(TAG);
    private final @Nullable MemorySegment wrapped;
    private int count;

    /// An empty batch that grows as needed.
    public WriteBatch() {
        this(null, 0);
    }

    private WriteBatch(@Nullable MemorySegment wrapped, int count) {
        this.wrapped = wrapped;
        this.count = count;
    }

    /// Reads a batch back from its bytes, in place: `payload` must be native and outlive the batch, which
    /// cannot be written to.
    ///
    /// @throws CorruptFileException if the bytes are not a whole batch (checked once, here)
    public static WriteBatch wrap(MemorySegment payload) {
        long size = payload.byteSize();
        long address = payload.address();
        if (size == 0) {
            return new WriteBatch(payload, 0); // as a batch that was never written to is logged
        }
        int version = size < HEADER_BYTES ? 0 : NativeMemory.getInt(address);
        if (version != VERSION && version != VERSION_WITHOUT_RANGES) {
            throw new CorruptFileException("", 0, "not a write batch of version " + VERSION + ", " + size + " bytes");
        }
        byte lastKind = version == VERSION ? RANGE_DELETE : DELETE;
        int count = NativeMemory.getInt(address + 4);
        long end = address + size;
        long p = address + HEADER_BYTES;
        for (int i = 0; i < count; i++) {
            p = checkOperation(p, end, i, address, lastKind);
        }
        if (p != end || count < 0) {
            throw new CorruptFileException(
                    "", p - address, "a write batch of " + count + " operations has other bytes after");
        }
        return new WriteBatch(payload, count);
    }

    /// As [#wrap], of bytes of a batch that has been checked.
    static WriteBatch wrapChecked(MemorySegment payload) {
        return new WriteBatch(payload, NativeMemory.getInt(payload.address() + 4));
    }

    private static long checkOperation(long operation, long end, int ordinal, long start, byte lastKind) {
        long p = operation;
        byte kind = p < end ? NativeMemory.getByte(p) : 0;
        p++;
        long bytes = 0;
        long keyLength = 0;
        for (int field = 0; field < (kind == DELETE ? 2 : 3) && bytes >= 0; field++) {
            int size = Varint.checkedSize(p, end);
            long value = size < 0 ? -1 : Varint.get(p);
            p += Math.max(size, 0);
            if (size < 0 || (field > 0 && (value < 0 || value > end - p))) {
                bytes = -1;
            } else if (field > 0) {
                keyLength = field == 1 ? value : keyLength;
                bytes += value;
            }
        }
        boolean whole = kind >= PUT && kind <= lastKind && bytes >= 0 && bytes <= end - p;
        if (!whole
                || (kind == RANGE_DELETE
                        && NativeMemory.compare(p, keyLength, p + keyLength, bytes - keyLength) >= 0)) {
            throw new CorruptFileException(
                    "", operation - start, "operation " + ordinal + " of a write batch is damaged or cut");
        }
        return p + bytes;
    }

    public void put(long relationId, MemorySegment key, MemorySegment value) {
        long target = reserve(PUT, relationId, NO_ADDRESS, checkLength(key), checkLength(value));
        NativeMemory.copy(key, target);
        NativeMemory.copy(value, target + key.byteSize());
    }

    public void put(long relationId, long keyAddress, int keyLength, long valueAddress, int valueLength) {
        NativeMemory.copy(valueAddress, reservePut(relationId, keyAddress, keyLength, valueLength), valueLength);
    }

    /// Adds a put whose value the caller writes in place.
    ///
    /// @return address of `valueLength` bytes, good until the next call on this batch
    public long reservePut(long relationId, long keyAddress, int keyLength, int valueLength) {
        return reserve(PUT, relationId, keyAddress, keyLength, valueLength) + keyLength;
    }

    public void delete(long relationId, MemorySegment key) {
        NativeMemory.copy(key, reserve(DELETE, relationId, NO_ADDRESS, checkLength(key), 0));
    }

    public void delete(long relationId, long keyAddress, int keyLength) {
        reserve(DELETE, relationId, keyAddress, keyLength, 0);
    }

    /// Deletes every key in [`from`, `to`): one operation, whatever the number of keys.
    ///
    /// @throws IllegalArgumentException if `from` is not less than `to`
    public void deleteRange(long relationId, MemorySegment from, MemorySegment to) {
        if (compare(from, to) >= 0) {
            throw new IllegalArgumentException("a range of keys that ends where it begins or before");
        }
        int toLength = checkLength(to);
        if (toLength > Keys.MAX_BYTES) {
            throw new IllegalArgumentException("key of " + toLength + " bytes");
        }
        long target = reserve(RANGE_DELETE, relationId, NO_ADDRESS, checkLength(from), toLength);
        NativeMemory.copy(from, target);
        NativeMemory.copy(to, target + from.byteSize());
    }

    private static int compare(MemorySegment left, MemorySegment right) {
        long at = left.mismatch(right);
        if (at < 0 || at == left.byteSize() || at == right.byteSize()) {
            return Long.compare(left.byteSize(), right.byteSize());
        }
        return Byte.compareUnsigned(left.get(ValueLayout.JAVA_BYTE, at), right.get(ValueLayout.JAVA_BYTE, at));
    }

    private static final long NO_ADDRESS = 0;

    private static int checkLength(MemorySegment bytes) {
        return Math.toIntExact(bytes.byteSize());
    }

    /// Appends an operation and returns the address of its key, which is filled in unless `keyAddress` is
    /// absent.
    private long reserve(byte kind, long relationId, long keyAddress, int keyLength, int valueLength) {
        if (wrapped != null) {
            throw new IllegalStateException("this batch reads bytes of someone else");
        }
        if (keyLength < 0 || keyLength > Keys.MAX_BYTES || valueLength < 0) {
            throw new IllegalArgumentException("key of " + keyLength + " bytes, value of " + valueLength + " bytes");
        }
        long needed = (long) MAX_OPERATION_HEADER_BYTES + keyLength + valueLength;
        if (buffer.size() + needed > MAX_BYTES) {
            throw new IllegalArgumentException("a batch of more than " + MAX_BYTES + " bytes");
        }
        if (buffer.size() == 0) {
            buffer.appendInt(VERSION);
            buffer.appendInt(0);
        }
        long start = buffer.reserve(needed);
        NativeMemory.putByte(start, kind);
        long p = Varint.put(start + 1, relationId);
        p = Varint.put(p, keyLength);
        if (kind != DELETE) {
            p = Varint.put(p, valueLength);
        }
        if (keyAddress != NO_ADDRESS) {
            NativeMemory.copy(keyAddress, p, keyLength);
        }
        buffer.advance(p - start + keyLength + valueLength);
        count++;
        NativeMemory.putInt(buffer.address() + 4, count);
        return p;
    }

    /// Operations in the batch.
    public int count() {
        return count;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /// Bytes of the encoded batch, its header included: the payload of a WAL record. 0 for a batch that was
    /// never written to.
    public long byteSize() {
        return segment().byteSize();
    }

    /// The encoded batch, in place: good until the batch is written to, cleared or closed.
    public MemorySegment segment() {
        return wrapped == null ? buffer.segment() : wrapped;
    }

    /// The state to come back to with [#rollbackTo], for savepoints and failed statements.
    public Mark mark() {
        return new Mark(byteSize(), count);
    }

    /// Forgets what was added since `mark`.
    public void rollbackTo(Mark mark) {
        buffer.truncate(mark.bytes());
        count = mark.count();
        if (mark.bytes() > 0) {
            NativeMemory.putInt(buffer.address() + 4, count);
        }
    }

    /// Offset of the operation that the next put or delete will become; see [Ops#seek].
    public long nextOffset() {
        return Math.max(HEADER_BYTES, byteSize());
    }

    /// Empties the batch and keeps its memory up to a limit.
    public void clear() {
        buffer.clear(KEPT_BYTES);
        count = 0;
    }

    /// Iterates the operations in the order in which they were added; good until the batch is written to.
    public Ops ops() {
        MemorySegment bytes = segment();
        return new Ops(bytes.address(), bytes.byteSize());
    }

    /// Gives the memory back; the batch is empty afterwards and may be used again.
    @Override
    public void close() {
        buffer.close();
        count = 0;
    }

    /// @param bytes size of the encoded batch
    /// @param count operations in it
    public record Mark(long bytes, int count) {}

    /// Operations of a batch, read in place.
    public static final class Ops {
        private final long start;
        private final long end;
        private long nextAddress;
        private byte kind;
        private long relationId;
        private long keyAddress;
        private int keyLength;
        private int valueLength;

        private Ops(long start, long bytes) {
            this.start = start;
            this.end = start + bytes;
            this.nextAddress = start + HEADER_BYTES;
        }

        /// Steps to the next operation; false at the end.
        public boolean next() {
            if (nextAddress >= end) {
                return false;
            }
            long p = nextAddress;
            kind = NativeMemory.getByte(p++);
            relationId = Varint.get(p);
            p += Varint.size(relationId);
            keyLength = (int) Varint.get(p);
            p += Varint.size(keyLength);
            valueLength = 0;
            if (kind != DELETE) {
                valueLength = (int) Varint.get(p);
                p += Varint.size(valueLength);
            }
            keyAddress = p;
            nextAddress = p + keyLength + valueLength;
            return true;
        }

        /// Goes to `offset`, as [WriteBatch#nextOffset] gave it: [#next] then steps onto the operation
        /// there.
        public void seek(long offset) {
            nextAddress = start + offset;
        }

        /// Back to before the first operation.
        public void rewind() {
            seek(HEADER_BYTES);
        }

        public long relationId() {
            return relationId;
        }

        /// True for the delete of one key.
        public boolean isDelete() {
            return kind == DELETE;
        }

        /// True for a range delete: the key is the first of the range, the value the first key behind it.
        public boolean isRangeDelete() {
            return kind == RANGE_DELETE;
        }

        public long keyAddress() {
            return keyAddress;
        }

        public int keyLength() {
            return keyLength;
        }

        public long valueAddress() {
            return keyAddress + keyLength;
        }

        /// 0 for a delete.
        public int valueLength() {
            return valueLength;
        }
    }
}
