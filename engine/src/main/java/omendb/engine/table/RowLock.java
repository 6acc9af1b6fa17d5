package omendb.engine.table;

/// What [Table#lockRow] found once it held the lock.
public enum RowLock {
    /// The row is as the statement's snapshot has it.
    UNCHANGED,
    /// READ COMMITTED only: someone committed a newer version; read it with [RowFetch#appendLatest] and evaluate
    /// WHERE again.
    CHANGED,
    /// READ COMMITTED only: someone deleted it.
    GONE
}
