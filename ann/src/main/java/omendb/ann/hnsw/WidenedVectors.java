package omendb.ann.hnsw;

import omendb.ann.VectorSource;
import omendb.ann.kernel.HalfKernels;

/// Some vectors of a source of float16 as float32, by their place in a list.
final class WidenedVectors implements VectorSource, AutoCloseable {
    private final int dimensions;
    private final OffHeapArray floats;

    WidenedVectors(VectorSource source, long[] slots) {
        this.dimensions = source.dimensions();
        this.floats = new OffHeapArray(Math.max(1, slots.length) * strideBytes());
        for (int i = 0; i < slots.length; i++) {
            HalfKernels.widen(source.address(slots[i]), address(i), dimensions);
        }
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public long baseAddress() {
        return floats.address();
    }

    @Override
    public long strideBytes() {
        return 4L * dimensions;
    }

    @Override
    public void close() {
        floats.close();
    }
}
