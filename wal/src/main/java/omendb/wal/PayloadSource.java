package omendb.wal;

import java.lang.foreign.MemorySegment;
import omendb.memory.NativeMemory;

/// The segments of a payload, read once from front to back.
final class PayloadSource {
    private final MemorySegment[] segments;
    private int index;
    private long offset;

    PayloadSource(MemorySegment[] segments) {
        this.segments = segments;
    }

    /// Copies the next `bytes` bytes to memory of ours.
    void copyTo(long target, long bytes) {
        long done = 0;
        while (done < bytes) {
            MemorySegment segment = segments[index];
            long part = Math.min(bytes - done, segment.byteSize() - offset);
            NativeMemory.copy(segment.asSlice(offset, part), target + done);
            done += part;
            offset += part;
            if (offset == segment.byteSize()) {
                index++;
                offset = 0;
            }
        }
    }
}
