package omendb.ann.quantize;

import omendb.ann.kernel.CodeKernels;
import omendb.ann.kernel.FloatKernels;
import omendb.ann.kernel.FloatKernelsX4;
import omendb.ann.kernel.RotationKernels;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// RaBitQ (Gao & Long, arXiv 2405.12497 and 2409.09913) with several centroids and one query for all of them.
///
/// With mean `c0`, rotation `P`, centroids `c`: a vector `x` is coded as the residual `r = P(x - c0) - c[a]` to its
/// nearest centroid, `g` = the nearest point to `r`'s direction on a grid of `2^bits` values per dimension (odd
/// multiples of one half), `f = |r|^2 / <g, r>`. Then for a query `y = P(q - c0)`
///
///     |x - q|^2  ~  |r|^2 + |y - c[a]|^2 - 2 f (<g, y> - <g, c[a]>)
///
/// is an unbiased estimate. What does not depend on the query is stored; `y` is quantized once to 4 (6 for 3 and 4
/// bits)
/// bits, and `<g, y>` becomes an inner product of small integers. Centroids are kept rotated and relative to `c0`.
/// The inner product follows from `-<x, q> = (|x - q|^2 - |x|^2 - |q|^2) / 2`, cosine from normalised vectors.
///
/// Threading: immutable once made; scratch memory belongs to the caller ([Scratch], [RabitqQuery]).
public final class RabitqQuantizer implements AutoCloseable {
    static final MemoryTag TAG = MemoryTag.of("ann codebook");

    private static final int TRIALS = 16;

    // 1 / (step of the best uniform quantizer of a Gaussian of variance one), by bits
    private static final float[] GAUSSIAN_SCALE = {0, 0, 1 / 0.996f, 1 / 0.586f, 1 / 0.335f};

    private final CodeSpace space;
    private final CodeLayout layout;
    private final int centroidCount;
    private final long seed;
    private final Rotation rotation;
    private final long mean;
    private final long centroids;
    private boolean closed;

    /// An empty one: the caller fills [#meanAddress] and [#centroidAddress].
    RabitqQuantizer(CodeSpace space, CodeLayout layout, int centroidCount, long seed) {
        this.space = space;
        this.layout = layout;
        this.centroidCount = centroidCount;
        this.seed = seed;
        this.rotation = new Rotation(layout.paddedDimensions(), seed, TAG);
        this.mean = MemoryAccount.allocate(TAG, parameterBytes());
        this.centroids = mean + 4L * layout.paddedDimensions();
    }

    /// One read back from the bytes that [#parameterAddress] showed.
    public static RabitqQuantizer of(
            CodeSpace space, CodeLayout layout, int centroidCount, long seed, long parameters) {
        var quantizer = new RabitqQuantizer(space, layout, centroidCount, seed);
        NativeMemory.copy(parameters, quantizer.mean, quantizer.parameterBytes());
        return quantizer;
    }

    /// Bytes of mean and centroids: what a file has to keep besides space, layout, count and seed.
    public static long parameterBytes(CodeLayout layout, int centroidCount) {
        return 4L * layout.paddedDimensions() * (1 + centroidCount);
    }

    private long parameterBytes() {
        return parameterBytes(layout, centroidCount);
    }

    /// Where mean and centroids lie.
    public long parameterAddress() {
        return mean;
    }

    public CodeSpace space() {
        return space;
    }

    public CodeLayout layout() {
        return layout;
    }

    public int centroidCount() {
        return centroidCount;
    }

    public long seed() {
        return seed;
    }

    long meanAddress() {
        return mean;
    }

    long centroidAddress(int centroid) {
        return centroids + 4L * layout.paddedDimensions() * centroid;
    }

    /// Floats of a query or vector while it is prepared; for one thread.
    public static final class Scratch implements AutoCloseable {
        private final long bytes;
        final long rotated;
        final long residual;
        final float[] sums = new float[FloatKernelsX4.ROOM];
        private boolean closed;

