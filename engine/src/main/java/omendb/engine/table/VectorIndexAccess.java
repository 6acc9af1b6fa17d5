package omendb.engine.table;

import java.lang.foreign.MemorySegment;
import omendb.ann.Distance;
import omendb.ann.HnswIndex;
import omendb.ann.HnswOptions;
import omendb.ann.HnswSearch;
import omendb.ann.HnswStats;
import omendb.ann.SlotFilter;
import omendb.engine.catalog.IndexDef;
import omendb.engine.error.InternalException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.lsm.LsmTree;
import omendb.engine.txn.Transaction;
import omendb.engine.type.BitString;
import omendb.engine.type.SparseVector;
import org.jspecify.annotations.Nullable;

/// Nearest-neighbour search over an hnsw index and its tail.
///
/// Threading: any thread; searches belong to their transaction's thread.
public final class VectorIndexAccess {
    private static final int MAX_HINT = 1_000;

    private final Table table;
    private final IndexDef def;
    private final @Nullable VectorIndexStorage storage;
    private final @Nullable LsmTree ownSlots;

    /// @param storage  null if its files are lost
    /// @param ownSlots the tree of [IndexSlots], null if the index is over the slots of a column
    VectorIndexAccess(Table table, IndexDef def, @Nullable VectorIndexStorage storage, @Nullable LsmTree ownSlots) {
        this.table = table;
        this.def = def;
        this.storage = storage;
        this.ownSlots = ownSlots;
    }

    private VectorIndexStorage storage() {
        VectorIndexStorage known = storage;
        if (known == null) {
            throw new InternalException(
                    SqlState.INDEX_CORRUPTED, "the files of index \"" + def.name() + "\" are lost: REINDEX it");
        }
        return known;
    }

    public IndexDef def() {
        return def;
    }

    public Distance distance() {
        return storage().distance();
    }

    /// False while the index is being rebuilt (its files were missing or damaged), or if its vectors are lost.
    public boolean ready() {
        return storage != null && storage.index() != null;
    }

    /// Whether the transaction may search the index now: it is not being rebuilt (its files were missing or
    /// damaged), and it has what the transaction's snapshot sees. Else plan an exact scan.
    public boolean usableBy(Transaction transaction) {
        return ready() && transaction.snapshot() >= def.validFrom();
    }

    /// @throws UserException 22000 if a query is of other dimensions than the index
    public void checkDimensions(MemorySegment query) {
        HnswOptions options = storage().options();
        long found = switch (options.element()) {
            case FLOAT32 -> query.byteSize() / Float.BYTES;
            case FLOAT16 -> query.byteSize() / Short.BYTES;
            case BIT -> BitString.length(query.address());
            case SPARSE -> SparseVector.dimensions(query.address());
        };
        if (found != options.dimensions()) {
            String what = switch (options.element()) {
                case FLOAT32 -> "vector dimensions ";
                case FLOAT16 -> "halfvec dimensions ";
                case BIT -> "bit lengths ";
                case SPARSE -> "sparsevec dimensions ";
            };
            throw new UserException(
                    SqlState.DATA_EXCEPTION, "different " + what + options.dimensions() + " and " + found);
        }
    }

    private HnswIndex present(@Nullable HnswIndex graph) {
        if (graph == null) {
            throw new InternalException(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE, "index \"" + def.name() + "\" is being rebuilt");
        }
        return graph;
    }

    /// Rows that the statement sees, nearest first; the index is asked for more as long as the caller
    /// does.
    ///
    /// @param query  a value of the key's type, see [#checkDimensions]; copied
    /// @param k      rows the caller expects to need (a hint)
    /// @param ef     size of the candidate list, `hnsw.ef_search`
    /// @param filter on slots, null = none
    public VectorSearch search(
            Transaction transaction, MemorySegment query, int k, int ef, @Nullable SlotFilter filter) {
        transaction.requireStatement();
        // any new vector may be nearer: what a search has read is the whole table
        transaction.readsAll(table.storage().storageId());
        long limit = storage().column().publishedLimit();
        // memory of a beam grows with k; a caller that wants many rows pulls more beams
        int hint = Math.max(1, Math.min(k, Math.max(ef, MAX_HINT)));
        HnswSearch hits = storage().with(graph -> present(graph).search(vector(query), hint, ef, limit, filter));
        return search(transaction, hits);
    }

    /// Rows that the statement sees within a distance of the query, nearest first.
    ///
    /// @param radius as the operator returns distances, included
    public VectorSearch range(Transaction transaction, MemorySegment query, double radius) {
        transaction.requireStatement();
        transaction.readsAll(table.storage().storageId());
        long limit = storage().column().publishedLimit();
        HnswSearch hits = storage().with(graph -> present(graph).range(vector(query), radius, limit));
        return search(transaction, hits);
    }

    private long vector(MemorySegment query) {
        return IndexSlots.vector(storage().options().element(), query.address());
    }

    private VectorSearch search(Transaction transaction, HnswSearch hits) {
        int attnum = def.keys().getFirst().attnum();
        RowLookup entries = ownSlots == null ? null : new RowLookup(transaction, ownSlots);
        return new VectorSearch(table, transaction, attnum, storage().column(), entries, hits);
    }

    public HnswStats stats() {
        return storage().with(graph -> present(graph).stats());
    }

    /// Slots written but not yet linked into the graph; searched exactly.
    public long tailLength() {
        long limit = storage().column().publishedLimit();
        return storage().with(graph -> graph == null ? limit : Math.max(0, limit - graph.indexedLimit()));
    }

    /// Bytes of the newest checkpoint on disk.
    public long sizeBytes() {
        HnswIndex graph = storage().index();
        return graph == null ? 0 : graph.bytesOnDisk();
    }
}
