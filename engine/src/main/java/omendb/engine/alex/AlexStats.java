package omendb.engine.alex;

/// What an index looks like now and what it did since it was created.
///
/// @param height nodes on the longest way from the root to a data node, both counted
/// @param entries (key, payload) pairs
/// @param modelNodes inner nodes with a model
/// @param separatorNodes inner nodes that are searched
/// @param gappedNodes data nodes with room for inserts
/// @param compactNodes bit-packed data nodes
/// @param modelBytes of inner nodes
/// @param dataBytes of data nodes: headers, entries, gaps, bitmaps
/// @param bytes of all: nodes, free blocks between them, superblock
/// @param averageError mean distance of an entry from its predicted position, from a sample
/// @param expands data nodes and model nodes that grew
/// @param retrains data nodes whose model was fitted anew in place
/// @param sidewaysSplits data nodes that became two in the same parent
/// @param downwardSplits data nodes that became a model node with children
/// @param separatorSplits data nodes that became two told apart by a separator
/// @param seals sideways splits that left a packed node behind
/// @param unpacks compact nodes that became gapped
/// @param packs gapped nodes that became compact because nothing changed in them any more
/// @param contractions data nodes that shrank or joined a neighbour
public record AlexStats(
        int height,
        long entries,
        long modelNodes,
        long separatorNodes,
        long gappedNodes,
        long compactNodes,
        long modelBytes,
        long dataBytes,
        long bytes,
        double averageError,
        long expands,
        long retrains,
        long sidewaysSplits,
        long downwardSplits,
        long separatorSplits,
        long seals,
        long unpacks,
        long packs,
        long contractions) {
    /// All bytes for each entry; 0 for an empty index.
    public double bytesPerKey() {
        return entries == 0 ? 0 : (double) bytes / entries;
    }

    public long dataNodes() {
        return gappedNodes + compactNodes;
    }
}
