package omendb.memory;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Address space reserved once, under one base address, for a structure that grows: memory is committed and
/// files are mapped into it piece by piece, and nothing a reader holds ever moves. What is not committed costs
/// no memory; a touch of it is a fault (SIGSEGV), so callers keep their own limits.
///
/// All offsets and lengths given to [#commit], [#decommit], [#mapFile] are multiples of [#pageBytes()].
///
/// Threading: different parts may be worked on by different threads; [#close()] only when no reader is left
/// (epochs).
public final class ReservedRange implements AutoCloseable {
    /// Of x86-64 and, with base pages of 4 KiB, of AArch64.
    public static final long HUGE_PAGE_BYTES = 2 << 20;

    private final MemoryTag tag;
    private final long address;
    private final long bytes;
    private final AtomicLong committedBytes = new AtomicLong();
    private final AtomicBoolean closed = new AtomicBoolean();
    // where files start, for messages
    private final ConcurrentSkipListMap<Long, String> mappedPaths = new ConcurrentSkipListMap<>();

    private ReservedRange(MemoryTag tag, long address, long bytes) {
        this.tag = tag;
        this.address = address;
        this.bytes = bytes;
    }

    /// Reserves address space (rounded up to pages).
    ///
    /// @throws AddressSpaceException if the process may not have so much; the message says which limit to look at
    public static ReservedRange reserve(MemoryTag tag, long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("reserve " + bytes + " bytes for " + tag.name());
        }
        long rounded = NativeMapping.roundUpToPages(bytes);
        return new ReservedRange(tag, NativeMapping.reserve(rounded), rounded);
    }

    /// As [#reserve], for files or memory that are to lie in huge pages: large ranges begin where the hardware's
    /// pages of [#HUGE_PAGE_BYTES] do.
    public static ReservedRange reserveForHugePages(MemoryTag tag, long bytes) {
        if (bytes < HUGE_PAGE_BYTES) {
            return reserve(tag, bytes);
        }
        long rounded = NativeMapping.roundUpToPages(bytes);
        return new ReservedRange(tag, NativeMapping.reserve(rounded, HUGE_PAGE_BYTES), rounded);
    }

    /// Size of a page of the machine.
    public static long pageBytes() {
        return NativeMapping.PAGE_BYTES;
    }

    /// Makes a part readable and writable anonymous memory, zero at first. Accounted under the range's tag.
    ///
    /// @throws AddressSpaceException if the kernel refuses the memory
    public void commit(long offset, long bytes) {
        check(offset, bytes);
        if (bytes == 0) {
            return;
        }
        NativeMapping.commit(address + offset, bytes);
        committedBytes.addAndGet(bytes);
        tag.add(bytes);
    }

    /// Gives committed memory of a part back; its addresses stay reserved.
    public void decommit(long offset, long bytes) {
        check(offset, bytes);
        if (bytes == 0) {
            return;
        }
        NativeMapping.decommit(address + offset, bytes);
        committedBytes.addAndGet(-bytes);
        tag.add(-bytes);
    }

    /// Maps `bytes` of a file over a part that is not committed, replacing an earlier mapping. The file may be
    /// closed afterwards.
    ///
    /// @throws TruncatedFileException if the file has fewer bytes
    public void mapFile(StoreFile file, long fileOffset, long rangeOffset, long bytes, MapMode mode) {
        check(rangeOffset, bytes);
        if (fileOffset % pageBytes() != 0) {
            throw new IllegalArgumentException("file offset " + fileOffset + " is not at a page");
        }
        if (bytes == 0) {
            return;
        }
        file.mapFixed(address + rangeOffset, fileOffset, bytes, mode);
        mappedPaths.put(rangeOffset, file.path());
    }

    /// Takes the mapping of a file away; the addresses stay reserved.
    public void unmapFile(long offset, long bytes) {
        check(offset, bytes);
        if (bytes == 0) {
            return;
        }
        NativeMapping.decommit(address + offset, bytes);
        mappedPaths.subMap(offset, offset + bytes).clear();
    }

    /// Advises the kernel about a part.
    ///
    /// @throws CorruptFileException for [Advice#POPULATE_READ] if a page of a mapped file cannot be read
    public void advise(long offset, long bytes, Advice advice) {
        checkBounds(offset, bytes);
        if (bytes == 0) {
            return;
        }
        Map.Entry<Long, String> mapped = mappedPaths.floorEntry(offset);
        NativeMapping.advise(address + offset, bytes, advice, mapped == null ? "" : mapped.getValue());
    }

    /// Base address.
    public long address() {
        return address;
    }

    /// Reserved bytes.
    public long bytes() {
        return bytes;
    }

    /// The whole range as a segment without lifetime checks.
    public MemorySegment segment() {
        return NativeMemory.segment(address, bytes);
    }

    /// Unmaps everything and gives the addresses back. Idempotent.
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            NativeMapping.unmap(address, bytes);
            tag.add(-committedBytes.get());
        }
    }

    private void check(long offset, long length) {
        checkBounds(offset, length);
        if (offset % pageBytes() != 0 || length % pageBytes() != 0) {
            throw new IllegalArgumentException("part " + offset + "+" + length + " is not of whole pages");
        }
    }

    private void checkBounds(long offset, long length) {
        if (closed.get()) {
            throw new IllegalStateException("range of " + tag.name() + " is closed");
        }
        if (offset < 0 || length < 0 || length > bytes - offset) {
            throw new IndexOutOfBoundsException("part " + offset + "+" + length + " of a range of " + bytes);
        }
    }
}
