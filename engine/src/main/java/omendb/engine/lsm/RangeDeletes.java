package omendb.engine.lsm;

import java.util.List;

/// The range deletes of one run (a memtable's list, a table, a level) or of several.
///
/// A range delete [from, to) at a commit timestamp hides every older version of the keys it covers; a version
/// of the same timestamp stands, which is how a batch puts something back into a range that it deleted. To a
/// look-up it is a tombstone of each key in the range that stands where the range delete stands: newer runs
/// are asked first, and what a run says ends the search.
///
/// Where range deletes overlap they are kept as *fragments* (as RocksDB and Pebble do): ranges that do not
/// overlap, each with the timestamps of all range deletes that cover it, so that a binary search finds them.
interface RangeDeletes {
    long NONE = 0;

    /// Commit timestamp of the newest range delete up to `snapshotTs` that covers the key; [#NONE] if there is
    /// none.
    long newest(long key, int keyLength, long prefix, long snapshotTs);

    /// Whether a version of the key is hidden from a reader at `snapshotTs`.
    default boolean hides(RunCursor run, long snapshotTs) {
        return newest(run.keyAddress, run.keyLength, run.prefix, snapshotTs) > run.commitTs;
    }

    /// Completes a look-up in the run that these belong to.
    ///
    /// @param found whether `out` holds the newest version of the key in the run
    /// @return whether `out` now holds what the run says about the key: a version or a tombstone
    default boolean complete(boolean found, long key, int keyLength, long prefix, long snapshotTs, LsmValue out) {
        long deleted = newest(key, keyLength, prefix, snapshotTs);
        if (deleted > (found ? out.commitTs() : NONE)) {
            out.setTombstone(deleted);
            return true;
        }
        return found;
    }

    /// Those of several runs together.
    record Union(List<RangeDeletes> parts) implements RangeDeletes {
        @Override
        public long newest(long key, int keyLength, long prefix, long snapshotTs) {
            long newest = NONE;
            for (RangeDeletes part : parts) {
                newest = Math.max(newest, part.newest(key, keyLength, prefix, snapshotTs));
            }
            return newest;
        }
    }

    /// Those of a level: tables in key order, of which one at most can cover a key.
    final class OfLevel implements RangeDeletes {
        private final Sstable[] tables;

        OfLevel(Sstable[] tables) {
            this.tables = tables;
        }

        @Override
        public long newest(long key, int keyLength, long prefix, long snapshotTs) {
            int table = Levels.firstEndingAtOrAfter(tables, key, keyLength, prefix);
            RangeDeletes deletes = table == tables.length ? null : tables[table].rangeDeletes();
            return deletes == null ? NONE : deletes.newest(key, keyLength, prefix, snapshotTs);
        }
    }
}
