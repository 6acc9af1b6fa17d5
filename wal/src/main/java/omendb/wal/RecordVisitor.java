package omendb.wal;

import java.lang.foreign.MemorySegment;

/// Receives the records of a replay, in log order.
@FunctionalInterface
public interface RecordVisitor {
    /// @param endLsn what [Wal#append] returned for the record
    /// @param payload the record's bytes, read-only, native, valid during the call only
    void record(long endLsn, int type, long transactionId, MemorySegment payload);
}
