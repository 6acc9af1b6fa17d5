package omendb.ann.hnsw;

import omendb.memory.Checksum;
import omendb.memory.FileHeader;
import omendb.memory.NativeMemory;
import omendb.memory.StoreFile;

/// Writes the sections of a checkpoint file and keeps their checksums. Checksums are computed over a copy in memory
/// of our
/// own: the source may be a mapped file, and tombstones may be set while it is copied.
final class SectionWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 * HnswFileFormat.CHECKSUM_PAGE;

    private final StoreFile file;
    private final long sectionBytes;
    private final OffHeapArray buffer = new OffHeapArray(BUFFER_BYTES);
    private final OffHeapArray table;
    private int buffered;
    private long written;
    private int checksums;

    /// @param sectionBytes of all sections together, whole pages
    SectionWriter(StoreFile file, long sectionBytes) {
        this.file = file;
        this.sectionBytes = sectionBytes;
        this.table = new OffHeapArray(Math.max(Long.BYTES, HnswFileFormat.tableBytes(sectionBytes)));
        file.preallocate(tableOffset() + HnswFileFormat.tableBytes(sectionBytes));
    }

    long tableOffset() {
        return FileHeader.BYTES + sectionBytes;
    }

    /// Appends a section and pads it to whole pages.
    void section(long address, long bytes) {
        for (long done = 0; done < bytes; ) {
            int part = (int) Math.min(bytes - done, BUFFER_BYTES - buffered);
            NativeMemory.copy(address + done, buffer.address() + buffered, part);
            buffered += part;
            done += part;
            flushIfFull();
        }
        long padding = HnswFileFormat.sectionBytes(bytes) - bytes;
        // the buffer is a multiple of the page, so padding never crosses its end
        NativeMemory.fill(buffer.address() + buffered, padding, (byte) 0);
        buffered += (int) padding;
        flushIfFull();
    }

    private void flushIfFull() {
        if (buffered == BUFFER_BYTES) {
            flush();
        }
    }

    private void flush() {
        for (int at = 0; at < buffered; at += HnswFileFormat.CHECKSUM_PAGE) {
            int bytes = Math.min(HnswFileFormat.CHECKSUM_PAGE, buffered - at);
            long checksum = Checksum.xxh3(buffer.address() + at, bytes);
            NativeMemory.putLong(table.address() + (long) Long.BYTES * checksums++, checksum);
        }
        if (buffered > 0) {
            file.write(NativeMemory.segment(buffer.address(), buffered), FileHeader.BYTES + written);
            written += buffered;
            buffered = 0;
        }
    }

    /// Writes what is left and the table; returns the table's checksum.
    long finish() {
        flush();
        if (written != sectionBytes) {
            throw new IllegalStateException("sections of " + written + " bytes, announced " + sectionBytes);
        }
        long bytes = HnswFileFormat.tableBytes(sectionBytes);
        if (bytes > 0) {
            file.write(NativeMemory.segment(table.address(), bytes), tableOffset());
        }
        return Checksum.xxh3(table.address(), bytes);
    }

    @Override
    public void close() {
        buffer.close();
        table.close();
    }
}
