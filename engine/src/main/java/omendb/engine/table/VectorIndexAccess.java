package omendb.engine.table;

import java.lang.foreign.MemorySegment;
import omendb.ann.Distance;
import omendb.ann.HnswIndex;
import omendb.ann.HnswStats;
import omendb.ann.SlotFilter;
import omendb.engine.catalog.IndexDef;
import omendb.engine.error.InternalException;
import omendb.engine.error.SqlState;
import omendb.engine.txn.Transaction;
import org.jspecify.annotations.Nullable;

/// Nearest-neighbour search over an hnsw index and its tail.
///
/// Threading: any thread; searches belong to their transaction's thread.
public final class VectorIndexAccess {
    private static final int MAX_HINT = 1_000;

    private final Table table;
    private final IndexDef def;
    private final VectorIndexStorage storage;

    VectorIndexAccess(Table table, IndexDef def, VectorIndexStorage storage) {
        this.table = table;
        this.def = def;
        this.storage = storage;
    }

    public IndexDef def() {
        return def;
    }

    public Distance distance() {
        return storage.distance();
    }

    /// False while the index is being rebuilt (its files were missing or damaged): plan an exact scan.
    public boolean ready() {
        return storage.index() != null;
    }

    private HnswIndex graph() {
        HnswIndex graph = storage.index();
        if (graph == null) {
            throw new InternalException(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE, "index \"" + def.name() + "\" is being rebuilt");
        }
        return graph;
    }

    /// Rows that the statement sees, nearest first; the index is asked for more as long as the caller
    /// does.
    ///
    /// @param query  float32 values, as many as the column's dimensions; copied
    /// @param k      rows the caller expects to need (a hint)
    /// @param ef     size of the candidate list, `hnsw.ef_search`
    /// @param filter on slots, null = none
    public VectorSearch search(
            Transaction transaction, MemorySegment query, int k, int ef, @Nullable SlotFilter filter) {
        transaction.requireStatement();
        // any new vector may be nearer: what a search has read is the whole table
        transaction.readsAll(table.storage().storageId());
        int attnum = def.keys().getFirst().attnum();
        long limit = storage.column().publishedLimit();
        // memory of a beam grows with k; a caller that wants many rows pulls more beams
        int hint = Math.max(1, Math.min(k, Math.max(ef, MAX_HINT)));
        return new VectorSearch(table, transaction, attnum, graph().search(query, hint, ef, limit, filter));
    }

    public HnswStats stats() {
        return graph().stats();
    }

    /// Slots written but not yet linked into the graph; searched exactly.
    public long tailLength() {
        HnswIndex graph = storage.index();
        long limit = storage.column().publishedLimit();
        return graph == null ? limit : Math.max(0, limit - graph.indexedLimit());
    }

    /// Bytes of the newest checkpoint on disk.
    public long sizeBytes() {
        HnswIndex graph = storage.index();
        return graph == null ? 0 : graph.bytesOnDisk();
    }
}
