package omendb.engine.table;

import java.lang.foreign.MemorySegment;
import omendb.engine.catalog.Catalog;
import omendb.engine.error.OmenException;
import omendb.engine.lsm.LsmTree;
import omendb.engine.txn.Transaction;
import omendb.engine.type.NativeBytesWriter;
import org.jspecify.annotations.Nullable;

/// Looks for duplicates under a deferrable UNIQUE or PRIMARY KEY, whose index has an entry for each row.
///
/// Under the lock on the key's value, which whoever removes a row with it holds as well, the newest
/// committed entries and the own ones are all there is; of two transactions with the same key the one that
/// looks later finds the other's.
/// Threading: the transaction's thread.
final class UniqueRecheck {
    private final Table table;
    private final IndexKeys keys;
    private final LsmTree tree;
    private final Transaction transaction;
    private final RowLookup rows;
    private final RowSource row;
    private final IndexRow key;
    private final NativeBytesWriter entry;

    UniqueRecheck(Table table, int indexOid, Transaction transaction, Storages storages) {
        this.table = table;
        this.keys = table.btree(indexOid);
        this.tree = storages.lsm().tree(keys.treeId());
        this.transaction = transaction;
        this.rows = RowLookup.momentary(transaction, table.storage().rows());
        this.row = new RowSource(table);
        TableWriter.Buffers buffers = transaction.participant(TableWriter.Buffers.class, TableWriter.Buffers::new);
        this.key = buffers.keep(new IndexRow(keys));
        this.entry = buffers.allocate();
    }

    /// Whether no other row has the key of this one, if it is still there.
    boolean isUnique(long rowId) {
        if (!rows.findLatestRow(rowId)) {
            return true;
        }
        row.setStored(rows.address());
        key.set(row);
        for (int i = 0; i < keys.columnCount(); i++) {
            if (key.isNull(i)) {
                return true;
            }
        }
        entry.truncate(0);
        key.encode(rowId, entry);
        entry.truncate(entry.position() - RowKey.BYTES);
        transaction.lockKey(keys.treeId(), entry.address(), entry.position());
        return !othersHave(rowId);
    }

    private boolean othersHave(long rowId) {
        try (KeyRange range = new KeyRange(keys)) {
            range.prefix().writeBytes(entry.address(), entry.position());
            @Nullable MemorySegment to = range.to();
            try (MergedCursor entries = MergedCursor.ofLatest(transaction, tree, range.from(), to)) {
                while (entries.nextAlone()) {
                    long other = RowKey.read(entries.keyAddress() + entries.keyLength() - RowKey.BYTES);
                    if (other != rowId) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /// The error for the row looked at last.
    OmenException duplicate(Catalog catalog) {
        return ConstraintErrors.duplicateKey(catalog, table.def(), keys, key);
    }
}
