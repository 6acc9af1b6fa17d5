package omendb.pgwire.session;

import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import omendb.engine.error.ResourceException;
import omendb.engine.error.SqlState;
import org.jspecify.annotations.Nullable;

/// All sessions of a server: how many there may be, which one a CancelRequest means, and their common end.
///
/// Threading: any thread. A place is taken before the session exists and given back by the session's end.
public final class SessionRegistry {
    private final int maxSessions;
    private final AtomicInteger places = new AtomicInteger();
    private final AtomicInteger processIds = new AtomicInteger(1000);
    private final SecureRandom random = new SecureRandom();
    private final Map<Integer, Session> sessions = new ConcurrentHashMap<>();
    private volatile boolean closing;
    private volatile @Nullable CountDownLatch drained;

    public SessionRegistry(int maxSessions) {
        this.maxSessions = maxSessions;
    }

    /// A number for BackendKeyData that no living session has.
    public int nextProcessId() {
        return processIds.updateAndGet(id -> id == Integer.MAX_VALUE ? 1001 : id + 1);
    }

    public int nextSecretKey() {
        return random.nextInt();
    }

    /// Takes a place for a session.
    ///
    /// @throws ResourceException 53300 if there is none, 57P03 if the server is going down
    public void takePlace() {
        if (closing) {
            throw new ResourceException(SqlState.CANNOT_CONNECT_NOW, "the database system is shutting down");
        }
        if (places.incrementAndGet() > maxSessions) {
            places.decrementAndGet();
            throw new ResourceException(SqlState.TOO_MANY_CONNECTIONS, "sorry, too many clients already");
        }
    }

    public void register(Session session) {
        sessions.put(session.identity().processId(), session);
        if (closing) {
            session.terminate();
        }
    }

    public void remove(int processId) {
        sessions.remove(processId);
        CountDownLatch waiting = drained;
        if (places.decrementAndGet() == 0 && waiting != null) {
            waiting.countDown();
        }
    }

    public int count() {
        return places.get();
    }

    /// Cancels the statement of the session that has this key; a wrong key is ignored without an answer.
    public void cancel(int processId, int secretKey) {
        Session session = sessions.get(processId);
        if (session != null && session.identity().secretKey() == secretKey) {
            session.cancel();
        }
    }

    /// Ends all sessions and waits for them.
    ///
    /// @return false if some were still at work after the time
    public boolean terminateAll(long timeoutMillis) {
        CountDownLatch latch = new CountDownLatch(1);
        drained = latch;
        closing = true;
        List.copyOf(sessions.values()).forEach(Session::terminate);
        try {
            return places.get() == 0 || latch.await(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
