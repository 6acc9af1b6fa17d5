package omendb.engine.table;

import omendb.ann.HnswSearch;
import omendb.engine.error.InternalException;
import omendb.engine.error.SqlState;
import omendb.engine.txn.StorageFailures;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.engine.vector.VectorColumn;
import omendb.memory.NativeMemory;
import omendb.memory.StorageException;
import org.jspecify.annotations.Nullable;

/// Visible rows nearest first. Hits whose row the statement does not see, or whose row it sees with another
/// vector, are
/// skipped.
///
/// Threading: the transaction's thread.
public final class VectorSearch implements AutoCloseable {
    private final HnswSearch hits;
    private final @Nullable RowLookup entries;
    private final VectorColumn column;
    private final int attnum;
    private final RowLookup lookup;
    private final RowView view;
    private long rowId;
    private long skipped;

    /// @param attnum  the column whose slots the index is over, if it has none of its own
    /// @param column  the slots
    /// @param entries which slots rows have ([IndexSlots]); null if the rows say it themselves
    VectorSearch(
            Table table,
            Transaction transaction,
            int attnum,
            VectorColumn column,
            @Nullable RowLookup entries,
            HnswSearch hits) {
        this.hits = hits;
        this.attnum = attnum;
        this.column = column;
        this.entries = entries;
        this.lookup = new RowLookup(transaction, table.storage().rows());
        this.view = new RowView(table);
    }

    /// Advances to the next visible row; false = the whole index is exhausted.
    public boolean next() {
        while (nextHit()) {
            long slot = hits.slot();
            rowId = column.rowId(slot);
            if (isVisible(slot)) {
                check(slot);
                return true;
            }
            if (!column.isDead(slot)) {
                check(slot); // or a damaged entry would hide its row
            }
            skipped++;
        }
        return false;
    }

    /// Whether the statement sees the row, and with this vector.
    private boolean isVisible(long slot) {
        RowLookup own = entries;
        if (own != null) {
            return own.findRow(rowId) && NativeMemory.getLong(own.address()) == slot && lookup.findRow(rowId);
        }
        if (!lookup.findRow(rowId)) {
            return false;
        }
        view.set(lookup.address());
        return !view.isNull(attnum) && view.slot(attnum) == slot;
    }

    private boolean nextHit() {
        try {
            return hits.next();
        } catch (IllegalStateException closed) {
            throw new InternalException(
                    SqlState.INDEX_CORRUPTED, "the vector index turned out to be damaged during the scan", closed);
        }
    }

    /// The distance came from the slot's floats, and its entry leads to the row.
    private void check(long slot) {
        try {
            column.checkedAddress(slot);
        } catch (StorageException damaged) {
            throw StorageFailures.translate(damaged);
        }
    }

    public long rowId() {
        return rowId;
    }

    /// As the operator returns it (L2 is not squared, inner product is negative).
    public double distance() {
        return hits.distance();
    }

    /// Number of the beam the row comes from: distances never fall within one beam (see [HnswSearch]).
    public int beam() {
        return hits.beam();
    }

    /// Appends the current row to `batch` with `fetch`'s columns; it was read for the visibility check anyway.
    public void appendTo(RowFetch fetch, Batch batch) {
        fetch.appendAt(lookup.address(), rowId, batch);
    }

    /// Hits that were not visible so far.
    public long skipped() {
        return skipped;
    }

    /// Nodes looked at so far (for EXPLAIN and `hnsw.max_scan_tuples`).
    public long visited() {
        return hits.visited();
    }

    /// Vectors read for their exact distance so far.
    public long rescored() {
        return hits.rescored();
    }

    /// Vectors not yet linked that were compared exactly.
    public long tailScanned() {
        return hits.tailScanned();
    }

    @Override
    public void close() {
        hits.close();
    }
}
