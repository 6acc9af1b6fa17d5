package omendb.ann;

import org.jspecify.annotations.Nullable;

/// Finds the nearest slots by looking at every one of them: the truth that indexes are measured against, and the
/// right
/// plan for small sets.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"}) // body follows with the kernels
public final class ExactSearch {
    private ExactSearch() {}

    /// The `k` nearest of the slots `[from, to)` that the filter accepts. Vectors whose distance is NaN (a zero
    /// vector
    /// under cosine) are left out.
    ///
    /// @param query absolute address of `source.dimensions()` floats
    public static Neighbours search(
            VectorSource source,
            Distance distance,
            long query,
            int k,
            long from,
            long to,
            @Nullable SlotFilter filter) {
        throw new UnsupportedOperationException();
    }
}
