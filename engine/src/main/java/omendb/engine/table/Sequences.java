package omendb.engine.table;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.SystemTrees;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.LsmValue;
import omendb.engine.txn.CommitRecord;
import omendb.engine.txn.TableLockMode;
import omendb.engine.txn.Transaction;
import omendb.engine.txn.TransactionManager;
import omendb.memory.Epochs;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// Running values of sequences: not transactional, and never given out twice.
///
/// A sequence logs a block of values ahead (its row says "given out up to here"); values of the block then cost
/// nothing.
/// The transaction that takes a value waits at its commit for the block's record. After a crash the rest of the
/// block is
/// lost, as in PostgreSQL; a clean close writes the exact value.
/// Row in [SystemTrees#SEQUENCES]: key oid (4, big-endian), value last value (8), is called (1).
/// Threading: any thread; each sequence has a lock, held while its block is logged but not while it is synced.
public final class Sequences {
    private static final MemoryTag TAG = MemoryTag.of("sequences");
    private static final int LOGGED_AHEAD = 32;
    private static final int KEY_BYTES = Integer.BYTES;
    private static final int VALUE_BYTES = Long.BYTES + 1;

    private final TransactionManager transactions;
    private final LsmTree tree;
    private final Epochs epochs;
    private final Map<Integer, State> states = new ConcurrentHashMap<>();

    /// @param lastValue last value given out, or the first to give if not called yet
    public record Value(long lastValue, boolean isCalled) {}

    /// A sequence in memory, guarded by its lock.
    private static final class State {
        private final ReentrantLock lock = new ReentrantLock();
        private boolean loaded;
        private long last;
        private boolean called;
        /// Values that may be given out before the next block must be logged.
        private int ahead;
        private long blockLsn;
        private boolean logged;
    }

    public Sequences(TransactionManager transactions, LsmTree tree, Epochs epochs) {
        this.transactions = transactions;
        this.tree = tree;
        this.epochs = epochs;
    }

    /// Next value.
    ///
    /// @throws UserException 2200H at the end of a sequence that does not cycle
    public long next(Transaction transaction, SequenceDef def) {
        transaction.lockTable(def.oid(), TableLockMode.ROW_EXCLUSIVE); // waits for who restarts it
        SequenceRestarts restarts = transaction.participantIfAny(SequenceRestarts.class);
        Value own = restarts == null ? null : restarts.value(def.oid());
        if (restarts != null && own != null) {
            long value = own.isCalled() ? following(def, own.lastValue()) : own.lastValue();
            restarts.set(def.oid(), new Value(value, true));
            return value;
        }
        State state = states.computeIfAbsent(def.oid(), _ -> new State());
        state.lock.lock();
        try {
            load(state, def);
            long value = state.called ? following(def, state.last) : state.last;
            state.last = value;
            state.called = true;
            if (state.ahead == 0) {
                log(state, def.oid(), blockEnd(def, value), true);
                state.ahead = LOGGED_AHEAD;
            }
            state.ahead--;
            transaction.noteLsn(state.blockLsn);
            return value;
        } finally {
            state.lock.unlock();
        }
    }

    /// Sets the sequence. `called` false = the next value is `value` itself.
    public void set(Transaction transaction, SequenceDef def, long value, boolean called) {
        if (value < def.minimum() || value > def.maximum()) {
            throw new UserException(
                    SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                    "setval: value " + value + " is out of bounds for sequence \"" + def.name() + "\" (" + def.minimum()
                            + ".." + def.maximum() + ")");
        }
        transaction.lockTable(def.oid(), TableLockMode.ROW_EXCLUSIVE);
        SequenceRestarts restarts = transaction.participantIfAny(SequenceRestarts.class);
        if (restarts != null && restarts.value(def.oid()) != null) {
            restarts.set(def.oid(), new Value(value, called));
            return;
        }
        State state = states.computeIfAbsent(def.oid(), _ -> new State());
        state.lock.lock();
        try {
            state.loaded = true;
            state.last = value;
            state.called = called;
            state.ahead = 0;
            log(state, def.oid(), value, called);
            transaction.noteLsn(state.blockLsn);
        } finally {
            state.lock.unlock();
        }
    }

    public Value value(Transaction transaction, SequenceDef def) {
        SequenceRestarts restarts = transaction.participantIfAny(SequenceRestarts.class);
        Value own = restarts == null ? null : restarts.value(def.oid());
        if (own != null) {
            return own;
        }
        State state = states.computeIfAbsent(def.oid(), _ -> new State());
        state.lock.lock();
        try {
            load(state, def);
            return new Value(state.last, state.called);
        } finally {
            state.lock.unlock();
        }
    }

    /// Sets the sequence for the transaction, and for all when it commits: ALTER SEQUENCE, TRUNCATE RESTART IDENTITY.
    /// Others wait for its end.
    ///
    /// @param value null = as it is
    void restart(Transaction transaction, SequenceDef def, @Nullable Value value) {
        transaction.lockTable(def.oid(), TableLockMode.SHARE_ROW_EXCLUSIVE);
        Value set = value == null ? value(transaction, def) : value;
        transaction
                .participant(SequenceRestarts.class, () -> new SequenceRestarts(this))
                .set(def.oid(), set);
        transaction.writes(); // 25006, and a record even if nothing else is written
    }

