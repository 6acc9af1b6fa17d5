package omendb.engine.lsm;

import java.lang.foreign.MemorySegment;

/// What the manifest says about an SSTable.
///
/// @param number names the file; grows from table to table
/// @param bytes size of the file
/// @param entries versions and tombstones
/// @param tombstones tombstones among them
/// @param minCommitTs smallest commit timestamp
/// @param maxCommitTs largest commit timestamp
/// @param smallestKey first user key (heap segment, never written to again)
/// @param largestKey last user key (likewise)
record TableMeta(
        long number,
        long bytes,
        long entries,
        long tombstones,
        long minCommitTs,
        long maxCommitTs,
        MemorySegment smallestKey,
        MemorySegment largestKey) {}
