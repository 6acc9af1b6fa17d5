package omendb.engine.table;

/// What [Table#lockRow] found once it held the lock.
public enum RowLock {
    /// The row is as the statement sees it.
    UNCHANGED,
    /// READ COMMITTED only: someone committed a newer version; read it with [RowFetch#appendLatest] and
    /// evaluate WHERE again.
    CHANGED,
    /// READ COMMITTED only: someone deleted it.
    GONE,
    /// The running statement itself changed or deleted it before: UPDATE and DELETE skip it, as
    /// PostgreSQL does; ON CONFLICT DO UPDATE raises 21000.
    CHANGED_BY_STATEMENT,
    /// Others hold the lock, and the caller did not want to wait (SKIP LOCKED).
    LOCKED
}
