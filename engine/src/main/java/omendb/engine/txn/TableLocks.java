package omendb.engine.txn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// Table locks: which transaction holds which modes on which table.
///
/// Threading: one lock guards the map; it is taken once per transaction, table and mode (a transaction remembers
/// what it
/// holds) and never held while waiting.
final class TableLocks {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, Map<Transaction, Integer>> holders = new HashMap<>();
    private final WaitGraph waits;

    TableLocks(WaitGraph waits) {
        this.waits = waits;
    }

    /// Takes a mode, waiting for transactions that hold a conflicting one.
    void acquire(Transaction transaction, int tableOid, TableLockMode mode) {
        while (true) {
            List<Transaction> blockers = tryAcquire(transaction, tableOid, mode);
            if (blockers.isEmpty()) {
                return;
            }
            waits.await(
                    transaction,
                    blockers,
                    () -> !blockers(transaction, tableOid, mode).isEmpty());
        }
    }

    private List<Transaction> tryAcquire(Transaction transaction, int tableOid, TableLockMode mode) {
        lock.lock();
        try {
            List<Transaction> blockers = blockersLocked(transaction, tableOid, mode);
            if (blockers.isEmpty()) {
                holders.computeIfAbsent(tableOid, _ -> new HashMap<>())
                        .merge(transaction, mode.bit(), (held, added) -> held | added);
            }
            return blockers;
        } finally {
            lock.unlock();
        }
    }

    private List<Transaction> blockers(Transaction transaction, int tableOid, TableLockMode mode) {
        lock.lock();
        try {
            return blockersLocked(transaction, tableOid, mode);
        } finally {
            lock.unlock();
        }
    }

    private List<Transaction> blockersLocked(Transaction transaction, int tableOid, TableLockMode mode) {
        List<Transaction> blockers = new ArrayList<>();
        holders.getOrDefault(tableOid, Map.of()).forEach((holder, modes) -> {
            if (holder != transaction && mode.conflictsWith(modes)) {
                blockers.add(holder);
            }
        });
        return blockers;
    }

    void release(Transaction transaction, Iterable<Integer> tableOids) {
        lock.lock();
        try {
            for (int tableOid : tableOids) {
                Map<Transaction, Integer> held = holders.get(tableOid);
                if (held != null) {
                    held.remove(transaction);
                    if (held.isEmpty()) {
                        holders.remove(tableOid);
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
