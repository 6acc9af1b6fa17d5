package omendb.engine.txn;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.NavigableSet;
import org.jspecify.annotations.Nullable;

/// Keys of an index from `from` to before `to`, compared as unsigned bytes.
final class KeyBounds {
    private final byte @Nullable [] from;
    private final byte @Nullable [] to;

    private KeyBounds(byte @Nullable [] from, byte @Nullable [] to) {
        this.from = from;
        this.to = to;
    }

    /// @param from null = from the first key
    /// @param to   null = to the last key
    static KeyBounds of(@Nullable MemorySegment from, @Nullable MemorySegment to) {
        return new KeyBounds(bytes(from), bytes(to));
    }

    /// One key alone.
    static KeyBounds single(MemorySegment key) {
        byte[] first = key.toArray(ValueLayout.JAVA_BYTE);
        return new KeyBounds(first, Arrays.copyOf(first, first.length + 1));
    }

    private static byte @Nullable [] bytes(@Nullable MemorySegment key) {
        return key == null ? null : key.toArray(ValueLayout.JAVA_BYTE);
    }

    /// Writes both bounds, each: length (4), -1 = open, then the bytes.
    void write(DataOutputStream out) throws IOException {
        writeBound(out, from);
        writeBound(out, to);
    }

    private static void writeBound(DataOutputStream out, byte @Nullable [] bound) throws IOException {
        out.writeInt(bound == null ? -1 : bound.length);
        if (bound != null) {
            out.write(bound);
        }
    }

    static KeyBounds read(DataInputStream in) throws IOException {
        return new KeyBounds(readBound(in), readBound(in));
    }

    private static byte @Nullable [] readBound(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0) {
            return null;
        }
        byte[] bound = in.readNBytes(length);
        if (bound.length < length) {
            throw new EOFException();
        }
        return bound;
    }

    boolean containsAnyOf(NavigableSet<byte[]> keys) {
        if (keys.isEmpty()) {
            return false;
        }
        byte[] first = from == null ? keys.first() : keys.ceiling(from);
        return first != null && (to == null || Arrays.compareUnsigned(first, to) < 0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyBounds bounds && Arrays.equals(from, bounds.from) && Arrays.equals(to, bounds.to);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(from) + Arrays.hashCode(to);
    }
}
