package omendb.torture;

import java.util.HashSet;
import java.util.Set;

/// What a sequence gave out. No value comes twice in one life of the server, and none that a durable commit has taken
/// comes again in any.
///
/// Threading: any thread.
final class Numbers {
    private final Set<Long> inThisLife = new HashSet<>();
    private final Set<Long> taken = new HashSet<>();

    /// A value was given out.
    ///
    /// @throws Violation if it was before
    synchronized void given(long value) {
        if (!inThisLife.add(value) || taken.contains(value)) {
            throw new Violation("the sequence gave " + value + " twice");
        }
    }

    /// The transaction that got it is durable.
    synchronized void taken(long value) {
        taken.add(value);
    }

    synchronized void restarted() {
        inThisLife.clear();
    }
}
