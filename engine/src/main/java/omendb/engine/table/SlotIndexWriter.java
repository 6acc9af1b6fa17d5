package omendb.engine.table;

import omendb.ann.ElementType;
import omendb.engine.catalog.SystemTrees;
import omendb.engine.txn.Transaction;
import omendb.engine.vector.VectorColumn;
import omendb.memory.NativeMemory;

/// Keeps the vectors of one index that has its own ([IndexSlots]) in step with the rows that a transaction
/// writes.
///
/// Threading: the transaction's thread. The row it looks through belongs to the transaction's buffers.
final class SlotIndexWriter {
    private final Transaction transaction;
    private final TableWrites writes;
    private final IndexSlots slots;
    private final IndexRow row;
    private final RowLookup entries;
    private final long treeId;

    SlotIndexWriter(Transaction transaction, TableWrites writes, IndexSlots slots, IndexRow row, RowLookup entries) {
        this.transaction = transaction;
        this.writes = writes;
        this.slots = slots;
        this.row = row;
        this.entries = entries;
        this.treeId = slots.index().storageId();
    }

    void inserted(RowSource source, long rowId) {
        if (isPresent(source)) {
            add(rowId, vector());
        }
    }

    /// A row whose vector stays the same keeps its slot: nothing is written.
    void updated(RowSource source, long rowId) {
        if (!row.isTouched(source)) {
            return;
        }
        boolean present = isPresent(source);
        long old = storedSlot(rowId);
        if (present && old >= 0 && isSame(vector(), old)) {
            return;
        }
        if (old >= 0) {
            giveUp(old);
        }
        if (present) {
            add(rowId, vector());
        } else if (old >= 0) {
            SlotEntries.delete(transaction, treeId, rowId);
        }
    }

    void deleted(long rowId) {
        long old = storedSlot(rowId);
        if (old >= 0) {
            giveUp(old);
            SlotEntries.delete(transaction, treeId, rowId);
        }
    }

    private boolean isPresent(RowSource source) {
        return row.set(source) && !row.isNull(0);
    }

    private long vector() {
        return IndexSlots.vector(slots.column().elementType(), row.lane(0));
    }

    private void add(long rowId, long vector) {
        ElementType element = slots.column().elementType();
        IndexSlots.check(element, vector);
        SlotEntries.put(transaction, treeId, rowId, writes.append(slots, rowId, vector));
    }

    /// The slot of the newest version of a row, which the transaction has locked; -1 = none.
    private long storedSlot(long rowId) {
        return entries.findLatestRow(rowId) ? NativeMemory.getLong(entries.address()) : -1;
    }

    private boolean isSame(long vector, long slot) {
        VectorColumn column = slots.column();
        long stored = column.checkedAddress(slot);
        return NativeMemory.equal(vector, column.vectorBytes(vector), stored, column.vectorBytes(stored));
    }

    /// Leaves a note for vacuum, with the transaction.
    private void giveUp(long slot) {
        long key = transaction.scratch();
        SlotKey.write(key, treeId, IndexSlots.ATTNUM, slot);
        transaction.writes().reservePut(SystemTrees.DEAD_SLOTS, key, SlotKey.BYTES, 0);
    }
}
