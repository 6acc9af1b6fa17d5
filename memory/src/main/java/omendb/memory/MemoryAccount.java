package omendb.memory;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/// Off-heap bytes of this process by purpose: every allocation names a [MemoryTag], every free names it again.
/// Tests end with "no live bytes", the server shows the figures.
///
/// Threading: all methods may be called by any thread.
public final class MemoryAccount {
    private static final int ALIGNMENT = 64; // a cache line, and the widest SIMD load
    // from here on a mapping of its own: zeroed by the kernel when touched, and given back to it when freed
    private static final long MAPPED_BYTES = 256 << 10;

    private MemoryAccount() {}

    /// Allocates zeroed memory, aligned to 64 bytes; given back by [#free] with the same size.
    ///
    /// @throws AddressSpaceException if there is none
    public static long allocate(MemoryTag tag, long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("allocation of " + bytes + " bytes for " + tag.name());
        }
        long address = bytes >= MAPPED_BYTES ? NativeMapping.allocate(bytes) : allocateSmall(bytes);
        tag.add(bytes);
        return address;
    }

    private static long allocateSmall(long bytes) {
        long address = Libc.allocate(bytes, ALIGNMENT);
        if (address < 0) {
            throw NativeMapping.refused(bytes, "allocate memory");
        }
        NativeMemory.fill(address, bytes, (byte) 0);
        return address;
    }

    /// Gives memory of [#allocate] back.
    public static void free(MemoryTag tag, long address, long bytes) {
        tag.add(-bytes);
        if (bytes >= MAPPED_BYTES) {
            NativeMapping.unmap(address, bytes);
        } else {
            Libc.free(address);
        }
    }

    /// Live bytes of all tags.
    public static long liveBytes() {
        return MemoryTag.all().stream().mapToLong(MemoryTag::liveBytes).sum();
    }

    /// Live bytes by tag name, without the empty ones, in order of name.
    public static Map<String, Long> snapshot() {
        var live = new TreeMap<String, Long>(Comparator.naturalOrder());
        for (MemoryTag tag : MemoryTag.all()) {
            long bytes = tag.liveBytes();
            if (bytes != 0) {
                live.put(tag.name(), bytes);
            }
        }
        return live;
    }
}
