package omendb.ann.hnsw;

import omendb.memory.SectionFile;

/// Files of an index checkpoint, generation `N`: `gen-N.graph` and, if the index has codes, `gen-N.codes`.
///
/// Both are of the shape of a `SectionFile`: a header, sections on pages of 4 KiB, checksums.
/// Little-endian. What is in the sections is what is in memory: arrays without pointers, mapped MAP_PRIVATE
/// and used where they lie.
///
///     gen-N.graph: header of kind "hnswgrph", version 1, parameters below
///                  level 0: one list per slot, see `Graph`
///                  upper levels: lists of the nodes above level 0
///                  checksums
///     gen-N.codes: header of kind "hnswcode", version 1, parameters below
///                  float mean[p], centroids[count][p], rotated, relative to the mean (the mean is not rotated),
///                      p = padded dimensions
///                  one row per slot, see `CodeLayout`
///                  checksums
///
/// Valid if: header good, sections and table inside the file, the table's own checksum equal to the
/// header's, the codes' header naming the same generation and dimensions. That is checked at open. Pages
/// are compared with the table by `HnswIndex.verify`.
///
/// Crash: both files are written under a temporary name (`.tmp` appended) and synced; then the codes are
/// renamed, the directory is synced, the graph is renamed, the directory is synced. So a graph file implies
/// its codes file. Older generations are deleted afterwards; a reader takes the highest complete
/// generation. Leftover temporary files are deleted by the next checkpoint.
///
/// No lock bit is set in a file: a checkpoint copies while no node is being linked.
final class HnswFileFormat {
    static final String GRAPH_KIND = "hnswgrph";
    static final String CODES_KIND = "hnswcode";
    static final int VERSION = 1;

    private static final String GRAPH_SUFFIX = ".graph";
    private static final String CODES_SUFFIX = ".codes";
    static final String TEMPORARY_SUFFIX = ".tmp";

    /// Parameters of `gen-N.graph` and their places in its header.
    enum GraphParameter {
        GENERATION(0),
        TABLE_OFFSET(1),
        TABLE_CHECKSUM(2),
        DIMENSIONS(3),
        /// In bits 0..7 the distance, in bits 8..15 what the vectors consist of: see `FileIds`.
        DISTANCE(4),
        M(5),
        EF_CONSTRUCTION(6),
        /// What was asked for: 0 automatic, 1 none, 2 RaBitQ.
        QUANTIZATION(7),
        BITS_ASKED(8),
        CENTROIDS_ASKED(9),
        SEED(10),
        SLOTS(11),
        UPPER_LISTS(12),
        /// Level in the upper, slot in the lower half; -1 = empty graph.
        ENTRY(13),
        LINKED(14),
        DEAD(15),
        INDEXED_LIMIT(16),
        /// 1 if there is a codes file.
        HAS_CODES(17);

        final int index;

        GraphParameter(int index) {
            this.index = index;
        }
    }

    /// Parameters of `gen-N.codes` and their places in its header.
    enum CodesParameter {
        GENERATION(0),
        TABLE_OFFSET(1),
        TABLE_CHECKSUM(2),
        DIMENSIONS(3),
        BITS(4),
        CENTROIDS(5),
        /// See `CodeSpace`.
        SPACE(6),
        /// Of the rotation.
        SEED(7),
        SLOTS(8),
        TRAINED_ON(9);

        final int index;

        CodesParameter(int index) {
            this.index = index;
        }
    }

    private HnswFileFormat() {}

    static String graphName(String directory, long generation) {
        return directory + "/" + SectionFile.GENERATION_PREFIX + generation + GRAPH_SUFFIX;
    }

    static String codesName(String directory, long generation) {
        return directory + "/" + SectionFile.GENERATION_PREFIX + generation + CODES_SUFFIX;
    }

    static boolean isGraph(String name) {
        return name.endsWith(GRAPH_SUFFIX) && SectionFile.generationOf(name).isPresent();
    }
}
