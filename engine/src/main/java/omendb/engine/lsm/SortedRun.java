package omendb.engine.lsm;

import java.lang.foreign.MemorySegment;

/// SSTables under construction from keys that arrive in ascending order; see [LsmStore#startRun].
///
/// Close without [#finish] to drop it. Threading: one thread.
@SuppressWarnings("DoNotCallSuggester") // signatures first, bodies follow
public final class SortedRun implements AutoCloseable {
    SortedRun() {}

    /// @throws IllegalArgumentException if the key is not greater than the one before
    public void put(long keyAddress, int keyLength, long valueAddress, int valueLength) {
        throw new UnsupportedOperationException();
    }

    public void put(MemorySegment key, MemorySegment value) {
        throw new UnsupportedOperationException();
    }

    /// Syncs the tables and names them in the manifest: all of the run is in the tree, durably, or nothing of it.
    public void finish() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
