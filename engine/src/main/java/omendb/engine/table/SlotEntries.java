package omendb.engine.table;

import omendb.engine.txn.Transaction;
import omendb.memory.NativeMemory;

/// Entries of the tree of [IndexSlots].
final class SlotEntries {
    private SlotEntries() {}

    /// Gives a row a slot.
    static void put(Transaction transaction, long treeId, long rowId, long slot) {
        long key = transaction.scratch();
        RowKey.write(key, rowId);
        long target = transaction.writes().reservePut(treeId, key, RowKey.BYTES, Long.BYTES);
        NativeMemory.putLong(target, slot);
    }

    /// Takes a row's slot away.
    static void delete(Transaction transaction, long treeId, long rowId) {
        long key = transaction.scratch();
        RowKey.write(key, rowId);
        transaction.writes().delete(treeId, key, RowKey.BYTES);
    }
}
