package omendb.engine.txn;

/// Isolation levels by their SQL names. READ UNCOMMITTED behaves as READ COMMITTED, as in PostgreSQL.
public enum Isolation {
    READ_COMMITTED,
    REPEATABLE_READ,
    SERIALIZABLE;

    /// Whether one snapshot serves the whole transaction.
    public boolean keepsSnapshot() {
        return this != READ_COMMITTED;
    }
}
