package omendb.engine.txn;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Locks of one kind, as [LockQueues] sees them: who holds what, and the queue of each lock that has one.
///
/// Called with the lock of [LockQueues] held.
interface LockSpace {
    /// The queue for what the request wants, made if there is none. From now on whoever gives the lock back comes
    /// to [LockQueues].
    LockQueue open(LockRequest request);

    /// Forgets an empty queue.
    void close(LockQueue queue);

    /// Gives the request what it wants unless a holder is in the way.
    boolean grant(LockRequest request);

    /// Holders in the way of a request.
    List<LockHolder> blockers(LockRequest request);

    /// What the request waits for, as pg_locks shows it.
    ///
    /// @param first no conflicting request is ahead of it
    List<LockListing> show(LockRequest request, boolean first);

    /// Whether two holders of one lock that both want more of it are told at once.
    boolean refusesUpgrades();

    /// The queue of a lock, or null.
    @Nullable
    LockQueue find(Object key);
}
