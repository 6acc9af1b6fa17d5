package omendb.ann;

/// What the graph is walked on: codes of a few bits a dimension, or the float vectors themselves.
///
/// @param kind      [Kind#AUTO] decides by dimensions and distance when the codes are trained
/// @param bits      bits of a code per dimension, 1..4; 0 = chosen by the index
/// @param centroids number of centroids, 1..256; 0 = chosen by the index (grows to 64 with the number of vectors)
public record Quantization(Kind kind, int bits, int centroids) {
    /// Largest number of centroids: a centroid's number fits a byte.
    public static final int MAX_CENTROIDS = 256;
    /// Largest number of bits per dimension.
    public static final int MAX_BITS = 4;

    /// The kinds of codes.
    public enum Kind {
        /// RaBitQ where it pays (L2, inner product and cosine from 64 dimensions on), else none.
        AUTO,
        /// The float vectors alone.
        NONE,
        /// RaBitQ codes beside the graph, rescored with the float vectors.
        RABITQ
    }

    public Quantization {
        if (bits < 0 || bits > MAX_BITS) {
            throw new IllegalArgumentException(
                    "bits must be between 1 and " + MAX_BITS + ", or 0 for automatic: " + bits);
        }
        if (centroids < 0 || centroids > MAX_CENTROIDS) {
            throw new IllegalArgumentException(
                    "centroids must be between 1 and " + MAX_CENTROIDS + ", or 0 for automatic: " + centroids);
        }
    }

    /// Everything is chosen by the index.
    public static Quantization auto() {
        return new Quantization(Kind.AUTO, 0, 0);
    }

    /// No codes: the graph is walked on float vectors.
    public static Quantization none() {
        return new Quantization(Kind.NONE, 0, 0);
    }

    /// RaBitQ with `bits` per dimension and `centroids` (0 = automatic).
    public static Quantization rabitq(int bits, int centroids) {
        return new Quantization(Kind.RABITQ, bits, centroids);
    }
}
