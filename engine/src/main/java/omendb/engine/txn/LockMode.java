package omendb.engine.txn;

/// A mode of a lock: a bit of its own, and the modes of others it cannot stand beside.
public sealed interface LockMode permits RowLockMode, TableLockMode {
    /// The mode as a set of one.
    int bit();

    /// Whether it conflicts with any mode of a set.
    boolean conflictsWith(int modes);

    /// As pg_locks.mode shows it.
    String postgresName();
}
