package omendb.engine.lsm;

import java.lang.foreign.MemorySegment;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Off-heap bytes that grow at the end; growing may move them.
///
/// Threading: one thread at a time. Owns its memory until [#close], but for a piece of a [CursorScratch].
final class GrowableBuffer implements AutoCloseable {
    private static final long MIN_BYTES = 256;

    /// Up to here a call for a copy costs more than the copy.
    private static final int SHORT_BYTES = 64;

    private final MemoryTag tag;
    private long address;
    private long capacity;
    private long size;

    /// The memory is somebody else's, until the buffer grows out of it.
    private boolean borrowed;

    GrowableBuffer(MemoryTag tag) {
        this.tag = tag;
    }

    /// A buffer that begins in a piece of `scratch`, if there is one left.
    GrowableBuffer(MemoryTag tag, CursorScratch scratch) {
        this.tag = tag;
        this.address = scratch.cut();
        this.borrowed = address != 0;
        this.capacity = borrowed ? CursorScratch.PIECE_BYTES : 0;
    }

    long size() {
        return size;
    }

    /// Address of the first byte; changes when the buffer grows.
    long address() {
        return address;
    }

    MemorySegment segment() {
        return size == 0 ? MemorySegment.NULL : NativeMemory.segment(address, size);
    }

    /// Makes room for `bytes` more and returns the address of the end, without changing the size.
    long reserve(long bytes) {
        if (size + bytes > capacity) {
            long wanted = Math.max(MIN_BYTES, Math.max(size + bytes, capacity + (capacity >> 1)));
            long grown = MemoryAccount.allocate(tag, wanted);
            if (capacity > 0) {
                NativeMemory.copy(address, grown, size);
                free();
            }
            borrowed = false;
            address = grown;
            capacity = wanted;
        }
        return address + size;
    }

    /// Counts bytes written after [#reserve].
    void advance(long bytes) {
        size += bytes;
        assert size <= capacity : size + " of " + capacity;
    }

    void append(long source, long bytes) {
        long target = reserve(bytes);
        if (bytes <= SHORT_BYTES) {
            Keys.copy(source, target, (int) bytes);
        } else {
            NativeMemory.copy(source, target, bytes);
        }
        size += bytes;
    }

    void appendByte(int value) {
        NativeMemory.putByte(reserve(1), (byte) value);
        size += 1;
    }

    void appendInt(int value) {
        NativeMemory.putInt(reserve(Integer.BYTES), value);
        size += Integer.BYTES;
    }

    void appendLong(long value) {
        NativeMemory.putLong(reserve(Long.BYTES), value);
        size += Long.BYTES;
    }

    void appendVarint(long value) {
        long end = reserve(Varint.MAX_BYTES);
        size += Varint.put(end, value) - end;
    }

    /// Appends zeros up to a multiple of `alignment`.
    void align(int alignment) {
        long padding = -size & (alignment - 1L);
        if (padding > 0) {
            NativeMemory.fill(reserve(padding), padding, (byte) 0);
            size += padding;
        }
    }

    void truncate(long newSize) {
        assert newSize >= 0 && newSize <= size : newSize + " of " + size;
        size = newSize;
    }

    /// Takes bytes away from the beginning; what follows moves there.
    void removeFirst(long bytes) {
        size -= bytes;
        assert size >= 0 : size;
        if (size > 0) {
            NativeMemory.copy(address + bytes, address, size);
        }
    }

    /// Empties the buffer; gives the memory back if it is more than `keptBytes`.
    void clear(long keptBytes) {
        size = 0;
        if (capacity > keptBytes) {
            close();
        }
    }

    private void free() {
        if (capacity > 0 && !borrowed) {
            MemoryAccount.free(tag, address, capacity);
        }
    }

    @Override
    public void close() {
        free();
        borrowed = false;
        address = 0;
        capacity = 0;
        size = 0;
    }
}
