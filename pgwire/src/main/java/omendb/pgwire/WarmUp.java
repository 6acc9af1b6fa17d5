package omendb.pgwire;

import omendb.ann.DistanceKernels;
import omendb.engine.Database;
import omendb.memory.BackgroundPriority;
import omendb.pgwire.session.EngineBackend;
import omendb.pgwire.session.SessionWarmUp;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gets the code that every client runs compiled, in the background: the server is ready before and without it.
final class WarmUp {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final long SESSION_MILLIS = 1_500;

    private WarmUp() {}

    static void inBackground(Database database, String user) {
        Thread.ofPlatform().daemon().name("omendb-warm-up").start(() -> {
            BackgroundPriority.enter();
            run(database, user);
        });
    }

    static void run(Database database, String user) {
        try {
            DistanceKernels.warmUp();
            SessionWarmUp.run(EngineBackend.opener(database), user, SESSION_MILLIS);
        } catch (RuntimeException e) {
            // a server that is stopped at once closes the database under us; else the first client is slower, no more
            LOG.debug("the warm-up was cut short", e);
        }
    }
}
