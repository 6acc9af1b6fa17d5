package omendb.memory;

import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/// The two checksums of our files: CRC32C for records, XXH3-64 for pages and headers.
///
/// Only over memory we own: a CRC over a mapped page that the disk cannot deliver kills the JVM, so copy first.
public final class Checksum {
    private static final int MAX_BUFFER_BYTES = 1 << 30;

    private Checksum() {}

    /// CRC32C (Castagnoli) of off-heap bytes.
    public static int crc32c(long address, long bytes) {
        var crc = new CRC32C();
        long done = 0;
        while (done < bytes) {
            int part = (int) Math.min(bytes - done, MAX_BUFFER_BYTES); // a ByteBuffer holds no more
            crc.update(NativeMemory.segment(address + done, part).asByteBuffer());
            done += part;
        }
        return (int) crc.getValue();
    }

    /// CRC32C of a native segment.
    public static int crc32c(MemorySegment segment) {
        return crc32c(segment.address(), segment.byteSize());
    }

    /// XXH3-64 with seed 0, as the reference implementation computes it.
    public static long xxh3(long address, long bytes) {
        return Xxh3.hash(address, bytes);
    }

    /// XXH3-64 of a native segment.
    public static long xxh3(MemorySegment segment) {
        return xxh3(segment.address(), segment.byteSize());
    }
}
