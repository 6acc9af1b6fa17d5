package omendb.engine.table;

import omendb.engine.txn.StorageFailures;
import omendb.memory.NativeMemory;

/// Row ids in key order.
///
/// Threading: the transaction's thread.
public final class IndexScan implements AutoCloseable {
    private final MergedCursor cursor;

    IndexScan(MergedCursor cursor) {
        this.cursor = cursor;
    }

    /// Advances; false = no more.
    public boolean next() {
        try {
            return cursor.next();
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    public long rowId() {
        return cursor.valueLength() == Long.BYTES
                ? rowIdOfValue(cursor.valueAddress())
                : RowKey.read(cursor.keyAddress() + cursor.keyLength() - RowKey.BYTES);
    }

    /// Row id in the value of a unique entry.
    static long rowIdOfValue(long address) {
        return NativeMemory.getLong(address);
    }

    @Override
    public void close() {
        cursor.close();
    }
}
