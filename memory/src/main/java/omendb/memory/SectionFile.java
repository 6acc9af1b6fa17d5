package omendb.memory;

import java.util.OptionalLong;

/// Layout of files that are mapped and used where they lie, and how they prove to be whole: a [FileHeader],
/// sections that begin and end on multiples of [#SECTION_PAGE], and at `tableOffset`, behind them, a table
/// of XXH3-64, one for each [#CHECKSUM_PAGE] bytes of the sections, the last one for what is left. The
/// file's own header keeps the table's offset and checksum. Written by [SectionWriter].
public final class SectionFile {
    /// Bytes that a checksum covers.
    public static final int CHECKSUM_PAGE = 64 << 10;

    /// Sections begin and end on multiples of this.
    public static final int SECTION_PAGE = FileHeader.BYTES;

    /// Files of one checkpoint are named `gen-N.` and what they hold.
    public static final String GENERATION_PREFIX = "gen-";

    static final MemoryTag TAG = MemoryTag.of("section files");

    private SectionFile() {}

    /// Generation that a file (name without directory) belongs to; empty if it is none of ours.
    public static OptionalLong generationOf(String name) {
        int dot = name.indexOf('.');
        if (!name.startsWith(GENERATION_PREFIX) || dot < 0) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(name.substring(GENERATION_PREFIX.length(), dot)));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /// Bytes that a section of so many bytes takes.
    public static long sectionBytes(long bytes) {
        return (bytes + SECTION_PAGE - 1) / SECTION_PAGE * SECTION_PAGE;
    }

    /// Bytes of the table of sections of so many bytes together.
    public static long tableBytes(long sectionBytes) {
        return (sectionBytes + CHECKSUM_PAGE - 1) / CHECKSUM_PAGE * Long.BYTES;
    }

    /// Reads the table, which is all that has to be right before the sections are mapped.
    ///
    /// @throws CorruptFileException if it is not what the header says
    public static void checkTable(StoreFile file, long tableOffset, long expected) {
        long bytes = tableBytes(tableOffset - FileHeader.BYTES);
        long room = Math.max(Long.BYTES, bytes);
        long table = MemoryAccount.allocate(TAG, room);
        try {
            file.read(NativeMemory.segment(table, bytes), tableOffset);
            if (Checksum.xxh3(table, bytes) != expected) {
                throw new CorruptFileException(
                        file.path(), tableOffset, "index file " + file.name() + ": checksum table is damaged", null);
            }
        } finally {
            MemoryAccount.free(TAG, table, room);
        }
    }

    /// Compares table and sections with their checksums, by positional reads.
    ///
    /// @throws CorruptFileException at the first page that differs
    public static void verify(StoreFile file, long tableOffset, long tableChecksum) {
        checkTable(file, tableOffset, tableChecksum);
        long page = MemoryAccount.allocate(TAG, CHECKSUM_PAGE + Long.BYTES);
        try {
            long entry = page + CHECKSUM_PAGE;
            long entryAt = tableOffset;
            for (long at = FileHeader.BYTES; at < tableOffset; at += CHECKSUM_PAGE) {
                long bytes = Math.min(CHECKSUM_PAGE, tableOffset - at);
                file.read(NativeMemory.segment(page, bytes), at);
                file.read(NativeMemory.segment(entry, Long.BYTES), entryAt);
                entryAt += Long.BYTES;
                checkPage(file, at, Checksum.xxh3(page, bytes), NativeMemory.getLong(entry));
            }
        } finally {
            MemoryAccount.free(TAG, page, CHECKSUM_PAGE + Long.BYTES);
        }
    }

    private static void checkPage(StoreFile file, long at, long found, long expected) {
        if (found != expected) {
            throw new CorruptFileException(
                    file.path(),
                    at,
                    "index file " + file.name() + ": bad checksum of the page at " + at + " (found "
                            + Long.toHexString(found) + ", expected " + Long.toHexString(expected) + ")",
                    null);
        }
    }
}
