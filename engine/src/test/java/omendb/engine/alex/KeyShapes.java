package omendb.engine.alex;

import java.util.Arrays;
import java.util.Random;

/// Distributions of keys, the kind ones and the cruel ones.
enum KeyShapes {
    SEQUENTIAL,
    DESCENDING,
    UNIFORM,
    NARROW,
    LOGNORMAL,
    TIMESTAMPS,
    CLUSTERS,
    NESTED,
    POWERS,
    ALL_EQUAL,
    FEW,
    ENDS;

    long[] keys(int count, Random random) {
        long[] keys = new long[count];
        long clock = 1_700_000_000_000_000L;
        for (int i = 0; i < count; i++) {
            clock += new long[] {1, 1, 1, 7, 1000, 10_000_000}[random.nextInt(6)];
            keys[i] = switch (this) {
                case SEQUENTIAL -> i;
                case DESCENDING -> count - i;
                case UNIFORM -> random.nextLong();
                case NARROW -> random.nextInt(4 * count);
                case LOGNORMAL -> (long) (Math.exp(2 * random.nextGaussian()) * 1e9);
                case TIMESTAMPS -> clock;
                case CLUSTERS -> random.nextInt(50) * 1_000_000_000_000_000L + random.nextInt(100_000);
                // each cluster is a speck beside the next one
                case NESTED -> (random.nextInt(1000) + 1L) << (random.nextInt(6) * 10);
                case POWERS -> (random.nextBoolean() ? 1L : -1L) << random.nextInt(64);
                case ALL_EQUAL -> 42;
                case FEW -> random.nextInt(3) * Long.MAX_VALUE / 2;
                case ENDS ->
                    random.nextBoolean() ? Long.MAX_VALUE - random.nextInt(3) : Long.MIN_VALUE + random.nextInt(3);
            };
        }
        return keys;
    }

    /// Sorted copy.
    static long[] sorted(long[] keys) {
        long[] copy = keys.clone();
        Arrays.sort(copy);
        return copy;
    }
}
