package omendb.engine.table;

import java.util.Arrays;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;
import omendb.engine.txn.Transaction;
import omendb.engine.type.NativeBytesWriter;

/// Writes the entries of one inverted index for a [TableWriter]: first the terms are read, then they are written, since
/// writing may move the rows that were read.
///
/// Threading: the transaction's thread.
final class InvertedWriter {
    private static final NavigableSet<byte[]> NONE =
            Collections.unmodifiableNavigableSet(new TreeSet<>(Arrays::compareUnsigned));

    private final IndexKeys keys;
    private final InvertedKeys inverted;
    private final IndexRow row;
    private final NativeBytesWriter key;
    private NavigableSet<byte[]> before = NONE;
    private NavigableSet<byte[]> after = NONE;

    InvertedWriter(IndexKeys keys, IndexRow row, NativeBytesWriter key) {
        this.keys = keys;
        this.inverted = new InvertedKeys(keys);
        this.row = row;
        this.key = key;
    }

    private NavigableSet<byte[]> terms(RowSource source) {
        return row.set(source) ? inverted.of(row) : NONE;
    }

    /// A row that comes.
    void readNew(RowSource source) {
        before = NONE;
        after = terms(source);
    }

    /// A row that goes.
    void readOld(RowSource source) {
        before = terms(source);
        after = NONE;
    }

    /// A row that changes.
    void readChange(RowSource old, RowSource changed) {
        if (!row.isTouched(changed)) {
            before = NONE;
            after = NONE;
            return;
        }
        before = terms(old);
        after = terms(changed);
    }

    /// Whether what was read makes a difference.
    boolean changes() {
        return !before.equals(after);
    }

    void write(Transaction transaction, long rowId) {
        for (byte[] term : before) {
            if (!after.contains(term)) {
                InvertedKeys.write(term, rowId, key);
                transaction.writes().delete(keys.treeId(), key.address(), key.position());
            }
        }
        for (byte[] term : after) {
            if (!before.contains(term)) {
                InvertedKeys.write(term, rowId, key);
                transaction.writes().reservePut(keys.treeId(), key.address(), key.position(), 0);
            }
        }
    }
}
