package omendb.ann.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Runs every kernel on small vectors until the compiler has taken it.
public final class KernelWarmUp {
    private static final int DIMENSIONS = 320;
    private static final int HADAMARD = 256;
    private static final int ROUNDS = 12_000;
    private static final int ROW_BYTES = 256;

    private KernelWarmUp() {}

    /// Takes as long as the compiler needs for these methods: one to two seconds of a free core, more on a busy one.
    /// For a background thread.
    public static void run() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(DIMENSIONS * 8L * Float.BYTES, 64);
            for (int i = 0; i < DIMENSIONS * 8; i++) {
                Everything.putFloat(memory.address() + 4L * i, 1 + i % 17);
            }
            double checksum = 0;
            for (int round = 0; round < ROUNDS; round++) {
                // lengths with and without a tail
                checksum += floats(memory.address(), DIMENSIONS - (round & 3));
                checksum += codes(memory.address(), round);
            }
            if (Double.isNaN(checksum)) {
                throw new AssertionError("kernels return NaN for finite vectors");
            }
        }
    }

    private static double floats(long a, int n) {
        long v = DIMENSIONS * 4L;
        float[] out = new float[FloatKernelsX4.ROOM];
        double sum = FloatKernels.l2Squared(a, a + v, n)
                + FloatKernels.dot(a, a + v, n)
                + FloatKernels.l1(a, a + v, n)
                + FloatKernels.normSquared(a, n)
                + FloatKernels.cosineDistance(a, a + v, n);
        FloatKernelsX4.l2Squared(a, a, a + v, a + 2 * v, a + 3 * v, n, out);
        sum += out[1];
        FloatKernelsX4.dot(a, a, a + v, a + 2 * v, a + 3 * v, n, out);
        sum += out[1];
        FloatKernelsX4.l1(a, a, a + v, a + 2 * v, a + 3 * v, n, out);
        sum += out[1];
        FloatKernelsX4.dotAndNorm(a, a, a + v, a + 2 * v, a + 3 * v, n, out);
        sum += out[1] + BitKernels.hamming(a, a + v, n) + BitKernels.jaccard(a, a + v, n);
        sum += HalfKernels.l2Squared(a, a + v, n) + HalfKernels.dot(a, a + v, n) + HalfKernels.l1(a, a + v, n);
        return FloatKernels.isFinite(a, n) ? sum : Double.NaN;
    }

    /// What a search does to its query, and then to every code row.
    private static int codes(long a, int round) {
        // behind all that the others read, which stays as it is
        long x = a + 6 * 4L * DIMENSIONS;
        long planes = a + 7 * 4L * DIMENSIONS;
        RotationKernels.scaledDifference(a, 2, a, x, DIMENSIONS - (round & 3));
        RotationKernels.multiply(x, a, 1, DIMENSIONS);
        RotationKernels.hadamard(x, HADAMARD);
        RotationKernels.mixHalves(x, DIMENSIONS);
        RotationKernels.multiply(x, 0.5f, DIMENSIONS);
        float[] range = new float[CodeKernels.ROOM];
        CodeKernels.range(x, DIMENSIONS, range);
        CodeKernels.quantizeToPlanes(a, DIMENSIONS, 0, 1, 4, planes, 64);
        int[] ids = {0, 1, 2, 3, 4, 5};
        int[] out = new int[PlaneKernels.BLOCK_LANES];
        int codePlaneBytes = 64 * (1 + round % 4);
        PlaneKernels.oneBitRows(a, ROW_BYTES, ids, ids.length, a + 4096, codePlaneBytes, out);
        PlaneKernels.rows(a, ROW_BYTES, ids, ids.length, a + 4096, 4, 40, 2, out);
        return out[0];
    }
}
