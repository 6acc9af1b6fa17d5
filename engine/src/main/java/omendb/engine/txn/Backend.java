package omendb.engine.txn;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/// A session as locks see it: who waits, who is waited for, and who holds advisory locks from one
/// transaction to the next. A prepared transaction has one of its own.
///
/// Threading: belongs to the session's thread; its identity to all.
public final class Backend implements LockHolder {
    private final int processId;
    private final BooleanSupplier alone;
    private int temporaryNumber;
    private final Map<SessionLock, Integer> sessionLocks = new HashMap<>();

    /// A mode of an advisory lock held by the session, counted.
    private record SessionLock(LockTag.Named tag, TableLockMode mode) {}

    /// @param processId `pg_backend_pid()` of the session, 0 = none
    public Backend(int processId) {
        this(processId, () -> false);
    }

    /// @param alone whether nobody else is carried by the session's thread
    Backend(int processId, BooleanSupplier alone) {
        this.processId = processId;
        this.alone = alone;
    }

    /// Whether the session's thread, which asks, may wait inside the operating system.
    boolean isAlone() {
        return alone.getAsBoolean();
    }

    public int processId() {
        return processId;
    }

    /// Number of the schema of its temporary relations, 0 = it has none.
    public int temporaryNumber() {
        return temporaryNumber;
    }

    void setTemporaryNumber(int number) {
        temporaryNumber = number;
    }

    @Override
    public Backend backend() {
        return this;
    }

    /// Whether it holds an advisory lock across its transactions.
    boolean holdsForSession(LockTag.Named tag) {
        return sessionLocks.keySet().stream().anyMatch(lock -> lock.tag().equals(tag));
    }

    /// Counts a session lock; true = it was not held before.
    boolean isFirst(LockTag.Named tag, TableLockMode mode) {
        return sessionLocks.getOrDefault(new SessionLock(tag, mode), 0) == 0;
    }

    void count(LockTag.Named tag, TableLockMode mode) {
        sessionLocks.merge(new SessionLock(tag, mode), 1, Integer::sum);
    }

    /// Takes one from the count: what is left, or -1 if the lock is not held.
    int uncount(LockTag.Named tag, TableLockMode mode) {
        SessionLock lock = new SessionLock(tag, mode);
        Integer held = sessionLocks.get(lock);
        if (held == null) {
            return -1;
        }
        if (held == 1) {
            sessionLocks.remove(lock);
        } else {
            sessionLocks.put(lock, held - 1);
        }
        return held - 1;
    }

    /// Forgets all session locks and answers what they were.
    Set<LockTag.Named> forgetSessionLocks() {
        Set<LockTag.Named> tags = new HashSet<>();
        sessionLocks.keySet().forEach(lock -> tags.add(lock.tag()));
        sessionLocks.clear();
        return tags;
    }
}
