package omendb.engine.txn;

/// A row of pg_locks.
///
/// @param mode       as pg_locks.mode shows it
/// @param processId  0 = a prepared transaction's
/// @param waitStart  microseconds since 2000-01-01 UTC, 0 = granted
public record LockListing(LockTag tag, String mode, int processId, boolean granted, long waitStart) {}
