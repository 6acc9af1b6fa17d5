package omendb.engine.txn;

import java.util.Arrays;
import omendb.engine.lsm.LsmValue;
import omendb.engine.lsm.SpilledRuns;
import omendb.memory.Epochs;
import org.jspecify.annotations.Nullable;

/// Locks of transactions that write more than memory is to hold: a row or unique key that a transaction has in its
/// spilled runs is locked by that, and its entry in the [LockTable] goes.
///
/// Whoever wants a lock takes it in the table, then looks into the runs of others; who spills shows its runs, then lets
/// go of the locks in the table. So one of the two sees the other. Without such a transaction it is one read of a field.
/// Threading: any thread.
final class SpilledLocks {
    private static final Transaction[] NONE = {};

    private final Epochs epochs;
    private volatile Transaction[] holders = NONE;

    SpilledLocks(Epochs epochs) {
        this.epochs = epochs;
    }

    /// The runs of a transaction hold locks from now on.
    synchronized void add(Transaction transaction) {
        Transaction[] more = Arrays.copyOf(holders, holders.length + 1);
        more[holders.length] = transaction;
        holders = more;
    }

    synchronized void remove(Transaction transaction) {
        holders = Arrays.stream(holders).filter(other -> other != transaction).toArray(Transaction[]::new);
    }

    /// Another transaction whose runs hold a key in a mode that conflicts; null = none.
    @Nullable
    Transaction conflicting(Transaction asker, long relationId, long key, int keyLength, RowLockMode mode) {
        for (Transaction holder : holders) {
            if (holder != asker && mode.conflictsWith(modes(holder, relationId, key, keyLength))) {
                return holder;
            }
        }
        return null;
    }

    /// Modes in which a transaction's runs hold a key; 0 = not at all.
    int modes(Transaction holder, long relationId, long key, int keyLength) {
        SpilledRuns runs = holder.spilledRuns();
        if (runs == null) {
            return 0;
        }
        try (Epochs.Pin _ = epochs.pin()) {
            LsmValue found = new LsmValue();
            if (!runs.find(relationId, key, keyLength, Long.MAX_VALUE, found)) {
                return 0;
            }
            boolean strong = found.isDeleted() || holder.changesKeysOf(relationId);
            return (strong ? RowLockMode.UPDATE : RowLockMode.NO_KEY_UPDATE).bit();
        }
    }
}
