package omendb.ann;

/// Distances between vectors in native memory, by absolute address: what the SQL operators and functions call.
///
/// The caller guarantees that the memory is live (epoch pin, arena). Float vectors are little-endian float32 at any
/// alignment (4 is best); bit strings are
/// PostgreSQL's: the first bit is the highest of the first byte, unused bits of the last byte are zero.
/// Sums are float32 as in pgvector, but in another order: the last digits may differ.
@SuppressWarnings("DoNotCallSuggester") // bodies follow with the kernels
public final class DistanceKernels {
    private DistanceKernels() {}

    /// Distance of two float vectors.
    ///
    /// @throws IllegalArgumentException if the distance is one of bit strings
    public static double distance(Distance distance, long addressA, long addressB, int dimensions) {
        throw new UnsupportedOperationException();
    }

    /// Distances of one query to `count` vectors that lie `strideBytes` apart, written as doubles to
    /// `out[outOffset..]`.
    public static void distances(
            Distance distance,
            long query,
            long firstVector,
            long strideBytes,
            int count,
            int dimensions,
            double[] out,
            int outOffset) {
        throw new UnsupportedOperationException();
    }

    /// Inner product (not negated).
    public static double innerProduct(long addressA, long addressB, int dimensions) {
        throw new UnsupportedOperationException();
    }

    /// Euclidean norm.
    public static double norm(long address, int dimensions) {
        throw new UnsupportedOperationException();
    }

    /// True if no element is NaN or infinite.
    public static boolean isFinite(long address, int dimensions) {
        throw new UnsupportedOperationException();
    }

    /// Number of different bits of two bit strings of `bits` bits.
    public static long hamming(long addressA, long addressB, long bits) {
        throw new UnsupportedOperationException();
    }

    /// Jaccard distance of two bit strings of `bits` bits; 1 if no bit is common, as in pgvector.
    public static double jaccard(long addressA, long addressB, long bits) {
        throw new UnsupportedOperationException();
    }

    /// Which instructions run, for the log and `version()`: for example `512-bit SIMD, 16 float lanes`.
    public static String describe() {
        throw new UnsupportedOperationException();
    }

    /// Runs the kernels until they are compiled (some 100 ms): uncompiled they are 100 to 1,000 times slower. To be
    /// called once when a server starts;
    /// logs [#describe].
    public static void warmUp() {
        throw new UnsupportedOperationException();
    }
}
