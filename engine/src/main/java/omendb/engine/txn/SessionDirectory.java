package omendb.engine.txn;

import java.util.Collection;
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

    /// What a session offers to others; called on their threads.
    public interface Session {
        /// Stops the running statement with 57014.
        void cancel();

        /// Ends the session with 57P01.
        void terminate();

        /// A notification on a channel it listens to.
        void notified(Notifications.Notification notification);
    }

    public SessionDirectory(TransactionManager transactions) {
        this.transactions = transactions;
    }

    /// Adds a session.
    ///
    /// @param processId its number for `pg_backend_pid()`, 0 = none
    public Backend connect(int processId, Session session) {
        Backend backend = new Backend(processId);
        sessions.put(backend, session);
        transactions.notifications().connect(backend, session::notified);
        return backend;
    }

    /// Removes a session and gives its locks back; its transaction has ended.
    public void disconnect(Backend backend) {
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

    public Collection<Backend> backends() {
        return List.copyOf(sessions.keySet());
    }

    /// Process ids of the sessions that the one given waits for.
    public List<Integer> blockers(int processId) {
        Backend backend = backend(processId);
        return backend == null ? List.of() : transactions.blockers(backend);
    }

    /// Sessions that wait for a lock now.
    public int waitingCount() {
        return transactions.waitingCount();
    }

    /// Table and advisory locks that are held or waited for.
    public List<NamedLocks.Held> locks() {
        return transactions.namedLockList();
    }

    /// Gives back all advisory locks that a session holds beyond its transactions.
    public void unlockAll(Backend backend) {
        transactions.unlockSession(backend);
    }
}
