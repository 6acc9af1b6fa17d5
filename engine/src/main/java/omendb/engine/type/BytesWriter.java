package omendb.engine.type;

import java.nio.charset.StandardCharsets;
import omendb.memory.NativeMemory;

/// A growing run of bytes at an absolute address; numbers are written big-endian, as the protocol and index keys want
/// them.
///
/// Subclasses own the memory ([NativeBytesWriter] here, pgwire's over a network buffer) and only implement [#grow]; the
/// cursor fields live here so that encoders make no virtual call per byte.
/// Threading: one owner.
public abstract class BytesWriter {
    private long base;
    private long next;
    private long limit;

    protected BytesWriter() {}

    /// Points the cursor at memory `[base, limit)` of which `[base, next)` is already written.
    protected final void reposition(long base, long next, long limit) {
        this.base = base;
        this.next = next;
        this.limit = limit;
    }

    /// Makes room for `bytes` more and calls [#reposition] (the memory may move).
    protected abstract void grow(int bytes);

    /// Bytes written so far.
    public final int position() {
        return (int) (next - base);
    }

    /// Address of the first byte; changes when the writer grows.
    public final long address() {
        return base;
    }

    /// Cuts back to `position` bytes.
    public final void truncate(int position) {
        next = base + position;
    }

    /// Address of `bytes` contiguous writable bytes; follow with [#advance].
    public final long reserve(int bytes) {
        if (limit - next < bytes) {
            grow(bytes);
        }
        return next;
    }

    public final void advance(int bytes) {
        next += bytes;
    }

    public final void writeByte(int value) {
        NativeMemory.putByte(reserve(1), (byte) value);
        next++;
    }

    public final void writeShort(int value) {
        NativeMemory.putShort(reserve(2), Short.reverseBytes((short) value));
        next += 2;
    }

    public final void writeInt(int value) {
        NativeMemory.putInt(reserve(4), Integer.reverseBytes(value));
        next += 4;
    }

    public final void writeLong(long value) {
        NativeMemory.putLong(reserve(8), Long.reverseBytes(value));
        next += 8;
    }

    /// Overwrites four bytes at `position` (a length known only afterwards).
    public final void putIntAt(int position, int value) {
        NativeMemory.putInt(base + position, Integer.reverseBytes(value));
    }

    public final void writeBytes(long address, int length) {
        NativeMemory.copy(address, reserve(length), length);
        next += length;
    }

    public final void writeBytes(byte[] bytes) {
        NativeMemory.copy(bytes, 0, reserve(bytes.length), bytes.length);
        next += bytes.length;
    }

    /// Writes text that is known to be ASCII.
    public final void writeAscii(String text) {
        int length = text.length();
        long at = reserve(length);
        for (int i = 0; i < length; i++) {
            NativeMemory.putByte(at + i, (byte) text.charAt(i));
        }
        next += length;
    }

    public final void writeUtf8(String text) {
        writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /// A copy of everything written.
    public final byte[] toByteArray() {
        byte[] bytes = new byte[position()];
        NativeMemory.copy(base, bytes, 0, bytes.length);
        return bytes;
    }
}
