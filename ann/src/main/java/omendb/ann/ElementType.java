package omendb.ann;

import omendb.ann.kernel.SparseKernels;

/// What the vectors of a source consist of, and how one lies in its slot.
public enum ElementType {
    /// `vector`: float32, little-endian.
    FLOAT32(HnswOptions.MAX_DIMENSIONS),
    /// `halfvec`: float16, little-endian, finite.
    FLOAT16(HnswOptions.MAX_DIMENSIONS),
    /// `bit`: the first bit is the highest of the first byte; unused bits of the last byte are zero.
    BIT(64_000),
    /// `sparsevec`: see [SparseKernels]; at most [#MOST_NON_ZERO] elements.
    SPARSE(1_000_000_000);

    /// Most elements that are not zero in a sparse vector of an index: pgvector's limit.
    public static final int MOST_NON_ZERO = 1_000;

    private final int mostDimensions;

    ElementType(int mostDimensions) {
        this.mostDimensions = mostDimensions;
    }

    /// The longest vector that can be indexed.
    public int mostDimensions() {
        return mostDimensions;
    }

    /// Whether such vectors have that distance.
    public boolean has(Distance distance) {
        return distance.isOverFloats() == (this != BIT);
    }

    /// Bytes that a slot needs for any vector of so many dimensions.
    public long slotBytes(int dimensions) {
        return switch (this) {
            case FLOAT32 -> 4L * dimensions;
            case FLOAT16 -> 2L * dimensions;
            case BIT -> (dimensions + 7L) >> 3;
            case SPARSE -> SparseKernels.bytes(Math.min(dimensions, MOST_NON_ZERO));
        };
    }

    /// Bytes of the vector at an address.
    public long bytes(int dimensions, long address) {
        return this == SPARSE ? SparseKernels.bytes(SparseKernels.nonZero(address)) : slotBytes(dimensions);
    }

    /// Whether the vectors can be coded by RaBitQ, as the floats that they stand for.
    public boolean isDense() {
        return this == FLOAT32 || this == FLOAT16;
    }
}
