package omendb.engine.txn;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.Epochs;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import org.jspecify.annotations.Nullable;

/// One transaction: a snapshot, a private write set and locks.
///
/// Life: begun by `Database.begin`, then for each statement [#startStatement] ... [#endStatement], at last
/// [#commit] or
/// [#rollback]. Addresses that scans and fetches hand out stay valid until [#endStatement].
/// A statement that fails is undone by `rollbackTo(markTakenBefore)`; the transaction's earlier writes stay.
/// Threading: one thread at a time; [#cancel] from any.
public final class Transaction {
    /// Bytes at [#scratch].
    public static final int SCRATCH_BYTES = 64;

    private static final MemoryTag TAG = MemoryTag.of("transactions");

    private final TransactionManager manager;
    private final long id;
    private final Isolation isolation;
    private final boolean readOnly;
    private final int snapshotSlot;
    private final TransactionWait waiting = new TransactionWait();
    private final LockNames locks = new LockNames();
    private final Map<Integer, Integer> tableLocks = new HashMap<>();
    private final Map<Class<?>, TransactionParticipant> participants = new LinkedHashMap<>();
    private final Set<Long> droppedRelations = new HashSet<>();
    private @Nullable WriteSet writes;
    private Epochs.@Nullable Pin pin;
    private long snapshot;
    private long statementSequence;
    private long noteLsn;
    private long scratch;
    private long lockTimeoutMillis;
    private boolean active = true;
    private volatile boolean cancelled;

    /// A point to return to ([#rollbackTo]): what was written, locked and defined before it stays.
    ///
    /// @param writes position in the write set
    public record Mark(
            WriteSet.Position writes, int locks, Map<Class<?>, Object> participants, Set<Long> droppedRelations) {}

    Transaction(TransactionManager manager, long id, Isolation isolation, boolean readOnly, int snapshotSlot) {
        this.manager = manager;
        this.id = id;
        this.isolation = isolation;
        this.readOnly = readOnly;
        this.snapshotSlot = snapshotSlot;
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

    /// Takes the statement's snapshot (READ COMMITTED: a fresh one; else the transaction's) and pins its memory.
    public void startStatement() {
        requireActive();
        endStatement();
        cancelled = false;
        if (snapshot == 0 || !isolation.keepsSnapshot()) {
            snapshot = manager.snapshots().take(snapshotSlot);
        }
        statementSequence = writes == null ? 0 : writes.sequence();
        pin = manager.epochs().pin();
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

    /// Makes what the statement has written so far visible to what it reads from here on (between the commands of one
    /// statement: data-modifying CTEs are not, triggers are).
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
        WriteSet.Position position = writes == null ? new WriteSet.Position(0, 0) : writes.position();
        return new Mark(position, locks.size(), marks, Set.copyOf(droppedRelations));
    }

    /// Undoes what was written, defined and locked after `mark`. Table locks are kept.
    public void rollbackTo(Mark mark) {
        requireActive();
        if (writes != null) {
            writes.rollbackTo(mark.writes());
        }
        participants.forEach((kind, participant) ->
                participant.rollbackTo(mark.participants().get(kind)));
        droppedRelations.clear();
        droppedRelations.addAll(mark.droppedRelations());
        if (locks.size() > mark.locks()) {
            releaseLocks(mark.locks());
            manager.waits().wakeWaiters(this);
        }
    }

    /// Commits. The transaction is over when this returns or throws; after a WAL failure its outcome is in doubt.
    ///
    /// @param awaitDurable false = `synchronous_commit = off`: answers before the WAL is synced
    public void commit(boolean awaitDurable) {
        requireActive();
        manager.commit(this, awaitDurable);
    }

    /// Rolls back; does nothing if the transaction is over.
    public void rollback() {
        if (active) {
            manager.rollback(this);
        }
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
        cancelled = true;
        manager.waits().interrupt(this);
    }

    /// Whether [#cancel] was called since the statement began.
    public boolean isCancelled() {
        return cancelled;
    }

    /// @throws UserException 57014 if [#cancel] was called
    public void checkCancelled() {
        if (cancelled) {
            throw new UserException(SqlState.QUERY_CANCELED, "canceling statement due to user request");
        }
    }

    /// `lock_timeout` in milliseconds, 0 = wait for ever; beyond it 55P03.
    public void setLockTimeoutMillis(long millis) {
        lockTimeoutMillis = millis;
    }

    // ---- for the layers that store and read rows ----

    /// The write set, made at the first write.
    ///
    /// @throws UserException 25006 in a read-only transaction
    public WriteSet writes() {
        requireActive();
        if (readOnly) {
            throw new UserException(SqlState.READ_ONLY_SQL_TRANSACTION, "cannot write in a read-only transaction");
        }
        WriteSet set = writes;
        if (set == null) {
            set = manager.borrowWriteSet();
            writes = set;
        }
        return set;
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

    /// Takes the lock on a key of a relation, waiting for its holder; false if it is held already.
    public boolean lockKey(long relationId, long keyAddress, int keyLength) {
        return lock(LockTable.hash(relationId, keyAddress, keyLength));
    }

    /// [#lockKey] of a key in a segment.
    public boolean lockKey(long relationId, MemorySegment key) {
        return lockKey(relationId, key.address(), (int) key.byteSize());
    }

    private boolean lock(long hash) {
        boolean taken = manager.locks().acquire(this, hash);
        if (taken) {
            locks.push(hash);
        }
        return taken;
    }

    /// Takes a table lock, waiting for holders of conflicting modes; false if this mode is held already.
    public boolean lockTable(int tableOid, TableLockMode mode) {
        requireActive();
        int held = tableLocks.getOrDefault(tableOid, 0);
        if ((held & mode.bit()) != 0) {
            return false;
        }
        manager.tableLocks().acquire(this, tableOid, mode);
        tableLocks.put(tableOid, held | mode.bit());
        return true;
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

    /// Declares that the writes to a relation need not be logged: its storage goes away with this transaction.
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

    TransactionWait waiting() {
        return waiting;
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

    /// Ends it: gives back snapshot, locks and memory, and wakes who waits.
    void finish() {
        active = false;
        endStatement();
        manager.snapshots().release(snapshotSlot);
        releaseLocks(0);
        locks.close();
        manager.tableLocks().release(this, tableLocks.keySet());
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
        manager.waits().wakeWaiters(this);
    }

    private void releaseLocks(int keep) {
        while (locks.size() > keep) {
            manager.locks().release(locks.pop());
        }
    }

    private void requireActive() {
        if (!active) {
            throw new IllegalStateException("transaction " + id + " is over");
        }
    }
}
