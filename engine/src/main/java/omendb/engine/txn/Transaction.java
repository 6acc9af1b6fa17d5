package omendb.engine.txn;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.lsm.SpilledRuns;
import omendb.engine.type.Timestamps;
import omendb.memory.Epochs;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// One transaction: a snapshot, a private write set and locks.
///
/// Life: begun by `Database.begin`, then for each statement [#startStatement] ... [#endStatement], at
/// last [#commit] or [#rollback]. Addresses that scans and fetches hand out stay valid until
/// [#endStatement]. A statement that fails is undone by `rollbackTo(markTakenBefore)`; the transaction's
/// earlier writes stay.
/// Threading: one thread at a time; [#cancel] from any.
public final class Transaction implements LockHolder {
    /// Bytes at [#scratch].
    public static final int SCRATCH_BYTES = 64;

    private static final MemoryTag TAG = MemoryTag.of("transactions");

    private final TransactionManager manager;
    private final long id;
    private Isolation isolation;
    private boolean readOnly;
    private final int snapshotSlot;
    private volatile Backend backend;
    private final LockNames locks = new LockNames();
    private final Map<LockTag.Named, Integer> namedLocks = new HashMap<>();
    private final List<NamedLock> namedLockOrder = new ArrayList<>();
    private final Map<Class<?>, TransactionParticipant> participants = new LinkedHashMap<>();
    private final Set<Long> droppedRelations = new HashSet<>();
    private @Nullable WriteSet writes;
    private @Nullable SpilledWrites spilled;
    private final MarkLog marks = new MarkLog();
    private Epochs.@Nullable Pin pin;
    private @Nullable SerialTransaction serial;
    private boolean deferrable;
    private long snapshot;
    private long statementSequence;
    private long noteLsn;
    private long scratch;
    private long lockTimeoutMillis;
    private volatile long deadlockTimeoutMillis = 1000;
    private boolean active = true;
    private boolean waited;
    private int views;
    private final long startedAt = Timestamps.now();
    private volatile boolean showsId;
    private boolean prepared;
    private boolean usesTemporary;
    private long statementDeadlineNanos;
    private volatile @Nullable Cancellation cancelled;

    /// A point to return to ([#rollbackTo]): what was written, locked and defined before it stays.
    ///
    /// @param writes position in the write set
    public record Mark(
            WriteSet.Position writes,
            long locks,
            int namedLocks,
            Map<Class<?>, Object> participants,
            Set<Long> droppedRelations) {}

    /// A mode taken on a named lock, and the modes it was held in before.
    private record NamedLock(LockTag.Named tag, int modesBefore) {}

    Transaction(
            TransactionManager manager,
            long id,
            Isolation isolation,
            boolean readOnly,
            int snapshotSlot,
            Backend backend) {
        this.manager = manager;
        this.id = id;
        this.isolation = isolation;
        this.readOnly = readOnly;
        this.snapshotSlot = snapshotSlot;
        this.backend = backend;
    }

    public long id() {
        return id;
    }

    public Isolation isolation() {
        return isolation;
    }

    public boolean readOnly() {
        return readOnly;
    }

    /// SET TRANSACTION READ ONLY or READ WRITE; the caller sees to it that it may.
    public void setReadOnly(boolean on) {
        readOnly = on;
    }

    /// DEFERRABLE: a serializable, read-only transaction waits for a snapshot at which it cannot fail.
    public void setDeferrable(boolean on) {
        deferrable = on;
    }

    /// SET TRANSACTION ISOLATION LEVEL.
    ///
    /// @throws IllegalStateException after the first snapshot
    public void setIsolation(Isolation level) {
        if (snapshot != 0) {
            throw new IllegalStateException("transaction " + id + " has a snapshot already");
        }
        isolation = level;
    }

    /// Takes the statement's snapshot (READ COMMITTED: a fresh one; else the transaction's) and pins its
    /// memory.
    public void startStatement() {
        requireActive();
        endStatement();
        cancelled = null;
        waited = false;
        if (snapshot == 0 && isolation == Isolation.SERIALIZABLE) {
            startSerializable();
        } else if (snapshot == 0 || !isolation.keepsSnapshot()) {
            snapshot = manager.snapshots().take(snapshotSlot);
        }
        statementSequence = writes == null ? 0 : writes.sequence();
        beginReading();
    }

