package omendb.ann.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistanceKernelTest {
    private static final long SEED = Long.getLong("omendb.seed", 42);

    @Test
    void kernels_of_the_preferred_width_equal_their_scalar_twins() {
        assertNull(System.getProperty(Species.BITS_PROPERTY));
        DistanceKernelContract.checkAll(SEED);
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 256, 512})
    void kernels_of_every_width_equal_their_scalar_twins(int bits) throws ReflectiveOperationException {
        System.setProperty(Species.BITS_PROPERTY, Integer.toString(bits));
        try {
            Class<?> contract = new KernelLoader().loadClass(DistanceKernelContract.class.getName());
            Object ran = contract.getMethod("checkAll", long.class).invoke(null, SEED);
            assertEquals(bits, ran);
        } finally {
            System.clearProperty(Species.BITS_PROPERTY);
        }
    }

    @Test
    void compiled_kernels_allocate_nothing_whatever_lengths_they_meet() {
        // a vector that the compiler puts on the heap makes a kernel many times slower, and no other test would
        // notice
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        int[] lengths = {784, 832, 100, 1536, 387};
        float[] out = new float[FloatKernelsX4.ROOM];
        long best = Long.MAX_VALUE;
        try (Arena arena = Arena.ofConfined()) {
            long a = arena.allocate(1536 * 4 * 5, 64).address();
            for (int round = 0; round < 500 && best > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 1_000; i++) {
                    int n = lengths[i % lengths.length];
                    FloatKernelsX4.l2Squared(a, a + 6144, a + 2 * 6144, a + 3 * 6144, a + 4 * 6144, n, out);
                    FloatKernelsX4.dot(a, a + 6144, a + 2 * 6144, a + 3 * 6144, a + 4 * 6144, n, out);
                    FloatKernelsX4.dotAndNorm(a, a + 6144, a + 2 * 6144, a + 3 * 6144, a + 4 * 6144, n, out);
                    FloatKernelsX4.l1(a, a + 6144, a + 2 * 6144, a + 3 * 6144, a + 4 * 6144, n, out);
                    out[0] += FloatKernels.l2Squared(a, a + 6144, n) + FloatKernels.dot(a, a + 6144, n);
                    out[1] += FloatKernels.l1(a, a + 6144, n) + (float) FloatKernels.cosineDistance(a, a + 6144, n);
                }
                best = Math.min(best, threads.getCurrentThreadAllocatedBytes() - before);
            }
        }
        assertEquals(0, best, "bytes allocated in the best of 500 rounds of 1,000 calls of each kernel");
    }

    @Test
    @Tag("slow") // waits for the JIT compiler, which a busy machine delays
    void compiled_code_kernels_allocate_nothing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        float[] sums = new float[CodeKernels.ROOM];
        int[] ids = {0, 1, 2};
        int[] products = new int[PlaneKernels.BLOCK_LANES];
        long best = Long.MAX_VALUE;
        try (Arena arena = Arena.ofConfined()) {
            long x = arena.allocate(1 << 16, 64).address();
            long code = arena.allocate(1 << 16, 64).address();
            for (int round = 0; round < 500 && best > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 500; i++) {
                    int n = i % 2 == 0 ? 832 : 1536;
                    RotationKernels.hadamard(x, i % 2 == 0 ? 512 : 1024);
                    RotationKernels.mixHalves(x, n);
                    RotationKernels.multiply(x, code, 1, n);
                    RotationKernels.scaledDifference(x, 1, code, x + 8192, n - i % 3);
                    RotationKernels.accumulate(x, code, 1, n - i % 3);
                    CodeKernels.range(x, n, sums);
                    CodeKernels.quantizeToPlanes(x, n, 0, 1, 4, code, 256);
                    CodeKernels.signs(x, x + 8192, n, code, sums);
                    CodeKernels.gridFit(x, n, 1, 2, sums);
                    CodeKernels.gridCodes(x, x + 8192, n, 1, 2, code, sums);
                    PlaneKernels.oneBitRows(code, 256, ids, 3, code + 4096, n / 8, products);
                    PlaneKernels.rows(code, 512, ids, 3, code + 4096, 6, n / 8, 2, products);
                    PlaneKernels.oneBitBlock(code, code + 4096, n / 8, products);
                }
                best = Math.min(best, threads.getCurrentThreadAllocatedBytes() - before);
            }
        }
        assertEquals(0, best, "bytes allocated in the best of 500 rounds of 500 calls of each kernel");
    }

    /// Loads the kernels anew, so that they choose their width again.
    private static final class KernelLoader extends ClassLoader {
        KernelLoader() {
            super(DistanceKernelTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("omendb.ann.kernel.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
