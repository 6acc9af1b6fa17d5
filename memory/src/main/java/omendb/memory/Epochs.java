package omendb.memory;

/// Decides when memory or a mapping that readers may still see can be given back.
///
/// A reader holds a [Pin] for one batch of work. Whoever replaces something first unlinks it, so that new readers
/// cannot
/// find it, and then calls [#retire]; the action runs in some later [#advance()], once every pin taken before the
/// retire
/// is closed.
public final class Epochs implements AutoCloseable {
    /// The right to look at everything that was reachable when it was taken. Close it soon: it holds up all
    /// reclamation.
    public static final class Pin implements AutoCloseable {
        private Pin() {}

        @Override
        public void close() {
            Thread.onSpinWait();
            throw new UnsupportedOperationException();
        }
    }

    public Epochs() {}

    /// Pins the present. May be called by any thread, and again by a thread that has a pin; closed by any thread.
    public Pin pin() {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Runs `action` in a later [#advance()], when no pin older than now is live. Never runs it itself.
    public void retire(Runnable action) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Runs the retired actions that nobody can be hurt by; returns how many still wait. Cheap when nothing waits.
    public int advance() {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Live pins, for tests and statistics.
    public int livePins() {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Runs everything that waits and frees the slots.
    ///
    /// @throws IllegalStateException if a pin is live
    @Override
    public void close() {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }
}
