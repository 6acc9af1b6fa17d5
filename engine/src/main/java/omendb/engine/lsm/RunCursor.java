package omendb.engine.lsm;

/// A position in one sorted run of versions: a tree of a memtable, a table, a level.
///
/// Fields are read directly by the merging cursors, which compare them for every entry. Addresses of values
/// are good as long as the run lives; that of the key until the cursor moves. Threading: one thread.
abstract class RunCursor implements AutoCloseable {
    /// Rank among the runs of a merge: 0 = newest. Decides between two copies of one version.
    int age;

    boolean valid;
    long keyAddress;
    int keyLength;
    long prefix;
    long commitTs;
    boolean tombstone;
    long valueAddress;
    int valueLength;

    /// To the first entry.
    abstract void first();

    /// To the last entry.
    abstract void last();

    /// To the first entry at or after (`key`, `commitTs`).
    abstract void seek(long key, int keyLength, long prefix, long commitTs);

    /// To the last entry before all versions of `key`.
    abstract void seekBefore(long key, int keyLength, long prefix);

    /// To the entry after this one. The cursor is valid.
    abstract void next();

    /// To the entry before this one. The cursor is valid.
    abstract void previous();

    /// Values that lay where the cursor no longer is are not used any more.
    void releasePassed() {}

    @Override
    public void close() {}

    /// Whether this entry stands before the other's, both valid; the same version in two runs is a tie.
    final int compareTo(RunCursor other) {
        int order = Keys.compare(keyAddress, keyLength, prefix, other.keyAddress, other.keyLength, other.prefix);
        return order != 0 ? order : Long.compare(other.commitTs, commitTs);
    }
}