    /// @throws UserException 22023 if the running value is none that the sequence may have
    void requireInBounds(Transaction transaction, SequenceDef def) {
        long value = value(transaction, def).lastValue();
        if (value < def.minimum() || value > def.maximum()) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "RESTART value (" + value + ") cannot be "
                            + (value < def.minimum()
                                    ? "less than MINVALUE (" + def.minimum() + ")"
                                    : "greater than MAXVALUE (" + def.maximum() + ")"));
        }
    }

    /// A restart has been committed.
    void restarted(int oid, Value value) {
        State state = states.computeIfAbsent(oid, _ -> new State());
        state.lock.lock();
        try {
            state.loaded = true;
            state.last = value.lastValue();
            state.called = value.isCalled();
            state.ahead = 0;
            state.logged = true;
        } finally {
            state.lock.unlock();
        }
    }

    /// Removes the sequence's row with the transaction that drops it. What is in memory may stay: oids do not
    /// come back.
    void dropWith(Transaction transaction, int oid) {
        SequenceRestarts restarts = transaction.participantIfAny(SequenceRestarts.class);
        if (restarts != null) {
            restarts.forget(oid);
        }
        long key = transaction.scratch();
        NativeMemory.putInt(key, Integer.reverseBytes(oid));
        transaction.writes().delete(SystemTrees.SEQUENCES, key, KEY_BYTES);
    }

    /// Writes exact values for a clean close.
    public void close() {
        states.forEach((oid, state) -> {
            state.lock.lock();
            try {
                if (state.logged && state.ahead > 0) {
                    log(state, oid, state.last, state.called);
                    state.ahead = 0;
                }
            } finally {
                state.lock.unlock();
            }
        });
    }

    private void load(State state, SequenceDef def) {
        if (state.loaded) {
            return;
        }
        long key = MemoryAccount.allocate(TAG, Long.BYTES);
        try (Epochs.Pin _ = epochs.pin()) {
            NativeMemory.putInt(key, Integer.reverseBytes(def.oid()));
            LsmValue value = new LsmValue();
            if (tree.get(key, KEY_BYTES, transactions.visible(), value)) {
                state.last = NativeMemory.getLong(value.address());
                state.called = NativeMemory.getByte(value.address() + Long.BYTES) != 0;
            } else {
                state.last = def.start();
                state.called = false;
            }
        } finally {
            MemoryAccount.free(TAG, key, Long.BYTES);
        }
        state.loaded = true;
    }

    private static long following(SequenceDef def, long last) {
        long increment = def.increment();
        boolean ends = increment > 0 ? last > def.maximum() - increment : last < def.minimum() - increment;
        if (increment > 0 ? last > Long.MAX_VALUE - increment : last < Long.MIN_VALUE - increment) {
            ends = true;
        }
        if (!ends) {
            return last + increment;
        }
        if (def.cycle()) {
            return increment > 0 ? def.minimum() : def.maximum();
        }
        throw increment > 0
                ? new UserException(
                        SqlState.SEQUENCE_GENERATOR_LIMIT_EXCEEDED,
                        "nextval: reached maximum value of sequence \"" + def.name() + "\" (" + def.maximum() + ")")
                : new UserException(
                        SqlState.SEQUENCE_GENERATOR_LIMIT_EXCEEDED,
                        "nextval: reached minimum value of sequence \"" + def.name() + "\" (" + def.minimum() + ")");
    }

    /// Last value of the block that begins with `value`.
    private static long blockEnd(SequenceDef def, long value) {
        long end = value;
        for (int i = 1; i < LOGGED_AHEAD; i++) {
            try {
                end = following(def, end);
            } catch (UserException limit) {
                return end;
            }
        }
        return end;
    }

    /// Adds a sequence's row to a record.
    ///
    /// @param key room for a key
    static void put(CommitRecord record, long key, int oid, Value set) {
        NativeMemory.putInt(key, Integer.reverseBytes(oid));
        long value = record.batch().reservePut(SystemTrees.SEQUENCES, key, KEY_BYTES, VALUE_BYTES);
        NativeMemory.putLong(value, set.lastValue());
        NativeMemory.putByte(value + Long.BYTES, (byte) (set.isCalled() ? 1 : 0));
    }

    private void log(State state, int oid, long last, boolean called) {
        CommitRecord record = transactions.borrowRecord();
        long key = MemoryAccount.allocate(TAG, Long.BYTES);
        try {
            put(record, key, oid, new Value(last, called));
            state.blockLsn = transactions.commitInternal(record, false);
            state.logged = true;
        } finally {
            MemoryAccount.free(TAG, key, Long.BYTES);
            transactions.returnRecord(record);
        }
    }
}
