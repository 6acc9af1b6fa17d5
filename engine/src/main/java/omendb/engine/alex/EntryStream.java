package omendb.engine.alex;

/// Entries in ascending order of (key, payload), each once, for [AlexIndex#bulkLoad].
public interface EntryStream {
    /// Moves to the next entry; false if there is none.
    boolean next();

    /// Key of the entry that [#next] moved to.
    long key();

    /// Payload of the entry that [#next] moved to.
    long payload();
}