    private void beginReading() {
        if (writes != null) {
            writes.statementBegins();
            if (views > 0) {
                writes.keepAddresses();
            }
        }
        pin = manager.epochs().pin();
    }

    /// What a statement sees, kept for later ([#resumeStatement]): snapshot, own writes up to then, and the memory
    /// that addresses lead to. To be closed before the transaction ends.
    public final class View implements AutoCloseable {
        private final long seen = snapshot;
        private final long ownSequence = statementSequence;
        private final int slot;
        private final Epochs.Pin held = manager.epochs().pin();
        private boolean closed;

        private View(int slot) {
            this.slot = slot;
            views++;
            if (writes != null) {
                writes.keepAddresses();
            }
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                views--;
                held.close();
                manager.snapshots().release(slot);
            }
        }
    }

    /// Keeps what the running statement sees; null = too many snapshots are kept already.
    public @Nullable View keepView() {
        requireStatement();
        int slot = manager.snapshots().claimBehind(snapshotSlot, snapshot);
        return slot < 0 ? null : new View(slot);
    }

    /// Starts a statement that goes on with what an earlier one saw.
    public void resumeStatement(View view) {
        requireActive();
        endStatement();
        cancelled = null;
        waited = false;
        snapshot = view.seen;
        statementSequence = view.ownSequence;
        beginReading();
    }

    /// Takes the snapshot under the eyes of [Serializability]. A deferrable read-only transaction waits
    /// for one that no other transaction can spoil, and is not tracked from there on.
    private void startSerializable() {
        Serializability serializability = manager.serializability();
        while (true) {
            SerialTransaction started = serializability.begin(readOnly, backend.processId());
            serial = started;
            snapshot = manager.snapshots().take(snapshotSlot);
            serializability.hasSnapshot(started, snapshot);
            if (!readOnly || !deferrable) {
                return;
            }
            boolean safe = serializability.awaitSafe(started, this::checkCancelled);
            serializability.end(started);
            serial = null;
            if (safe) {
                return;
            }
        }
    }

    /// Takes a younger snapshot at READ COMMITTED if the statement has waited for a lock since it began: what the
    /// holder committed is seen. Only before anything is read.
    public void renewSnapshotAfterWait() {
        if (waited && !isolation.keepsSnapshot()) {
            waited = false;
            snapshot = manager.snapshots().take(snapshotSlot);
        }
    }

    /// Somebody held, or waited for, what it wanted.
    void noteWait() {
        waited = true;
    }

    /// Lets go of what the statement pinned; addresses it handed out die.
    public void endStatement() {
        Epochs.Pin held = pin;
        if (held != null) {
            pin = null;
            held.close();
            if (!isolation.keepsSnapshot()) {
                manager.snapshots().idle(snapshotSlot);
            }
        }
    }

    /// Makes what the statement has written so far visible to what it reads from here on (between the
    /// commands of one statement: data-modifying CTEs are not, triggers are).
    public void advanceCommand() {
        statementSequence = writes == null ? 0 : writes.sequence();
    }

    /// Commit timestamp up to which this transaction sees others' work.
    public long snapshot() {
        return snapshot;
    }

    public Mark mark() {
        Map<Class<?>, Object> marks = new HashMap<>();
        participants.forEach((kind, participant) -> marks.put(kind, participant.mark()));
        WriteSet.Position position = writes == null ? new WriteSet.Position(0) : writes.position();
        this.marks.add(locks.position(), position.sequence());
        return new Mark(position, locks.position(), namedLockOrder.size(), marks, Set.copyOf(droppedRelations));
    }

    /// Undoes what was written, defined and locked after `mark`.
    public void rollbackTo(Mark mark) {
        requireActive();
        if (writes != null) {
            writes.rollbackTo(mark.writes());
        }
        if (spilled != null) {
            spilled.rolledBack();
        }
        participants.forEach((kind, participant) ->
                participant.rollbackTo(mark.participants().get(kind)));
        droppedRelations.clear();
        droppedRelations.addAll(mark.droppedRelations());
        releaseLocks(mark.locks());
        releaseNamedLocks(mark.namedLocks());
    }

    /// Commits. The transaction is over when this returns or throws; after a WAL failure its outcome is
    /// in doubt.
    ///
    /// @param awaitDurable false = `synchronous_commit = off`: answers before the WAL is synced
    public void commit(boolean awaitDurable) {
        requireActive();
        manager.commit(this, awaitDurable);
    }

    /// Rolls back; does nothing if the transaction is over or prepared.
    public void rollback() {
        if (active && !prepared) {
            manager.rollback(this);
        }
    }

    /// When it began, in microseconds since 2000-01-01 UTC.
    public long startedAt() {
        return startedAt;
    }

    /// Whether it has written or locked a row: only then is its number of interest to others.
    public boolean showsId() {
        return showsId;
    }

    public boolean isActive() {
        return active;
    }

    /// Whether it wrote anything yet.
    public boolean hasWrites() {
        return writes != null && !writes.isEmpty();
    }

    /// Makes a lock wait (now or next) fail with 57014. Cleared by [#startStatement].
    public void cancel() {
        cancelled = Cancellation.USER_REQUEST;
        manager.waits().interrupt(backend);
    }

    /// Whether [#cancel] was called since the statement began.
    public boolean isCancelled() {
        return cancelled != null;
    }

    /// @throws UserException 57014 if [#cancel] was called or the statement's time is over
    public void checkCancelled() {
        Cancellation reason = cancelled;
        if (reason != null) {
            throw reason.exception();
        }
        if (statementDeadlineNanos != 0 && System.nanoTime() - statementDeadlineNanos >= 0) {
            throw Cancellation.STATEMENT_TIMEOUT.exception();
        }
    }

    /// `statement_timeout` as a moment of [System#nanoTime], 0 = none.
    public void setStatementDeadline(long nanos) {
        statementDeadlineNanos = nanos;
    }

    /// `lock_timeout` in milliseconds, 0 = wait for ever; beyond it 55P03.
    public void setLockTimeoutMillis(long millis) {
        lockTimeoutMillis = millis;
    }

    /// `deadlock_timeout` in milliseconds: of a circle the one fails that would be the first to look for it.
    public void setDeadlockTimeoutMillis(long millis) {
        deadlockTimeoutMillis = millis;
    }

    /// Temporary objects are used: they may be written in a read-only transaction too (whose statements are checked
    /// before), and the transaction cannot be prepared.
    public void useTemporary() {
        usesTemporary = true;
    }

    /// Whether temporary objects were used, also by what was rolled back since.
    public boolean usesTemporary() {
        return usesTemporary;
    }

    // ---- for the layers that store and read rows ----

    /// The write set, made at the first write.
    ///
    /// @throws UserException 25006 in a read-only transaction that has not used temporary objects
    public WriteSet writes() {
        requireActive();
        if (readOnly && !usesTemporary) {
            throw new UserException(SqlState.READ_ONLY_SQL_TRANSACTION, "cannot write in a read-only transaction");
        }
        WriteSet set = writes;
        if (set == null) {
            set = manager.borrowWriteSet();
            writes = set;
            showsId = true;
        }
        return set;
    }

    /// Moves its writes to disk if they take more memory than a transaction may have. To be called between two
    /// rows, when nobody uses addresses of own writes but those that [WriteSet#keepAddresses] is about.
    public void makeRoom() {
        WriteSet set = writes;
        if (set != null && set.memoryBytes() > manager.limits().writeSetBytes()) {
            spill(set);
        }
    }

    private void spill(WriteSet set) {
        SpilledWrites holder = spilled;
        if (holder == null) {
            holder = new SpilledWrites(manager, this, manager.startSpilledRuns(), false);
            spilled = holder;
            manager.spilledLocks().add(holder);
        }
        try {
            holder.spill(set, locks, marks);
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    /// The write set, or null if nothing was written.
    public @Nullable WriteSet writesIfAny() {
        return writes;
    }

    /// Address of [#SCRATCH_BYTES] bytes for the key at hand; whoever is called may overwrite them.
    public long scratch() {
        if (scratch == 0) {
            requireActive();
            scratch = MemoryAccount.allocate(TAG, SCRATCH_BYTES);
        }
        return scratch;
    }

    /// Own versions up to this sequence are visible to the statement.
    public long statementSequence() {
        return statementSequence;
    }

    /// Timestamp of the newest commit: what a row just locked is read at.
    public long latest() {
        return manager.visible();
    }

    /// Notes that all rows of a relation are read, which serializable transactions must know of each
    /// other.
    public void readsAll(long relationId) {
        if (serial != null) {
            manager.serializability().read(serial, new ReadLocks.Read.Whole(relationId));
        }
    }

    /// Notes that a row is read.
    public void readsRow(long relationId, long rowId) {
        if (serial != null) {
            manager.serializability().read(serial, new ReadLocks.Read.Row(relationId, rowId));
        }
    }

    /// Notes that the keys from `from` to before `to` (null = open) of an index are read.
    public void readsRange(long relationId, @Nullable MemorySegment from, @Nullable MemorySegment to) {
        if (serial != null) {
            manager.serializability().read(serial, new ReadLocks.Read.Range(relationId, KeyBounds.of(from, to)));
        }
    }

    /// Notes that one key of an index is read.
    public void readsKey(long relationId, MemorySegment key) {
        if (serial != null) {
            manager.serializability().read(serial, new ReadLocks.Read.Range(relationId, KeyBounds.single(key)));
        }
    }

    /// Takes the lock on a key of a relation, waiting for its holder; false if it is held already.
    public boolean lockKey(long relationId, long keyAddress, int keyLength) {
        int before =
                acquire(relationId, keyAddress, keyLength, RowLockMode.UPDATE, new LockTag.Key(), LockWaiting.WAIT);
        return !RowLockMode.UPDATE.isCoveredBy(before);
    }

    /// Takes a lock. What the runs of others lock is entered into the table, to be waited for there.
    ///
    /// @return modes in which it was held before; [LockTable#NOT_TAKEN] if others hold it and it is not to wait
    private int acquire(
            long relationId, long keyAddress, int keyLength, RowLockMode mode, LockTag tag, LockWaiting waiting) {
        int own = spilled == null ? 0 : spilled.modes(relationId, keyAddress, keyLength);
        if (mode.isCoveredBy(own)) {
            return own;
        }
        long hash = LockTable.hash(relationId, keyAddress, keyLength);
        while (true) {
            manager.spilledLocks().show(this, relationId, keyAddress, keyLength, mode);
            int before = manager.locks().tryAcquire(this, hash, mode);
            if (before == LockTable.NOT_TAKEN) {
                if (waiting != LockWaiting.WAIT) {
                    return before;
                }
                before = manager.locks().await(this, hash, tag, mode);
            }
            if (mode.isCoveredBy(before)) {
                return before;
            }
            if (!manager.spilledLocks().show(this, relationId, keyAddress, keyLength, mode)) {
                pushLock(hash, before);
                return before;
            }
            manager.locks().restore(id, hash, before);
        }
    }

    /// Gives back the lock on a key that [#lockKey] has just taken: nothing was locked or written since.
    public void unlockKey(long relationId, long keyAddress, int keyLength) {
        long hash = LockTable.hash(relationId, keyAddress, keyLength);
        if (locks.size() == 0 || locks.name() != hash) {
            throw new IllegalStateException("the lock is not the last one taken");
        }
        manager.locks().restore(id, hash, locks.modesBefore());
        locks.pop();
    }

    /// A key that it wants to insert is there already. Throws if the transaction could not have committed with it
    /// anyway: then trying again helps, and that is what the client should hear (as in PostgreSQL).
    ///
    /// @param rows  the table's tree
    /// @param index the index's tree
    /// @throws UserException 40001
    public void triesToInsert(long rows, long index, MemorySegment key) {
        if (serial != null) {
            manager.serializability().checkAttempt(serial, WrittenKeys.ofInsert(rows, index, key));
        }
    }

    private void pushLock(long hash, int modesBefore) {
        locks.push(hash, modesBefore);
        if (!showsId) {
            showsId = true;
        }
    }

    /// [#lockKey] of a key in a segment.
    public boolean lockKey(long relationId, MemorySegment key) {
        return lockKey(relationId, key.address(), (int) key.byteSize());
    }

    /// Takes the lock on a row in a mode; false if others hold it and the caller does not want to wait.
    ///
    /// @param keyAddress 8 bytes, the row id big-endian
    /// @param tableOid   whose row pg_locks shows
    public boolean lockRow(long relationId, long keyAddress, int tableOid, RowLockMode mode, LockWaiting lockWaiting) {
        LockTag row = new LockTag.Row(tableOid, Long.reverseBytes(NativeMemory.getLong(keyAddress)));
        return acquire(relationId, keyAddress, Long.BYTES, mode, row, lockWaiting) != LockTable.NOT_TAKEN;
    }

    /// Takes a table lock, waiting for holders of conflicting modes; false if this mode or a stronger one is held
    /// already.
    public boolean lockTable(int tableOid, TableLockMode mode) {
        LockTag.Named tag = new LockTag.Relation(tableOid);
        if (mode.isCoveredBy(namedLocks.getOrDefault(tag, 0))) {
            return false;
        }
        lockNamed(tag, mode, LockWaiting.WAIT);
        return true;
    }

    /// Takes a named lock until the transaction ends or rolls back to before; false if others hold it and
    /// the caller does not want to wait.
    public boolean lockNamed(LockTag.Named tag, TableLockMode mode, LockWaiting lockWaiting) {
        requireActive();
        int held = namedLocks.getOrDefault(tag, 0);
        if ((held & mode.bit()) == 0) {
            if (!manager.namedLocks().acquire(this, this, tag, mode, lockWaiting)) {
                return false;
            }
            namedLocks.put(tag, held | mode.bit());
            namedLockOrder.add(new NamedLock(tag, held));
        }
        return true;
    }

    /// Takes an advisory lock for the session, once more if it has it; false as for [#lockNamed].
    public boolean lockForSession(LockTag.Named tag, TableLockMode mode, LockWaiting lockWaiting) {
        if (backend.isFirst(tag, mode) && !manager.namedLocks().acquire(this, backend, tag, mode, lockWaiting)) {
            return false;
        }
        backend.count(tag, mode);
        return true;
    }

    /// Gives back one of the session's holds on an advisory lock; false = it has none.
    public boolean unlockForSession(LockTag.Named tag, TableLockMode mode) {
        return manager.unlockForSession(backend, tag, mode);
    }

    /// The session it belongs to.
    @Override
    public Backend backend() {
        return backend;
    }

    /// The participant of a kind, made and joined at first use.
    public <T extends TransactionParticipant> T participant(Class<T> kind, Supplier<T> maker) {
        TransactionParticipant found = participants.get(kind);
        if (found == null) {
            requireActive();
            found = maker.get();
            participants.put(kind, found);
        }
        return kind.cast(found);
    }

    /// The participant of a kind, or null if none joined.
    public <T extends TransactionParticipant> @Nullable T participantIfAny(Class<T> kind) {
        TransactionParticipant found = participants.get(kind);
        return found == null ? null : kind.cast(found);
    }

    /// Declares that the writes to a relation need not be logged: its storage goes away with this
    /// transaction.
    public void dropWritesTo(long relationId) {
        droppedRelations.add(relationId);
    }

    /// Makes the commit wait for a record logged outside the transaction (a sequence's block).
    public void noteLsn(long lsn) {
        noteLsn = Math.max(noteLsn, lsn);
    }

    /// @throws IllegalStateException unless a statement is running: nothing else keeps addresses alive
    public void requireStatement() {
        if (pin == null) {
            throw new IllegalStateException("transaction " + id + " reads outside a statement");
        }
    }

    // ---- for the manager ----

    /// What it spilled, all of it that may be: nothing of those relations is in memory any more. Null if all fits
    /// into memory.
    @Nullable
    SpilledRuns spillRest() {
        SpilledWrites holder = spilled;
        if (holder == null) {
            return null;
        }
        if (holder.runs().number() == 0 && writes != null) {
            spill(writes);
        }
        return holder.runs();
    }

    /// Whether its commit is in the log is not known: what it spilled is left to the next start.
    void leaveSpilledInDoubt() {
        if (spilled != null) {
            spilled.runs().leaveInDoubt();
        }
    }

    /// Has its spilled writes again, as before a restart.
    void restoreSpilled(SpilledRuns runs) {
        writes().restoreSpilled(runs);
        spilled = new SpilledWrites(manager, this, runs, true);
        manager.spilledLocks().add(spilled);
    }

    /// PREPARE TRANSACTION is done: the transaction leaves its session with all it holds, but its snapshot. It
    /// will read nothing any more.
    void leaveSession() {
        endStatement();
        manager.snapshots().idle(snapshotSlot);
        prepared = true;
        backend = new Backend(0);
    }

    /// Visits the row and key locks it holds, each once.
    void forEachRowLock(RowLockVisitor visitor) {
        locks.forEachHeld(name -> visitor.lock(name, manager.locks().modes(id, name)));
    }

    /// Receives row locks.
    @FunctionalInterface
    interface RowLockVisitor {
        void lock(long name, int modes);
    }

    /// The table and advisory locks it holds, with their modes as bits of [TableLockMode].
    Map<LockTag.Named, Integer> namedLocks() {
        return namedLocks;
    }

    /// Holds a row or key lock again, as before a restart.
    void restoreRowLock(long name, int modes) {
        manager.locks().restore(id, name, modes);
        pushLock(name, 0);
    }

    /// Holds a named lock again, as before a restart.
    void restoreNamedLock(LockTag.Named tag, int modes) {
        manager.namedLocks().grant(this, tag, modes);
        namedLocks.put(tag, modes);
        namedLockOrder.add(new NamedLock(tag, 0));
    }

    /// Is tracked by [Serializability] again, as before a restart.
    void restoreSerial(SerialTransaction restored) {
        serial = restored;
    }

    long statementDeadlineNanos() {
        return statementDeadlineNanos;
    }

    long deadlockTimeoutMillis() {
        return deadlockTimeoutMillis;
    }

    long lockTimeoutMillis() {
        return lockTimeoutMillis;
    }

    Map<Class<?>, TransactionParticipant> participants() {
        return participants;
    }

    Set<Long> droppedRelations() {
        return droppedRelations;
    }

    long notedLsn() {
        return noteLsn;
    }

    @Nullable
    SerialTransaction serial() {
        return serial;
    }

    /// Ends it: gives back snapshot and memory, and hands its locks on.
    void finish() {
        active = false;
        endStatement();
        manager.snapshots().release(snapshotSlot);
        if (serial != null) {
            manager.serializability().end(serial);
            serial = null;
        }
        if (spilled != null) {
            spilled.finish();
            spilled.runs().close();
            spilled = null;
        }
        releaseLocks(0);
        locks.close();
        releaseNamedLocks(0);
        if (scratch != 0) {
            MemoryAccount.free(TAG, scratch, SCRATCH_BYTES);
            scratch = 0;
        }
        WriteSet set = writes;
        writes = null;
        if (set != null) {
            manager.returnWriteSet(set);
        }
        manager.ended(this);
    }

    private void releaseLocks(long keep) {
        while (locks.size() > 0 && locks.newest() > keep) {
            manager.locks().restore(id, locks.name(), locks.modesBefore());
            locks.pop();
        }
    }

    private void releaseNamedLocks(int keep) {
        while (namedLockOrder.size() > keep) {
            NamedLock last = namedLockOrder.removeLast();
            manager.namedLocks().restore(this, last.tag(), last.modesBefore());
            if (last.modesBefore() == 0) {
                namedLocks.remove(last.tag());
            } else {
                namedLocks.put(last.tag(), last.modesBefore());
            }
        }
    }

    private void requireActive() {
        if (!active) {
            throw new IllegalStateException("transaction " + id + " is over");
        }
    }
}
