package omendb.ann;

/// What an HNSW index is made with; kept in its files.
///
/// @param element        what the vectors consist of
/// @param dimensions     elements of a vector, from 1 to what the element allows
/// @param distance       one that such vectors have
/// @param m              neighbours of a node on the upper levels (twice as many on level 0), 2..100 (pgvector's
///     range)
/// @param efConstruction candidates looked at when a node is linked, 4..1000 and at least `2 * m` (pgvector's rule)
/// @param quantization   what the graph is walked on
/// @param seed           decides the levels of the nodes, the rotation and the training sample
public record HnswOptions(
        ElementType element,
        int dimensions,
        Distance distance,
        int m,
        int efConstruction,
        Quantization quantization,
        long seed) {
    /// The longest vector of floats.
    public static final int MAX_DIMENSIONS = 16_000;

    public static final int DEFAULT_M = 16;
    public static final int MIN_M = 2;
    public static final int MAX_M = 100;
    public static final int DEFAULT_EF_CONSTRUCTION = 64;
    public static final int MIN_EF_CONSTRUCTION = 4;
    public static final int MAX_EF_CONSTRUCTION = 1_000;
    public static final int DEFAULT_EF_SEARCH = 40;

    public HnswOptions {
        if (dimensions < 1 || dimensions > element.mostDimensions()) {
            throw new IllegalArgumentException(
                    "dimensions must be between 1 and " + element.mostDimensions() + ": " + dimensions);
        }
        if (!element.has(distance)) {
            throw new IllegalArgumentException("no HNSW index of " + element + " over " + distance);
        }
        if (m < MIN_M || m > MAX_M) {
            throw new IllegalArgumentException("m must be between " + MIN_M + " and " + MAX_M + ": " + m);
        }
        if (efConstruction < MIN_EF_CONSTRUCTION || efConstruction > MAX_EF_CONSTRUCTION || efConstruction < 2 * m) {
            throw new IllegalArgumentException("ef_construction must be between " + MIN_EF_CONSTRUCTION + " and "
                    + MAX_EF_CONSTRUCTION + " and at least 2 * m: " + efConstruction);
        }
    }

    /// pgvector's defaults with automatic quantization, over float vectors.
    public static HnswOptions of(int dimensions, Distance distance) {
        return of(ElementType.FLOAT32, dimensions, distance);
    }

    /// pgvector's defaults with automatic quantization.
    public static HnswOptions of(ElementType element, int dimensions, Distance distance) {
        return new HnswOptions(
                element,
                dimensions,
                distance,
                DEFAULT_M,
                DEFAULT_EF_CONSTRUCTION,
                Quantization.auto(),
                0x4f6d656e4442L);
    }

    /// The same with other `m` and `efConstruction`.
    public HnswOptions with(int newM, int newEfConstruction) {
        return new HnswOptions(element, dimensions, distance, newM, newEfConstruction, quantization, seed);
    }

    /// How far vectors are apart.
    public VectorMetric metric() {
        return new VectorMetric(element, distance, dimensions);
    }

    /// The same with other codes.
    public HnswOptions with(Quantization newQuantization) {
        return new HnswOptions(element, dimensions, distance, m, efConstruction, newQuantization, seed);
    }
}
