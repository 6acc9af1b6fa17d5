package omendb.engine.txn;

/// What to do about a lock that someone else holds.
public enum LockWaiting {
    /// Wait until it is free.
    WAIT,
    /// SKIP LOCKED: do without.
    SKIP,
    /// NOWAIT: 55P03.
    FAIL
}
