package omendb.engine.table;

import java.lang.foreign.MemorySegment;
import omendb.ann.Distance;
import omendb.ann.HnswStats;
import omendb.ann.SlotFilter;
import omendb.engine.catalog.IndexDef;
import omendb.engine.txn.Transaction;
import org.jspecify.annotations.Nullable;

/// Nearest-neighbour search over an hnsw index and its tail.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"}) // signatures first, bodies follow
public final class VectorIndexAccess {
    public IndexDef def() {
        throw new UnsupportedOperationException();
    }

    public Distance distance() {
        throw new UnsupportedOperationException();
    }

    /// False while the index is being rebuilt (its files were missing or damaged): plan an exact scan.
    public boolean ready() {
        throw new UnsupportedOperationException();
    }

    /// Rows that `transaction` sees, nearest first; asks the index for more as long as the caller does.
    ///
    /// @param query  float32 values, as many as the column's dimensions; copied
    /// @param k      rows the caller expects to need (a hint)
    /// @param ef     size of the candidate list, `hnsw.ef_search`
    /// @param filter on slots, null = none
    public VectorSearch search(
            Transaction transaction, MemorySegment query, int k, int ef, @Nullable SlotFilter filter) {
        throw new UnsupportedOperationException();
    }

    /// Like [#search]; iterative = go on past the first `ef` candidates until the whole graph is exhausted.
    public HnswStats stats() {
        throw new UnsupportedOperationException();
    }

    /// Slots written but not yet linked into the graph; searched exactly.
    public long tailLength() {
        throw new UnsupportedOperationException();
    }

    public long sizeBytes() {
        throw new UnsupportedOperationException();
    }
}
