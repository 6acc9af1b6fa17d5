package omendb.engine.lsm;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The versions of one relation's keys (a table's rows or an index's entries), ordered by unsigned bytes of the key.
///
/// Threading: any number of threads read; look-ups need the caller to hold a pin of the store's `Epochs`, from before
/// the
/// call until it no longer uses the address it got.
@SuppressWarnings("DoNotCallSuggester") // signatures first, bodies follow
public final class LsmTree {
    LsmTree() {}

    public long relationId() {
        throw new UnsupportedOperationException();
    }

    /// Finds the newest version of a key with a commit timestamp up to `snapshotTs`.
    ///
    /// @return true if it is a value; `out` tells a tombstone from no version at all
    /// @throws omendb.memory.CorruptFileException if the block that holds the answer is damaged
    public boolean get(long keyAddress, int keyLength, long snapshotTs, LsmValue out) {
        throw new UnsupportedOperationException();
    }

    public boolean get(MemorySegment key, long snapshotTs, LsmValue out) {
        throw new UnsupportedOperationException();
    }

    /// Commit timestamp of the newest version of a key (value or tombstone), whatever the snapshot; 0 if there is none.
    public long latestCommitTs(long keyAddress, int keyLength) {
        throw new UnsupportedOperationException();
    }

    /// Opens a cursor over the keys in [`fromKey`, `toKey`); null = unbounded. The bounds are copied.
    ///
    /// @param backward  largest key first
    public LsmCursor scan(
            @Nullable MemorySegment fromKey, @Nullable MemorySegment toKey, long snapshotTs, boolean backward) {
        throw new UnsupportedOperationException();
    }

    /// A rough count of the versions held, without reading data: for planning.
    public long approximateEntries() {
        throw new UnsupportedOperationException();
    }

    /// Bytes on disk and in memtables.
    public long approximateBytes() {
        throw new UnsupportedOperationException();
    }
}
