package omendb.ann;

import omendb.ann.kernel.BitKernels;
import omendb.ann.kernel.FloatKernels;
import omendb.ann.kernel.HalfKernels;
import omendb.ann.kernel.SparseKernels;

/// Distances between vectors of one kind by absolute address, in three units: the operator's; that of a walk,
/// which has its order and costs less; and how far apart two neighbours are, which is a metric whatever the
/// distance.
///
/// Threading: immutable.
public record VectorMetric(ElementType element, Distance distance, int dimensions) {
    public VectorMetric {
        if (!element.has(distance)) {
            throw new IllegalArgumentException("no distance " + distance + " between vectors of " + element);
        }
    }

    /// The metric of a source.
    public static VectorMetric of(VectorSource source, Distance distance) {
        return new VectorMetric(source.elementType(), distance, source.dimensions());
    }

    private boolean isFloat() {
        return element == ElementType.FLOAT32;
    }

    /// As the operator returns it.
    public double distance(long a, long b) {
        return switch (element) {
            case FLOAT32 -> DistanceKernels.distance(distance, a, b, dimensions);
            case FLOAT16 ->
                switch (distance) {
                    case L2 -> Math.sqrt(HalfKernels.l2Squared(a, b, dimensions));
                    case INNER_PRODUCT -> -(double) HalfKernels.dot(a, b, dimensions);
                    case COSINE -> HalfKernels.cosineDistance(a, b, dimensions);
                    default -> HalfKernels.l1(a, b, dimensions);
                };
            case BIT ->
                distance == Distance.HAMMING
                        ? DistanceKernels.hamming(a, b, dimensions)
                        : DistanceKernels.jaccard(a, b, dimensions);
            case SPARSE ->
                switch (distance) {
                    case L2 -> Math.sqrt(SparseKernels.l2Squared(a, b));
                    case INNER_PRODUCT -> -(double) SparseKernels.dot(a, b);
                    case COSINE -> SparseKernels.cosineDistance(a, b);
                    default -> SparseKernels.l1(a, b);
                };
        };
    }

    /// What [#distances4] wants to know of a query.
    public float queryNormSquared(long query) {
        return isFloat() && distance == Distance.COSINE ? FloatKernels.normSquared(query, dimensions) : 0;
    }

    /// [#distance] of a query to four vectors, to `out[0..3]`; `scratch` has [DistanceKernels#SCRATCH_FLOATS].
    public void distances4(
            long query, float queryNormSquared, long v0, long v1, long v2, long v3, float[] scratch, double[] out) {
        if (isFloat()) {
            DistanceKernels.distances4(distance, query, queryNormSquared, v0, v1, v2, v3, dimensions, scratch, out);
            return;
        }
        out[0] = distance(query, v0);
        out[1] = v1 == v0 ? out[0] : distance(query, v1);
        out[2] = v2 == v1 ? out[1] : distance(query, v2);
        out[3] = v3 == v2 ? out[2] : distance(query, v3);
    }

    /// [#distance] of a query to `count` vectors that lie `strideBytes` apart, to `out[0..]`.
    public void distances(long query, long first, long strideBytes, int count, double[] out) {
        if (isFloat()) {
            DistanceKernels.distances(distance, query, first, strideBytes, count, dimensions, out, 0);
            return;
        }
        for (int i = 0; i < count; i++) {
            out[i] = distance(query, first + i * strideBytes);
        }
    }

    /// The unit of a walk from the operator's: squared Euclidean distance, of normalised vectors under cosine.
    public float walked(double operatorDistance) {
        return (float)
                switch (distance) {
                    case L2 -> operatorDistance * operatorDistance;
                    case COSINE -> 2 * operatorDistance;
                    default -> operatorDistance;
                };
    }

    /// [#distance] in the unit of a walk.
    public float walk(long a, long b) {
        if (distance == Distance.L2) {
            return l2Squared(a, b);
        }
        return walked(distance(a, b));
    }

    /// How far apart two vectors are: squared Euclidean distance, cosine distance, or the distance itself.
    public float apart(long a, long b) {
        return distance == Distance.L2 || distance == Distance.INNER_PRODUCT ? l2Squared(a, b) : (float) distance(a, b);
    }

    private float l2Squared(long a, long b) {
        return switch (element) {
            case FLOAT32 -> FloatKernels.l2Squared(a, b, dimensions);
            case FLOAT16 -> HalfKernels.l2Squared(a, b, dimensions);
            case SPARSE -> SparseKernels.l2Squared(a, b);
            case BIT -> BitKernels.hamming(a, b, element.slotBytes(dimensions));
        };
    }

    /// Whether a vector has a distance to others: under cosine a zero vector has no direction.
    public boolean isIndexable(long vector) {
        return distance != Distance.COSINE
                || switch (element) {
                    case FLOAT32 -> FloatKernels.normSquared(vector, dimensions) > 0;
                    case FLOAT16 -> HalfKernels.normSquared(vector, dimensions) > 0;
                    case SPARSE -> SparseKernels.normSquared(vector) > 0;
                    case BIT -> true;
                };
    }

    /// Bytes that a slot needs for any vector.
    public long slotBytes() {
        return element.slotBytes(dimensions);
    }
}
