package omendb.engine.vector;

/// The vectors of one `vector(n)` column: slot number -> floats, and slot -> row id.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"}) // signatures first, bodies follow
public final class VectorColumn {
    /// Slots below this were handed out; each is written, being written, or dead.
    public long publishedLimit() {
        throw new UnsupportedOperationException();
    }

    public int dimensions() {
        throw new UnsupportedOperationException();
    }

    /// Address of a slot's floats; valid while the statement's pin is held.
    public long address(long slot) {
        throw new UnsupportedOperationException();
    }

    public long rowId(long slot) {
        throw new UnsupportedOperationException();
    }

    public long sizeBytes() {
        throw new UnsupportedOperationException();
    }
}
