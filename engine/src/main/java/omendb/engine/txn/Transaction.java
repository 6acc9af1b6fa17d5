package omendb.engine.txn;

/// One transaction: a snapshot, a private write set and locks.
///
/// Life: begun by `Database.begin`, then for each statement [#startStatement] ... [#endStatement], at last
/// [#commit] or
/// [#rollback]. Addresses that scans and fetches hand out stay valid until [#endStatement].
/// A statement that fails is undone by `rollbackTo(markTakenBefore)`; the transaction's earlier writes stay.
/// Threading: one thread at a time; [#cancel] from any.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"}) // signatures first, bodies follow
public final class Transaction {
    /// A point to return to ([#rollbackTo]): what was written, locked and defined before it stays.
    public static final class Mark {}

    public long id() {
        throw new UnsupportedOperationException();
    }

    public Isolation isolation() {
        throw new UnsupportedOperationException();
    }

    public boolean readOnly() {
        throw new UnsupportedOperationException();
    }

    /// Takes the statement's snapshot (READ COMMITTED: a fresh one; else the transaction's) and pins its memory.
    public void startStatement() {
        throw new UnsupportedOperationException();
    }

    /// Lets go of what the statement pinned; addresses it handed out die.
    public void endStatement() {
        throw new UnsupportedOperationException();
    }

    /// Commit timestamp up to which this transaction sees others' work.
    public long snapshot() {
        throw new UnsupportedOperationException();
    }

    public Mark mark() {
        throw new UnsupportedOperationException();
    }

    /// Undoes what was written, defined and locked after `mark`.
    public void rollbackTo(Mark mark) {
        throw new UnsupportedOperationException();
    }

    /// Commits. The transaction is over when this returns or throws; after a WAL failure its outcome is in doubt.
    ///
    /// @param awaitDurable false = `synchronous_commit = off`: answers before the WAL is synced
    public void commit(boolean awaitDurable) {
        throw new UnsupportedOperationException();
    }

    public void rollback() {
        throw new UnsupportedOperationException();
    }

    public boolean isActive() {
        throw new UnsupportedOperationException();
    }

    /// Whether it wrote anything yet.
    public boolean hasWrites() {
        throw new UnsupportedOperationException();
    }

    /// Makes a lock wait (now or next) fail with 57014. Cleared by [#startStatement].
    public void cancel() {
        throw new UnsupportedOperationException();
    }

    /// `lock_timeout` in milliseconds, 0 = wait for ever; beyond it 55P03.
    public void setLockTimeoutMillis(long millis) {
        throw new UnsupportedOperationException();
    }
}
