package omendb.ann;

/// How far two vectors are apart. Lower is nearer, always; the value is the one that pgvector's operator returns.
public enum Distance {
    /// `<->`, Euclidean distance (the root is taken).
    L2,
    /// `<#>`, the inner product times -1.
    INNER_PRODUCT,
    /// `<=>`, one minus the cosine of the angle; NaN if a vector is zero.
    COSINE,
    /// `<+>`, the sum of absolute differences.
    L1,
    /// `<~>`, the number of different bits. Bit strings only.
    HAMMING,
    /// `<%>`, one minus intersection over union of the set bits. Bit strings only.
    JACCARD;

    /// True for the distances of float vectors, false for those of bit strings.
    public boolean isOverFloats() {
        return this != HAMMING && this != JACCARD;
    }
}
