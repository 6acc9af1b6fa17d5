package omendb.engine.lsm;

import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/// Limits of an [LsmStore] and what it asks its owner; see [#defaults()].
///
/// @param memtableBytes a memtable is frozen and flushed when it holds this much
/// @param frozenMemtables [LsmStore#admit] slows writers down when this many memtables wait for their flush
/// @param blockBytes target size of a data block, a multiple of 4 KiB; larger values get a block of their
///     own
/// @param filterBitsPerKey bits of the bloom filter for each distinct key; 0 = no filter
/// @param levelZeroTables tables in level 0 that start a compaction
/// @param levelOneBytes size limit of level 1; each level below holds `levelMultiplier` times the one above
/// @param tableBytes compaction starts a new table at this size
/// @param manifestRollBytes a manifest longer than this is replaced by a fresh snapshot of the state
/// @param compactionThreads background threads that compact; 0 = no background threads at all: flushes run
///     inside the call that needs them and compactions only when asked for
/// @param compactionBytesPerSecond most that compactions write, all together, unless level 0 grows faster than
///     they take from it; 0 = no limit
/// @param rowCacheBytes memory for rows that look-ups found in tables; 0 = no row cache
/// @param blockCacheBytes memory for blocks of compressed tables that look-ups decompressed; taken as they come
/// @param compressed whether new tables of a relation get LZ4 blocks; those there stay as they are until they are
///     merged. Asked by flushes, compactions and sorted runs, in any thread
/// @param oldestSnapshot no reader now or later looks at the state before this commit timestamp. Must never
///     go back
/// @param appliedLsn every batch with an LSN up to this one has been applied completely. Asked when a
///     memtable is frozen, maybe on the path of a commit: must not block. Bounds [LsmStore#flushedLsn()].
///     The default trusts that batches are applied in LSN order
/// @param logBarrier returns when everything logged before the call is durable, throws if it never will be.
///     Called before a memtable is written to tables, which must never hold what the log may lose: without
///     it batches may only be applied when their log record is durable
public record LsmOptions(
        long memtableBytes,
        int frozenMemtables,
        int blockBytes,
        int filterBitsPerKey,
        int levelZeroTables,
        long levelOneBytes,
        int levelMultiplier,
        long tableBytes,
        long manifestRollBytes,
        int compactionThreads,
        long compactionBytesPerSecond,
        long rowCacheBytes,
        long blockCacheBytes,
        LongPredicate compressed,
        LongSupplier oldestSnapshot,
        LongSupplier appliedLsn,
        Runnable logBarrier) {

    private static final int PAGE_BYTES = 4096;
    private static final int MAX_BLOCK_BYTES = 1 << 20;

    public LsmOptions {
        require(memtableBytes >= 16 << 10, "memtableBytes", memtableBytes);
        require(frozenMemtables >= 1, "frozenMemtables", frozenMemtables);
        require(
                blockBytes >= PAGE_BYTES && blockBytes <= MAX_BLOCK_BYTES && blockBytes % PAGE_BYTES == 0,
                "blockBytes",
                blockBytes);
        require(filterBitsPerKey >= 0 && filterBitsPerKey <= 64, "filterBitsPerKey", filterBitsPerKey);
        require(levelZeroTables >= 1, "levelZeroTables", levelZeroTables);
        require(levelOneBytes > 0, "levelOneBytes", levelOneBytes);
        require(levelMultiplier >= 2, "levelMultiplier", levelMultiplier);
        require(tableBytes >= PAGE_BYTES, "tableBytes", tableBytes);
        require(manifestRollBytes >= PAGE_BYTES, "manifestRollBytes", manifestRollBytes);
        require(compactionThreads >= 0 && compactionThreads <= 64, "compactionThreads", compactionThreads);
        require(compactionBytesPerSecond >= 0, "compactionBytesPerSecond", compactionBytesPerSecond);
        require(rowCacheBytes >= 0, "rowCacheBytes", rowCacheBytes);
        require(blockCacheBytes >= 0, "blockCacheBytes", blockCacheBytes);
    }

    /// 64-MiB memtables, 8-KiB blocks, 10 bits of filter a key, one compaction thread that writes up to 256 MiB/s, no
    /// snapshot older
    /// than now, batches applied in LSN order and only when durable.
    public static LsmOptions defaults() {
        return new Draft().finish();
    }

    public LsmOptions withMemtableBytes(long bytes) {
        return with(draft -> draft.memtableBytes = bytes);
    }

    /// Tables of a size, and four of them in level 1.
    public LsmOptions withTableBytes(long bytes) {
        return withLevels(levelZeroTables, 4 * bytes, levelMultiplier, bytes);
    }

    public LsmOptions withLevels(int levelZeroTables, long levelOneBytes, int levelMultiplier, long tableBytes) {
        return with(draft -> {
            draft.levelZeroTables = levelZeroTables;
            draft.levelOneBytes = levelOneBytes;
            draft.levelMultiplier = levelMultiplier;
            draft.tableBytes = tableBytes;
        });
    }

    public LsmOptions withBlocks(int blockBytes, int filterBitsPerKey) {
        return with(draft -> {
            draft.blockBytes = blockBytes;
            draft.filterBitsPerKey = filterBitsPerKey;
        });
    }

    public LsmOptions withManifestRollBytes(long bytes) {
        return with(draft -> draft.manifestRollBytes = bytes);
    }

    public LsmOptions withCompactionThreads(int threads) {
        return with(draft -> draft.compactionThreads = threads);
    }

    public LsmOptions withCompactionBytesPerSecond(long bytes) {
        return with(draft -> draft.compactionBytesPerSecond = bytes);
    }

    public LsmOptions withRowCacheBytes(long bytes) {
        return with(draft -> draft.rowCacheBytes = bytes);
    }

    public LsmOptions withBlockCacheBytes(long bytes) {
        return with(draft -> draft.blockCacheBytes = bytes);
    }

    public LsmOptions withCompressed(LongPredicate compressed) {
        return with(draft -> draft.compressed = compressed);
    }

    public LsmOptions withOldestSnapshot(LongSupplier oldestSnapshot) {
        return with(draft -> draft.oldestSnapshot = oldestSnapshot);
    }

    public LsmOptions withAppliedLsn(LongSupplier appliedLsn) {
        return with(draft -> draft.appliedLsn = appliedLsn);
    }

    public LsmOptions withLogBarrier(Runnable logBarrier) {
        return with(draft -> draft.logBarrier = logBarrier);
    }

    private LsmOptions with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.finish();
    }

    private static void require(boolean holds, String name, long value) {
        if (!holds) {
            throw new IllegalArgumentException("LSM option " + name + " is out of range: " + value);
        }
    }

    private static final class Draft {
        private long memtableBytes = 64L << 20;
        private int frozenMemtables = 3;
        private int blockBytes = 8 << 10;
        private int filterBitsPerKey = 10;
        private int levelZeroTables = 4;
        private long levelOneBytes = 256L << 20;
        private int levelMultiplier = 10;
        private long tableBytes = 64L << 20;
        private long manifestRollBytes = 4L << 20;
        private int compactionThreads = 1;
        private long compactionBytesPerSecond = 256L << 20;
        private long rowCacheBytes;
        private long blockCacheBytes = 32L << 20;
        private LongPredicate compressed = _ -> false;
        private LongSupplier oldestSnapshot = () -> Long.MAX_VALUE;
        private LongSupplier appliedLsn = () -> Long.MAX_VALUE;
        private Runnable logBarrier = () -> {};

        private Draft() {}

        private Draft(LsmOptions from) {
            memtableBytes = from.memtableBytes;
            frozenMemtables = from.frozenMemtables;
            blockBytes = from.blockBytes;
            filterBitsPerKey = from.filterBitsPerKey;
            levelZeroTables = from.levelZeroTables;
            levelOneBytes = from.levelOneBytes;
            levelMultiplier = from.levelMultiplier;
            tableBytes = from.tableBytes;
            manifestRollBytes = from.manifestRollBytes;
            compactionThreads = from.compactionThreads;
            compactionBytesPerSecond = from.compactionBytesPerSecond;
            rowCacheBytes = from.rowCacheBytes;
            blockCacheBytes = from.blockCacheBytes;
            compressed = from.compressed;
            oldestSnapshot = from.oldestSnapshot;
            appliedLsn = from.appliedLsn;
            logBarrier = from.logBarrier;
        }

        private LsmOptions finish() {
            return new LsmOptions(
                    memtableBytes,
                    frozenMemtables,
                    blockBytes,
                    filterBitsPerKey,
                    levelZeroTables,
                    levelOneBytes,
                    levelMultiplier,
                    tableBytes,
                    manifestRollBytes,
                    compactionThreads,
                    compactionBytesPerSecond,
                    rowCacheBytes,
                    blockCacheBytes,
                    compressed,
                    oldestSnapshot,
                    appliedLsn,
                    logBarrier);
        }
    }
}
