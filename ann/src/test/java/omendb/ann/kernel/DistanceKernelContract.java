package omendb.ann.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.IntStream;

/// What every width of vectors must fulfil: the SIMD kernels equal their scalar twins, whole numbers exactly,
/// floats within
/// the stated bound, the kernels for four vectors equal to the last bit those for one.
///
/// Run by [DistanceKernelTest] once for each width, each time by a class loader of its own, since the width is
/// fixed when
/// the kernels are loaded.
public final class DistanceKernelContract implements AutoCloseable {
    private static final int[] REAL_DIMENSIONS = {256, 300, 384, 512, 768, 784, 960, 1024, 1536, 3072, 16_000};
    private static final double ULP = 1.0 / (1 << 24);

    private final Arena arena = Arena.ofConfined();
    private final Random random;
    private final long seed;

    DistanceKernelContract(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
    }

    /// Entry for the class loaders: all checks, returns the width in bits that ran.
    public static int checkAll(long seed) {
        try (var contract = new DistanceKernelContract(seed)) {
            IntStream.concat(IntStream.rangeClosed(1, 130), IntStream.of(REAL_DIMENSIONS))
                    .forEach(contract::check);
            contract.checkCosineOfZeroIsNaN();
            for (int dimensions = 64; dimensions <= 2112; dimensions += dimensions < 1024 ? 64 : 256) {
                contract.checkPlanes(dimensions);
            }
            contract.checkRotationSteps();
        }
        return Species.BITS;
    }

    @Override
    public void close() {
        arena.close();
    }

    private long floats(int n) {
        // an odd multiple of 4: kernels may not count on alignment
        long address = arena.allocate(4L * n + 8, 64).address() + 4;
        for (int i = 0; i < n; i++) {
            Everything.putFloat(address + 4L * i, (float) random.nextGaussian());
        }
        return address;
    }

    private long bytes(int n) {
        MemorySegment segment = arena.allocate(n + 64L, 64);
        byte[] content = new byte[n];
        random.nextBytes(content);
        MemorySegment.copy(MemorySegment.ofArray(content), 0, segment, 0, n);
        return segment.address();
    }

    private void check(int n) {
        long a = floats(n);
        long[] v = {floats(n), floats(n), floats(n), floats(n)};
        double norms = Math.sqrt(ScalarKernels.dot(a, a, n) * ScalarKernels.dot(v[0], v[0], n));
        double bound = (n + 8) * ULP;
        near("l2", n, ScalarKernels.l2Squared(a, v[0], n), FloatKernels.l2Squared(a, v[0], n), bound * 4 * norms);
        near("dot", n, ScalarKernels.dot(a, v[0], n), FloatKernels.dot(a, v[0], n), bound * norms);
        near("norm", n, ScalarKernels.dot(a, a, n), FloatKernels.normSquared(a, n), bound * ScalarKernels.dot(a, a, n));
        double l1 = ScalarKernels.l1(a, v[0], n);
        near("l1", n, l1, FloatKernels.l1(a, v[0], n), bound * l1);
        near("cosine", n, ScalarKernels.cosineDistance(a, v[0], n), FloatKernels.cosineDistance(a, v[0], n), 3 * bound);

        float[] out = new float[FloatKernelsX4.ROOM];
        FloatKernelsX4.l2Squared(a, v[0], v[1], v[2], v[3], n, out);
        for (int j = 0; j < 4; j++) {
            same("l2 x4", n, FloatKernels.l2Squared(a, v[j], n), out[j]);
        }
        FloatKernelsX4.dot(a, v[0], v[1], v[2], v[3], n, out);
        for (int j = 0; j < 4; j++) {
            same("dot x4", n, FloatKernels.dot(a, v[j], n), out[j]);
        }
        FloatKernelsX4.l1(a, v[0], v[1], v[2], v[3], n, out);
        for (int j = 0; j < 4; j++) {
            same("l1 x4", n, FloatKernels.l1(a, v[j], n), out[j]);
        }
        FloatKernelsX4.dotAndNorm(a, v[0], v[1], v[2], v[3], n, out);
        float norm = FloatKernels.normSquared(a, n);
        for (int j = 0; j < 4; j++) {
            same("norm x4", n, FloatKernels.normSquared(v[j], n), out[4 + j]);
            same(
                    "cosine x4",
                    n,
                    FloatKernels.cosineDistance(a, v[j], n),
                    FloatKernels.cosineDistance(out[j], norm, out[4 + j]));
        }
        checkBits(n);
        checkFinite(a, n);
        checkHalves(n);
        checkSparse(n);
    }

    /// A float16 vector whose numbers are of all sizes, subnormal ones and both zeros too; its floats go to
    /// `wide`.
    private long halves(int n, long wide) {
        long address = arena.allocate(2L * n + 8, 64).address() + 2;
        for (int i = 0; i < n; i++) {
            float size = (float) Math.scalb(1.0, random.nextInt(-24, 5));
            short half = i % 17 == 5 ? (short) 0x8000 : Float.floatToFloat16((float) random.nextGaussian() * size);
            Everything.putHalf(address + 2L * i, half);
            Everything.putFloat(wide + 4L * i, Float.float16ToFloat(half));
        }
        return address;
    }

