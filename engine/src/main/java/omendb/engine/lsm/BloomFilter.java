package omendb.engine.lsm;

import omendb.memory.NativeMemory;

/// Blocked bloom filter: all probes of a key fall into one 64-byte line, so that a look-up costs one cache
/// miss.
///
/// Layout: lines of 512 bits. For the 64-bit hash h of a key: line = (h >> 32) * lines >> 32 (unsigned);
/// probe i sets bit (g >> 23) of the line, where g is the low 32 bits of h, multiplied by 0x9e3779b9 (mod
/// 2^32) after each probe (as in RocksDB's FastLocalBloom). At 10 bits a key and 6 probes about 1 % of the
/// keys that are not there pass.
final class BloomFilter {
    static final int LINE_BYTES = 64;

    private static final int LINE_BITS = 512;
    private static final int MULTIPLIER = 0x9e3779b9;

    private BloomFilter() {}

    /// Bytes of a filter for that many keys.
    static long bytesFor(long keys, int bitsPerKey) {
        return Math.max(1, (keys * bitsPerKey + LINE_BITS - 1) / LINE_BITS) * LINE_BYTES;
    }

    /// The best number of probes: ln 2 times the bits, less a little because a line fills unevenly.
    static int probesFor(int bitsPerKey) {
        return Math.clamp(Math.round(bitsPerKey * 0.6f), 1, 16);
    }

    static void add(long filter, long bytes, int probes, long hash) {
        long line = filter + lineOffset(bytes, hash);
        int g = (int) hash;
        for (int i = 0; i < probes; i++) {
            int bit = g >>> 23;
            long word = line + (bit >>> 6) * 8L;
            NativeMemory.putLong(word, NativeMemory.getLong(word) | 1L << bit);
            g *= MULTIPLIER;
        }
    }

    static boolean mayContain(long filter, long bytes, int probes, long hash) {
        long line = filter + lineOffset(bytes, hash);
        int g = (int) hash;
        for (int i = 0; i < probes; i++) {
            int bit = g >>> 23;
            if ((NativeMemory.getLong(line + (bit >>> 6) * 8L) & 1L << bit) == 0) {
                return false;
            }
            g *= MULTIPLIER;
        }
        return true;
    }

    private static long lineOffset(long bytes, long hash) {
        return (((hash >>> 32) * (bytes / LINE_BYTES)) >>> 32) * LINE_BYTES;
    }
}
