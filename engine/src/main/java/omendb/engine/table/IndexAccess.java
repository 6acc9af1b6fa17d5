package omendb.engine.table;

import omendb.engine.catalog.IndexDef;
import omendb.engine.lsm.LsmTree;
import omendb.engine.txn.Transaction;

/// Reads of a btree index: row ids of the rows a statement sees whose keys lie in a range, in key order.
/// Exact: no recheck.
///
/// Threading: any thread; scans belong to their transaction's thread.
public final class IndexAccess {
    private final IndexKeys keys;
    private final TableActivity.IndexActivity activity;
    private final LsmTree tree;

    IndexAccess(IndexKeys keys, TableActivity.IndexActivity activity, LsmTree tree) {
        this.keys = keys;
        this.activity = activity;
        this.tree = tree;
    }

    public IndexDef def() {
        return keys.index();
    }

    /// Whether the statement's snapshot is young enough for this index ([IndexDef#validFrom]).
    public boolean usableBy(Transaction transaction) {
        return transaction.snapshot() >= def().validFrom();
    }

    /// An empty range to fill.
    public KeyRange newRange() {
        return new KeyRange(keys);
    }

    /// Row id of the one key of a range of an immediate unique index; -1 = none.
    public long find(Transaction transaction, KeyRange range) {
        transaction.requireStatement();
        if (!isOneEntry(range)) {
            throw new IllegalArgumentException("not a single key of a unique index: " + def().name());
        }
        transaction.readsKey(tree.relationId(), range.key());
        RowLookup lookup = new RowLookup(transaction, tree);
        activity.scans.increment();
        boolean found = lookup.find(range.key().address(), (int) range.key().byteSize());
        if (found) {
            activity.entries.increment();
        }
        return found ? IndexScan.rowIdOfValue(lookup.address()) : -1;
    }

    /// @param backward from the last key to the first
    public IndexScan scan(Transaction transaction, KeyRange range, boolean backward) {
        if (isOneEntry(range)) {
            return IndexScan.ofRow(find(transaction, range));
        }
        transaction.readsRange(tree.relationId(), range.from(), range.to());
        activity.scans.increment();
        return IndexScan.of(MergedCursor.of(transaction, tree, range.from(), range.to(), backward), activity.entries);
    }

    private boolean isOneEntry(KeyRange range) {
        return def().unique() && def().immediate() && range.isOneKey();
    }

    /// Entries, estimated.
    public long estimatedEntries() {
        return tree.approximateEntries();
    }

    public long sizeBytes() {
        return tree.approximateBytes();
    }
}
