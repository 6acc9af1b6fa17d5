package omendb.engine.alex;

import omendb.memory.SectionFile;

/// Files of an index checkpoint, generation `N`: the base `gen-N.alex` and the pages that changed since,
/// `gen-N.delta`. Little-endian. A page is 4 KiB of the range that the nodes lie in ([NodeSpace]), numbered
/// from its start.
///
///     gen-N.alex: a `SectionFile` of kind "alex", version 1, parameters below; one section: all pages, from page 0
///     gen-N.delta: header of kind "alexdelt", version 1, parameter 0: generation; then batches, one for each
///                  checkpoint, each at a multiple of 4 KiB:
///
///         offset size field
///         0      8    "ALEXDLTA"
///         8      8    generation
///         16     8    number of the batch, from 1
///         24     8    LSN of the checkpoint
///         32     8    pages n, may be 0
///         40     8    pages of the range at that moment
///         48     8    XXH3-64 of the table
///         56     8    XXH3-64 of bytes 0..56
///         64     16n  table: page number, XXH3-64 of the page; zero-padded to 4 KiB
///         ...         n pages
///
/// The index as of a checkpoint is the base with the pages of all batches up to it put over it, in order.
///
/// Valid: a batch whose number follows that of the one in front (the first is 1), with good checksums of
/// header, table and pages. A batch that is not valid ends the file if no valid header of the next batch
/// stands behind it: it is the torn rest of a checkpoint that was never finished, and the next one
/// overwrites it. If one does, the batch is damaged.
///
/// Crash: a checkpoint is done when its batch is synced, and a new delta's directory, too. A new generation
/// is written under a temporary name (`.tmp` appended), synced, renamed, and the directory synced; then the
/// older files are deleted. A reader takes the highest generation. So there is the old checkpoint or the
/// new one, never some of both. A base that is mapped is deleted, never changed.
///
/// A last batch that is damaged after its checkpoint was done looks torn: the index then opens as of an
/// earlier LSN. Who has thrown away the log behind that LSN sees it by comparing, and builds the index
/// anew.
final class AlexFileFormat {
    static final String KIND = "alex";
    static final String DELTA_KIND = "alexdelt";
    static final int VERSION = 1;
    static final long BATCH_MAGIC = 0x41544C4458454C41L; // "ALEXDLTA"
    static final int BATCH_HEADER_BYTES = 64;
    static final int BATCH_ENTRY_BYTES = 16;
    static final String TEMPORARY_SUFFIX = ".tmp";

    private static final String BASE_SUFFIX = ".alex";
    private static final String DELTA_SUFFIX = ".delta";

    /// Parameters of the base and their places in its header.
    enum Parameter {
        GENERATION(0),
        TABLE_OFFSET(1),
        TABLE_CHECKSUM(2),
        PAGES(3),
        /// Of the checkpoint.
        LSN(4);

        final int index;

        Parameter(int index) {
            this.index = index;
        }
    }

    private AlexFileFormat() {}

    static String baseName(String directory, long generation) {
        return directory + "/" + SectionFile.GENERATION_PREFIX + generation + BASE_SUFFIX;
    }

    static String deltaName(String directory, long generation) {
        return directory + "/" + SectionFile.GENERATION_PREFIX + generation + DELTA_SUFFIX;
    }

    static boolean isBase(String name) {
        return name.endsWith(BASE_SUFFIX) && SectionFile.generationOf(name).isPresent();
    }

    /// Bytes in front of a batch's pages.
    static long pagesOffset(long pages) {
        long bytes = BATCH_HEADER_BYTES + pages * BATCH_ENTRY_BYTES;
        return (bytes + PageStates.PAGE_BYTES - 1) / PageStates.PAGE_BYTES * PageStates.PAGE_BYTES;
    }

    static long batchBytes(long pages) {
        return pagesOffset(pages) + pages * PageStates.PAGE_BYTES;
    }
}
