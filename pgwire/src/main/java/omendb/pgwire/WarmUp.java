package omendb.pgwire;

import omendb.engine.Database;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs what every client will run, so that the first one does not meet interpreted code.
final class WarmUp {
    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    private WarmUp() {}

    static void inBackground(Database database) {
        Thread.ofPlatform().daemon().name("omendb-warm-up").start(() -> run(database));
    }

    private static void run(Database database) {
        try {
            LOG.debug("warm-up of {} begins", database);
        } catch (RuntimeException e) {
            LOG.debug("the warm-up failed, which harms nobody", e);
        }
    }
}
