package omendb.engine.txn;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import omendb.engine.error.ResourceException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.lsm.SpilledRuns;
import omendb.engine.lsm.WriteBatch;
import omendb.memory.NativeMemory;

/// Two-phase commit: transactions between PREPARE TRANSACTION and COMMIT or ROLLBACK PREPARED.
///
///     PREPARE    as a commit up to the record; that goes, with locks and all, into rows of a system tree
///                ([PreparedImage], [PreparedRows]) by a durable commit of its own; then the transaction leaves its
///                session, with its locks, its pending slots and its write set, but no snapshot
///     COMMIT     one record: what the transaction wrote, and the deletes of those rows
///     ROLLBACK   a durable commit of the deletes; then undone as any other
///     restart    what the tree holds is restored before any session runs ([#restore], `Recovery`)
///
/// A crash leaves it prepared or not at all, prepared or committed, prepared or rolled back: each step is one commit.
/// What fails before it is logged changes nothing, but PREPARE, which then rolls back.
/// Threading: any thread; the map is guarded by this. A transaction is *busy* while one thread works on it.
public final class PreparedTransactions {
    /// Most that may be prepared at a time (`max_prepared_transactions`).
    public static final int MOST = 100;

    private static final int LONGEST_GID_BYTES = 199;

    private final TransactionManager manager;
    private final long tree;
    private final Map<String, Entry> entries = new HashMap<>();

    /// A row of pg_prepared_xacts.
    ///
    /// @param transactionId its number
    /// @param preparedAt    microseconds since 2000-01-01 UTC
    public record Listed(long transactionId, String gid, long preparedAt, String owner, String database) {}

    /// Who asks.
    ///
    /// @param superuser may finish what others prepared
    public record Caller(String user, boolean superuser, String database) {}

    private static final class Entry {
        private final String gid;
        private final PreparedImage.Header header;
        private final Transaction transaction;
        private int chunks;
        private boolean prepared; // false = PREPARE is under way
        private boolean busy;

        private Entry(String gid, PreparedImage.Header header, Transaction transaction) {
            this.gid = gid;
            this.header = header;
            this.transaction = transaction;
        }
    }

    /// @param tree where the rows of prepared transactions go
    public PreparedTransactions(TransactionManager manager, long tree) {
        this.manager = manager;
        this.tree = tree;
    }

