package omendb.ann.hnsw;

import omendb.ann.quantize.SplitMix;

/// The highest level of a node: a function of the seed and the slot alone, so that it is the same for any number of
/// threads and need not be stored. A node reaches level `l` with probability `m^-l`.
final class Levels {
    /// No node is higher: with m = 2, one in four thousand million reaches it.
    static final int MOST = 32;

    private final long seed;
    private final double scale;

    Levels(long seed, int m) {
        this.seed = seed;
        this.scale = 1 / Math.log(m);
    }

    int of(long slot) {
        // 53 random bits as a number in (0, 1]
        double uniform = ((SplitMix.mix(seed + (slot + 1) * SplitMix.STEP) >>> 11) + 1) * 0x1p-53;
        return Math.min(MOST, (int) (-StrictMath.log(uniform) * scale));
    }
}