    private void checkHalves(int n) {
        long wideA = arena.allocate(4L * n, 64).address();
        long wideB = arena.allocate(4L * n, 64).address();
        long a = halves(n, wideA);
        long b = halves(n, wideB);
        same("half l2", n, FloatKernels.l2Squared(wideA, wideB, n), HalfKernels.l2Squared(a, b, n));
        same("half dot", n, FloatKernels.dot(wideA, wideB, n), HalfKernels.dot(a, b, n));
        same("half l1", n, FloatKernels.l1(wideA, wideB, n), HalfKernels.l1(a, b, n));
        same("half norm", n, FloatKernels.normSquared(wideA, n), HalfKernels.normSquared(a, n));
        same("half cosine", n, FloatKernels.cosineDistance(wideA, wideB, n), HalfKernels.cosineDistance(a, b, n));
        long widened = arena.allocate(4L * n, 64).address();
        HalfKernels.widen(a, widened, n);
        for (int i = 0; i < n; i++) {
            same("widened", n, Everything.getFloat(wideA + 4L * i), Everything.getFloat(widened + 4L * i));
        }
    }

    /// A sparse vector of `n` dimensions, about half of them zero; its floats go to `wide`.
    private long sparse(int n, long wide) {
        long address = arena.allocate(SparseKernels.bytes(n), 64).address();
        int[] indices = IntStream.range(0, n).filter(i -> random.nextBoolean()).toArray();
        Everything.putInt(address, n);
        Everything.putInt(address + 4, indices.length);
        for (int i = 0; i < indices.length; i++) {
            float value = (float) random.nextGaussian();
            Everything.putInt(address + 8 + 4L * i, indices[i]);
            Everything.putFloat(address + 8 + 4L * indices.length + 4L * i, value);
            Everything.putFloat(wide + 4L * indices[i], value);
        }
        return address;
    }

    private void checkSparse(int n) {
        long wideA = arena.allocate(4L * n, 64).fill((byte) 0).address();
        long wideB = arena.allocate(4L * n, 64).fill((byte) 0).address();
        long a = sparse(n, wideA);
        long b = sparse(n, wideB);
        double norms = Math.sqrt(ScalarKernels.dot(wideA, wideA, n) * ScalarKernels.dot(wideB, wideB, n));
        double sizes = ScalarKernels.dot(wideA, wideA, n) + ScalarKernels.dot(wideB, wideB, n);
        double bound = (n + 8) * ULP;
        near(
                "sparse l2",
                n,
                ScalarKernels.l2Squared(wideA, wideB, n),
                SparseKernels.l2Squared(a, b),
                bound * 4 * sizes);
        near("sparse dot", n, ScalarKernels.dot(wideA, wideB, n), SparseKernels.dot(a, b), bound * sizes);
        double l1 = ScalarKernels.l1(wideA, wideB, n);
        near("sparse l1", n, l1, SparseKernels.l1(a, b), bound * l1);
        near("sparse norm", n, ScalarKernels.dot(wideA, wideA, n), SparseKernels.normSquared(a), bound * sizes);
        if (norms > 0) {
            near(
                    "sparse cosine",
                    n,
                    ScalarKernels.cosineDistance(wideA, wideB, n),
                    SparseKernels.cosineDistance(a, b),
                    3 * bound * Math.max(1, sizes / norms));
        }
    }

    private void checkBits(int n) {
        long x = bytes(n);
        long y = bytes(n);
        same("hamming", n, ScalarKernels.hamming(x, y, n), BitKernels.hamming(x, y, n));
        same("jaccard", n, ScalarKernels.jaccard(x, y, n), BitKernels.jaccard(x, y, n));
    }

