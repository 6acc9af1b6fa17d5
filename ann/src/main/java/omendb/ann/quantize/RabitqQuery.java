package omendb.ann.quantize;

import omendb.ann.kernel.CodeKernels;
import omendb.ann.kernel.FloatKernels;
import omendb.ann.kernel.PlaneKernels;
import omendb.memory.MemoryAccount;
import omendb.memory.NativeMemory;

/// A query made ready to be compared with codes: bit planes, one number per centroid, a few constants.
///
/// Threading: for one thread. Can be prepared again and again for the same quantizer.
public final class RabitqQuery implements AutoCloseable {
    // padded dimensions of a query at 6 bits; 4 are enough for codes of 1 or 2 bits
    private static final int FEW_PLANES = 4;
    private static final int MANY_PLANES = 6;

    // a normal error passes six deviations once in a thousand million
    private static final float SURE_DEVIATIONS = 6;
    private static final float FLOAT_LOSS = 1e-5f;

    private final RabitqQuantizer quantizer;
    private final RabitqQuantizer.Scratch scratch;
    private final int planes;
    private final int planeStride;
    private final int planeBytes;
    private final int bits;
    private final int stride;
    private final int padded;
    private final long memory;
    private final float[] centroidTerms;

    // distances of the query to the centroids, for error bounds
    private final float[] centroidLengths;
    private final float[] range = new float[CodeKernels.ROOM];
    private int[] products = new int[256];
    private float step;
    private float low;
    private float constant;
    private float queryDeviation;
    private boolean closed;

    public RabitqQuery(RabitqQuantizer quantizer) {
        this.quantizer = quantizer;
        CodeLayout layout = quantizer.layout();
        this.scratch = new RabitqQuantizer.Scratch(layout);
        this.bits = layout.bits();
        this.planes = bits <= 2 ? FEW_PLANES : MANY_PLANES;
        this.planeBytes = layout.planeBytes();
        this.planeStride = PlaneKernels.planeStride(planeBytes);
        this.stride = layout.strideBytes();
        this.padded = layout.paddedDimensions();
        this.memory = MemoryAccount.allocate(RabitqQuantizer.TAG, queryBytes());
        this.centroidTerms = new float[quantizer.centroidCount()];
        this.centroidLengths = new float[quantizer.centroidCount()];
    }

    private long queryBytes() {
        return (long) planes * planeStride;
    }

    public RabitqQuantizer quantizer() {
        return quantizer;
    }

    /// Makes a query ready. Under cosine it must not be zero.
    public void prepare(long query) {
        float norm = quantizer.rotate(query, scratch.rotated);
        for (int c = 0; c < quantizer.centroidCount(); c += 4) {
            int group = quantizer.centroidDistances(scratch.rotated, c, scratch.sums);
            System.arraycopy(scratch.sums, 0, centroidTerms, c, group);
        }
        for (int c = 0; c < centroidTerms.length; c++) {
            centroidLengths[c] = (float) Math.sqrt(centroidTerms[c]);
        }
        if (quantizer.space() == CodeSpace.INNER_PRODUCT) {
            for (int c = 0; c < centroidTerms.length; c++) {
                centroidTerms[c] = (centroidTerms[c] - norm * norm) / 2;
            }
        }
        CodeKernels.range(scratch.rotated, padded, range);
        int most = (1 << planes) - 1;
        low = range[0];
        step = (range[1] - low) / most;
        float scale = step > 0 ? 1 / step : 0;
        long sum = CodeKernels.quantizeToPlanes(scratch.rotated, padded, low, scale, planes, memory, planeStride);
        float half = ((1 << bits) - 1) / 2f;
        constant = -half * (low * padded + step * sum);
        queryDeviation = half * step * (float) Math.sqrt(padded / 12f);
    }

    /// Estimates the distances of the rows `ids[0..count-1]` at `rows`, to `out`.
    public void estimate(long rows, int[] ids, int count, float[] out) {
        if (products.length < count) {
            products = new int[count];
        }
        int[] product = products;
        if (bits == 1) {
            PlaneKernels.oneBitRows(rows, stride, ids, count, memory, planeBytes, product);
        } else {
            PlaneKernels.rows(rows, stride, ids, count, memory, planes, planeBytes, bits, product);
        }
        long factors = rows + stride - CodeLayout.FACTOR_BYTES;
        float[] terms = centroidTerms;
        for (int i = 0; i < count; i++) {
            long row = factors + (long) ids[i] * stride;
            int packed = NativeMemory.getInt(row + 8);
            float inner = step * product[i] + low * (packed >>> 8) + constant;
            out[i] = NativeMemory.getFloat(row) + terms[packed & 0xff] + NativeMemory.getFloat(row + 4) * inner;
        }
    }

    /// What the distance that an estimate stands for is hardly below: the estimate less so many standard deviations
    /// of
    /// its error.
    public float lowerBound(long rows, int id, float estimate, float deviations) {
        long row = rows + (long) id * stride + stride - CodeLayout.FACTOR_BYTES;
        float error = NativeMemory.getFloat(row + 12) * centroidLengths[NativeMemory.getInt(row + 8) & 0xff];
        return estimate - deviations * error;
    }

    /// What the distance that an estimate stands for is never below: the estimate less six standard
    /// deviations of both its errors, that of the code and that of the quantized query, and less what float
    /// arithmetic may lose.
    public float leastDistance(long rows, int id, float estimate) {
        long row = rows + (long) id * stride + stride - CodeLayout.FACTOR_BYTES;
        int centroid = NativeMemory.getInt(row + 8) & 0xff;
        float code = NativeMemory.getFloat(row + 12) * centroidLengths[centroid];
        // each of the padded dimensions is off by up to half a step, evenly, and counts at most half the grid's width
        float rounding = Math.abs(NativeMemory.getFloat(row + 4)) * queryDeviation;
        float sizes = Math.abs(NativeMemory.getFloat(row)) + Math.abs(centroidTerms[centroid]) + Math.abs(estimate);
        return estimate - SURE_DEVIATIONS * (code + rounding) - FLOAT_LOSS * sizes;
    }

    /// Sum of squares of the prepared, rotated query relative to the mean; for tests.
    float rotatedNormSquared() {
        return FloatKernels.normSquared(scratch.rotated, padded);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            scratch.close();
            MemoryAccount.free(RabitqQuantizer.TAG, memory, queryBytes());
        }
    }
}
