package omendb.pgwire;

import java.util.concurrent.locks.ReentrantLock;
import omendb.ann.DistanceKernels;
import omendb.memory.BackgroundPriority;
import omendb.pgwire.session.SessionWarmUp;
import omendb.pgwire.session.SqlBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gets the code that every client runs compiled, in the background: the server is ready before and without it.
///
/// Its session works in the database like any other, so that the database may be closed only behind [#close].
/// Threading: one thread runs it, any other may close it.
final class WarmUp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final long SESSION_MILLIS = 1_500;

    private final SqlBackend.Opener opener;
    private final String user;
    /// Held while the session is open.
    private final ReentrantLock session = new ReentrantLock();
    private volatile boolean stopped;

    WarmUp(SqlBackend.Opener opener, String user) {
        this.opener = opener;
        this.user = user;
    }

    void inBackground() {
        Thread.ofPlatform().daemon().name("omendb-warm-up").start(() -> {
            BackgroundPriority.enter();
            run();
        });
    }

    void run() {
        try {
            DistanceKernels.warmUp();
            session.lock();
            try {
                if (!stopped) {
                    SessionWarmUp.run(opener, user, SESSION_MILLIS, () -> stopped);
                }
            } finally {
                session.unlock();
            }
        } catch (RuntimeException e) {
            LOG.debug("the warm-up failed: the first client is slower, no more", e);
        }
    }

    /// Keeps the session from being opened, or waits until it has ended: at most one of its statements.
    @Override
    public void close() {
        stopped = true;
        session.lock();
        try {
            LOG.debug("no warm-up is using the database");
        } finally {
            session.unlock();
        }
    }
}
