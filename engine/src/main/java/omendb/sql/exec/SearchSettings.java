package omendb.sql.exec;

/// The session's settings for searches of vector indexes.
///
/// @param efSearch       hnsw.ef_search
/// @param iterativeScan  whether a search goes on when these candidates are used up
/// @param maxScanTuples  nodes that a search which goes on may look at
/// @param probes         ivfflat.probes
/// @param iterativeLists whether a search of an ivfflat index goes on when the rows of these lists are used up
public record SearchSettings(
        int efSearch, boolean iterativeScan, long maxScanTuples, int probes, boolean iterativeLists) {
    /// pgvector's defaults, but that a search goes on.
    static final SearchSettings DEFAULT = new SearchSettings(40, true, Long.MAX_VALUE, 1, true);
}
