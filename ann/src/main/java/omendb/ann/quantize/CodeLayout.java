package omendb.ann.quantize;

/// A row of codes:
///
///     offset        size         field
///     0             b * p        bit planes of the code, p = padded dimensions / 8 bytes each, lowest bit first
///     stride - 16   4            add        float: the part of the estimate that does not depend on the query
///     stride - 12   4            scale      float: factor of the inner product with the query
///     stride - 8    4            sum * 256 + centroid: sum of the code's values, number of the centroid
///     stride - 4    4            error      float: standard deviation of the estimate for a query at distance one of
///                                the centroid
///
/// Rows begin on cache lines where that wastes at most an eighth, else at multiples of 16 (a 208-byte row then
/// still
/// touches four lines, as a 256-byte one does). Kernels read up to 64 bytes behind the last plane: memory after the
/// last row must be mapped for that long.
///
/// @param dimensions floats in a vector
/// @param bits bits of a code per dimension
public record CodeLayout(int dimensions, int bits) {
    /// Bytes that must be readable after the last row.
    public static final int SLACK_BYTES = 64;

    static final int FACTOR_BYTES = 16;
    private static final int LINE_BYTES = 64;

    /// Dimensions after padding with zeros: a multiple of 64.
    public int paddedDimensions() {
        int multiple = Rotation.LENGTH_MULTIPLE;
        return (dimensions + multiple - 1) / multiple * multiple;
    }

    /// Bytes of one bit plane.
    public int planeBytes() {
        return paddedDimensions() / 8;
    }

    /// Bytes from one row to the next.
    public int strideBytes() {
        int used = bits * planeBytes() + FACTOR_BYTES;
        int lines = (used + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
        // planes are multiples of 8 bytes, factors stay 4-aligned
        return lines - used <= used / 8 ? lines : (used + 15) / 16 * 16;
    }
}
