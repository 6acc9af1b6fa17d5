package omendb.engine.lsm;

import java.util.concurrent.atomic.AtomicLong;

/// Whether what a reader found in a tree's tables may still go into the row cache.
///
/// A change of the tables that brings newer versions (flush, sorted run) brackets itself with [#begin] and
/// [#end]. A reader takes a ticket before it reads the tree's state; the ticket is good as long as no change
/// has begun since. Threading: any thread.
final class Fills {
    static final long NONE = -1;

    private final AtomicLong changes = new AtomicLong(); // low half: under way, high half: begun so far
    private static final long BEGUN = 1L << 32;
    private static final long UNDER_WAY = BEGUN - 1;

    /// To be shown to [#isGood]; [#NONE] while a change is under way.
    long ticket() {
        long now = changes.get();
        return (now & UNDER_WAY) == 0 ? now : NONE;
    }

    boolean isGood(long ticket) {
        return ticket == changes.get();
    }

    void begin() {
        changes.addAndGet(BEGUN + 1);
    }

    void end() {
        changes.addAndGet(-1);
    }
}
