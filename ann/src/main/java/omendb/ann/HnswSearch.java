package omendb.ann;

/// A stream of neighbours, nearest first, that goes on for as long as it is asked: when its beam is used up it
/// resumes
/// where it stopped instead of starting
/// again, and it ends only when the graph and the tail are exhausted.
///
/// Order: distances never fall within one [#beam]; a later beam may begin with nearer rows than the one before
/// ended
/// with (pgvector's `relaxed_order`; a
/// caller that wants `strict_order` skips what is nearer than what it has returned). Every slot is returned at most
/// once.
///
/// Threading: for one thread at a time. Close it: it holds pooled memory.
public interface HnswSearch extends AutoCloseable {
    /// Moves to the next neighbour.
    ///
    /// @return false if there is none left
    /// @throws IllegalStateException if the index was closed meanwhile
    boolean next();

    /// Slot of the current neighbour.
    long slot();

    /// Its exact distance, as the operator returns it.
    double distance();

    /// Number of the beam the current neighbour comes from, from 0 on.
    int beam();

    /// Nodes whose distance was estimated or computed so far, in graph and tail (for EXPLAIN and
    /// `max_scan_tuples`).
    long visited();

    /// Float vectors read for rescoring so far.
    long rescored();

    /// Tail slots scanned exactly.
    long tailScanned();

    @Override
    void close();
}
