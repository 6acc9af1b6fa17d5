package omendb.ann.hnsw;

/// A node with its distance in one `long`, ordered by distance: the upper half holds the float's bits in signed
/// order, the
/// lower half the slot; its highest bit says that the node's neighbours were looked at.
final class Candidate {
    static final long EXPANDED = 1L << 31;

    private Candidate() {}

    static long of(float distance, int slot) {
        return (long) orderedBits(distance) << 32 | slot;
    }

    static int slot(long candidate) {
        return (int) candidate & Integer.MAX_VALUE;
    }

    static boolean isExpanded(long candidate) {
        return (candidate & EXPANDED) != 0;
    }

    static float distance(long candidate) {
        int bits = (int) (candidate >> 32);
        return Float.intBitsToFloat(bits ^ (bits >> 31 & Integer.MAX_VALUE));
    }

    /// Bits that compare as signed integers the way the floats do: estimates may be negative.
    static int orderedBits(float value) {
        int bits = Float.floatToRawIntBits(value);
        return bits ^ (bits >> 31 & Integer.MAX_VALUE);
    }
}
