package omendb.engine.lsm;

import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// How often rows that are not in the row cache were read lately: a count-min sketch with conservative
/// update, the heart of TinyLFU (Einziger, Friedman, Manes: "TinyLFU: A highly efficient cache admission
/// policy", ACM TOS 13(4) 2017, sections 3.2 and 3.3).
///
/// Four counters of a byte for each row, all in one cache line, the least of them counts. A read counts [#READ], so
/// that what is left of an odd number of reads when counts are halved is not lost. Counts saturate at [#MAX].
/// Threading: under the lock of its owner. Owns its memory until [#close].
final class FrequencySketch implements AutoCloseable {
    static final int READ = 4;
    static final int MAX = 255;

    private static final int LINE = 64;
    private static final int COUNTERS = 4;
    private static final int PART = LINE / COUNTERS; // each counter has a part of the line to itself
    private static final long HALF = 0x7f7f_7f7f_7f7f_7f7fL;

    private final MemoryTag tag;
    private long address;
    private long bytes;

    /// @param bytes a power of two, at least 64
    FrequencySketch(MemoryTag tag, long bytes) {
        this.tag = tag;
        this.bytes = bytes;
        this.address = MemoryAccount.allocate(tag, bytes);
    }

    private long line(long hash) {
        return address + (hash & (bytes - 1) & -LINE);
    }

    private static long counter(long line, int i, long hash) {
        return line + (long) PART * i + ((hash >>> (32 + 4 * i)) & (PART - 1));
    }

    int count(long hash) {
        long line = line(hash);
        int least = MAX;
        for (int i = 0; i < COUNTERS; i++) {
            least = Math.min(least, NativeMemory.getByte(counter(line, i, hash)) & 0xff);
        }
        return least;
    }

    /// Makes the count at least `count`.
    void raise(long hash, int count) {
        long line = line(hash);
        int raised = Math.min(count, MAX);
        for (int i = 0; i < COUNTERS; i++) {
            long counter = counter(line, i, hash);
            if ((NativeMemory.getByte(counter) & 0xff) < raised) {
                NativeMemory.putByte(counter, (byte) raised);
            }
        }
    }

    /// Halves all counts, so that what was popular long ago gives way (section 3.3).
    void age() {
        for (long at = address; at < address + bytes; at += Long.BYTES) {
            NativeMemory.putLong(at, (NativeMemory.getLong(at) >>> 1) & HALF);
        }
    }

    /// Twice the size, counts kept: each line goes to both places where its rows may now be.
    void grow() {
        long grown = MemoryAccount.allocate(tag, 2 * bytes);
        NativeMemory.copy(address, grown, bytes);
        NativeMemory.copy(address, grown + bytes, bytes);
        MemoryAccount.free(tag, address, bytes);
        address = grown;
        bytes = 2 * bytes;
    }

    @Override
    public void close() {
        MemoryAccount.free(tag, address, bytes);
    }
}
