package omendb.engine.table;

import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.LsmValue;
import omendb.engine.txn.OwnVersion;
import omendb.engine.txn.StorageFailures;
import omendb.engine.txn.Transaction;
import omendb.engine.txn.WriteSet;
import omendb.engine.type.Batch;

/// Finds one key of a tree for a transaction: its own version first, then the committed one.
///
/// Threading: the transaction's thread.
final class RowLookup {
    private final Transaction transaction;
    private final LsmTree tree;
    private final LsmValue value = new LsmValue();
    private final OwnVersion ownVersion = new OwnVersion();
    private final boolean keeps;
    private boolean own;
    private long address;
    private int length;

    /// Whose addresses stay valid until the end of the statement.
    RowLookup(Transaction transaction, LsmTree tree) {
        this(transaction, tree, true);
    }

    private RowLookup(Transaction transaction, LsmTree tree, boolean keeps) {
        this.transaction = transaction;
        this.tree = tree;
        this.keeps = keeps;
    }

    /// Whose addresses are used at once: they stay valid until the transaction's next write.
    static RowLookup momentary(Transaction transaction, LsmTree tree) {
        return new RowLookup(transaction, tree, false);
    }

    /// What the row caches cannot take of compressed tables goes to `batch`: its values are good until it is reset.
    void useMemoryOf(Batch batch) {
        value.useMemory(batch.arena()::allocate);
    }

    /// The row as the running statement sees it.
    boolean findRow(long rowId) {
        long key = transaction.scratch();
        RowKey.write(key, rowId);
        return find(key, RowKey.BYTES);
    }

    /// The newest version of a row: own, or committed by anyone.
    boolean findLatestRow(long rowId) {
        long key = transaction.scratch();
        RowKey.write(key, rowId);
        return findLatest(key, RowKey.BYTES);
    }

    boolean find(long keyAddress, int keyLength) {
        return find(keyAddress, keyLength, transaction.snapshot(), transaction.statementSequence());
    }

    boolean findLatest(long keyAddress, int keyLength) {
        return find(keyAddress, keyLength, transaction.latest(), Long.MAX_VALUE);
    }

    /// The version the snapshot sees, all own writes included.
    boolean findAtSnapshot(long keyAddress, int keyLength) {
        return find(keyAddress, keyLength, transaction.snapshot(), Long.MAX_VALUE);
    }

    private boolean find(long keyAddress, int keyLength, long timestamp, long sequence) {
        WriteSet writes = transaction.writesIfAny();
        if (writes != null) {
            if (findOwn(writes, keyAddress, keyLength, sequence)) {
                own = true;
                address = ownVersion.address();
                length = ownVersion.length();
                if (keeps) {
                    writes.keepAddresses();
                }
                return !ownVersion.isTombstone();
            }
        }
        own = false;
        boolean found = committed(keyAddress, keyLength, timestamp);
        address = value.address();
        length = value.length();
        return found;
    }

    private boolean findOwn(WriteSet writes, long keyAddress, int keyLength, long sequence) {
        try {
            return writes.find(tree.relationId(), keyAddress, keyLength, sequence, ownVersion);
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    private boolean committed(long keyAddress, int keyLength, long timestamp) {
        try {
            return tree.get(keyAddress, keyLength, timestamp, value);
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    /// Whether the version found is the transaction's own.
    boolean isOwn() {
        return own;
    }

    /// Address of the value found; how long it is valid says who made this.
    long address() {
        return address;
    }

    int length() {
        return length;
    }

    /// Commit timestamp of the version found, if it is not own.
    long commitTimestamp() {
        return value.commitTs();
    }
}