    private void checkFinite(long a, int n) {
        require(FloatKernels.isFinite(a, n), "finite", n);
        long at = a + 4L * random.nextInt(n);
        float kept = Everything.getFloat(at);
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            Everything.putFloat(at, bad);
            require(!FloatKernels.isFinite(a, n), "not finite", n);
        }
        Everything.putFloat(at, kept);
    }

    private void checkCosineOfZeroIsNaN() {
        for (int n : new int[] {1, 15, 16, 33, 784}) {
            long zero = arena.allocate(4L * n, 4).address();
            require(Double.isNaN(FloatKernels.cosineDistance(zero, floats(n), n)), "cosine of zero", n);
        }
    }

    private void checkPlanes(int dimensions) {
        int planeBytes = dimensions / 8;
        int stride = PlaneKernels.planeStride(planeBytes);
        for (int queryPlanes : new int[] {4, 6}) {
            long query = arena.allocate((long) queryPlanes * stride, 64).address();
            long x = floats(dimensions);
            float[] range = new float[CodeKernels.ROOM];
            CodeKernels.range(x, dimensions, range);
            float scale = ((1 << queryPlanes) - 1) / (range[1] - range[0]);
            long sum = CodeKernels.quantizeToPlanes(x, dimensions, range[0], scale, queryPlanes, query, stride);
            checkQuantized(x, dimensions, range[0], scale, queryPlanes, query, stride, sum);
            for (int bits = 1; bits <= 4; bits++) {
                checkRows(dimensions, bits, query, queryPlanes, stride);
            }
        }
    }

    private void checkQuantized(
            long x, int dimensions, float low, float scale, int planes, long query, int stride, long sum) {
        long expectedSum = 0;
        for (int i = 0; i < dimensions; i++) {
            int v = 0;
            for (int b = 0; b < planes; b++) {
                v |= ScalarKernels.bit(query + (long) b * stride, i) << b;
            }
            double exact = (Everything.getFloat(x + 4L * i) - low) * scale;
            near("quantized " + planes, dimensions, exact, v, 0.5001);
            expectedSum += v;
        }
        same("sum of quantized", dimensions, expectedSum, sum);
    }

    private void checkRows(int dimensions, int bits, long query, int queryPlanes, int queryStride) {
        int planeBytes = dimensions / 8;
        int count = 5;
        int stride = bits * planeBytes + 16;
        // random bytes after a code must not count
        long rows = bytes(stride * 8 + 64);
        int[] ids = {3, 0, 7, 7, 1};
        int[] out = new int[count];
        PlaneKernels.rows(rows, stride, ids, count, query, queryPlanes, planeBytes, bits, out);
        int[] oneBit = new int[count];
        if (bits == 1 && queryPlanes == 4) {
            PlaneKernels.oneBitRows(rows, stride, ids, count, query, planeBytes, oneBit);
            checkBlock(dimensions, query, queryStride);
        }
        for (int i = 0; i < count; i++) {
            long expected = ScalarKernels.planeProduct(
                    rows + (long) ids[i] * stride, bits, planeBytes, query, queryPlanes, queryStride);
            same("rows of " + bits, dimensions, expected, out[i]);
            if (bits == 1 && queryPlanes == 4) {
                same("one-bit rows", dimensions, expected, oneBit[i]);
            }
        }
    }

    private void checkBlock(int dimensions, long query, int queryStride) {
        int planeBytes = dimensions / 8;
        int lanes = PlaneKernels.BLOCK_LANES;
        long rows = bytes(planeBytes * lanes);
        long block = arena.allocate((long) planeBytes * lanes, 64).address();
        for (int lane = 0; lane < lanes; lane++) {
            for (int w = 0; w < planeBytes / 4; w++) {
                int word = Everything.getInt(rows + (long) lane * planeBytes + 4L * w);
                Everything.putFloat(block + 64L * w + 4L * lane, Float.intBitsToFloat(word));
            }
        }
        int[] out = new int[lanes];
        PlaneKernels.oneBitBlock(block, query, planeBytes, out);
        for (int lane = 0; lane < lanes; lane++) {
            long expected =
                    ScalarKernels.planeProduct(rows + (long) lane * planeBytes, 1, planeBytes, query, 4, queryStride);
            same("block", dimensions, expected, out[lane]);
        }
    }

    private void checkRotationSteps() {
        for (int n = 16; n <= 256; n <<= 1) {
            long x = floats(n);
            long copy = arena.allocate(4L * n, 64).address();
            MemorySegment.copy(Everything.MEMORY, x, Everything.MEMORY, copy, 4L * n);
            RotationKernels.hadamard(copy, n);
            for (int i = 0; i < n; i++) {
                near("hadamard", n, ScalarKernels.hadamard(x, n, i), Everything.getFloat(copy + 4L * i), n * n * ULP);
            }
        }
        for (int n : new int[] {3, 64, 100, 832}) {
            long a = floats(n);
            long b = floats(n);
            long out = arena.allocate(4L * n, 64).address();
            RotationKernels.scaledDifference(a, 0.5f, b, out, n);
            for (int i = 0; i < n; i++) {
                double expected = 0.5 * Everything.getFloat(a + 4L * i) - Everything.getFloat(b + 4L * i);
                near("difference", n, expected, Everything.getFloat(out + 4L * i), 1e-6);
            }
        }
    }

    private void near(String what, int n, double expected, double found, double bound) {
        require(Math.abs(expected - found) <= bound, what + ": found " + found + ", expected " + expected, n);
    }

    private void same(String what, int n, double expected, double found) {
        require(expected == found, what + ": found " + found + ", expected " + expected, n);
    }

    private void require(boolean condition, String what, int n) {
        if (!condition) {
            throw new AssertionError(what + " (length " + n + ", " + Species.describe() + ", seed " + seed + ")");
        }
    }
}
