package omendb.jmh.storage;

import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import omendb.memory.NativeMemory;

/// The rows that every store gets: keys of 16 bytes, values that do not compress, all from one seed.
///
/// Row i has the key (mix(i), i) in random order or (i, mix(i)) in ascending order, both big-endian; its value
/// begins with i and a version. Immutable.
final class Rows {
    private static final int POOL_BYTES = 1 << 20;
    private static final double ZIPF_THETA = 0.99;

    private final int count;
    private final boolean ascending;
    private final int valueBytes;
    private final long seed;
    private final byte[] pool = new byte[POOL_BYTES];

    Rows(int count, int valueBytes, boolean ascending, long seed) {
        this.count = count;
        this.valueBytes = valueBytes;
        this.ascending = ascending;
        this.seed = seed;
        new SplittableRandom(seed).nextBytes(pool);
    }

    int count() {
        return count;
    }

    int valueBytes() {
        return valueBytes;
    }

    /// Bytes of all keys and values.
    long bytes() {
        return (long) count * (Row.KEY_BYTES + valueBytes);
    }

    Rows ascending() {
        return new Rows(count, valueBytes, true, seed);
    }

    Rows first(int rows) {
        return new Rows(Math.min(rows, count), valueBytes, ascending, seed);
    }

    Row row(Arena arena) {
        return new Row(arena, valueBytes);
    }

    /// Sets the key of row `ordinal`; ordinals from [#count] on are rows that are not there.
    void key(Row row, int ordinal) {
        long mixed = mix(ordinal + (seed << 32));
        NativeMemory.putLong(row.keyAddress, Long.reverseBytes(ascending ? ordinal : mixed));
        NativeMemory.putLong(row.keyAddress + 8, Long.reverseBytes(ascending ? mixed : ordinal));
    }

    /// Sets key and value.
    void fill(Row row, int ordinal, int version) {
        key(row, ordinal);
        int offset = (int) (mix(ordinal * 31L + version) & (POOL_BYTES - 1));
        int length = Math.min(row.valueBytes, POOL_BYTES);
        int head = Math.min(length, POOL_BYTES - offset);
        NativeMemory.copy(pool, offset, row.valueAddress, head);
        NativeMemory.copy(pool, 0, row.valueAddress + head, length - head);
        NativeMemory.putLong(row.valueAddress, expected(ordinal, version));
    }

    /// What the first eight bytes of a value are.
    static long expected(int ordinal, int version) {
        return (long) version << 32 | ordinal;
    }

    static long mix(long z) {
        long x = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 31);
    }

    /// `many` ordinals, each row equally likely.
    int[] uniform(int many, long salt) {
        var random = new SplittableRandom(seed + salt);
        return random.ints(many, 0, count).toArray();
    }

    /// `many` ordinals by Zipf's law with exponent 0.99 (Gray et al., "Quickly generating billion-record
    /// synthetic databases", 1994), popular rows scattered over the key space.
    int[] zipf(int many, long salt) {
        double zeta = 0;
        for (int i = 1; i <= count; i++) {
            zeta += Math.pow(i, -ZIPF_THETA);
        }
        double zetaTwo = 1 + Math.pow(2, -ZIPF_THETA);
        double alpha = 1 / (1 - ZIPF_THETA);
        double eta = (1 - Math.pow(2.0 / count, 1 - ZIPF_THETA)) / (1 - zetaTwo / zeta);
        var random = new SplittableRandom(seed + salt);
        int[] ordinals = new int[many];
        for (int i = 0; i < many; i++) {
            double u = random.nextDouble();
            double uz = u * zeta;
            long rank = uz < 1 ? 0 : uz < zetaTwo ? 1 : (long) (count * Math.pow(eta * u - eta + 1, alpha));
            ordinals[i] = (int) Math.floorMod(mix(rank + 1), (long) count);
        }
        return ordinals;
    }
}
