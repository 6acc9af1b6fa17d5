package omendb.engine.txn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import omendb.engine.lsm.LsmValue;
import omendb.engine.lsm.SpilledRuns;
import omendb.memory.Epochs;
import org.agrona.collections.LongHashSet;

/// What a transaction has spilled: its runs, and the locks that lie in them.
///
/// A version in a run is a lock on its key: UPDATE if it is a tombstone or if the transaction changed keys of the
/// relation's rows, else NO KEY UPDATE. ROLLBACK TO undoes it with the version. So a lock leaves the table only if no
/// savepoint lies between it and the write that takes its place.
///
/// Threading: the transaction's thread, but for [#show].
final class SpilledWrites {
    private final TransactionManager manager;
    private final Transaction transaction;
    private final SpilledRuns runs;
    private final Set<Long> keyChanges = ConcurrentHashMap.newKeySet();
    private final boolean strong;
    private final Map<Long, Shown> shown = new HashMap<>(); // by name of the lock; guarded by itself
    private boolean over; // likewise
    private long lockPosition; // what was locked up to here stays in the table

    /// A lock that another transaction entered into the table for this one.
    private record Shown(long relationId, MemorySegment key) {}

    /// @param strong every lock counts as UPDATE: what the writes were is not known any more
    SpilledWrites(TransactionManager manager, Transaction transaction, SpilledRuns runs, boolean strong) {
        this.manager = manager;
        this.transaction = transaction;
        this.runs = runs;
        this.strong = strong;
    }

    Transaction transaction() {
        return transaction;
    }

    SpilledRuns runs() {
        return runs;
    }

    /// Moves what the write set has in memory to runs, and its locks with it.
    void spill(WriteSet writes, LockNames locks, MarkLog marks) {
        LongHashSet written = new LongHashSet();
        boolean noLocks = locks.size() == 0;
        writes.spill(
                runs,
                manager.spillable(),
                (relationId, key, keyLength, sequence, tombstone) -> {
                    if (!noLocks) {
                        long name = LockTable.hash(relationId, key, keyLength);
                        written.add(name + 31L * marks.beforeVersion(sequence));
                        noteKeyChange(relationId, name, tombstone);
                    }
                },
                manager.epochs()::retire);
        if (!noLocks) {
            releaseTable(locks, marks, written);
        }
        marks.clear();
        lockPosition = locks.position();
    }

    private void noteKeyChange(long relationId, long name, boolean tombstone) {
        if (!tombstone
                && !keyChanges.contains(relationId)
                && RowLockMode.UPDATE.isCoveredBy(manager.locks().modes(transaction.id(), name))) {
            keyChanges.add(relationId);
        }
    }

    /// Lets go of the locks that lie in runs now.
    private void releaseTable(LockNames locks, MarkLog marks, LongHashSet written) {
        LongHashSet kept = new LongHashSet();
        LongHashSet released = new LongHashSet();
        locks.forEach((name, position) -> {
            boolean isWritten = position > lockPosition && written.contains(name + 31L * marks.beforeLock(position));
            (isWritten ? released : kept).add(name);
        });
        LongHashSet gone = new LongHashSet();
        for (LongHashSet.LongIterator names = released.iterator(); names.hasNext(); ) {
            long name = names.nextValue();
            if (!kept.contains(name) && manager.locks().releaseUnlessAwaited(transaction.id(), name)) {
                gone.add(name);
            }
        }
        locks.removeIf(gone::contains);
    }

    /// Modes in which a version in a run locks a key; 0 = there is none.
    int modes(long relationId, long key, int keyLength) {
        try (Epochs.Pin _ = manager.epochs().pin()) {
            LsmValue found = new LsmValue();
            if (!runs.find(relationId, key, keyLength, Long.MAX_VALUE, found)) {
                return 0;
            }
            boolean isUpdate = strong || found.isDeleted() || keyChanges.contains(relationId);
            return (isUpdate ? RowLockMode.UPDATE : RowLockMode.NO_KEY_UPDATE).bit();
        }
    }

    /// Enters the lock on a key into the table, for others to wait for, if there is one that conflicts.
    boolean show(long relationId, long key, int keyLength, RowLockMode mode) {
        int modes = modes(relationId, key, keyLength);
        if (!mode.conflictsWith(modes)) {
            return false;
        }
        long name = LockTable.hash(relationId, key, keyLength);
        synchronized (shown) {
            if (over) {
                return false;
            }
            shown.computeIfAbsent(
                    name,
                    _ -> new Shown(
                            relationId,
                            MemorySegment.ofArray(new byte[keyLength])
                                    .copyFrom(omendb.memory.NativeMemory.segment(key, keyLength))));
            manager.locks().add(transaction.id(), name, modes);
        }
        return true;
    }

    /// What was spilled after a savepoint has been undone: what was locked by that is free.
    void rolledBack() {
        synchronized (shown) {
            shown.entrySet().removeIf(lock -> {
                MemorySegment key = lock.getValue().key();
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment copy = arena.allocateFrom(ValueLayout.JAVA_BYTE, key.toArray(ValueLayout.JAVA_BYTE));
                    if (modes(lock.getValue().relationId(), copy.address(), (int) copy.byteSize()) != 0) {
                        return false;
                    }
                }
                manager.locks().restore(transaction.id(), lock.getKey(), 0);
                return true;
            });
        }
    }

    /// The transaction ended: what it locked is seen, or undone.
    void finish() {
        manager.spilledLocks().remove(this);
        synchronized (shown) {
            over = true;
            shown.keySet().forEach(name -> manager.locks().restore(transaction.id(), name, 0));
            shown.clear();
        }
    }
}
