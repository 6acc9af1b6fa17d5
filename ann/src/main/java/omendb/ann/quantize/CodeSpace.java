package omendb.ann.quantize;

/// In which space codes estimate a distance, and so what their estimate means.
public enum CodeSpace {
    /// Estimates the squared Euclidean distance.
    EUCLIDEAN(0),
    /// Estimates the negative inner product.
    INNER_PRODUCT(1),
    /// Estimates the squared Euclidean distance of the normalised vectors: twice the cosine distance.
    COSINE(2);

    private final int id;

    CodeSpace(int id) {
        this.id = id;
    }

    /// Number in files.
    public int id() {
        return id;
    }

    /// @throws IllegalArgumentException if no space has that number
    public static CodeSpace of(int id) {
        for (CodeSpace space : values()) {
            if (space.id == id) {
                return space;
            }
        }
        throw new IllegalArgumentException("no code space " + id);
    }
}
