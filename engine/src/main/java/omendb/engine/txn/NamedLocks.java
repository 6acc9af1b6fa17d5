package omendb.engine.txn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// Locks on tables and advisory locks: who holds which modes on what.
///
/// Threading: one lock guards the map; it is taken once per transaction, lock and mode (a transaction
/// remembers what it holds) and never held while waiting.
public final class NamedLocks {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<LockTag, Map<LockHolder, Integer>> holders = new HashMap<>();
    private final WaitGraph waits;

    /// A lock as pg_locks shows it.
    public record Held(LockTag tag, TableLockMode mode, int processId, boolean granted) {}

    NamedLocks(WaitGraph waits) {
        this.waits = waits;
    }

    /// Takes a mode for `holder`, waiting for others that hold a conflicting one.
    ///
    /// @param transaction the one that waits, with its limits
    /// @return false if others hold it and it is not to wait
    boolean acquire(Transaction transaction, LockHolder holder, LockTag tag, TableLockMode mode, LockWaiting waiting) {
        while (true) {
            List<Backend> blockers = tryAcquire(holder, tag, mode);
            if (blockers.isEmpty()) {
                return true;
            }
            if (waiting != LockWaiting.WAIT) {
                return false;
            }
            waits.await(
                    transaction,
                    blockers,
                    mode.postgresName() + " on " + tag.describe(),
                    // a holder that was prepared meanwhile has left its session: wait for it anew
                    () -> blockers.equals(blockers(holder, tag, mode)),
                    new Held(tag, mode, transaction.backend().processId(), false));
        }
    }

    private List<Backend> tryAcquire(LockHolder holder, LockTag tag, TableLockMode mode) {
        lock.lock();
        try {
            List<Backend> blockers = blockersLocked(holder, tag, mode);
            if (blockers.isEmpty()) {
                holders.computeIfAbsent(tag, _ -> new HashMap<>())
                        .merge(holder, mode.bit(), (held, added) -> held | added);
            }
            return blockers;
        } finally {
            lock.unlock();
        }
    }

    private List<Backend> blockers(LockHolder holder, LockTag tag, TableLockMode mode) {
        lock.lock();
        try {
            return blockersLocked(holder, tag, mode);
        } finally {
            lock.unlock();
        }
    }

    private List<Backend> blockersLocked(LockHolder holder, LockTag tag, TableLockMode mode) {
        List<Backend> blockers = new ArrayList<>();
        holders.getOrDefault(tag, Map.of()).forEach((other, modes) -> {
            if (other.backend() != holder.backend() && mode.conflictsWith(modes)) {
                blockers.add(other.backend());
            }
        });
        return blockers;
    }

    /// Gives `holder` modes that nobody can object to: a prepared transaction takes its locks again.
    void grant(LockHolder holder, LockTag tag, int modes) {
        lock.lock();
        try {
            holders.computeIfAbsent(tag, _ -> new HashMap<>()).put(holder, modes);
        } finally {
            lock.unlock();
        }
    }

    /// Modes that `holder` has, 0 = none.
    int modes(LockHolder holder, LockTag tag) {
        lock.lock();
        try {
            return holders.getOrDefault(tag, Map.of()).getOrDefault(holder, 0);
        } finally {
            lock.unlock();
        }
    }

    /// Leaves `holder` these modes; 0 = releases.
    void restore(LockHolder holder, LockTag tag, int modes) {
        lock.lock();
        try {
            Map<LockHolder, Integer> held = holders.get(tag);
            if (held == null) {
                return;
            }
            if (modes != 0) {
                held.put(holder, modes);
                return;
            }
            held.remove(holder);
            if (held.isEmpty()) {
                holders.remove(tag);
            }
        } finally {
            lock.unlock();
        }
    }

    /// What is held, and what is waited for.
    List<Held> list() {
        List<Held> all = new ArrayList<>(waits.wanted());
        lock.lock();
        try {
            holders.forEach((tag, held) -> held.forEach((holder, modes) -> {
                for (TableLockMode mode : TableLockMode.values()) {
                    if ((modes & mode.bit()) != 0) {
                        all.add(new Held(tag, mode, holder.backend().processId(), true));
                    }
                }
            }));
        } finally {
            lock.unlock();
        }
        return all;
    }
}
