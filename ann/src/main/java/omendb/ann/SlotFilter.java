package omendb.ann;

/// Decides which slots a search may return. Called once for each candidate, by the thread that searches; it must
/// not
/// call back into the search.
@FunctionalInterface
public interface SlotFilter {
    /// True if the search may return this slot.
    boolean accepts(long slot);
}
