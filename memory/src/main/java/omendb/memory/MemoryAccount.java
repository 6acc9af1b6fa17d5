package omendb.memory;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/// Off-heap bytes of this process by purpose: every allocation names a [MemoryTag], every free names it again.
/// Tests end with "no live bytes", the server shows the figures.
///
/// Threading: all methods may be called by any thread.
public final class MemoryAccount {
    private MemoryAccount() {}

    /// Allocates zeroed memory, aligned to 64 bytes; given back by [#free] with the same size.
    ///
    /// @throws AddressSpaceException if there is none
    public static long allocate(MemoryTag tag, long bytes) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Gives memory of [#allocate] back.
    public static void free(MemoryTag tag, long address, long bytes) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
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
