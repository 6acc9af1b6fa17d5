package omendb.engine.lsm;

import java.lang.foreign.MemorySegment;

/// What the manifest says about an SSTable.
///
/// @param number names the file; grows from table to table
/// @param bytes size of the file
/// @param entries versions and tombstones, without range deletes
/// @param tombstones tombstones among them
/// @param rangeDeletes timestamps in the fragments of range deletes
/// @param minCommitTs smallest commit timestamp, of range deletes too
/// @param maxCommitTs largest commit timestamp, of range deletes too
/// @param smallestKey first user key, or that of a range delete (heap segment, never written to again)
/// @param largestKey last user key, or the end of a range delete (likewise)
/// @param largestIsEnd the largest key is the end of a range delete, which belongs to the table no more
/// @param stamped every version has the timestamp `minCommitTs`, whatever the file says: the table was written by a
///     transaction before its commit ([SpilledRuns]), and holds one version of each key
record TableMeta(
        long number,
        long bytes,
        long entries,
        long tombstones,
        long rangeDeletes,
        long minCommitTs,
        long maxCommitTs,
        MemorySegment smallestKey,
        MemorySegment largestKey,
        boolean largestIsEnd,
        boolean stamped) {
    /// This table as part of a tree, its versions committed at `commitTs`.
    TableMeta stampedAt(long commitTs) {
        return new TableMeta(
                number,
                bytes,
                entries,
                tombstones,
                rangeDeletes,
                commitTs,
                commitTs,
                smallestKey,
                largestKey,
                largestIsEnd,
                true);
    }
}
