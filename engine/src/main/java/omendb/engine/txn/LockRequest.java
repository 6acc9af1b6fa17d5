package omendb.engine.txn;

import java.util.Objects;
import java.util.concurrent.locks.Condition;
import omendb.engine.error.OmenException;
import omendb.engine.type.Timestamps;
import org.jspecify.annotations.Nullable;

/// One session's wait for one lock.
///
/// Threading: guarded by the lock of [LockQueues].
final class LockRequest {
    /// How it stands.
    enum State {
        WAITING,
        GRANTED,
        /// Was chosen to end a deadlock.
        DEADLOCKED
    }

    private final Transaction transaction;
    private final LockHolder holder;
    private final Object key;
    private final LockTag tag;
    private final LockMode mode;
    private final int heldModes;
    private final long sinceNanos = System.nanoTime();
    private final long sinceMicros = Timestamps.now();

    State state = State.WAITING;

    private @Nullable LockQueue queue;

    @Nullable
    Condition changed;

    @Nullable
    OmenException deadlock;

    /// @param transaction whose limits hold for the wait
    /// @param holder      who gets the lock: the transaction, or its session
    /// @param key         what the space knows the lock by
    /// @param heldModes   modes of the lock that the session holds already
    LockRequest(Transaction transaction, LockHolder holder, Object key, LockTag tag, LockMode mode, int heldModes) {
        this.transaction = transaction;
        this.holder = holder;
        this.key = key;
        this.tag = tag;
        this.mode = mode;
        this.heldModes = heldModes;
    }

    Transaction transaction() {
        return transaction;
    }

    LockHolder holder() {
        return holder;
    }

    Backend session() {
        return transaction.backend();
    }

    Object key() {
        return key;
    }

    LockTag tag() {
        return tag;
    }

    /// The queue it stands in.
    LockQueue queue() {
        return Objects.requireNonNull(queue);
    }

    void enter(LockQueue entered) {
        queue = entered;
    }

    LockMode mode() {
        return mode;
    }

    int heldModes() {
        return heldModes;
    }

    /// When it began, in microseconds since 2000-01-01 UTC.
    long sinceMicros() {
        return sinceMicros;
    }

    /// When PostgreSQL would look for a deadlock in its name: `deadlock_timeout` after it began to wait.
    long deadlockCheckNanos() {
        return sinceNanos + transaction.deadlockTimeoutMillis() * 1_000_000;
    }
}
