package omendb.ann.quantize;

import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import omendb.ann.VectorSource;
import omendb.ann.kernel.FloatKernels;
import omendb.ann.kernel.FloatKernelsX4;
import omendb.ann.kernel.RotationKernels;
import omendb.memory.MemoryAccount;
import omendb.memory.NativeMemory;

/// Learns mean and centroids from a sample of vectors: Lloyd's k-means on the rotated, centred sample.
public final class RabitqTrainer {
    private static final int ITERATIONS = 8;
    private static final int CHECK_EVERY = 64;

    // more sample vectors per centroid gain nothing that recall shows
    private static final int SAMPLE_PER_CENTROID = 100;
    private static final int LEAST_SAMPLE = 1_000;
    private static final long SAMPLE_BUDGET_BYTES = 64L << 20;

    private RabitqTrainer() {}

    /// Sample size that is worth its time for so many centroids, within 64 MiB.
    public static int sampleSize(CodeLayout layout, int centroids) {
        long wanted = Math.max(LEAST_SAMPLE, (long) SAMPLE_PER_CENTROID * centroids);
        return (int) Math.min(wanted, SAMPLE_BUDGET_BYTES / (4L * layout.paddedDimensions()));
    }

    /// @param sample slots to learn from, at least one; under cosine none of a zero vector
    /// @param centroids at most the size of the sample
    /// @param goOn asked some hundred times a second
    /// @throws CancellationException if `goOn` said false
    public static RabitqQuantizer train(
            VectorSource source,
            CodeSpace space,
            int bits,
            int centroids,
            long seed,
            long[] sample,
            BooleanSupplier goOn) {
        if (sample.length < 1 || centroids < 1 || centroids > sample.length) {
            throw new IllegalArgumentException(centroids + " centroids from " + sample.length + " vectors");
        }
        var layout = new CodeLayout(source.dimensions(), bits);
        var quantizer = new RabitqQuantizer(space, layout, centroids, seed);
        long rowBytes = 4L * layout.paddedDimensions();
        long rotated = MemoryAccount.allocate(RabitqQuantizer.TAG, rowBytes * sample.length);
        boolean complete = false;
        try {
            learnMean(source, quantizer, sample, goOn);
            for (int i = 0; i < sample.length; i++) {
                check(i, goOn);
                quantizer.rotate(source.address(sample[i]), rotated + i * rowBytes);
            }
            if (centroids > 1) {
                learnCentroids(quantizer, rotated, sample.length, seed, goOn);
            }
            complete = true;
        } finally {
            if (!complete) {
                quantizer.close();
            }
            MemoryAccount.free(RabitqQuantizer.TAG, rotated, rowBytes * sample.length);
        }
        return quantizer;
    }

    private static void check(int i, BooleanSupplier goOn) {
        if (i % CHECK_EVERY == 0 && !goOn.getAsBoolean()) {
            throw new CancellationException("training of the codes stopped");
        }
    }

    private static void learnMean(VectorSource source, RabitqQuantizer quantizer, long[] sample, BooleanSupplier goOn) {
        int n = source.dimensions();
        for (int i = 0; i < sample.length; i++) {
            check(i, goOn);
            long x = source.address(sample[i]);
            float scale = 1;
            if (quantizer.space() == CodeSpace.COSINE) {
                scale = (float) (1 / Math.sqrt(FloatKernels.normSquared(x, n)));
            }
            RotationKernels.accumulate(quantizer.meanAddress(), x, scale / sample.length, n);
        }
    }

    private static void learnCentroids(
            RabitqQuantizer quantizer, long rotated, int size, long seed, BooleanSupplier goOn) {
        int count = quantizer.centroidCount();
        int padded = quantizer.layout().paddedDimensions();
        long rowBytes = 4L * padded;
        int[] members = new int[count];
        int[] assigned = new int[size];
        float[] distances = new float[FloatKernelsX4.ROOM];
        // distinct starts: a stride through the sample from a random place
        int start = SplitMix.bounded(seed, size);
        for (int c = 0; c < count; c++) {
            long from = rotated + (start + (long) c * size / count) % size * rowBytes;
            NativeMemory.copy(from, quantizer.centroidAddress(c), rowBytes);
        }
        for (int iteration = 0; iteration < ITERATIONS; iteration++) {
            for (int i = 0; i < size; i++) {
                check(i, goOn);
                assigned[i] = quantizer.nearestCentroid(rotated + i * rowBytes, distances);
            }
            Arrays.fill(members, 0);
            for (int c : assigned) {
                members[c]++;
            }
            for (int c = 0; c < count; c++) {
                if (members[c] > 0) {
                    NativeMemory.fill(quantizer.centroidAddress(c), rowBytes, (byte) 0);
                } else {
                    // an empty cluster starts again from a random vector
                    int random = SplitMix.bounded(seed + SplitMix.STEP * (iteration * 1000L + c), size);
                    NativeMemory.copy(rotated + random * rowBytes, quantizer.centroidAddress(c), rowBytes);
                }
            }
            for (int i = 0; i < size; i++) {
                int c = assigned[i];
                RotationKernels.accumulate(
                        quantizer.centroidAddress(c), rotated + i * rowBytes, 1f / members[c], padded);
            }
        }
    }
}
