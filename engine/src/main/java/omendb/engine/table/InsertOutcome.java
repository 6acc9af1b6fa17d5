package omendb.engine.table;

/// Result of [Table#insertOrFind].
///
/// @param inserted true = `rowId` is the new row; false = the existing row that conflicts
/// @param indexOid the arbiter that conflicts, 0 if inserted
public record InsertOutcome(boolean inserted, long rowId, int indexOid) {}
