package omendb.ann.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A vector that the compiler puts on the heap, or a kernel that it never gets to, makes searches ten times slower,
/// and no other test would notice.
///
/// Runs the kernels in a JVM of their own: one that has met vectors of several widths, as other tests force them,
/// compiles worse than a server ever does.
class KernelAllocationTest {
    private static final int ROUNDS = 3_000;

    @ParameterizedTest
    @ValueSource(strings = {"floats", "codes"})
    void compiled_kernels_allocate_nothing_whatever_lengths_they_meet(String kernels) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!argument.startsWith("-javaagent")) {
                command.add(argument);
            }
        }
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), KernelAllocationTest.class.getName(), kernels));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        assertEquals("0 bytes", output.lines().toList().getLast(), "in the best of " + ROUNDS + " rounds");
    }

    public static void main(String[] arguments) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        try (Arena arena = Arena.ofConfined()) {
            long memory = arena.allocate(1 << 17, 64).address();
            float[] sums = new float[FloatKernelsX4.ROOM];
            int[] ids = {0, 1, 2};
            int[] products = new int[PlaneKernels.BLOCK_LANES];
            for (int round = 0; round < ROUNDS && best > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 500; i++) {
                    if (arguments[0].equals("floats")) {
                        floats(memory, i, sums);
                    } else {
                        codes(memory, i, sums, ids, products);
                    }
                }
                best = Math.min(best, threads.getCurrentThreadAllocatedBytes() - before);
            }
        }
        System.out.println(best + " bytes");
    }

    private static void floats(long a, int i, float[] out) {
        int n = switch (i % 5) {
            case 0 -> 784;
            case 1 -> 832;
            case 2 -> 100;
            case 3 -> 1536;
            default -> 387;
        };
        long v = 6144;
        FloatKernelsX4.l2Squared(a, a + v, a + 2 * v, a + 3 * v, a + 4 * v, n, out);
        FloatKernelsX4.dot(a, a + v, a + 2 * v, a + 3 * v, a + 4 * v, n, out);
        FloatKernelsX4.dotAndNorm(a, a + v, a + 2 * v, a + 3 * v, a + 4 * v, n, out);
        FloatKernelsX4.l1(a, a + v, a + 2 * v, a + 3 * v, a + 4 * v, n, out);
        out[0] += FloatKernels.l2Squared(a, a + v, n) + FloatKernels.dot(a, a + v, n);
        out[1] += FloatKernels.l1(a, a + v, n) + (float) FloatKernels.cosineDistance(a, a + v, n);
    }

    private static void codes(long x, int i, float[] sums, int[] ids, int[] products) {
        long code = x + (1 << 16);
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
}
