package omendb.engine;

/// Limits of an open database.
///
/// @param memtableBytes       the memtable is flushed beyond this
/// @param checkpointWalBytes  a checkpoint starts after this much WAL (it bounds replay)
/// @param checkpointMillis    or after this time, if anything was written
/// @param bulkBytes           a transaction with more vector bytes syncs the vector files instead of logging them
/// @param indexThreads        threads of an index build
/// @param vectorReservedBytes address space reserved for each vector column: the most it can grow to
/// @param tableBytes          size of an SSTable; level 1 of a tree holds four
/// @param walSegmentBytes     size of a WAL segment of a new database
/// @param backgroundWork      false = no checkpoints, vacuum or indexing but on request (tests)
public record DatabaseOptions(
        long memtableBytes,
        long checkpointWalBytes,
        long checkpointMillis,
        long bulkBytes,
        int indexThreads,
        long vectorReservedBytes,
        long tableBytes,
        long walSegmentBytes,
        boolean backgroundWork) {
    public DatabaseOptions {
        if (memtableBytes < 1 << 14
                || checkpointWalBytes < 1 << 14
                || checkpointMillis < 1
                || indexThreads < 1
                || vectorReservedBytes < 1 << 20
                || tableBytes < 1 << 14
                || walSegmentBytes < 1 << 14) {
            throw new IllegalArgumentException("limits out of range: memtable " + memtableBytes + ", checkpoint "
                    + checkpointWalBytes + " bytes, " + checkpointMillis + " ms, threads " + indexThreads
                    + ", vectors " + vectorReservedBytes + ", tables " + tableBytes + ", WAL segment "
                    + walSegmentBytes);
        }
    }

    /// 64-MiB memtables and WAL segments; a checkpoint each 1 GiB of WAL or 60 s; 256 GiB of vectors in a column.
    public static DatabaseOptions defaults() {
        return new DatabaseOptions(
                64L << 20,
                1L << 30,
                60_000,
                1L << 20,
                Math.max(1, Runtime.getRuntime().availableProcessors()),
                256L << 30,
                64L << 20,
                64L << 20,
                true);
    }

    /// Small files and nothing in the background, for tests.
    public static DatabaseOptions forTests() {
        return new DatabaseOptions(1 << 20, 64L << 20, 60_000, 1 << 20, 1, 1L << 30, 64L << 20, 1 << 20, false);
    }

    public DatabaseOptions withBackgroundWork(boolean enabled) {
        return new DatabaseOptions(
                memtableBytes,
                checkpointWalBytes,
                checkpointMillis,
                bulkBytes,
                indexThreads,
                vectorReservedBytes,
                tableBytes,
                walSegmentBytes,
                enabled);
    }

    public DatabaseOptions withBulkBytes(long bytes) {
        return new DatabaseOptions(
                memtableBytes,
                checkpointWalBytes,
                checkpointMillis,
                bytes,
                indexThreads,
                vectorReservedBytes,
                tableBytes,
                walSegmentBytes,
                backgroundWork);
    }

    public DatabaseOptions withCheckpoints(long walBytes, long millis) {
        return new DatabaseOptions(
                memtableBytes,
                walBytes,
                millis,
                bulkBytes,
                indexThreads,
                vectorReservedBytes,
                tableBytes,
                walSegmentBytes,
                backgroundWork);
    }

    /// As these, with smaller files.
    public DatabaseOptions withSizes(long newMemtableBytes, long newTableBytes, long newWalSegmentBytes) {
        return new DatabaseOptions(
                newMemtableBytes,
                checkpointWalBytes,
                checkpointMillis,
                bulkBytes,
                indexThreads,
                vectorReservedBytes,
                newTableBytes,
                newWalSegmentBytes,
                backgroundWork);
    }
}
