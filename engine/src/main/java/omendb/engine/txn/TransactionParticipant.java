package omendb.engine.txn;

/// Something that ends with a transaction: catalog changes, vector slots, row counts. Methods are called by the
/// transaction's thread, in the order in which participants joined.
public interface TransactionParticipant {
    /// Last chance to write, to make files durable, to add to the commit record, and to fail. Called once more, for
    /// another record, when a prepared transaction commits: by then nothing new can have been written.
    void prepare(CommitRecord record);

    /// After `prepare`, at PREPARE TRANSACTION: adds sections of its own kinds with what it will need to be made again
    /// after a restart, beyond the write set and the sections of `prepare`.
    default void persist(CommitRecord image) {}

    /// Everything is durable and in the memtables, but not yet visible to new snapshots. Must not fail.
    void committed(long commitTimestamp);

    /// Nothing of the transaction will ever be seen. Must not fail.
    void rolledBack();

    /// A point that [#rollbackTo] can return to; an immutable value of the participant's own.
    Object mark();

    /// Forgets what came after `mark`; null = everything (the participant joined after the mark).
    void rollbackTo(@org.jspecify.annotations.Nullable Object mark);
}
