package omendb.engine.txn;

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
