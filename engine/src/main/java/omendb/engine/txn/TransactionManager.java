package omendb.engine.txn;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import omendb.engine.error.OmenException;
import omendb.engine.error.ResourceException;
import omendb.engine.error.SqlState;
import omendb.engine.lsm.LsmStore;
import omendb.engine.lsm.SpilledRuns;
import omendb.memory.Epochs;
import omendb.wal.Wal;
import omendb.wal.WalFailedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Begins, commits and rolls back transactions.
///
/// Commit:
///
///     participants prepare; the write set is drained into a record       (may fail: rolled back)
///     timestamp drawn and record appended to the WAL, under one mutex     [CommitSequence]
///     wait for the group's fsync, holding nothing but row locks           (failure: in doubt, the WAL is latched)
///     memtables, participants' committed()                                many commits at once
///     timestamps published in order                                       from here on new snapshots see it
///     locks released, or handed on to who waits
///
/// Threading: any thread.
public final class TransactionManager implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionManager.class);
    private static final int MAX_TRANSACTIONS = 4096;
    private static final int POOLED = 32;
    private static final long POOLED_BYTES = 1 << 20;

    private final CommitSequence sequence;
    private final SnapshotRegistry snapshots;
    private final LsmStore lsm;
    private final Wal wal;
    private volatile ReplayBound replayBound = ReplayBound.NONE;
    private final Epochs epochs;
    private final LockQueues waits = new LockQueues();
    private final Serializability serializability = new Serializability();
    private final Notifications notifications = new Notifications(this::visible);
    private final ConcurrentHashMap<Long, Transaction> active = new ConcurrentHashMap<>();
    private final LockTable locks = new LockTable(waits, active::get);
    private final NamedLocks namedLocks = new NamedLocks(waits);
    private final SpilledLocks spilledLocks = new SpilledLocks();
    private final TransactionLimits limits;
    private final AtomicLong nextId = new AtomicLong(1);
    private final ConcurrentLinkedQueue<WriteSet> writeSets = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<CommitRecord> records = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pooled = new AtomicInteger();
    private final LongAdder commits = new LongAdder();
    private final LongAdder rollbacks = new LongAdder();
    private volatile @Nullable RuntimeException failure;

    /// How transactions ended since the start.
    ///
    /// @param deadlocks waits that failed with 40P01
    public record Totals(long commits, long rollbacks, long deadlocks) {}

    /// What a new [LsmStore] and its transactions share: made before either.
    public static final class Timeline implements AutoCloseable {
        private final CommitSequence sequence = new CommitSequence();
        private final SnapshotRegistry snapshots = new SnapshotRegistry(MAX_TRANSACTIONS, sequence::visible);

        public CommitSequence sequence() {
            return sequence;
        }

        /// No reader now or later looks at the state before this timestamp.
        public long oldestSnapshot() {
            return snapshots.oldest();
        }

        @Override
        public void close() {
            snapshots.close();
        }
    }

    public TransactionManager(Timeline timeline, LsmStore lsm, Wal wal, Epochs epochs, TransactionLimits limits) {
        this.limits = limits;
        this.sequence = timeline.sequence;
        this.snapshots = timeline.snapshots;
        this.lsm = lsm;
        this.wal = wal;
        this.epochs = epochs;
    }

    /// Commits wait for checkpoints from now on.
    public void limitReplay(ReplayBound bound) {
        replayBound = bound;
    }

    /// Begins a transaction of no session.
    public Transaction begin(Isolation isolation, boolean readOnly) {
        return begin(isolation, readOnly, new Backend(0));
    }

    /// @throws ResourceException 53300 if there are too many already
    public Transaction begin(Isolation isolation, boolean readOnly, Backend backend) {
        int slot = snapshots.claim();
        if (slot < 0) {
            throw new ResourceException(
                    SqlState.TOO_MANY_CONNECTIONS, "too many transactions are open (" + MAX_TRANSACTIONS + ")");
        }
        Transaction transaction = new Transaction(this, nextId.getAndIncrement(), isolation, readOnly, slot, backend);
        active.put(transaction.id(), transaction);
        return transaction;
    }

    /// Begins a transaction that was prepared before a restart, under its old id.
    Transaction resume(long id, Isolation isolation) {
        nextId.accumulateAndGet(id + 1, Math::max);
        Transaction transaction = new Transaction(this, id, isolation, false, snapshots.claim(), new Backend(0));
        active.put(id, transaction);
        return transaction;
    }

    /// Transactions that run now, and prepared ones.
    public Collection<Transaction> active() {
        return List.copyOf(active.values());
    }

    /// What a commit does about the log: nothing, wait for its writer, or write and sync itself if the writer rests.
    private enum Durability {
        NOT_AWAITED,
        AWAITED,
        LED
    }

    /// Newest timestamp that can be seen.
    public long visible() {
        return sequence.visible();
    }

    /// No reader now or later looks at the state before this timestamp.
    public long oldestSnapshot() {
        return snapshots.oldest();
    }

    void commit(Transaction transaction, boolean awaitDurable) {
        CommitRecord record = borrowRecord();
        boolean notifies = Notifications.isUsedBy(transaction);
        try {
            if (!prepare(transaction, record)) {
                finishReadOnly(transaction, awaitDurable);
                return;
            }
            boolean applied = false;
            try {
                write(transaction, record, awaitDurable);
                applied = true;
            } finally {
                if (!applied && !record.isLogged()) {
                    undo(transaction);
                }
                // logged but not durable for sure: recovery may find it committed, so what it refers to must stay
                if (record.isLogged()) {
                    transaction.leaveSpilledInDoubt();
                }
                transaction.finish();
            }
        } finally {
            returnRecord(record);
            if (notifies) {
                notifications.deliver();
            }
        }
    }

    /// Logs and applies what was collected, and tells the participants.
    void write(Transaction transaction, CommitRecord record, boolean awaitDurable) {
        Durability durability = !awaitDurable
                ? Durability.NOT_AWAITED
                : transaction.backend().isAlone() ? Durability.LED : Durability.AWAITED;
        write(record, transaction.id(), durability, timestamp -> {
            transaction.participants().values().forEach(participant -> participant.committed(timestamp));
            noteCommit(transaction, timestamp);
        });
    }

    /// False if there is nothing to log. A failure rolls the transaction back.
    private boolean prepare(Transaction transaction, CommitRecord record) {
        try {
            collect(transaction, record);
            SerialTransaction serial = transaction.serial();
            if (serial != null) {
                serializability.check(serial, WrittenKeys.of(transaction.writesIfAny()), false);
            }
            if (record.isEmpty()) {
                return false;
            }
            admit(record);
            return true;
        } catch (RuntimeException failed) {
            rollback(transaction);
            throw StorageFailures.translate(failed);
        }
    }

    /// Lets participants prepare and fills the record with what the transaction wrote.
    void collect(Transaction transaction, CommitRecord record) {
        requireHealthy();
        for (TransactionParticipant participant : transaction.participants().values()) {
            participant.prepare(record);
        }
        SpilledRuns spilled = transaction.spillRest();
        if (spilled != null) {
            seal(transaction, spilled);
            if (spilled.number() != 0) {
                record.setSpilled(spilled);
                SpillLog.write(record, spilled.number());
            }
        }
        WriteSet writes = transaction.writesIfAny();
        if (writes != null) {
            writes.drainTo(record.batch(), transaction.droppedRelations()::contains);
        }
    }

    /// Makes the spilled runs ready to be adopted. Older versions of their keys were committed before
    /// the transaction locked them, so they are applied: once those are in tables, for good, neither a
    /// memtable nor a replay can put them in front of the runs.
    private void seal(Transaction transaction, SpilledRuns spilled) {
        if (spilled.number() == 0) {
            long applied = sequence.appliedLsn();
            awaitAllDurable(); // the manifest may only name what the log is sure to hold
            lsm.flush(applied);
            spilled.seal(transaction.droppedRelations()::contains);
        }
    }

    /// Waits until there is room for the record.
    void admit(CommitRecord record) {
        replayBound.await(sequence.appliedLsn());
        lsm.admit(record.byteSize());
    }

    private void finishReadOnly(Transaction transaction, boolean awaitDurable) {
        try {
            if (awaitDurable && transaction.notedLsn() > 0) {
                awaitDurable(transaction.notedLsn());
            }
        } finally {
            transaction.participants().values().forEach(participant -> participant.committed(visible()));
            noteCommit(transaction, visible());
            transaction.finish();
        }
    }

    /// How transactions ended.
    public Totals totals() {
        return new Totals(commits.sum(), rollbacks.sum(), waits.deadlocks());
    }

    private void noteCommit(Transaction transaction, long timestamp) {
        commits.increment();
        SerialTransaction serial = transaction.serial();
        if (serial != null) {
            serializability.committed(serial, timestamp);
        }
    }

    void rollback(Transaction transaction) {
        rollbacks.increment();
        try {
            undo(transaction);
        } finally {
            transaction.finish();
        }
    }

    /// Tells the participants that nothing of the transaction will be seen.
    void undo(Transaction transaction) {
        transaction.participants().values().forEach(TransactionManager::rollBack);
    }

    /// One participant's failure to clean up must not keep the others from it, nor locks from being
    /// released.
    private static void rollBack(TransactionParticipant participant) {
        try {
            participant.rolledBack();
        } catch (RuntimeException failed) {
            LOG.error("rollback left something behind, the next start cleans it up", failed);
        }
    }

    /// Commits a record that belongs to no transaction (a sequence's block, vacuum's bookkeeping).
    ///
    /// @return LSN of the record
    public long commitInternal(CommitRecord record, boolean awaitDurable) {
        requireHealthy();
        return write(record, 0, awaitDurable ? Durability.AWAITED : Durability.NOT_AWAITED, _ -> {});
    }

    private long write(CommitRecord record, long transactionId, Durability durability, LongConsumer committed) {
        CommitSequence.PendingCommit commit;
        try {
            commit =
                    sequence.draw(timestamp -> wal.append(CommitRecord.TYPE, transactionId, record.payload(timestamp)));
        } catch (IllegalArgumentException tooLarge) {
            throw new ResourceException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "transaction of " + record.byteSize() + " bytes exceeds the largest log record",
                    tooLarge);
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
        record.noteLogged();
        boolean applied = false;
        try {
            if (durability != Durability.NOT_AWAITED || record.spilled() != null) {
                awaitDurable(commit.lsn(), durability == Durability.LED);
            }
            applyLogged(record, commit);
            committed.accept(commit.timestamp());
            applied = true;
        } finally {
            if (applied) {
                sequence.publish(commit);
            } else {
                sequence.abandon(commit);
            }
        }
        return commit.lsn();
    }

    private void applyLogged(CommitRecord record, CommitSequence.PendingCommit commit) {
        try {
            lsm.apply(record.batch(), commit.timestamp(), commit.lsn());
            SpilledRuns spilled = record.spilled();
            if (spilled != null) {
                spilled.adopt(commit.timestamp());
            }
        } catch (RuntimeException failed) {
            // logged but not in the memtables: only recovery can put this right
            failure = failed;
            throw failed;
        }
    }

    /// Waits until the log is durable up to `lsn`.
    public void awaitDurable(long lsn) {
        awaitDurable(lsn, false);
    }

    private void awaitDurable(long lsn, boolean mayLead) {
        try {
            wal.awaitDurable(lsn, mayLead);
        } catch (WalFailedException failed) {
            OmenException inDoubt = (OmenException) StorageFailures.translate(failed);
            throw inDoubt;
        }
    }

    /// Waits until everything logged so far is durable.
    public void awaitAllDurable() {
        awaitDurable(wal.appendedLsn());
    }

    private void requireHealthy() {
        RuntimeException failed = failure;
        if (failed != null) {
            throw new ResourceException(
                    SqlState.IO_ERROR, "the database has failed and must be restarted: " + failed, failed);
        }
    }

    SnapshotRegistry snapshots() {
        return snapshots;
    }

    Epochs epochs() {
        return epochs;
    }

    LockQueues waits() {
        return waits;
    }

    /// LISTEN and NOTIFY.
    public Notifications notifications() {
        return notifications;
    }

    Serializability serializability() {
        return serializability;
    }

    SpilledLocks spilledLocks() {
        return spilledLocks;
    }

    TransactionLimits limits() {
        return limits;
    }

    LongPredicate spillable() {
        return limits.spillable();
    }

    SpilledRuns startSpilledRuns() {
        return lsm.startSpilledRuns();
    }

    /// The runs of a prepared transaction after a restart; null if there are none of that number.
    @Nullable
    SpilledRuns waitingRuns(long spill) {
        return lsm.waitingRuns(spill);
    }

    LockTable locks() {
        return locks;
    }

    NamedLocks namedLocks() {
        return namedLocks;
    }

    /// Locks that are held or waited for, as pg_locks shows them.
    public List<LockListing> lockList() {
        List<LockListing> all = new ArrayList<>(namedLocks.list());
        for (Transaction transaction : active()) {
            if (transaction.showsId()) {
                LockTag id = new LockTag.TransactionId(transaction.id());
                int processId = transaction.backend().processId();
                all.add(new LockListing(id, "ExclusiveLock", processId, true, 0));
            }
        }
        all.addAll(waits.list());
        return all;
    }

    /// What a session waits for, or null.
    public @Nullable LockTag awaited(Backend backend) {
        return waits.awaited(backend);
    }

    /// Sessions that wait for a lock now.
    public int waitingCount() {
        return waits.waitingCount();
    }

    /// Process ids of the sessions that a session waits for.
    public List<Integer> blockers(Backend backend) {
        return waits.blockingProcesses(backend);
    }

    boolean unlockForSession(Backend backend, LockTag.Named tag, TableLockMode mode) {
        int left = backend.uncount(tag, mode);
        if (left == 0) {
            namedLocks.restore(backend, tag, namedLocks.modes(backend, tag) & ~mode.bit());
        }
        return left >= 0;
    }

    /// Gives back all locks that a session holds beyond its transactions.
    public void unlockSession(Backend backend) {
        for (LockTag.Named tag : backend.forgetSessionLocks()) {
            namedLocks.restore(backend, tag, 0);
        }
    }

    void ended(Transaction transaction) {
        active.remove(transaction.id());
    }

    /// Locks on rows and keys that are held now.
    public long lockCount() {
        return locks.count();
    }

    WriteSet borrowWriteSet() {
        WriteSet set = writeSets.poll();
        return set == null ? new WriteSet() : set;
    }

    void returnWriteSet(WriteSet set) {
        if (set.reservedBytes() <= POOLED_BYTES && writeSets.size() < POOLED) {
            set.clear();
            writeSets.add(set);
        } else {
            set.close();
        }
    }

    /// A record to fill; give it back with [#returnRecord].
    public CommitRecord borrowRecord() {
        CommitRecord record = records.poll();
        if (record == null) {
            return new CommitRecord();
        }
        pooled.decrementAndGet();
        return record;
    }

    public void returnRecord(CommitRecord record) {
        record.clear();
        if (pooled.get() < POOLED) {
            pooled.incrementAndGet();
            records.add(record);
        } else {
            record.close();
        }
    }

    /// Rolls back what still runs; their sessions must have stopped using them. Prepared transactions stay.
    public void rollbackAll() {
        active().forEach(Transaction::rollback);
    }

    /// Rolls back what still runs and frees the memory; prepared transactions wait for the next start.
    @Override
    public void close() {
        active().forEach(Transaction::leaveSpilledInDoubt); // the store is closed: the next start sees to the files
        rollbackAll();
        active().forEach(Transaction::finish);
        writeSets.forEach(WriteSet::close);
        writeSets.clear();
        records.forEach(CommitRecord::close);
        records.clear();
        locks.close();
    }
}
