package omendb.engine.table;

import java.util.concurrent.atomic.LongAdder;
import omendb.engine.txn.StorageFailures;
import omendb.memory.NativeMemory;

/// Row ids in key order.
///
/// Threading: the transaction's thread.
public final class IndexScan implements AutoCloseable {
    private final MergedCursor cursor;
    private final LongAdder entries;
    private long read;

    /// @param entries to add those read to, at the end
    IndexScan(MergedCursor cursor, LongAdder entries) {
        this.cursor = cursor;
        this.entries = entries;
    }

    /// Advances; false = no more.
    public boolean next() {
        try {
            boolean found = cursor.next();
            read += found ? 1 : 0;
            return found;
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
        entries.add(read);
        read = 0;
        cursor.close();
    }
}
