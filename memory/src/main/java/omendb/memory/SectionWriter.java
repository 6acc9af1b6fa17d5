package omendb.memory;

/// Writes the sections of a [SectionFile] and keeps their checksums. These are computed over a copy in
/// memory of our own: the source may be a mapped file, and what it holds may change while it is copied.
public final class SectionWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 * SectionFile.CHECKSUM_PAGE;

    private final StoreFile file;
    private final long sectionBytes;
    private final long tableRoom;
    private long buffer = MemoryAccount.allocate(SectionFile.TAG, BUFFER_BYTES);
    private long table;
    private int buffered;
    private long written;
    private int checksums;

    /// @param sectionBytes of all sections together, whole pages
    public SectionWriter(StoreFile file, long sectionBytes) {
        this.file = file;
        this.sectionBytes = sectionBytes;
        this.tableRoom = Math.max(Long.BYTES, SectionFile.tableBytes(sectionBytes));
        boolean ready = false;
        try {
            this.table = MemoryAccount.allocate(SectionFile.TAG, tableRoom);
            file.preallocate(tableOffset() + SectionFile.tableBytes(sectionBytes));
            ready = true;
        } finally {
            if (!ready) {
                close();
            }
        }
    }

    /// Where the table of checksums begins.
    public long tableOffset() {
        return FileHeader.BYTES + sectionBytes;
    }

    /// Appends a section and pads it to whole pages.
    public void section(long address, long bytes) {
        for (long done = 0; done < bytes; ) {
            int part = (int) Math.min(bytes - done, BUFFER_BYTES - buffered);
            NativeMemory.copy(address + done, buffer + buffered, part);
            buffered += part;
            done += part;
            flushIfFull();
        }
        long padding = SectionFile.sectionBytes(bytes) - bytes;
        // the buffer is a multiple of the page, so padding never crosses its end
        NativeMemory.fill(buffer + buffered, padding, (byte) 0);
        buffered += (int) padding;
        flushIfFull();
    }

    private void flushIfFull() {
        if (buffered == BUFFER_BYTES) {
            flush();
        }
    }

    private void flush() {
        for (int at = 0; at < buffered; at += SectionFile.CHECKSUM_PAGE) {
            int bytes = Math.min(SectionFile.CHECKSUM_PAGE, buffered - at);
            NativeMemory.putLong(table + (long) Long.BYTES * checksums++, Checksum.xxh3(buffer + at, bytes));
        }
        if (buffered > 0) {
            file.write(NativeMemory.segment(buffer, buffered), FileHeader.BYTES + written);
            written += buffered;
            buffered = 0;
        }
    }

    /// Writes what is left and the table; returns the table's checksum.
    public long finish() {
        flush();
        if (written != sectionBytes) {
            throw new IllegalStateException("sections of " + written + " bytes, announced " + sectionBytes);
        }
        long bytes = SectionFile.tableBytes(sectionBytes);
        if (bytes > 0) {
            file.write(NativeMemory.segment(table, bytes), tableOffset());
        }
        return Checksum.xxh3(table, bytes);
    }

    @Override
    public void close() {
        if (buffer != 0) {
            MemoryAccount.free(SectionFile.TAG, buffer, BUFFER_BYTES);
            buffer = 0;
        }
        if (table != 0) {
            MemoryAccount.free(SectionFile.TAG, table, tableRoom);
            table = 0;
        }
    }
}
