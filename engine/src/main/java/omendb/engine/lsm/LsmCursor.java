package omendb.engine.lsm;

/// Iterates the newest versions of a key range at a snapshot, tombstones skipped.
///
/// Holds an `Epochs` pin of its own from [LsmTree#scan] to [#close], so that addresses of values stay good until then;
/// the
/// address of a key is good until the next [#next]. Threading: one thread at a time.
@SuppressWarnings("DoNotCallSuggester") // signatures first, bodies follow
public final class LsmCursor implements AutoCloseable {
    LsmCursor() {}

    /// Steps to the next key in the direction of the scan (the first one at the first call); false at the end.
    public boolean next() {
        throw new UnsupportedOperationException();
    }

    public long keyAddress() {
        throw new UnsupportedOperationException();
    }

    public int keyLength() {
        throw new UnsupportedOperationException();
    }

    public long valueAddress() {
        throw new UnsupportedOperationException();
    }

    public int valueLength() {
        throw new UnsupportedOperationException();
    }

    public long commitTs() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
