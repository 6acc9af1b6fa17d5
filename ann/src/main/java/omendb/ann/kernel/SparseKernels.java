package omendb.ann.kernel;

import static omendb.ann.kernel.Everything.getFloat;
import static omendb.ann.kernel.Everything.getInt;

/// Distances of two sparse vectors. A vector, little-endian:
///
///     offset      size   field
///     0           4      dimensions
///     4           4      n, number of elements that are not zero
///     8           4 * n  their indices from 0, ascending
///     8 + 4 * n   4 * n  their values, float32
///
/// Both lists are walked together; sums are float32, in the order of the indices.
public final class SparseKernels {
    private static final int HEAD = 8;

    private SparseKernels() {}

    /// Bytes of a vector with so many elements that are not zero.
    public static long bytes(int nonZero) {
        return HEAD + 8L * nonZero;
    }

    public static int dimensions(long vector) {
        return getInt(vector);
    }

    /// Number of elements that are not zero.
    public static int nonZero(long vector) {
        return getInt(vector + 4);
    }

    /// Sum of squared differences.
    public static float l2Squared(long a, long b) {
        int countA = nonZero(a);
        int countB = nonZero(b);
        long valuesA = a + HEAD + 4L * countA;
        long valuesB = b + HEAD + 4L * countB;
        float sum = 0;
        int i = 0;
        int j = 0;
        while (i < countA || j < countB) {
            int indexA = i < countA ? getInt(a + HEAD + 4L * i) : Integer.MAX_VALUE;
            int indexB = j < countB ? getInt(b + HEAD + 4L * j) : Integer.MAX_VALUE;
            float x = indexA <= indexB ? getFloat(valuesA + 4L * i++) : 0;
            float y = indexB <= indexA ? getFloat(valuesB + 4L * j++) : 0;
            sum += (x - y) * (x - y);
        }
        return sum;
    }

    /// Inner product.
    public static float dot(long a, long b) {
        int countA = nonZero(a);
        int countB = nonZero(b);
        long valuesA = a + HEAD + 4L * countA;
        long valuesB = b + HEAD + 4L * countB;
        float sum = 0;
        int i = 0;
        int j = 0;
        while (i < countA && j < countB) {
            int indexA = getInt(a + HEAD + 4L * i);
            int indexB = getInt(b + HEAD + 4L * j);
            if (indexA == indexB) {
                sum += getFloat(valuesA + 4L * i) * getFloat(valuesB + 4L * j);
            }
            i += indexA <= indexB ? 1 : 0;
            j += indexB <= indexA ? 1 : 0;
        }
        return sum;
    }

    /// Sum of absolute differences.
    public static float l1(long a, long b) {
        int countA = nonZero(a);
        int countB = nonZero(b);
        long valuesA = a + HEAD + 4L * countA;
        long valuesB = b + HEAD + 4L * countB;
        float sum = 0;
        int i = 0;
        int j = 0;
        while (i < countA || j < countB) {
            int indexA = i < countA ? getInt(a + HEAD + 4L * i) : Integer.MAX_VALUE;
            int indexB = j < countB ? getInt(b + HEAD + 4L * j) : Integer.MAX_VALUE;
            float x = indexA <= indexB ? getFloat(valuesA + 4L * i++) : 0;
            float y = indexB <= indexA ? getFloat(valuesB + 4L * j++) : 0;
            sum += Math.abs(x - y);
        }
        return sum;
    }

    /// Sum of squares.
    public static float normSquared(long a) {
        int count = nonZero(a);
        long values = a + HEAD + 4L * count;
        float sum = 0;
        for (int i = 0; i < count; i++) {
            float x = getFloat(values + 4L * i);
            sum += x * x;
        }
        return sum;
    }

    /// One minus the cosine of the angle, within [0, 2]; NaN if a vector is zero.
    public static double cosineDistance(long a, long b) {
        return FloatKernels.cosineDistance(dot(a, b), normSquared(a), normSquared(b));
    }
}
