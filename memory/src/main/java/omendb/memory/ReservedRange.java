package omendb.memory;

import java.lang.foreign.MemorySegment;

/// Address space reserved once, under one base address, for a structure that grows: memory is committed and files are
/// mapped into it piece by piece, and nothing a reader holds ever moves. What is not committed costs no memory; a touch
/// of it is a fault (SIGSEGV), so callers keep their own limits.
///
/// All offsets and lengths given to [#commit], [#decommit], [#mapFile] are multiples of [#pageBytes()].
///
/// Threading: different parts may be worked on by different threads; [#close()] only when no reader is left (epochs).
public final class ReservedRange implements AutoCloseable {
    private ReservedRange() {}

    /// Reserves address space (rounded up to pages).
    ///
    /// @throws AddressSpaceException if the process may not have so much; the message says which limit to look at
    public static ReservedRange reserve(MemoryTag tag, long bytes) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Size of a page of the machine.
    public static long pageBytes() {
        return 4096;
    }

    /// Makes a part readable and writable anonymous memory, zero at first. Accounted under the range's tag.
    ///
    /// @throws AddressSpaceException if the kernel refuses the memory
    public void commit(long offset, long bytes) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Gives the memory or mapping of a part back; its addresses stay reserved.
    public void decommit(long offset, long bytes) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Maps `bytes` of a file over the part at `rangeOffset`, replacing what was there. The file may be closed
    /// afterwards.
    ///
    /// @throws TruncatedFileException if the file has fewer bytes
    public void mapFile(StoreFile file, long fileOffset, long rangeOffset, long bytes, MapMode mode) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Advises the kernel about a part.
    ///
    /// @throws CorruptFileException for [Advice#POPULATE_READ] if a page of a mapped file cannot be read
    public void advise(long offset, long bytes, Advice advice) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Base address.
    public long address() {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Reserved bytes.
    public long bytes() {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// The whole range as a segment without lifetime checks.
    public MemorySegment segment() {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Unmaps everything and gives the addresses back. Idempotent.
    @Override
    public void close() {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }
}
