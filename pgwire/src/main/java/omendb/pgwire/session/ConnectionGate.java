package omendb.pgwire.session;

import java.util.concurrent.atomic.AtomicInteger;

/// Counts the connections that have not yet said who they are, so that a flood of them cannot exhaust the server.
public final class ConnectionGate {
    private final int limit;
    private final AtomicInteger waiting = new AtomicInteger();

    public ConnectionGate(int limit) {
        this.limit = limit;
    }

    /// @return false if the connection has to be closed at once
    public boolean enter() {
        if (waiting.incrementAndGet() > limit) {
            waiting.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave() {
        waiting.decrementAndGet();
    }
}
