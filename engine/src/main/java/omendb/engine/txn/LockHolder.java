package omendb.engine.txn;

/// Who holds a named lock: a transaction, or a session across its transactions.
public sealed interface LockHolder permits Transaction, Backend {
    /// The session; locks of one session never conflict with each other.
    Backend backend();
}
