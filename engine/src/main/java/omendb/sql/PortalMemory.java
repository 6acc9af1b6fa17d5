package omendb.sql;

import java.util.ArrayDeque;
import omendb.engine.type.ValueArena;

/// Memory of closed portals for the next ones: a session that binds again and again allocates nothing.
///
/// Threading: one session.
final class PortalMemory implements AutoCloseable {
    private static final int MOST_KEPT = 4;

    private final ArrayDeque<ValueArena> kept = new ArrayDeque<>();
    private boolean closed;

    ValueArena take() {
        ValueArena arena = kept.poll();
        return arena == null ? new ValueArena() : arena;
    }

    void giveBack(ValueArena arena) {
        if (closed || kept.size() == MOST_KEPT) {
            arena.close();
        } else {
            arena.reset();
            kept.push(arena);
        }
    }

    @Override
    public void close() {
        closed = true;
        kept.forEach(ValueArena::close);
        kept.clear();
    }
}
