package omendb.engine.txn;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import omendb.engine.error.OmenException;
import org.jspecify.annotations.Nullable;

/// A session as locks see it: who waits, who is waited for, and who holds advisory locks from one
/// transaction to the next. A prepared transaction has one of its own.
///
/// Threading: belongs to the session's thread; what the [WaitGraph] keeps here is guarded by its lock,
/// but `woken`.
public final class Backend implements LockHolder {
    private final int processId;
    private final Map<SessionLock, Integer> sessionLocks = new HashMap<>();

    final Set<Backend> waiters = new HashSet<>();
    List<Backend> waitsFor = List.of();

    /// What it waits for, in the words of a deadlock's report.
    String wants = "";

    /// When it began to wait.
    long waitsSinceNanos;

    /// Set when it was chosen to end a deadlock.
    @Nullable
    OmenException deadlock;

    @Nullable
    Thread thread;

    volatile boolean woken;

    /// A mode of an advisory lock held by the session, counted.
    private record SessionLock(LockTag tag, TableLockMode mode) {}

    /// @param processId `pg_backend_pid()` of the session, 0 = none
    public Backend(int processId) {
        this.processId = processId;
    }

    public int processId() {
        return processId;
    }

    @Override
    public Backend backend() {
        return this;
    }

    /// Whether it holds an advisory lock across its transactions.
    boolean holdsForSession(LockTag tag) {
        return sessionLocks.keySet().stream().anyMatch(lock -> lock.tag().equals(tag));
    }

    /// Counts a session lock; true = it was not held before.
    boolean isFirst(LockTag tag, TableLockMode mode) {
        return sessionLocks.getOrDefault(new SessionLock(tag, mode), 0) == 0;
    }

    void count(LockTag tag, TableLockMode mode) {
        sessionLocks.merge(new SessionLock(tag, mode), 1, Integer::sum);
    }

    /// Takes one from the count: what is left, or -1 if the lock is not held.
    int uncount(LockTag tag, TableLockMode mode) {
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
    Set<LockTag> forgetSessionLocks() {
        Set<LockTag> tags = new HashSet<>();
        sessionLocks.keySet().forEach(lock -> tags.add(lock.tag()));
        sessionLocks.clear();
        return tags;
    }
}
