package omendb.engine.txn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Locks on tables and advisory locks: who holds which modes on what.
///
/// A mode that conflicts with one that is held, or waited for by others, waits in the lock's queue ([LockQueues]): a
/// stream of readers cannot hold up a DROP TABLE.
/// Threading: one lock guards the map; it is taken once per transaction, lock and mode (a transaction
/// remembers what it holds) and never held while waiting.
final class NamedLocks implements LockSpace {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<LockTag.Named, Entry> entries = new HashMap<>();
    private final LockQueues waits;

    private static final class Entry {
        private final Map<LockHolder, Integer> holders = new LinkedHashMap<>();
        private @Nullable LockQueue queue;
    }

    NamedLocks(LockQueues waits) {
        this.waits = waits;
    }

    /// Takes a mode for `holder`, after others that hold a conflicting one or wait for it.
    ///
    /// @param transaction the one that waits, with its limits
    /// @return false if others hold it and it is not to wait
    boolean acquire(
            Transaction transaction, LockHolder holder, LockTag.Named tag, TableLockMode mode, LockWaiting waiting) {
        int held;
        lock.lock();
        try {
            Entry entry = entries.computeIfAbsent(tag, _ -> new Entry());
            held = heldModes(entry, holder);
            LockQueue queue = entry.queue;
            if ((queue == null || !queue.objectsTo(mode)) && !isBlocked(entry, holder, mode)) {
                entry.holders.merge(holder, mode.bit(), (before, added) -> before | added);
                return true;
            }
        } finally {
            lock.unlock();
        }
        LockRequest request = new LockRequest(transaction, holder, tag, tag, mode, held);
        if (waiting != LockWaiting.WAIT) {
            return waits.tryAcquire(this, request);
        }
        waits.await(this, request);
        return true;
    }

    /// Modes that the holder's session has, for itself and its transaction.
    private static int heldModes(Entry entry, LockHolder holder) {
        int modes = 0;
        for (Map.Entry<LockHolder, Integer> held : entry.holders.entrySet()) {
            modes |= held.getKey().backend() == holder.backend() ? held.getValue() : 0;
        }
        return modes;
    }

    private static boolean isBlocked(Entry entry, LockHolder holder, LockMode mode) {
        for (Map.Entry<LockHolder, Integer> held : entry.holders.entrySet()) {
            if (held.getKey().backend() != holder.backend() && mode.conflictsWith(held.getValue())) {
                return true;
            }
        }
        return false;
    }

    /// Gives `holder` modes that nobody can object to: a prepared transaction takes its locks again.
    void grant(LockHolder holder, LockTag.Named tag, int modes) {
        lock.lock();
        try {
            entries.computeIfAbsent(tag, _ -> new Entry()).holders.put(holder, modes);
        } finally {
            lock.unlock();
        }
    }

    /// Modes that `holder` has, 0 = none.
    int modes(LockHolder holder, LockTag.Named tag) {
        lock.lock();
        try {
            Entry entry = entries.get(tag);
            return entry == null ? 0 : entry.holders.getOrDefault(holder, 0);
        } finally {
            lock.unlock();
        }
    }

    /// Leaves `holder` these modes; 0 = releases.
    void restore(LockHolder holder, LockTag.Named tag, int modes) {
        lock.lock();
        try {
            Entry entry = entries.get(tag);
            if (entry == null) {
                return;
            }
            if (entry.queue == null) {
                setModes(entry, holder, tag, modes);
                return;
            }
        } finally {
            lock.unlock();
        }
        waits.release(this, tag, () -> setModes(holder, tag, modes));
    }

    private void setModes(LockHolder holder, LockTag.Named tag, int modes) {
        lock.lock();
        try {
            Entry entry = entries.get(tag);
            if (entry != null) {
                setModes(entry, holder, tag, modes);
            }
        } finally {
            lock.unlock();
        }
    }

    private void setModes(Entry entry, LockHolder holder, LockTag.Named tag, int modes) {
        if (modes != 0) {
            entry.holders.put(holder, modes);
        } else {
            entry.holders.remove(holder);
            forgetIfUnused(entry, tag);
        }
    }

    private void forgetIfUnused(Entry entry, LockTag.Named tag) {
        if (entry.holders.isEmpty() && entry.queue == null) {
            entries.remove(tag);
        }
    }

    /// What is held.
    List<LockListing> list() {
        List<LockListing> all = new ArrayList<>();
        lock.lock();
        try {
            entries.forEach((tag, entry) -> entry.holders.forEach((holder, modes) -> {
                for (TableLockMode mode : TableLockMode.values()) {
                    if ((modes & mode.bit()) != 0) {
                        all.add(new LockListing(
                                tag, mode.postgresName(), holder.backend().processId(), true, 0));
                    }
                }
            }));
        } finally {
            lock.unlock();
        }
        return all;
    }

    // ---- for LockQueues ----

    @Override
    public LockQueue open(LockRequest request) {
        lock.lock();
        try {
            LockTag.Named tag = (LockTag.Named) request.key();
            Entry entry = entries.computeIfAbsent(tag, _ -> new Entry());
            LockQueue queue = entry.queue == null ? new LockQueue(this, tag) : entry.queue;
            entry.queue = queue;
            return queue;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close(LockQueue queue) {
        lock.lock();
        try {
            LockTag.Named tag = (LockTag.Named) queue.key();
            Entry entry = Objects.requireNonNull(entries.get(tag));
            entry.queue = null;
            forgetIfUnused(entry, tag);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public @Nullable LockQueue find(Object key) {
        lock.lock();
        try {
            Entry entry = entries.get((LockTag.Named) key);
            return entry == null ? null : entry.queue;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean refusesUpgrades() {
        return true;
    }

    @Override
    public boolean grant(LockRequest request) {
        lock.lock();
        try {
            Entry entry = entries.computeIfAbsent((LockTag.Named) request.key(), _ -> new Entry());
            if (isBlocked(entry, request.holder(), request.mode())) {
                return false;
            }
            entry.holders.merge(request.holder(), request.mode().bit(), (before, added) -> before | added);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<LockHolder> blockers(LockRequest request) {
        List<LockHolder> blockers = new ArrayList<>();
        lock.lock();
        try {
            Entry entry = entries.get((LockTag.Named) request.key());
            if (entry != null) {
                entry.holders.forEach((other, modes) -> {
                    if (other.backend() != request.session() && request.mode().conflictsWith(modes)) {
                        blockers.add(other);
                    }
                });
            }
        } finally {
            lock.unlock();
        }
        return blockers;
    }

    @Override
    public List<LockListing> show(LockRequest request, boolean first) {
        return List.of(new LockListing(
                request.tag(),
                request.mode().postgresName(),
                request.session().processId(),
                false,
                request.sinceMicros()));
    }
}
