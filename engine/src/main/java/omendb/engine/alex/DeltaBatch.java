package omendb.engine.alex;

import static omendb.memory.NativeMemory.getLong;
import static omendb.memory.NativeMemory.putLong;

import omendb.memory.Checksum;
import omendb.memory.CorruptFileException;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import omendb.memory.StoreFile;
import org.jspecify.annotations.Nullable;

/// A batch of a delta file, see [AlexFileFormat].
///
/// @param offset of the batch in the file
/// @param number from 1
/// @param pages in the batch
/// @param rangePages of the range after it
record DeltaBatch(
        long offset, long generation, long number, long lsn, long pages, long rangePages, long tableChecksum) {
    private static final MemoryTag TAG = MemoryTag.of("alex delta");
    private static final int CHUNK_PAGES = 256;
    private static final int CHUNK_BYTES = CHUNK_PAGES * PageStates.PAGE_BYTES;
    private static final int CHECKED_BYTES = AlexFileFormat.BATCH_HEADER_BYTES - Long.BYTES;

    /// Offset behind the batch.
    long end() {
        return offset + AlexFileFormat.batchBytes(pages);
    }

    // ---- reading ----

    /// The header at an offset; null if there is none that can be one.
    static @Nullable DeltaBatch read(StoreFile file, long offset) {
        if (offset + AlexFileFormat.BATCH_HEADER_BYTES > file.size()) {
            return null;
        }
        long header = MemoryAccount.allocate(TAG, AlexFileFormat.BATCH_HEADER_BYTES);
        try {
            file.read(NativeMemory.segment(header, AlexFileFormat.BATCH_HEADER_BYTES), offset);
            var batch = new DeltaBatch(
                    offset,
                    getLong(header + 8),
                    getLong(header + 16),
                    getLong(header + 24),
                    getLong(header + 32),
                    getLong(header + 40),
                    getLong(header + 48));
            boolean valid = getLong(header) == AlexFileFormat.BATCH_MAGIC
                    && getLong(header + CHECKED_BYTES) == Checksum.xxh3(header, CHECKED_BYTES)
                    && batch.pages >= 0
                    && batch.pages <= file.size() / PageStates.PAGE_BYTES
                    && batch.end() <= file.size();
            return valid ? batch : null;
        } finally {
            MemoryAccount.free(TAG, header, AlexFileFormat.BATCH_HEADER_BYTES);
        }
    }

    /// Whether this one follows another, or is the first of a generation if there is none.
    boolean follows(@Nullable DeltaBatch previous, long ofGeneration) {
        return generation == ofGeneration && number == (previous == null ? 1 : previous.number + 1);
    }

    /// Takes the pages of a batch.
    interface PageTarget {
        /// @param bytes address of a page's content
        void accept(long page, long bytes);
    }

    /// Reads and checks table and pages.
    ///
    /// @throws CorruptFileException at the first one that is bad; the target may have got those in front of
    ///     it
    void readPages(StoreFile file, PageTarget target) {
        long tableBytes = Math.max(Long.BYTES, pages * AlexFileFormat.BATCH_ENTRY_BYTES);
        long table = MemoryAccount.allocate(TAG, tableBytes);
        long chunk = 0;
        try {
            chunk = MemoryAccount.allocate(TAG, CHUNK_BYTES);
            readTable(file, table);
            long pagesAt = offset + AlexFileFormat.pagesOffset(pages);
            for (long done = 0; done < pages; done += CHUNK_PAGES) {
                int count = (int) Math.min(CHUNK_PAGES, pages - done);
                long at = pagesAt + done * PageStates.PAGE_BYTES;
                file.read(NativeMemory.segment(chunk, (long) count * PageStates.PAGE_BYTES), at);
                for (int i = 0; i < count; i++) {
                    long entry = table + (done + i) * AlexFileFormat.BATCH_ENTRY_BYTES;
                    long bytes = chunk + (long) i * PageStates.PAGE_BYTES;
                    require(
                            file,
                            at + (long) i * PageStates.PAGE_BYTES,
                            Checksum.xxh3(bytes, PageStates.PAGE_BYTES) == getLong(entry + Long.BYTES),
                            "page " + getLong(entry));
                    target.accept(getLong(entry), bytes);
                }
            }
        } finally {
            MemoryAccount.free(TAG, table, tableBytes);
            if (chunk != 0) {
                MemoryAccount.free(TAG, chunk, CHUNK_BYTES);
            }
        }
    }

    private void readTable(StoreFile file, long table) {
        long bytes = pages * AlexFileFormat.BATCH_ENTRY_BYTES;
        file.read(NativeMemory.segment(table, bytes), offset + AlexFileFormat.BATCH_HEADER_BYTES);
        require(file, offset, Checksum.xxh3(table, bytes) == tableChecksum, "table");
        for (long i = 0; i < pages; i++) {
            long page = getLong(table + i * AlexFileFormat.BATCH_ENTRY_BYTES);
            require(file, offset, page >= 0 && page < rangePages, "number of page " + page);
        }
    }

    private void require(StoreFile file, long at, boolean good, String what) {
        if (!good) {
            throw new CorruptFileException(
                    file.path(),
                    at,
                    "index file " + file.name() + ": bad " + what + " of batch " + number + " at " + at);
        }
    }

    // ---- writing ----

    /// Writes the pages of a snapshot as a batch; not synced.
    static DeltaBatch write(StoreFile file, long offset, long generation, long number, long lsn, Snapshot snapshot) {
        long pages = snapshot.pages();
        long frontBytes = AlexFileFormat.pagesOffset(pages);
        file.preallocate(offset + AlexFileFormat.batchBytes(pages));
        long front = MemoryAccount.allocate(TAG, frontBytes);
        long chunk = 0;
        try {
            chunk = MemoryAccount.allocate(TAG, CHUNK_BYTES);
            long table = front + AlexFileFormat.BATCH_HEADER_BYTES;
            long entry = table;
            long at = offset + frontBytes;
            int filled = 0;
            for (int page = snapshot.next(0); page >= 0; page = snapshot.next(page + 1)) {
                long bytes = chunk + (long) filled * PageStates.PAGE_BYTES;
                snapshot.copy(page, bytes);
                putLong(entry, page);
                putLong(entry + Long.BYTES, Checksum.xxh3(bytes, PageStates.PAGE_BYTES));
                entry += AlexFileFormat.BATCH_ENTRY_BYTES;
                if (++filled == CHUNK_PAGES) {
                    file.write(NativeMemory.segment(chunk, CHUNK_BYTES), at);
                    at += CHUNK_BYTES;
                    filled = 0;
                }
            }
            if (filled > 0) {
                file.write(NativeMemory.segment(chunk, (long) filled * PageStates.PAGE_BYTES), at);
            }
            long tableChecksum = Checksum.xxh3(table, pages * AlexFileFormat.BATCH_ENTRY_BYTES);
            var batch = new DeltaBatch(offset, generation, number, lsn, pages, snapshot.rangePages(), tableChecksum);
            batch.encode(front);
            file.write(NativeMemory.segment(front, frontBytes), offset);
            return batch;
        } finally {
            MemoryAccount.free(TAG, front, frontBytes);
            if (chunk != 0) {
                MemoryAccount.free(TAG, chunk, CHUNK_BYTES);
            }
        }
    }

    private void encode(long header) {
        putLong(header, AlexFileFormat.BATCH_MAGIC);
        putLong(header + 8, generation);
        putLong(header + 16, number);
        putLong(header + 24, lsn);
        putLong(header + 32, pages);
        putLong(header + 40, rangePages);
        putLong(header + 48, tableChecksum);
        putLong(header + CHECKED_BYTES, Checksum.xxh3(header, CHECKED_BYTES));
    }
}
