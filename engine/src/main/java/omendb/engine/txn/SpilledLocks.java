package omendb.engine.txn;

import java.util.Arrays;

/// Locks that lie in spilled writes: a row or unique key that a transaction has in its spilled runs is locked by that
/// alone ([SpilledWrites]), so that a transaction of any size takes little memory for locks. InnoDB calls such locks
/// implicit.
///
/// Whoever is in the way of one *shows* it: enters it into the [LockTable] for its holder, and queues there as for any
/// other. Who spills shows its runs first and lets go of the entries in the table then; who wants a lock looks for such
/// runs once more when it has it. So one of the two sees the other. Where nobody has spilled it is a read of a field.
/// Threading: any thread.
final class SpilledLocks {
    private static final SpilledWrites[] NONE = {};

    private volatile SpilledWrites[] holders = NONE;

    synchronized void add(SpilledWrites holder) {
        SpilledWrites[] more = Arrays.copyOf(holders, holders.length + 1);
        more[holders.length] = holder;
        holders = more;
    }

    synchronized void remove(SpilledWrites holder) {
        holders = Arrays.stream(holders).filter(other -> other != holder).toArray(SpilledWrites[]::new);
    }

    /// Enters the locks of other transactions' runs that conflict into the table; true if there were any.
    boolean show(Transaction asker, long relationId, long key, int keyLength, RowLockMode mode) {
        boolean shown = false;
        for (SpilledWrites holder : holders) {
            if (holder.transaction() != asker) {
                shown |= holder.show(relationId, key, keyLength, mode);
            }
        }
        return shown;
    }
}