    /// PREPARE TRANSACTION: durable when this returns. The transaction is its caller's no more: prepared, or, if this
    /// throws, rolled back (in doubt after a WAL failure). Deferred constraints have been checked before.
    ///
    /// @param now microseconds since 2000-01-01 UTC
    /// @throws UserException 22023, 42710, 0A000, 40001
    /// @throws ResourceException 53200 if too many are prepared
    public void prepare(Transaction transaction, String gid, long now, String owner, String database) {
        Entry entry = new Entry(
                gid,
                new PreparedImage.Header(transaction.isolation(), transaction.id(), now, owner, database),
                transaction);
        CommitRecord image = manager.borrowRecord();
        CommitRecord stored = manager.borrowRecord();
        boolean reserved = false;
        boolean done = false;
        try {
            reserve(entry);
            reserved = true;
            refuseWhatCannotBePrepared(transaction);
            manager.collect(transaction, image);
            transaction.participants().values().forEach(participant -> participant.persist(image));
            PreparedImage.write(image, transaction, entry.header);
            SerialTransaction serial = transaction.serial();
            if (serial != null) {
                WrittenKeys writes = WrittenKeys.of(transaction.writesIfAny());
                manager.serializability().check(serial, writes, true);
            }
            entry.chunks = PreparedRows.put(stored.batch(), tree, gid, image.payload(0));
            manager.admit(stored);
            manager.commitInternal(stored, true);
            done = true;
        } catch (IllegalArgumentException tooLarge) {
            throw new ResourceException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "transaction is too large to be prepared: more than " + WriteBatch.MAX_BYTES + " bytes",
                    tooLarge);
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        } finally {
            boolean inDoubt = !done && stored.isLogged();
            manager.returnRecord(image);
            manager.returnRecord(stored);
            if (done) {
                isPrepared(entry);
            } else {
                giveUp(entry, reserved, inDoubt);
            }
        }
    }

    private synchronized void reserve(Entry entry) {
        String gid = entry.gid;
        if (gid.getBytes(StandardCharsets.UTF_8).length > LONGEST_GID_BYTES) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE, "transaction identifier \"" + gid + "\" is too long");
        }
        if (entries.containsKey(gid)) {
            throw new UserException(
                    SqlState.DUPLICATE_OBJECT, "transaction identifier \"" + gid + "\" is already in use");
        }
        if (entries.size() >= MOST) {
            throw new ResourceException(SqlState.OUT_OF_MEMORY, "maximum number of prepared transactions reached")
                    .withHint("Increase max_prepared_transactions (currently " + MOST + ").");
        }
        entries.put(gid, entry);
    }

    private static void refuseWhatCannotBePrepared(Transaction transaction) {
        if (transaction.usesTemporary()) {
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "cannot PREPARE a transaction that has operated on temporary objects");
        }
        if (Notifications.isUsedBy(transaction)) {
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "cannot PREPARE a transaction that has executed LISTEN, UNLISTEN, or NOTIFY");
        }
        if (transaction.namedLocks().keySet().stream().anyMatch(transaction.backend()::holdsForSession)) {
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "cannot PREPARE while holding both session-level and transaction-level locks on the same object");
        }
    }

    private void isPrepared(Entry entry) {
        entry.transaction.leaveSession();
        synchronized (this) {
            entry.prepared = true;
        }
    }

    /// In doubt: the rows may be in the log, so what the transaction refers to must stay for recovery to find.
    private void giveUp(Entry entry, boolean reserved, boolean inDoubt) {
        if (reserved) {
            forget(entry);
        }
        if (inDoubt) {
            entry.transaction.leaveSpilledInDoubt();
            entry.transaction.finish();
        } else {
            manager.rollback(entry.transaction);
        }
    }

    /// COMMIT PREPARED: durable and visible when this returns. What fails leaves it prepared, but for a failure of the
    /// WAL, after which the next start decides; until then it is listed, and can be ended by nobody.
    ///
    /// @throws UserException 42704, 42501, 0A000, 55000
    public void commit(String gid, Caller caller) {
        Entry entry = claim(gid, caller);
        Transaction transaction = entry.transaction;
        SerialTransaction serial = transaction.serial();
        finish(entry, record -> {
            manager.collect(transaction, record);
            PreparedRows.delete(record.batch(), tree, gid, entry.chunks);
            manager.admit(record);
            if (serial != null) {
                manager.serializability().commitPrepared(serial);
            }
            boolean written = false;
            try {
                manager.write(transaction, record, true);
                written = true;
            } finally {
                if (!written && serial != null) {
                    manager.serializability().staysPrepared(serial);
                }
            }
        });
    }

    /// ROLLBACK PREPARED, as [#commit].
    public void rollback(String gid, Caller caller) {
        Entry entry = claim(gid, caller);
        finish(entry, record -> {
            PreparedRows.delete(record.batch(), tree, gid, entry.chunks);
            manager.admit(record);
            manager.commitInternal(record, true);
            manager.undo(entry.transaction);
        });
    }

    private interface Ending {
        void log(CommitRecord record);
    }

    private void finish(Entry entry, Ending ending) {
        CommitRecord record = manager.borrowRecord();
        boolean done = false;
        try {
            ending.log(record);
            done = true;
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        } finally {
            boolean logged = record.isLogged();
            manager.returnRecord(record);
            if (logged && !done) {
                // in doubt: stays in the list, and busy, since a transaction manager takes a missing gid for committed
                entry.transaction.leaveSpilledInDoubt();
                entry.transaction.finish();
            } else if (logged) {
                forget(entry);
                entry.transaction.finish();
            } else {
                release(entry);
            }
        }
    }

    private synchronized Entry claim(String gid, Caller caller) {
        Entry entry = entries.get(gid);
        if (entry == null || !entry.prepared) {
            throw new UserException(
                    SqlState.UNDEFINED_OBJECT, "prepared transaction with identifier \"" + gid + "\" does not exist");
        }
        if (entry.busy) {
            throw new UserException(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "prepared transaction with identifier \"" + gid + "\" is busy");
        }
        if (!caller.superuser() && !caller.user().equals(entry.header.owner())) {
            throw new UserException(SqlState.INSUFFICIENT_PRIVILEGE, "permission denied to finish prepared transaction")
                    .withHint("Must be superuser or the user that prepared the transaction.");
        }
        if (!caller.database().equals(entry.header.database())) {
            throw new UserException(SqlState.FEATURE_NOT_SUPPORTED, "prepared transaction belongs to another database")
                    .withHint("Connect to the database where the transaction was prepared to finish it.");
        }
        entry.busy = true;
        return entry;
    }

    private synchronized void release(Entry entry) {
        entry.busy = false;
    }

    private synchronized void forget(Entry entry) {
        entries.remove(entry.gid);
    }

    /// Prepared transactions in the order of their numbers.
    public synchronized List<Listed> list() {
        return entries.values().stream()
                .filter(entry -> entry.prepared)
                .map(entry -> new Listed(
                        entry.header.id(),
                        entry.gid,
                        entry.header.preparedAt(),
                        entry.header.owner(),
                        entry.header.database()))
                .sorted(Comparator.comparingLong(Listed::transactionId))
                .toList();
    }

    /// After a restart, before any session runs: makes the transaction of an image again, with its locks and its write
    /// set. The caller restores the participants.
    public Transaction restore(PreparedImage image) {
        PreparedImage.Header header = image.header();
        Transaction transaction = manager.resume(header.id(), header.isolation());
        image.rowLocks(transaction::restoreRowLock);
        image.restoreNamedLocks(transaction);
        restoreWrites(image, transaction);
        image.sections((kind, content) -> {
            if (kind == SpillLog.KIND) {
                restoreSpilled(image, SpillLog.read(content), transaction);
            }
        });
        SerialTransaction serial = image.serial(WrittenKeys.of(transaction.writesIfAny()));
        if (serial != null) {
            manager.serializability().restore(serial);
            transaction.restoreSerial(serial);
        }
        transaction.leaveSession();
        Entry entry = new Entry(image.gid(), header, transaction);
        entry.chunks = image.chunks();
        synchronized (this) {
            entry.prepared = true;
            entries.put(image.gid(), entry);
        }
        return transaction;
    }

    private void restoreSpilled(PreparedImage image, long spill, Transaction transaction) {
        SpilledRuns runs = manager.waitingRuns(spill);
        if (runs == null) {
            throw PreparedRows.damaged(image.gid(), "the manifest knows nothing of its spill " + spill);
        }
        transaction.restoreSpilled(runs);
    }

    private static void restoreWrites(PreparedImage image, Transaction transaction) {
        try (WriteBatch batch = image.batch()) {
            WriteBatch.Ops ops = batch.ops();
            while (ops.next()) {
                if (ops.isRangeDelete()) {
                    throw PreparedRows.damaged(image.gid(), "it deletes a range");
                }
                WriteSet writes = transaction.writes();
                if (ops.isDelete()) {
                    writes.delete(ops.relationId(), ops.keyAddress(), ops.keyLength());
                } else {
                    long value =
                            writes.reservePut(ops.relationId(), ops.keyAddress(), ops.keyLength(), ops.valueLength());
                    NativeMemory.copy(ops.valueAddress(), value, ops.valueLength());
                }
            }
        }
    }
}
