package omendb.engine.table;

import java.util.concurrent.atomic.LongAdder;
import omendb.engine.txn.StorageFailures;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// Row ids in key order.
///
/// Threading: the transaction's thread.
public final class IndexScan implements AutoCloseable {
    private final @Nullable MergedCursor cursor;
    private final @Nullable LongAdder entries;
    private final long onlyRow;
    private boolean before = true;
    private long read;

    private IndexScan(@Nullable MergedCursor cursor, @Nullable LongAdder entries, long onlyRow) {
        this.cursor = cursor;
        this.entries = entries;
        this.onlyRow = onlyRow;
    }

    /// @param entries to add those read to, at the end
    static IndexScan of(MergedCursor cursor, LongAdder entries) {
        return new IndexScan(cursor, entries, -1);
    }

    /// Of one row, or none if it is -1.
    static IndexScan ofRow(long rowId) {
        return new IndexScan(null, null, rowId);
    }

    /// Advances; false = no more.
    public boolean next() {
        if (cursor == null) {
            boolean is = before && onlyRow >= 0;
            before = false;
            return is;
        }
        try {
            boolean found = cursor.nextAlone();
            read += found ? 1 : 0;
            return found;
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    public long rowId() {
        if (cursor == null) {
            return onlyRow;
        }
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
        if (entries != null) {
            entries.add(read);
            read = 0;
        }
        if (cursor != null) {
            cursor.close();
        }
    }
}
