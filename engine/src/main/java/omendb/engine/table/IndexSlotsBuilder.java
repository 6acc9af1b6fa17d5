package omendb.engine.table;

import omendb.ann.ElementType;
import omendb.engine.lsm.SortedRun;
import omendb.engine.txn.Transaction;
import omendb.engine.vector.VectorColumn;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// Fills the slots and the tree of a new index that keeps its own vectors from the rows of its table, under
/// the table's SHARE lock.
///
/// Entries of committed rows become a sorted run of the tree, past WAL and memtables, at the timestamp the
/// build read, and their slots are as good as those of a committed transaction: no other can see the index
/// before its own commit. Entries and slots of the transaction's own rows are writes like any other.
/// Threading: the transaction's thread.
final class IndexSlotsBuilder implements AutoCloseable {
    private final Transaction transaction;
    private final Table table;
    private final IndexSlots slots;
    private final Storages storages;
    private final IndexRow row;
    private final RowSource source;
    private final long timestamp;
    private @Nullable SortedRun run;

    /// @param table the table without the index
    IndexSlotsBuilder(Transaction transaction, Table table, IndexSlots slots, Storages storages) {
        this.transaction = transaction;
        this.table = table;
        this.slots = slots;
        this.storages = storages;
        this.row = new IndexRow(new IndexKeys(table.def(), slots.index()));
        this.source = new RowSource(table);
        this.timestamp = transaction.latest();
    }

    /// Reads all rows; returns the timestamp from which on snapshots may use the index.
    long build() {
        try (MergedCursor rows =
                MergedCursor.ofLatest(transaction, table.storage().rows())) {
            while (rows.nextAlone()) {
                source.setStored(rows.valueAddress());
                if (row.set(source) && !row.isNull(0)) {
                    add(RowKey.read(rows.keyAddress()), rows.isOwn());
                }
                transaction.checkCancelled();
                transaction.makeRoom();
            }
        }
        if (run != null) {
            run.finish();
        }
        return timestamp;
    }

    private void add(long rowId, boolean own) {
        VectorColumn column = slots.column();
        ElementType element = column.elementType();
        long vector = IndexSlots.vector(element, row.lane(0));
        IndexSlots.check(element, vector);
        long treeId = slots.index().storageId();
        if (own) {
            SlotEntries.put(
                    transaction,
                    treeId,
                    rowId,
                    TableWrites.of(transaction, storages).append(slots, rowId, vector));
            return;
        }
        SortedRun sorted = run;
        if (sorted == null) {
            sorted = storages.lsm().startRun(treeId, timestamp);
            run = sorted;
        }
        long slot = column.append(rowId, vector);
        column.resolve(slot);
        long key = transaction.scratch();
        RowKey.write(key, rowId);
        NativeMemory.putLong(key + RowKey.BYTES, slot);
        sorted.put(key, RowKey.BYTES, key + RowKey.BYTES, Long.BYTES);
    }

    @Override
    public void close() {
        row.close();
        if (run != null) {
            run.close();
        }
    }
}
