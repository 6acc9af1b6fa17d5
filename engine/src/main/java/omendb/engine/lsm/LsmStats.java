package omendb.engine.lsm;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Figures of a store at one moment.
///
/// @param memtableBytes bytes used in the active memtable
/// @param frozenMemtables memtables waiting for their flush
/// @param frozenBytes bytes in them
/// @param appliedBytes bytes of the batches applied since open
/// @param flushedBytes bytes of tables written by flushes since open
/// @param compactedBytes bytes of tables written by compactions since open
/// @param flushes flushes since open
/// @param compactions compactions since open, trivial moves included
/// @param backgroundFailure why flush or compaction stand still; null while they work
/// @param trees one row for each tree
public record LsmStats(
        long memtableBytes,
        int frozenMemtables,
        long frozenBytes,
        long appliedBytes,
        long flushedBytes,
        long compactedBytes,
        long flushes,
        long compactions,
        @Nullable String backgroundFailure,
        List<Tree> trees) {

    /// Bytes written to tables for each byte applied, counted since open; 0 before the first write.
    public double writeAmplification() {
        return appliedBytes == 0 ? 0 : (double) (flushedBytes + compactedBytes) / appliedBytes;
    }

    /// @param relationId relation the tree belongs to
    /// @param levels level 0 first
    public record Tree(long relationId, List<Level> levels) {
        /// Entries in all tables: versions and tombstones, not rows.
        public long entries() {
            return levels.stream().mapToLong(Level::entries).sum();
        }

        public long bytes() {
            return levels.stream().mapToLong(Level::bytes).sum();
        }
    }

    /// @param tables SSTables in the level
    /// @param bytes their file sizes
    /// @param entries versions and tombstones in them
    /// @param tombstones tombstones among the entries
    public record Level(int tables, long bytes, long entries, long tombstones) {}
}
