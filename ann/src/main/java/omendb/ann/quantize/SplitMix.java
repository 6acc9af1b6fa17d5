package omendb.ann.quantize;

/// The generator splitmix64 (Steele, Lea, Flood 2014): what a seed means must never change, since files keep seeds.
public final class SplitMix {
    /// Step from one state to the next.
    public static final long STEP = 0x9e3779b97f4a7c15L;

    private SplitMix() {}

    /// The 64 bits that belong to a state.
    public static long mix(long state) {
        long z = state;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /// A number in `[0, bound)` from a state.
    public static int bounded(long state, int bound) {
        return (int) Math.unsignedMultiplyHigh(mix(state), bound);
    }
}
