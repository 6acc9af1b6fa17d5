package omendb.ann;

import omendb.ann.kernel.BitKernels;
import omendb.ann.kernel.FloatKernels;
import omendb.ann.kernel.FloatKernelsX4;
import omendb.ann.kernel.KernelWarmUp;
import omendb.ann.kernel.Species;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Distances between vectors in native memory, by absolute address: what the SQL operators and functions call.
///
/// The caller guarantees that the memory is live (epoch pin, arena). Float vectors are little-endian float32 at any
/// alignment (4 is best); bit strings are PostgreSQL's: the first bit is the highest of the first byte, unused bits
/// of
/// the last byte are zero.
/// Sums are float32 as in pgvector, but in another order: the last digits may differ from pgvector's. Among
/// themselves
/// operators, exact scans and indexes agree to the last bit.
public final class DistanceKernels {
    private static final Logger LOG = LoggerFactory.getLogger(DistanceKernels.class);
    /// Length of the scratch array of [#distances4].
    public static final int SCRATCH_FLOATS = FloatKernelsX4.ROOM;

    private static final int GROUP = 4;

    private DistanceKernels() {}

    /// Distance of two float vectors.
    ///
    /// @throws IllegalArgumentException if the distance is one of bit strings
    public static double distance(Distance distance, long addressA, long addressB, int dimensions) {
        return switch (distance) {
            case L2 -> Math.sqrt(FloatKernels.l2Squared(addressA, addressB, dimensions));
            case INNER_PRODUCT -> -(double) FloatKernels.dot(addressA, addressB, dimensions);
            case COSINE -> FloatKernels.cosineDistance(addressA, addressB, dimensions);
            case L1 -> FloatKernels.l1(addressA, addressB, dimensions);
            case HAMMING, JACCARD -> throw new IllegalArgumentException(distance + " is a distance of bit strings");
        };
    }

    /// Distances of one query to `count` vectors that lie `strideBytes` apart, written as doubles to
    /// `out[outOffset..]`.
    ///
    /// @throws IllegalArgumentException if the distance is one of bit strings
    public static void distances(
            Distance distance,
            long query,
            long firstVector,
            long strideBytes,
            int count,
            int dimensions,
            double[] out,
            int outOffset) {
        float[] group = new float[FloatKernelsX4.ROOM];
        float queryNorm = distance == Distance.COSINE ? FloatKernels.normSquared(query, dimensions) : 0;
        int i = 0;
        for (; i + GROUP <= count; i += GROUP) {
            long v = firstVector + i * strideBytes;
            group(distance, query, v, v + strideBytes, v + 2 * strideBytes, v + 3 * strideBytes, dimensions, group);
            for (int j = 0; j < GROUP; j++) {
                out[outOffset + i + j] = finish(distance, group, j, queryNorm);
            }
        }
        for (; i < count; i++) {
            out[outOffset + i] = distance(distance, query, firstVector + i * strideBytes, dimensions);
        }
    }

    /// Distances of one query to four vectors, to `out[0..3]`. `scratch` has [#SCRATCH_FLOATS].
    ///
    /// @param queryNormSquared [#normSquared] of the query; used by COSINE alone
    public static void distances4(
            Distance distance,
            long query,
            float queryNormSquared,
            long v0,
            long v1,
            long v2,
            long v3,
            int dimensions,
            float[] scratch,
            double[] out) {
        group(distance, query, v0, v1, v2, v3, dimensions, scratch);
        for (int j = 0; j < GROUP; j++) {
            out[j] = finish(distance, scratch, j, queryNormSquared);
        }
    }

    private static void group(
            Distance distance, long query, long v0, long v1, long v2, long v3, int dimensions, float[] out) {
        switch (distance) {
            case L2 -> FloatKernelsX4.l2Squared(query, v0, v1, v2, v3, dimensions, out);
            case INNER_PRODUCT -> FloatKernelsX4.dot(query, v0, v1, v2, v3, dimensions, out);
            case COSINE -> FloatKernelsX4.dotAndNorm(query, v0, v1, v2, v3, dimensions, out);
            case L1 -> FloatKernelsX4.l1(query, v0, v1, v2, v3, dimensions, out);
            case HAMMING, JACCARD -> throw new IllegalArgumentException(distance + " is a distance of bit strings");
        }
    }

    private static double finish(Distance distance, float[] group, int j, float queryNormSquared) {
        return switch (distance) {
            case L2 -> Math.sqrt(group[j]);
            case INNER_PRODUCT -> -(double) group[j];
            case COSINE -> FloatKernels.cosineDistance(group[j], queryNormSquared, group[GROUP + j]);
            default -> group[j];
        };
    }

    /// Square of the L2 distance, without the root.
    public static double l2Squared(long addressA, long addressB, int dimensions) {
        return FloatKernels.l2Squared(addressA, addressB, dimensions);
    }

    /// Inner product (not negated).
    public static double innerProduct(long addressA, long addressB, int dimensions) {
        return FloatKernels.dot(addressA, addressB, dimensions);
    }

    /// Sum of squares.
    public static float normSquared(long address, int dimensions) {
        return FloatKernels.normSquared(address, dimensions);
    }

    /// Euclidean norm.
    public static double norm(long address, int dimensions) {
        return Math.sqrt(FloatKernels.normSquared(address, dimensions));
    }

    /// True if no element is NaN or infinite.
    public static boolean isFinite(long address, int dimensions) {
        return FloatKernels.isFinite(address, dimensions);
    }

    /// Number of different bits of two bit strings of `bits` bits.
    public static long hamming(long addressA, long addressB, long bits) {
        return BitKernels.hamming(addressA, addressB, (bits + 7) >> 3);
    }

    /// Jaccard distance of two bit strings of `bits` bits; 1 if no bit is common, as in pgvector.
    public static double jaccard(long addressA, long addressB, long bits) {
        return BitKernels.jaccard(addressA, addressB, (bits + 7) >> 3);
    }

    /// Which instructions run, for the log and `version()`: for example `512-bit SIMD (16 float lanes, preferred by
    /// this CPU)`.
    public static String describe() {
        return Species.describe();
    }

    /// Runs the kernels until they are compiled (some 100 ms): uncompiled they are 100 to 1,000 times slower. To be
    /// called once when a server starts; logs [#describe].
    public static void warmUp() {
        long start = System.nanoTime();
        KernelWarmUp.run();
        LOG.info("distance kernels: {}, warmed up in {} ms", describe(), (System.nanoTime() - start) / 1_000_000);
    }
}
