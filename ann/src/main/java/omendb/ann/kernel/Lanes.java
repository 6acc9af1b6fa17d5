package omendb.ann.kernel;

import static omendb.ann.kernel.Species.FLOATS;
import static omendb.ann.kernel.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/// Exchanges between the lanes of a vector.
///
/// `reduceLanes(ADD)` of floats adds in an order that differs between compiled and interpreted code, so that the
/// same
/// distance would have two values in one process; [#sum] always adds in the same order.
final class Lanes {
    // the partner of lane i at distance h is i ^ h
    static final VectorShuffle<Float> SWAP_1 = VectorShuffle.fromOp(FLOATS, i -> i ^ 1);
    static final VectorShuffle<Float> SWAP_2 = VectorShuffle.fromOp(FLOATS, i -> i ^ 2);
    static final VectorShuffle<Float> SWAP_4 = VectorShuffle.fromOp(FLOATS, i -> (i ^ 4) & (LANES - 1));
    static final VectorShuffle<Float> SWAP_8 = VectorShuffle.fromOp(FLOATS, i -> (i ^ 8) & (LANES - 1));

    private Lanes() {}

    /// Sum of all lanes: halves first, neighbours last.
    static float sum(FloatVector v) {
        FloatVector s = v;
        if (LANES > 8) {
            s = s.add(s.rearrange(SWAP_8));
        }
        if (LANES > 4) {
            s = s.add(s.rearrange(SWAP_4));
        }
        s = s.add(s.rearrange(SWAP_2));
        s = s.add(s.rearrange(SWAP_1));
        return s.lane(0);
    }

    /// Sum of `LANES` floats of an array, in the order of the other [#sum].
    static float sum(float[] a, int at) {
        if (LANES == 4) {
            return (a[at] + a[at + 2]) + (a[at + 1] + a[at + 3]);
        }
        if (LANES == 8) {
            return ((a[at] + a[at + 4]) + (a[at + 2] + a[at + 6]))
                    + ((a[at + 1] + a[at + 5]) + (a[at + 3] + a[at + 7]));
        }
        float s0 = (a[at] + a[at + 8]) + (a[at + 4] + a[at + 12]);
        float s1 = (a[at + 1] + a[at + 9]) + (a[at + 5] + a[at + 13]);
        float s2 = (a[at + 2] + a[at + 10]) + (a[at + 6] + a[at + 14]);
        float s3 = (a[at + 3] + a[at + 11]) + (a[at + 7] + a[at + 15]);
        return (s0 + s2) + (s1 + s3);
    }
}
