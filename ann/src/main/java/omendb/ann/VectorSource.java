package omendb.ann;

/// Where the float vectors of a column lie: one reserved address range of little-endian float32, slot after slot.
///
/// Threading: all methods may be called by any thread. The base address never changes while an index uses the
/// source. A
/// slot that was handed to
/// [HnswIndex#insert], [HnswIndex#build] or to a search (below its tail limit) is completely written, visible to
/// other
/// threads and never changes again.
/// Lifetime: the memory stays mapped for as long as any thread holds an epoch pin taken before the source was
/// retired.
public interface VectorSource {
    /// Floats in a vector, 1..16000.
    int dimensions();

    /// Absolute address of slot 0.
    long baseAddress();

    /// Bytes from one slot to the next, at least `4 * dimensions()`.
    long strideBytes();

    /// Absolute address of the vector in a slot.
    default long address(long slot) {
        return baseAddress() + slot * strideBytes();
    }
}
