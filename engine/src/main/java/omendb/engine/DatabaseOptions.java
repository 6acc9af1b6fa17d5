package omendb.engine;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// Limits of an open database.
///
/// @param memtableBytes       the memtable is flushed beyond this
/// @param checkpointWalBytes  a checkpoint starts after this much WAL; commits wait for it at twice as much (it bounds
///                            replay)
/// @param checkpointMillis    or after this time, if anything was written
/// @param bulkBytes           a transaction with more vector bytes syncs the vector files instead of logging them
/// @param indexThreads        threads of an index build
/// @param vectorReservedBytes address space reserved for each vector column: the most it can grow to
/// @param tableBytes          size of an SSTable; level 1 of a tree holds four
/// @param walSegmentBytes     size of a WAL segment of a new database
/// @param rowCacheBytes       memory for hot rows found in tables (`RowCache` of the LSM store); 0 = none
/// @param writeSetBytes       a transaction whose writes take more memory spills them to private sorted runs
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
        long rowCacheBytes,
        long writeSetBytes,
        boolean backgroundWork) {

    /// The default row cache is a sixteenth of the memory that the machine (or container) has, within these bounds.
    private static final int ROW_CACHE_SHARE = 16;

    private static final long DEFAULT_WRITE_SET_BYTES = 64L << 20;
    private static final long LEAST_ROW_CACHE_BYTES = 16L << 20;
    private static final long MOST_ROW_CACHE_BYTES = 1L << 30;

    public DatabaseOptions {
        if (memtableBytes < 1 << 14
                || checkpointWalBytes < 1 << 14
                || checkpointMillis < 1
                || indexThreads < 1
                || vectorReservedBytes < 1 << 20
                || tableBytes < 1 << 14
                || walSegmentBytes < 1 << 14
                || rowCacheBytes < 0
                || writeSetBytes < 1) {
            throw new IllegalArgumentException("limits out of range: memtable " + memtableBytes + ", checkpoint "
                    + checkpointWalBytes + " bytes, " + checkpointMillis + " ms, threads " + indexThreads
                    + ", vectors " + vectorReservedBytes + ", tables " + tableBytes + ", WAL segment "
                    + walSegmentBytes + ", row cache " + rowCacheBytes + ", write set " + writeSetBytes);
        }
    }

    /// 64-MiB memtables and WAL segments; a checkpoint each 1 GiB of WAL or 60 s; 256 GiB of vectors in a column; a
    /// sixteenth of the memory,
    /// 16 MiB to 1 GiB, for hot rows; 64 MiB of a transaction's writes.
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
                defaultRowCacheBytes(),
                DEFAULT_WRITE_SET_BYTES,
                true);
    }

    /// Of the memory that the operating system reports, which is the limit of a container that has one.
    private static long defaultRowCacheBytes() {
        long memory = ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
        return Math.clamp(memory / ROW_CACHE_SHARE, LEAST_ROW_CACHE_BYTES, MOST_ROW_CACHE_BYTES);
    }

    /// Small files and nothing in the background, for tests.
    public static DatabaseOptions forTests() {
        return new DatabaseOptions(
                1 << 20,
                64L << 20,
                60_000,
                1 << 20,
                1,
                1L << 30,
                64L << 20,
                1 << 20,
                1 << 20,
                DEFAULT_WRITE_SET_BYTES,
                false);
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
                rowCacheBytes,
                writeSetBytes,
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
                rowCacheBytes,
                writeSetBytes,
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
                rowCacheBytes,
                writeSetBytes,
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
                rowCacheBytes,
                writeSetBytes,
                backgroundWork);
    }

    /// As these, with room for so many bytes of hot rows; 0 = no row cache.
    public DatabaseOptions withRowCacheBytes(long bytes) {
        return new DatabaseOptions(
                memtableBytes,
                checkpointWalBytes,
                checkpointMillis,
                bulkBytes,
                indexThreads,
                vectorReservedBytes,
                tableBytes,
                walSegmentBytes,
                bytes,
                writeSetBytes,
                backgroundWork);
    }

    /// As these, with so many bytes of a transaction's writes in memory.
    public DatabaseOptions withWriteSetBytes(long bytes) {
        return new DatabaseOptions(
                memtableBytes,
                checkpointWalBytes,
                checkpointMillis,
                bulkBytes,
                indexThreads,
                vectorReservedBytes,
                tableBytes,
                walSegmentBytes,
                rowCacheBytes,
                bytes,
                backgroundWork);
    }
}