        public Scratch(CodeLayout layout) {
            bytes = 8L * layout.paddedDimensions();
            rotated = MemoryAccount.allocate(TAG, bytes);
            residual = rotated + bytes / 2;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                MemoryAccount.free(TAG, rotated, bytes);
            }
        }
    }

    /// Writes `P(x * scale - c0)` to `out`, where the scale normalises `x` if the space wants it.
    ///
    /// @return the Euclidean length of `x`
    float rotate(long x, long out) {
        int n = layout.dimensions();
        int padded = layout.paddedDimensions();
        float norm = (float) Math.sqrt(FloatKernels.normSquared(x, n));
        float scale = space == CodeSpace.COSINE ? 1 / norm : 1;
        RotationKernels.scaledDifference(x, scale, mean, out, n);
        NativeMemory.fill(out + 4L * n, 4L * (padded - n), (byte) 0);
        rotation.apply(out);
        return norm;
    }

    /// Number of the centroid nearest to a rotated vector.
    int nearestCentroid(long rotated, float[] distances) {
        int nearest = 0;
        float least = Float.POSITIVE_INFINITY;
        for (int c = 0; c < centroidCount; c += 4) {
            int group = centroidDistances(rotated, c, distances);
            for (int j = 0; j < group; j++) {
                if (distances[j] < least) {
                    least = distances[j];
                    nearest = c + j;
                }
            }
        }
        return nearest;
    }

    /// Squared distances of a rotated vector to up to four centroids from `first` on; returns how many.
    ///
    /// @param out has `FloatKernelsX4.ROOM` floats
    int centroidDistances(long rotated, int first, float[] out) {
        int padded = layout.paddedDimensions();
        int group = Math.min(4, centroidCount - first);
        if (group == 4) {
            FloatKernelsX4.l2Squared(
                    rotated,
                    centroidAddress(first),
                    centroidAddress(first + 1),
                    centroidAddress(first + 2),
                    centroidAddress(first + 3),
                    padded,
                    out);
        } else {
            for (int j = 0; j < group; j++) {
                out[j] = FloatKernels.l2Squared(rotated, centroidAddress(first + j), padded);
            }
        }
        return group;
    }

    /// Writes the code row of a vector. Under cosine the vector must not be zero.
    public void encode(long vector, long row, Scratch scratch) {
        float norm = rotate(vector, scratch.rotated);
        int centroid = nearestCentroid(scratch.rotated, scratch.sums);
        int padded = layout.paddedDimensions();
        long c = centroidAddress(centroid);
        long r = scratch.residual;
        RotationKernels.scaledDifference(scratch.rotated, 1, c, r, padded);
        float normSquared = FloatKernels.normSquared(r, padded);
        float[] sums = scratch.sums;
        long sum;
        float gridNormSquared;
        if (layout.bits() == 1) {
            sum = CodeKernels.signs(r, c, padded, row, sums);
            sums[0] /= 2;
            sums[1] /= 2;
            gridNormSquared = padded / 4f;
        } else {
            float scale = bestScale(r, normSquared, padded, sums);
            float fit = CodeKernels.gridFit(r, padded, scale, layout.bits(), sums);
            sum = CodeKernels.gridCodes(r, c, padded, scale, layout.bits(), row, sums);
            gridNormSquared = sums[0] * sums[0] / (fit * fit);
        }
        float factor = sums[0] > 0 ? normSquared / sums[0] : 0;
        // the part of g across r meets the query at a random angle
        double across = normSquared > 0 ? gridNormSquared - sums[0] * sums[0] / normSquared : 0;
        float error = (float) (2 * factor * Math.sqrt(Math.max(0, across) / (padded - 1)));
        float add = normSquared + 2 * factor * sums[1];
        long factors = row + layout.strideBytes() - CodeLayout.FACTOR_BYTES;
        if (space == CodeSpace.INNER_PRODUCT) {
            add = (add - norm * norm) / 2;
            factor /= 2;
            error /= 2;
        }
        NativeMemory.putFloat(factors, add);
        NativeMemory.putFloat(factors + 4, -2 * factor);
        NativeMemory.putInt(factors + 8, (int) (sum << 8 | centroid));
        NativeMemory.putFloat(factors + 12, error);
    }

    /// The scale at which the grid fits the direction of `r` best, by trial around what a Gaussian would want.
    private float bestScale(long r, float normSquared, int padded, float[] sums) {
        float deviation = (float) Math.sqrt(normSquared / padded);
        if (deviation == 0) {
            return 1;
        }
        float middle = GAUSSIAN_SCALE[layout.bits()] / deviation;
        float best = middle;
        float bestFit = Float.NEGATIVE_INFINITY;
        for (int trial = 0; trial < TRIALS; trial++) {
            float scale = middle * (0.7f + 0.05f * trial);
            float fit = CodeKernels.gridFit(r, padded, scale, layout.bits(), sums);
            if (fit > bestFit) {
                bestFit = fit;
                best = scale;
            }
        }
        return best;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            rotation.close();
            MemoryAccount.free(TAG, mean, parameterBytes());
        }
    }
}
