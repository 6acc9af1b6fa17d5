package omendb.engine.table;

import omendb.engine.catalog.IndexDef;
import omendb.engine.txn.Transaction;

/// Reads of a btree index: row ids of the rows a transaction sees whose keys lie in a range, in key order. Exact:
/// no recheck.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"}) // signatures first, bodies follow
public final class IndexAccess {
    public IndexDef def() {
        throw new UnsupportedOperationException();
    }

    /// Whether the transaction's snapshot is young enough for this index ([IndexDef#validFrom]).
    public boolean usableBy(Transaction transaction) {
        throw new UnsupportedOperationException();
    }

    /// An empty range to fill.
    public KeyRange newRange() {
        throw new UnsupportedOperationException();
    }

    /// Row id for a range that fixes every column of a unique index; -1 = none.
    public long find(Transaction transaction, KeyRange range) {
        throw new UnsupportedOperationException();
    }

    /// @param backward from the last key to the first
    public IndexScan scan(Transaction transaction, KeyRange range, boolean backward) {
        throw new UnsupportedOperationException();
    }

    /// Entries, estimated.
    public long estimatedEntries() {
        throw new UnsupportedOperationException();
    }

    public long sizeBytes() {
        throw new UnsupportedOperationException();
    }
}
