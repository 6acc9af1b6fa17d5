package omendb.engine.txn;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Serializable snapshot isolation (Cahill, Röhm & Fekete, SIGMOD 2008; Ports & Grittner, VLDB 2012).
///
/// Under snapshot isolation every cycle of dependencies has a *dangerous structure*: T1 -rw-> T2 -rw-> T3
/// between concurrent transactions (the reader comes before the writer of what it did not see), T3 being
/// the first of the cycle to commit; T1 and T3 may be one. A transaction that would complete such a
/// structure fails with 40001.
///
/// Edges appear when the writer commits: its writes are private until then, and a structure without a
/// committed T3 is not dangerous. So:
///
///     read     the lock goes into the reader's [ReadLocks]; every committed, concurrent writer of it is an edge out;
///              reader = T1: fails if such a T2 has an edge out to a T3 that committed before it
///     commit   every concurrent reader of what is written is an edge in;
///              writer = T2: fails if it has an edge in from T1 and one out to a T3 that committed before T1 did
///
/// Where T1 writes nothing, T3 must also have committed before T1's snapshot (Ports & Grittner, 4.1).
/// A prepared transaction counts as a writer from PREPARE on, but as committed from COMMIT PREPARED on;
/// since it can fail no more, a T3 that would make it a pivot fails in its place.
///
/// Locks of a committed transaction stay until no active one overlaps it. They are bounded: see
/// [ReadLocks] and [WrittenKeys].
/// Threading: any thread; one mutex, taken by serializable transactions alone.
final class Serializability {
    /// Committed transactions kept in detail; older ones keep whole relations only.
    private static final int DETAILED = 2_000;

    private static final long LOOK_NANOS = 20_000_000;

    private final ReentrantLock mutex = new ReentrantLock();
    private final Condition ended = mutex.newCondition();
    private final List<SerialTransaction> known = new ArrayList<>();
    private long order;

    /// Begins to track a transaction; it takes its snapshot afterwards and tells it with [#hasSnapshot].
    SerialTransaction begin(boolean readOnly, int processId) {
        mutex.lock();
        try {
            SerialTransaction begun = new SerialTransaction(readOnly, processId);
            known.add(begun);
            return begun;
        } finally {
            mutex.unlock();
        }
    }

    void hasSnapshot(SerialTransaction transaction, long snapshot) {
        mutex.lock();
        try {
            transaction.snapshot = snapshot;
        } finally {
            mutex.unlock();
        }
    }

    /// Notes a read before it happens.
    ///
    /// @throws UserException 40001
    void read(SerialTransaction reader, ReadLocks.Read read) {
        mutex.lock();
        try {
            if (!reader.reads.add(read)) {
                return;
            }
            for (SerialTransaction writer : known) {
                WrittenKeys writes = writer.writes;
                if (writer != reader && writes != null && writer.isUnseenBy(reader) && read.meets(writes)) {
                    reader.addOut(writer);
                    writer.hasEdgesIn = true;
                    checkReader(reader, writer);
                }
            }
        } finally {
            mutex.unlock();
        }
    }

    /// `reader` = T1 of a structure around the committed `pivot`.
    private static void checkReader(SerialTransaction reader, SerialTransaction pivot) {
        SerialTransaction first = pivot.earliestOut();
        if (first != null && first.order < pivot.order && reader.isEndangeredBy(first)) {
            throw failure("Canceled on conflict out to pivot " + pivot.order + ", during read.");
        }
    }

    /// Checks a transaction that is about to commit or to be prepared; from here on it counts as a
    /// writer.
    ///
    /// @param writes what it wrote, null = nothing
    /// @param prepared it will commit later, and then cannot fail
    /// @throws UserException 40001; the transaction then has to roll back
    void check(SerialTransaction transaction, WrittenKeys writes, boolean prepared) {
        mutex.lock();
        try {
            List<SerialTransaction> readers = readersOf(transaction, writes);
            checkPivot(transaction, readers);
            checkFirst(readers);
            readers.forEach(reader -> reader.addOut(transaction));
            transaction.writes = writes;
            transaction.writesNothing = writes.isEmpty();
            transaction.hasEdgesIn = !readers.isEmpty();
            transaction.prepared = prepared;
            if (!prepared) {
                transaction.order = ++order;
            }
        } finally {
            mutex.unlock();
        }
    }

    private List<SerialTransaction> readersOf(SerialTransaction transaction, WrittenKeys writes) {
        List<SerialTransaction> readers = new ArrayList<>();
        for (SerialTransaction reader : known) {
            if (reader != transaction && reader.isConcurrentWith(transaction) && reader.reads.meets(writes)) {
                readers.add(reader);
            }
        }
        return readers;
    }

    /// Checks what a transaction cannot write for another reason as if it committed with that.
    ///
    /// @throws UserException 40001
    void checkAttempt(SerialTransaction transaction, WrittenKeys attempted) {
        mutex.lock();
        try {
            checkPivot(transaction, readersOf(transaction, attempted));
        } finally {
            mutex.unlock();
        }
    }

