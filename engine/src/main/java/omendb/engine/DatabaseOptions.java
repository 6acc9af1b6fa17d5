package omendb.engine;

/// Limits of an open database.
///
/// @param memtableBytes         a relation's memtable is flushed beyond this
/// @param checkpointWalBytes    a checkpoint starts after this much WAL (it bounds replay)
/// @param checkpointMillis      or after this time, if anything was written
/// @param bulkBytes             a transaction with more vector bytes than this syncs the vector file instead
///     of logging them
/// @param indexThreads          threads of an index build
/// @param backgroundWork        false = no checkpoints, vacuum or indexing but on request (tests)
public record DatabaseOptions(
        long memtableBytes,
        long checkpointWalBytes,
        long checkpointMillis,
        long bulkBytes,
        int indexThreads,
        boolean backgroundWork) {
    public DatabaseOptions {
        if (memtableBytes < 1 << 16 || checkpointWalBytes < 1 << 16 || checkpointMillis < 1 || indexThreads < 1) {
            throw new IllegalArgumentException("limits out of range: memtable " + memtableBytes + ", checkpoint "
                    + checkpointWalBytes + " bytes, " + checkpointMillis + " ms, threads " + indexThreads);
        }
    }

    public static DatabaseOptions defaults() {
        return new DatabaseOptions(
                64L << 20,
                1L << 30,
                60_000,
                1L << 20,
                Math.max(1, Runtime.getRuntime().availableProcessors()),
                true);
    }

    public DatabaseOptions withBackgroundWork(boolean enabled) {
        return new DatabaseOptions(
                memtableBytes, checkpointWalBytes, checkpointMillis, bulkBytes, indexThreads, enabled);
    }

    public DatabaseOptions withBulkBytes(long bytes) {
        return new DatabaseOptions(
                memtableBytes, checkpointWalBytes, checkpointMillis, bytes, indexThreads, backgroundWork);
    }
}
