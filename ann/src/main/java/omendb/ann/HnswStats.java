package omendb.ann;

/// What an index looks like at one moment; counts of a running index are approximate.
///
/// @param nodes          linked slots, dead ones included
/// @param deadNodes      tombstones among them
/// @param levels         levels of the graph; 0 = empty
/// @param averageDegree  mean number of neighbours on level 0
/// @param bits           bits of a code per dimension; 0 = no codes (none asked for, or too few vectors yet)
/// @param centroids      centroids of the codes; 0 = no codes
/// @param indexedLimit   all slots below are linked or dead
/// @param graphBytes     bytes of links in memory or mapped
/// @param codeBytes      bytes of codes in memory or mapped
/// @param bytesOnDisk    bytes of the newest checkpoint
/// @param generation     number of the newest checkpoint; 0 = none
public record HnswStats(
        long nodes,
        long deadNodes,
        int levels,
        double averageDegree,
        int bits,
        int centroids,
        long indexedLimit,
        long graphBytes,
        long codeBytes,
        long bytesOnDisk,
        long generation) {}
