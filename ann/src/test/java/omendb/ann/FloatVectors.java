package omendb.ann;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import omendb.memory.NativeMemory;

/// Test twin of a vector column: float vectors in one off-heap array of fixed capacity.
public final class FloatVectors implements VectorSource, AutoCloseable {
    private static final int NPY_HEADER_BYTES = 128;

    private final Arena arena = Arena.ofShared();
    private final int dimensions;
    private final int capacity;
    private final long base;

    public FloatVectors(int dimensions, int capacity) {
        this.dimensions = dimensions;
        this.capacity = capacity;
        MemorySegment memory = arena.allocate(Math.max(1, capacity) * strideBytes(), 64);
        this.base = memory.address();
    }

    /// Pixels of the small real set in the test resources: `base` (3,000) or `queries` (200), 784 dimensions.
    public static FloatVectors fashionMnist(String name, int count) {
        try (InputStream in = FloatVectors.class.getResourceAsStream("/fashion-mnist/" + name + ".npy")) {
            return bytes(in, 784, count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Rows of a NumPy file of uint8.
    public static FloatVectors ofBytes(Path npy, int dimensions, int count) {
        try (InputStream in = Files.newInputStream(npy)) {
            return bytes(in, dimensions, count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FloatVectors bytes(InputStream in, int dimensions, int count) throws IOException {
        var data = new DataInputStream(new BufferedInputStream(in, 1 << 20));
        data.skipNBytes(NPY_HEADER_BYTES);
        var vectors = new FloatVectors(dimensions, count);
        byte[] row = new byte[dimensions];
        for (int i = 0; i < count; i++) {
            data.readFully(row);
            for (int d = 0; d < dimensions; d++) {
                vectors.set(i, d, row[d] & 0xff);
            }
        }
        return vectors;
    }

    /// Gaussian clusters.
    public static FloatVectors clustered(int dimensions, int count, long seed) {
        var random = new Random(seed);
        float[][] centres = new float[Math.max(1, count / 50)][dimensions];
        for (float[] centre : centres) {
            for (int d = 0; d < dimensions; d++) {
                centre[d] = (float) random.nextGaussian() * 3;
            }
        }
        var vectors = new FloatVectors(dimensions, count);
        for (int i = 0; i < count; i++) {
            float[] centre = centres[random.nextInt(centres.length)];
            for (int d = 0; d < dimensions; d++) {
                vectors.set(i, d, centre[d] + (float) random.nextGaussian());
            }
        }
        return vectors;
    }

    public void set(long slot, int dimension, float value) {
        NativeMemory.putFloat(address(slot) + 4L * dimension, value);
    }

    public float get(long slot, int dimension) {
        return NativeMemory.getFloat(address(slot) + 4L * dimension);
    }

    public int capacity() {
        return capacity;
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public long baseAddress() {
        return base;
    }

    @Override
    public long strideBytes() {
        return 4L * dimensions;
    }

    @Override
    public void close() {
        arena.close();
    }
}
