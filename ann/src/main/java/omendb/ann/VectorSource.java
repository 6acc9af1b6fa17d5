package omendb.ann;

/// Where the vectors of a column lie: one reserved address range, slot after slot, each as its [ElementType]
/// says.
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
    /// Elements of a vector.
    int dimensions();

    /// What they are.
    default ElementType elementType() {
        return ElementType.FLOAT32;
    }

    /// Absolute address of slot 0.
    long baseAddress();

    /// Bytes from one slot to the next, at least [ElementType#slotBytes].
    long strideBytes();

    /// Absolute address of the vector in a slot.
    default long address(long slot) {
        return baseAddress() + slot * strideBytes();
    }
}
