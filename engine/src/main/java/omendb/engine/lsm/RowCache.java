package omendb.engine.lsm;

import java.util.Arrays;
import omendb.memory.Epochs;
import org.jspecify.annotations.Nullable;

/// Keeps rows that were read from tables, off-heap, so that a hot row is found by one hash look-up whatever
/// the number of levels and wherever its page is.
///
/// Replacement is by frequency: W-TinyLFU (Einziger, Friedman, Manes, TOS 2017) with a clock for its main part. A
/// scan passes through the window and never reaches the main part. See [RowCacheShard].
///
/// What it holds is the newest version of a key *in tables*: a look-up asks the memtables first. How it stays
/// true: a row is put in only if the reader's snapshot sees all that tables hold, and only if the tree's
/// [Fills] says that no flush has come between; a flush invalidates its keys before its tables are seen; a
/// sorted run gives its tree a new name in the cache.
///
/// Threading: any thread. Look-ups take no lock, changes that of one shard. Callers hold an `Epochs` pin:
/// addresses given out stay good as long as it lives, evicted memory is retired through it.
final class RowCache implements AutoCloseable {
    private static final int MAX_SHARDS = 64;
    private static final long BYTES_PER_SHARD = 16 << 20;

    private final RowCacheShard[] shards;

    /// @param bytes most memory that rows and their headers take; tables for finding them take about an
    ///     eighth more at 100 bytes a row
    RowCache(long bytes, Epochs epochs) {
        int count = Math.clamp(Long.highestOneBit(Math.max(1, bytes / BYTES_PER_SHARD)), 1, MAX_SHARDS);
        shards = new RowCacheShard[count];
        for (int i = 0; i < count; i++) {
            shards[i] = new RowCacheShard(bytes / count, epochs);
        }
    }

    static @Nullable RowCache of(LsmOptions options, Epochs epochs) {
        return options.rowCacheBytes() == 0 ? null : new RowCache(options.rowCacheBytes(), epochs);
    }

    /// Hash of a tree's key: `hash` is the key's own.
    private static long mix(long treeName, long hash) {
        long h = (hash ^ (treeName * 0x9e3779b97f4a7c15L)) * 0xbf58476d1ce4e5b9L;
        return h ^ (h >>> 32);
    }

    private RowCacheShard shard(long mixed) {
        return shards[(int) (mixed >>> 56) & (shards.length - 1)];
    }

    /// Finds the row if its version is not newer than `snapshotTs`.
    boolean get(long treeName, long key, int keyLength, long hash, long snapshotTs, LsmValue out) {
        long mixed = mix(treeName, hash);
        return shard(mixed).get(mixed, treeName, key, keyLength, snapshotTs, out);
    }

    /// Puts in what a look-up found in tables.
    ///
    /// @param fills of the tree
    /// @param ticket what [Fills#ticket] gave before the look-up read the tree's state
    void put(long treeName, long key, int keyLength, long hash, LsmValue row, Fills fills, long ticket) {
        long mixed = mix(treeName, hash);
        shard(mixed).put(mixed, treeName, key, keyLength, row, fills, ticket);
    }

    void invalidate(long treeName, long key, int keyLength, long hash) {
        long mixed = mix(treeName, hash);
        shard(mixed).remove(mixed, treeName, key, keyLength);
    }

    /// Look-ups that found their row; roughly, if many threads look.
    long hits() {
        return Arrays.stream(shards).mapToLong(RowCacheShard::hits).sum();
    }

    long misses() {
        return Arrays.stream(shards).mapToLong(RowCacheShard::misses).sum();
    }

    /// Bytes of the rows held and their headers.
    long bytes() {
        long bytes = 0;
        for (RowCacheShard shard : shards) {
            bytes += shard.bytes();
        }
        return bytes;
    }

    /// Frees all memory; no reader may be left.
    @Override
    public void close() {
        for (RowCacheShard shard : shards) {
            shard.close();
        }
    }
}
