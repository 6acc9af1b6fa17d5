package omendb.ann;

import java.lang.foreign.Arena;
import java.util.Random;
import omendb.memory.NativeMemory;

/// Test twin of a column of any element type: clustered vectors in one off-heap array.
final class ElementVectors implements VectorSource, AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final ElementType element;
    private final int dimensions;
    private final long stride;
    private final long base;

    /// @param count vectors, a twentieth of them clusters' centres that the others are near to
    ElementVectors(ElementType element, int dimensions, int count, long seed) {
        this.element = element;
        this.dimensions = dimensions;
        this.stride = (element.slotBytes(dimensions) + 15) & -16;
        this.base = arena.allocate(count * stride, 64).address();
        var random = new Random(seed);
        float[][] centres = new float[Math.max(1, count / 20)][dimensions];
        for (float[] centre : centres) {
            for (int d = 0; d < dimensions; d++) {
                centre[d] = random.nextInt(4) == 0 ? (float) random.nextGaussian() * 3 : 0;
            }
        }
        float[] vector = new float[dimensions];
        for (int i = 0; i < count; i++) {
            float[] centre = centres[random.nextInt(centres.length)];
            for (int d = 0; d < dimensions; d++) {
                boolean keeps = element == ElementType.FLOAT16 || centre[d] != 0 || random.nextInt(20) == 0;
                vector[d] = keeps ? centre[d] + (float) random.nextGaussian() : 0;
            }
            write(address(i), vector);
        }
    }

    private void write(long address, float[] vector) {
        switch (element) {
            case FLOAT32, FLOAT16 -> {
                for (int d = 0; d < dimensions; d++) {
                    NativeMemory.putShort(address + 2L * d, Float.floatToFloat16(vector[d]));
                }
            }
            case BIT -> {
                for (int d = 0; d < dimensions; d++) {
                    long cell = address + (d >> 3);
                    int bit = vector[d] > 0 ? 0x80 >> (d & 7) : 0;
                    NativeMemory.putByte(cell, (byte) (NativeMemory.getByte(cell) | bit));
                }
            }
            case SPARSE -> {
                int count = 0;
                for (float value : vector) {
                    count += value != 0 ? 1 : 0;
                }
                NativeMemory.putInt(address, dimensions);
                NativeMemory.putInt(address + 4, count);
                int at = 0;
                for (int d = 0; d < dimensions; d++) {
                    if (vector[d] != 0) {
                        NativeMemory.putInt(address + 8 + 4L * at, d);
                        NativeMemory.putFloat(address + 8 + 4L * count + 4L * at, vector[d]);
                        at++;
                    }
                }
            }
        }
    }

    @Override
    public ElementType elementType() {
        return element;
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
        return stride;
    }

    @Override
    public void close() {
        arena.close();
    }
}
