package omendb.engine.lsm;

import java.lang.foreign.MemorySegment;
import omendb.memory.NativeMemory;

/// Order of internal keys: user keys by unsigned bytes, versions of one user key newest first.
///
/// Most comparisons are decided by the *prefix*: the first eight bytes of the user key as a big-endian
/// number, padded with zeros. Prefixes order as unsigned numbers; equal prefixes say nothing more than that
/// the bytes they cover agree.
final class Keys {
    /// Longest user key.
    static final int MAX_BYTES = 65_535;

    private static final int PREFIX_BYTES = Long.BYTES;

    private static final int MAX_INLINE = 64;

    private Keys() {}

    /// Address of a key or value that is given as a segment.
    ///
    /// @throws IllegalArgumentException if it lies on the heap, where it has none
    static long addressOf(MemorySegment bytes) {
        if (!bytes.isNative()) {
            throw new IllegalArgumentException("keys and values must lie off-heap");
        }
        return bytes.address();
    }

    static long prefix(long address, int length) {
        if (length >= PREFIX_BYTES) {
            return Long.reverseBytes(NativeMemory.getLong(address));
        }
        long prefix = 0;
        for (int i = 0; i < length; i++) {
            prefix |= (NativeMemory.getByte(address + i) & 0xffL) << (56 - 8 * i);
        }
        return prefix;
    }

    /// As [#prefix], where eight bytes may be read whatever the length.
    static long prefixInBuffer(long address, int length) {
        long prefix = Long.reverseBytes(NativeMemory.getLong(address));
        return length >= PREFIX_BYTES ? prefix : length == 0 ? 0 : prefix & (-1L << (64 - 8 * length));
    }

    /// Copies a key or a part of one: short, so that a call for it would cost more than the copy.
    static void copy(long source, long target, int length) {
        if (length > MAX_INLINE) {
            NativeMemory.copy(source, target, length);
        } else if (length >= Long.BYTES) {
            for (int i = 0; i < length - Long.BYTES; i += Long.BYTES) {
                NativeMemory.putLong(target + i, NativeMemory.getLong(source + i));
            }
            long last = length - (long) Long.BYTES; // overlaps what was copied
            NativeMemory.putLong(target + last, NativeMemory.getLong(source + last));
        } else if (length >= Integer.BYTES) {
            int first = NativeMemory.getInt(source);
            long last = length - (long) Integer.BYTES;
            NativeMemory.putInt(target + last, NativeMemory.getInt(source + last));
            NativeMemory.putInt(target, first);
        } else {
            for (int i = 0; i < length; i++) {
                NativeMemory.putByte(target + i, NativeMemory.getByte(source + i));
            }
        }
    }

    /// Compares user keys whose prefixes are equal.
    static int compareTails(long left, int leftLength, long right, int rightLength) {
        if (leftLength <= PREFIX_BYTES || rightLength <= PREFIX_BYTES) {
            return Integer.compare(leftLength, rightLength);
        }
        return NativeMemory.compare(
                left + PREFIX_BYTES, leftLength - PREFIX_BYTES, right + PREFIX_BYTES, rightLength - PREFIX_BYTES);
    }

    /// Compares user keys.
    static int compare(long left, int leftLength, long leftPrefix, long right, int rightLength, long rightPrefix) {
        return leftPrefix != rightPrefix
                ? Long.compareUnsigned(leftPrefix, rightPrefix)
                : compareTails(left, leftLength, right, rightLength);
    }

    /// Length of the longest common prefix.
    static int commonPrefix(long left, int leftLength, long right, int rightLength) {
        int limit = Math.min(leftLength, rightLength);
        int i = 0;
        while (i + Long.BYTES <= limit) {
            long difference = NativeMemory.getLong(left + i) ^ NativeMemory.getLong(right + i);
            if (difference != 0) {
                return i + (Long.numberOfTrailingZeros(difference) >>> 3);
            }
            i += Long.BYTES;
        }
        while (i < limit && NativeMemory.getByte(left + i) == NativeMemory.getByte(right + i)) {
            i++;
        }
        return i;
    }
}
