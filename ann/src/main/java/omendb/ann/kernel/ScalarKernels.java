package omendb.ann.kernel;

import static omendb.ann.kernel.Everything.getByte;
import static omendb.ann.kernel.Everything.getFloat;

/// The plain twins of the SIMD kernels, in double precision or whole numbers: what they are tested against.
public final class ScalarKernels {
    private ScalarKernels() {}

    public static double l2Squared(long a, long b, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double d = (double) getFloat(a + 4L * i) - getFloat(b + 4L * i);
            sum += d * d;
        }
        return sum;
    }

    public static double dot(long a, long b, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += (double) getFloat(a + 4L * i) * getFloat(b + 4L * i);
        }
        return sum;
    }

    public static double l1(long a, long b, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += Math.abs((double) getFloat(a + 4L * i) - getFloat(b + 4L * i));
        }
        return sum;
    }

    public static double cosineDistance(long a, long b, int n) {
        double similarity = dot(a, b, n) / Math.sqrt(dot(a, a, n) * dot(b, b, n));
        return 1 - Math.clamp(similarity, -1, 1);
    }

    public static long hamming(long a, long b, long bytes) {
        long count = 0;
        for (long i = 0; i < bytes; i++) {
            count += Integer.bitCount((getByte(a + i) ^ getByte(b + i)) & 0xff);
        }
        return count;
    }

    public static double jaccard(long a, long b, long bytes) {
        long common = 0;
        long either = 0;
        for (long i = 0; i < bytes; i++) {
            common += Integer.bitCount(getByte(a + i) & getByte(b + i) & 0xff);
            either += Integer.bitCount((getByte(a + i) | getByte(b + i)) & 0xff);
        }
        return common == 0 ? 1 : 1 - (double) common / (double) either;
    }

    /// One bit of a plane.
    public static int bit(long plane, int index) {
        return getByte(plane + (index >> 3)) >> (index & 7) & 1;
    }

    /// `sum(u[i] * v[i])` of a code of `codePlanes` planes and a query of `queryPlanes`.
    public static long planeProduct(
            long code, int codePlanes, int codePlaneBytes, long query, int queryPlanes, int queryPlaneStride) {
        long sum = 0;
        for (int i = 0; i < codePlaneBytes * 8; i++) {
            long u = 0;
            for (int j = 0; j < codePlanes; j++) {
                u |= (long) bit(code + (long) j * codePlaneBytes, i) << j;
            }
            long v = 0;
            for (int b = 0; b < queryPlanes; b++) {
                v |= (long) bit(query + (long) b * queryPlaneStride, i) << b;
            }
            sum += u * v;
        }
        return sum;
    }

    /// Walsh-Hadamard transform by its definition, `n^2` steps: element `i` of the result.
    public static double hadamard(long x, int n, int i) {
        double sum = 0;
        for (int j = 0; j < n; j++) {
            double value = getFloat(x + 4L * j);
            sum += (Integer.bitCount(i & j) & 1) == 0 ? value : -value;
        }
        return sum;
    }
}
