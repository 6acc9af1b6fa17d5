package omendb.engine.lsm;

import java.util.function.LongSupplier;

/// Limits of an [LsmStore]; see [#defaults()].
///
/// @param memtableBytes a memtable is frozen and flushed when it holds this much
/// @param frozenMemtables [LsmStore#admit] slows writers down when this many memtables wait for their flush
/// @param blockBytes target size of a data block, a multiple of 4 KiB; larger values get a block of their
///     own
/// @param restartInterval entries between two uncompressed keys in a block
/// @param filterBitsPerKey bits of the bloom filter for each distinct key; 0 = no filter
/// @param levelZeroTables tables in level 0 that start a compaction
/// @param levelOneBytes size limit of level 1; each level below holds `levelMultiplier` times the one above
/// @param tableBytes compaction starts a new table at this size
/// @param manifestRollBytes a manifest longer than this is replaced by a fresh snapshot of the state
/// @param compactionThreads background threads that compact; 0 = no background threads at all: flushes run
///     inside the call that needs them and compactions only in [LsmStore#compact]
/// @param oldestSnapshot no reader now or later looks at the state before this commit timestamp. Must never
///     go back
/// @param appliedLsn every batch with an LSN up to this one has been applied completely. Asked when a
///     memtable is frozen: bounds [LsmStore#flushedLsn()]. The default trusts that batches are applied in
///     LSN order
public record LsmOptions(
        long memtableBytes,
        int frozenMemtables,
        int blockBytes,
        int restartInterval,
        int filterBitsPerKey,
        int levelZeroTables,
        long levelOneBytes,
        int levelMultiplier,
        long tableBytes,
        long manifestRollBytes,
        int compactionThreads,
        LongSupplier oldestSnapshot,
        LongSupplier appliedLsn) {

    private static final int PAGE_BYTES = 4096;
    private static final int MAX_BLOCK_BYTES = 1 << 20;

    public LsmOptions {
        require(memtableBytes >= 16 << 10, "memtableBytes", memtableBytes);
        require(frozenMemtables >= 1, "frozenMemtables", frozenMemtables);
        require(
                blockBytes >= PAGE_BYTES && blockBytes <= MAX_BLOCK_BYTES && blockBytes % PAGE_BYTES == 0,
                "blockBytes",
                blockBytes);
        require(restartInterval >= 1 && restartInterval <= 1024, "restartInterval", restartInterval);
        require(filterBitsPerKey >= 0 && filterBitsPerKey <= 64, "filterBitsPerKey", filterBitsPerKey);
        require(levelZeroTables >= 1, "levelZeroTables", levelZeroTables);
        require(levelOneBytes > 0, "levelOneBytes", levelOneBytes);
        require(levelMultiplier >= 2, "levelMultiplier", levelMultiplier);
        require(tableBytes >= PAGE_BYTES, "tableBytes", tableBytes);
        require(manifestRollBytes >= PAGE_BYTES, "manifestRollBytes", manifestRollBytes);
        require(compactionThreads >= 0 && compactionThreads <= 64, "compactionThreads", compactionThreads);
    }

    /// 64-MiB memtables, 8-KiB blocks, 10 bits of filter a key, one compaction thread, no snapshot older
    /// than now.
    public static LsmOptions defaults() {
        return new LsmOptions(
                64L << 20,
                3,
                8 << 10,
                16,
                10,
                4,
                256L << 20,
                10,
                64L << 20,
                4L << 20,
                1,
                () -> Long.MAX_VALUE,
                () -> Long.MAX_VALUE);
    }

    public LsmOptions withMemtableBytes(long bytes) {
        return new LsmOptions(
                bytes,
                frozenMemtables,
                blockBytes,
                restartInterval,
                filterBitsPerKey,
                levelZeroTables,
                levelOneBytes,
                levelMultiplier,
                tableBytes,
                manifestRollBytes,
                compactionThreads,
                oldestSnapshot,
                appliedLsn);
    }

    public LsmOptions withLevels(int levelZeroTables, long levelOneBytes, int levelMultiplier, long tableBytes) {
        return new LsmOptions(
                memtableBytes,
                frozenMemtables,
                blockBytes,
                restartInterval,
                filterBitsPerKey,
                levelZeroTables,
                levelOneBytes,
                levelMultiplier,
                tableBytes,
                manifestRollBytes,
                compactionThreads,
                oldestSnapshot,
                appliedLsn);
    }

    public LsmOptions withBlocks(int blockBytes, int restartInterval, int filterBitsPerKey) {
        return new LsmOptions(
                memtableBytes,
                frozenMemtables,
                blockBytes,
                restartInterval,
                filterBitsPerKey,
                levelZeroTables,
                levelOneBytes,
                levelMultiplier,
                tableBytes,
                manifestRollBytes,
                compactionThreads,
                oldestSnapshot,
                appliedLsn);
    }

    public LsmOptions withManifestRollBytes(long bytes) {
        return new LsmOptions(
                memtableBytes,
                frozenMemtables,
                blockBytes,
                restartInterval,
                filterBitsPerKey,
                levelZeroTables,
                levelOneBytes,
                levelMultiplier,
                tableBytes,
                bytes,
                compactionThreads,
                oldestSnapshot,
                appliedLsn);
    }

    public LsmOptions withCompactionThreads(int threads) {
        return new LsmOptions(
                memtableBytes,
                frozenMemtables,
                blockBytes,
                restartInterval,
                filterBitsPerKey,
                levelZeroTables,
                levelOneBytes,
                levelMultiplier,
                tableBytes,
                manifestRollBytes,
                threads,
                oldestSnapshot,
                appliedLsn);
    }

    public LsmOptions withOldestSnapshot(LongSupplier oldestSnapshot) {
        return new LsmOptions(
                memtableBytes,
                frozenMemtables,
                blockBytes,
                restartInterval,
                filterBitsPerKey,
                levelZeroTables,
                levelOneBytes,
                levelMultiplier,
                tableBytes,
                manifestRollBytes,
                compactionThreads,
                oldestSnapshot,
                appliedLsn);
    }

    public LsmOptions withAppliedLsn(LongSupplier appliedLsn) {
        return new LsmOptions(
                memtableBytes,
                frozenMemtables,
                blockBytes,
                restartInterval,
                filterBitsPerKey,
                levelZeroTables,
                levelOneBytes,
                levelMultiplier,
                tableBytes,
                manifestRollBytes,
                compactionThreads,
                oldestSnapshot,
                appliedLsn);
    }

    private static void require(boolean holds, String name, long value) {
        if (!holds) {
            throw new IllegalArgumentException("LSM option " + name + " is out of range: " + value);
        }
    }
}