    /// Tracks a transaction again that was prepared before a restart.
    ///
    /// Whoever was concurrent with it has ended, unless it is prepared as well. Those that had an edge into it and
    /// committed did so before any T3 that is still to come, so they endanger nobody. Its edges out since PREPARE
    /// were not kept: one to an early T3 is assumed, so that new readers of its writes fail.
    void restore(SerialTransaction prepared) {
        mutex.lock();
        try {
            prepared.prepared = true;
            prepared.assumeEarlierOut();
            for (SerialTransaction other : known) {
                if (other.reads.meets(prepared.writes)) {
                    other.addOut(prepared);
                    prepared.hasEdgesIn = true;
                }
                if (prepared.reads.meets(other.writes)) {
                    prepared.addOut(other);
                    other.hasEdgesIn = true;
                }
            }
            known.add(prepared);
        } finally {
            mutex.unlock();
        }
    }

    /// The commit of a prepared transaction could not be logged: it is prepared as before.
    void staysPrepared(SerialTransaction transaction) {
        mutex.lock();
        try {
            transaction.prepared = true;
            transaction.order = SerialTransaction.NOT_COMMITTED;
        } finally {
            mutex.unlock();
        }
    }

    /// A prepared transaction commits.
    void commitPrepared(SerialTransaction transaction) {
        mutex.lock();
        try {
            transaction.prepared = false;
            transaction.order = ++order;
        } finally {
            mutex.unlock();
        }
    }

    /// `pivot` = T2.
    private static void checkPivot(SerialTransaction pivot, List<SerialTransaction> readers) {
        SerialTransaction first = pivot.earliestOut();
        if (first == null) {
            return;
        }
        for (SerialTransaction reader : readers) {
            boolean later = reader == first || reader.order > first.order;
            if (later && reader.isEndangeredBy(first)) {
                throw failure("Canceled on identification as a pivot, during commit attempt.");
            }
        }
    }

    /// The committing transaction = T3 of a structure around a prepared one.
    private static void checkFirst(List<SerialTransaction> readers) {
        for (SerialTransaction reader : readers) {
            if (reader.prepared && reader.hasEdgesIn) {
                throw failure("Canceled on commit attempt with conflict in from prepared pivot.");
            }
        }
    }

    private static UserException failure(String reason) {
        return (UserException) new UserException(
                        SqlState.SERIALIZATION_FAILURE,
                        "could not serialize access due to read/write dependencies among transactions")
                .withDetail("Reason code: " + reason)
                .withHint("The transaction might succeed if retried.");
    }

    /// The commit of a checked transaction has this timestamp; not yet visible.
    void committed(SerialTransaction transaction, long timestamp) {
        mutex.lock();
        try {
            transaction.commitTimestamp = timestamp;
        } finally {
            mutex.unlock();
        }
    }

    /// The transaction is over, one way or the other.
    void end(SerialTransaction transaction) {
        mutex.lock();
        try {
            transaction.active = false;
            if (transaction.order == SerialTransaction.NOT_COMMITTED) {
                known.remove(transaction);
                transaction.forget();
            }
            prune();
            ended.signalAll();
        } finally {
            mutex.unlock();
        }
    }

    /// Forgets committed transactions that every active one sees.
    private void prune() {
        long oldest = Long.MAX_VALUE;
        for (SerialTransaction transaction : known) {
            if (transaction.active) {
                oldest = Math.min(oldest, transaction.snapshot);
            }
        }
        int detailed = 0;
        for (Iterator<SerialTransaction> all = known.reversed().iterator(); all.hasNext(); ) {
            SerialTransaction transaction = all.next();
            if (transaction.active) {
                continue;
            }
            if (transaction.commitTimestamp <= oldest) {
                transaction.forget();
                all.remove();
            } else if (++detailed > DETAILED) {
                transaction.coarsen();
            }
        }
    }

    /// Waits until it is clear whether the snapshot of a read-only transaction is safe: no transaction
    /// that was writing when it was taken commits with an edge out to one that the snapshot sees (Ports &
    /// Grittner, 4.2).
    ///
    /// @param cancelled throws to give up
    /// @return false = it is not: take another
    boolean awaitSafe(SerialTransaction reader, Runnable cancelled) {
        mutex.lock();
        try {
            List<SerialTransaction> writers = new ArrayList<>();
            for (SerialTransaction other : known) {
                if (other != reader && other.active && !other.readOnly) {
                    writers.add(other);
                }
            }
            reader.awaited = writers;
            while (writers.stream().anyMatch(writer -> writer.active)) {
                cancelled.run();
                try {
                    // not for ever: look now and then whether the statement was cancelled
                    ended.awaitNanos(LOOK_NANOS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            for (SerialTransaction writer : writers) {
                if (writer.endedUnsafeFor(reader.snapshot)) {
                    return false;
                }
            }
            return true;
        } finally {
            reader.awaited = List.of();
            mutex.unlock();
        }
    }

    /// Sessions whose transactions one waits for that wants a safe snapshot.
    List<Integer> safeSnapshotBlockers(int processId) {
        mutex.lock();
        try {
            return known.stream()
                    .filter(waiter -> waiter.processId == processId)
                    .flatMap(waiter -> waiter.awaited.stream())
                    .filter(writer -> writer.active)
                    .map(writer -> writer.processId)
                    .toList();
        } finally {
            mutex.unlock();
        }
    }

    /// Transactions that are tracked now.
    int knownCount() {
        mutex.lock();
        try {
            return known.size();
        } finally {
            mutex.unlock();
        }
    }
}
