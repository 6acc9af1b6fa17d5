package omendb.jmh.storage;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import omendb.memory.NativeMemory;

/// One key and value, in native memory, as direct buffers and as arrays: each store takes the form that it is
/// fastest with. Threading: one thread.
final class Row {
    static final int KEY_BYTES = 16;

    final long keyAddress;
    final long valueAddress;
    final int valueBytes;
    final ByteBuffer key;
    final ByteBuffer value;

    Row(Arena arena, int valueBytes) {
        MemorySegment keySegment = arena.allocate(KEY_BYTES, 8);
        MemorySegment valueSegment = arena.allocate(valueBytes, 8);
        this.valueBytes = valueBytes;
        this.keyAddress = keySegment.address();
        this.valueAddress = valueSegment.address();
        this.key = keySegment.asByteBuffer();
        this.value = valueSegment.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /// The key in an array of its own.
    byte[] keyArray() {
        byte[] bytes = new byte[KEY_BYTES];
        NativeMemory.copy(keyAddress, bytes, 0, KEY_BYTES);
        return bytes;
    }

    /// The value in an array of its own.
    byte[] valueArray() {
        byte[] bytes = new byte[valueBytes];
        NativeMemory.copy(valueAddress, bytes, 0, valueBytes);
        return bytes;
    }
}
