package omendb.engine.txn;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The sessions of a database: how one reaches another.
///
/// Threading: any thread.
public final class SessionDirectory {
    private final TransactionManager transactions;
    private final Map<Backend, Session> sessions = new ConcurrentHashMap<>();
    private final BitSet temporaryNumbers = new BitSet(); // guarded by itself

    /// What a session offers to others; called on their threads.
    public interface Session {
        /// Stops the running statement with 57014.
        void cancel();

        /// Ends the session with 57P01.
        void terminate();

        /// Whether nobody else is carried by its thread. On that thread.
        boolean isAlone();

        /// What it is doing.
        Activity activity();

        /// A notification on a channel it listens to.
        void notified(Notifications.Notification notification);
    }

    /// What a session tells of itself; times in microseconds since 2000-01-01 UTC.
    ///
    /// @param clientAddress empty = not over a network
    /// @param state         as pg_stat_activity shows it
    /// @param query         the statement that runs or ran last
    /// @param queryStart    0 = none ran yet
    public record Activity(
            String user,
            String database,
            String applicationName,
            String clientAddress,
            long connectedAt,
            String state,
            long stateChangedAt,
            String query,
            long queryStart) {}

    /// A session with its transaction.
    ///
    /// @param transactionStart 0 = there is none
    /// @param transactionId    0 = it has none, or nobody needs to know it
    /// @param awaited          what it waits for, or null
    public record Listed(
            int processId,
            Activity activity,
            long transactionStart,
            long transactionId,
            @Nullable LockTag awaited) {}

    public SessionDirectory(TransactionManager transactions) {
        this.transactions = transactions;
    }

    /// Adds a session.
    ///
    /// @param processId its number for `pg_backend_pid()`, 0 = none
    public Backend connect(int processId, Session session) {
        Backend backend = new Backend(processId, session::isAlone);
        sessions.put(backend, session);
        transactions.notifications().connect(backend, session::notified);
        return backend;
    }

    /// Numbers a session among those with temporary relations: from 1, and no other session has the same.
    public int takeTemporaryNumber(Backend backend) {
        synchronized (temporaryNumbers) {
            int number = temporaryNumbers.nextClearBit(1);
            temporaryNumbers.set(number);
            backend.setTemporaryNumber(number);
            return number;
        }
    }

    /// Removes a session and gives its locks back; its transaction has ended and its temporary relations are gone.
    public void disconnect(Backend backend) {
        synchronized (temporaryNumbers) {
            temporaryNumbers.clear(backend.temporaryNumber());
        }
        sessions.remove(backend);
        transactions.notifications().disconnect(backend);
        transactions.unlockSession(backend);
    }

    /// The session of a process id, or null.
    public @Nullable Session find(int processId) {
        Backend backend = backend(processId);
        return backend == null ? null : sessions.get(backend);
    }

    private @Nullable Backend backend(int processId) {
        for (Backend backend : sessions.keySet()) {
            if (backend.processId() == processId) {
                return backend;
            }
        }
        return null;
    }

    /// LISTEN and NOTIFY.
    public Notifications notifications() {
        return transactions.notifications();
    }

    /// The sessions and what they do.
    public List<Listed> list() {
        Map<Backend, Transaction> open = new HashMap<>();
        transactions.active().forEach(transaction -> open.put(transaction.backend(), transaction));
        List<Listed> all = new ArrayList<>();
        sessions.forEach((backend, session) -> {
            Transaction transaction = open.get(backend);
            all.add(new Listed(
                    backend.processId(),
                    session.activity(),
                    transaction == null ? 0 : transaction.startedAt(),
                    transaction != null && transaction.showsId() ? transaction.id() : 0,
                    transactions.awaited(backend)));
        });
        all.sort(Comparator.comparingInt(Listed::processId));
        return all;
    }

    /// Process ids of the sessions that the one given waits for.
    public List<Integer> blockers(int processId) {
        Backend backend = backend(processId);
        return backend == null ? List.of() : transactions.blockers(backend);
    }

    /// Process ids of the sessions whose transactions have to end before the one given knows whether its snapshot is
    /// safe (SERIALIZABLE READ ONLY DEFERRABLE).
    public List<Integer> safeSnapshotBlockers(int processId) {
        return transactions.serializability().safeSnapshotBlockers(processId);
    }

    /// Sessions that wait for a lock now.
    public int waitingCount() {
        return transactions.waitingCount();
    }

    /// Locks that are held or waited for, as pg_locks shows them.
    public List<LockListing> locks() {
        return transactions.lockList();
    }

    /// Gives back all advisory locks that a session holds beyond its transactions.
    public void unlockAll(Backend backend) {
        transactions.unlockSession(backend);
    }
}
