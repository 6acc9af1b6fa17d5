package omendb.engine.table;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.SystemTrees;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.LsmValue;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.LockWaiting;
import omendb.engine.txn.OwnVersion;
import omendb.engine.txn.RowLockMode;
import omendb.engine.txn.Transaction;
import omendb.engine.txn.TransactionParticipant;
import omendb.engine.txn.WriteSet;
import omendb.engine.type.Batch;
import omendb.engine.type.NativeBytesWriter;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// Writes rows of one table for one transaction: rows, vectors and index entries, with unique checks.
///
/// Made when the transaction takes the table's ROW EXCLUSIVE lock, from the catalog as it is then: from
/// that moment no index can appear without the transaction ending.
///
/// Unique keys: whoever inserts or removes a key first takes the lock on its value and holds it to the
/// end of the transaction, so under the lock the newest committed entry and the own writes are all there
/// is.
/// Threading: the transaction's thread.
final class TableWriter {
    private final Table table;
    private final Catalog catalog;
    private final Transaction transaction;
    private final TableStorage storage;
    private final TableWrites writes;
    private final List<IndexWriter> indexes = new ArrayList<>();
    private final List<SlotIndexWriter> slotIndexes = new ArrayList<>();
    private final List<InvertedWriter> inverted = new ArrayList<>();
    private final RowSource source;
    private final RowSource before;
    private final RowLookup rows;
    private final LsmValue latest = new LsmValue();
    private final OwnVersion ownVersion = new OwnVersion();
    private final long[] slots;
    private final @Nullable KeyEvents events;

    /// One btree index: its keys and the key at hand.
    private static final class IndexWriter {
        private final IndexKeys keys;
        private final IndexRow row;
        private final RowLookup lookup;
        private final NativeBytesWriter key;
        private final NativeBytesWriter oldKey;
        private boolean unique;
        private boolean changed;

        /// Whether the new and the old row belong to the index.
        private boolean present;

        private boolean oldPresent;

        private IndexWriter(
                IndexKeys keys, IndexRow row, RowLookup lookup, NativeBytesWriter key, NativeBytesWriter oldKey) {
            this.keys = keys;
            this.row = row;
            this.lookup = lookup;
            this.key = key;
            this.oldKey = oldKey;
        }
    }

    /// Key buffers of a transaction's writers; freed when it ends.
    static final class Buffers implements TransactionParticipant {
        private final List<NativeBytesWriter> buffers = new ArrayList<>();
        private final List<IndexRow> rows = new ArrayList<>();

        NativeBytesWriter allocate() {
            NativeBytesWriter buffer = new NativeBytesWriter(128);
            buffers.add(buffer);
            return buffer;
        }

        @Override
        public void prepare(omendb.engine.txn.CommitRecord record) {
            close(); // a prepared transaction may live for days
        }

        @Override
        public void committed(long commitTimestamp) {
            close();
        }

        @Override
        public void rolledBack() {
            close();
        }

        IndexRow keep(IndexRow row) {
            rows.add(row);
            return row;
        }

        private void close() {
            rows.forEach(IndexRow::close);
            rows.clear();
            buffers.forEach(NativeBytesWriter::close);
            buffers.clear();
        }

        @Override
        public Object mark() {
            return buffers.size();
        }

        @Override
        public void rollbackTo(@Nullable Object mark) {}
    }

    TableWriter(Table table, Catalog catalog, Transaction transaction, Storages storages, TableWriters tables) {
        this.table = table;
        this.catalog = catalog;
        this.transaction = transaction;
        this.storage = table.storage();
        this.writes = TableWrites.of(transaction, storages);
        this.source = new RowSource(table);
        this.before = new RowSource(table);
        this.rows = RowLookup.momentary(transaction, storage.rows());
        this.slots = new long[table.def().columns().size() + 1];
        Buffers buffers = transaction.participant(Buffers.class, Buffers::new);
        for (IndexKeys keys : table.btrees()) {
            LsmTree tree = storages.lsm().tree(keys.treeId());
            indexes.add(new IndexWriter(
                    keys,
                    buffers.keep(new IndexRow(keys)),
                    RowLookup.momentary(transaction, tree),
                    buffers.allocate(),
                    buffers.allocate()));
        }
        for (IndexSlots own : table.indexSlots()) {
            IndexRow row = buffers.keep(new IndexRow(new IndexKeys(table.def(), own.index())));
            LsmTree tree = storages.lsm().tree(own.index().storageId());
            slotIndexes.add(new SlotIndexWriter(transaction, writes, own, row, RowLookup.momentary(transaction, tree)));
        }
        for (IndexKeys keys : table.inverted()) {
            inverted.add(new InvertedWriter(keys, buffers.keep(new IndexRow(keys)), buffers.allocate()));
        }
        this.events = KeyEvents.needed(table) ? new KeyEvents(table, tables.constraintEvents(transaction)) : null;
    }

    Table table() {
        return table;
    }

    InsertOutcome insert(Batch values, int row, @Nullable List<Integer> arbiters) {
        transaction.makeRoom();
        source.setNew(values, row);
        checkNotNull();
        long rowId = storage.newRowId();
        for (IndexWriter index : indexes) {
            encodeNewKey(index, rowId);
            index.changed = index.present;
        }
        InsertOutcome conflict = arbiters == null ? null : findConflict(arbiters);
        if (conflict != null) {
            return conflict;
        }
        checkUnique();
        for (InvertedWriter index : inverted) {
            index.readNew(source);
        }
        appendVectors(rowId);
        putRow(rowId);
        putIndexEntries(rowId);
        for (SlotIndexWriter index : slotIndexes) {
            index.inserted(source, rowId);
        }
        for (InvertedWriter index : inverted) {
            index.write(transaction, rowId);
        }
        writes.countRows(storage, 1);
        table.activity().inserted();
        if (events != null) {
            events.inserted(source, rowId);
        }
        return new InsertOutcome(true, rowId, 0);
    }

    /// The row that an arbiter already has the key for; null = none.
    private @Nullable InsertOutcome findConflict(List<Integer> arbiters) {
        for (IndexWriter index : indexes) {
            int oid = index.keys.index().oid();
            if (index.unique && (arbiters.isEmpty() || arbiters.contains(oid))) {
                long rowId = findHolder(index);
                transaction.readsKey(
                        index.keys.treeId(), NativeMemory.segment(index.key.address(), index.key.position()));
                if (rowId >= 0) {
                    checkConflictVisible(index);
                    return new InsertOutcome(false, rowId, oid);
                }
            }
        }
        return null;
    }

    /// As [#lockAndFind]; but if there is such a row, the lock on the key is given back: who has locked the row may
    /// want it for a change of the key, and the row is what the conflict's action locks.
    private long findHolder(IndexWriter index) {
        long key = index.key.address();
        int length = index.key.position();
        boolean taken = transaction.lockKey(index.keys.treeId(), key, length);
        long rowId = find(index);
        if (taken && rowId >= 0) {
            transaction.unlockKey(index.keys.treeId(), key, length);
        }
        return rowId;
    }

    /// At REPEATABLE READ a conflict with a row that the snapshot does not see cannot be acted upon.
    private void checkConflictVisible(IndexWriter index) {
        boolean newer = !index.lookup.isOwn() && index.lookup.commitTimestamp() > transaction.snapshot();
        if (newer && transaction.isolation() != Isolation.READ_COMMITTED) {
            throw concurrentUpdate("update");
        }
    }

    private void checkUnique() {
        for (IndexWriter index : indexes) {
            if (index.unique && index.changed && lockAndFind(index) >= 0) {
                transaction.triesToInsert(
                        storage.storageId(),
                        index.keys.treeId(),
                        NativeMemory.segment(index.key.address(), index.key.position()));
                index.row.set(source);
                throw ConstraintErrors.duplicateKey(catalog, table.def(), index.keys, index.row);
            }
        }
    }

    /// Row that holds the key at hand, now that nobody else can change that; -1 = none.
    private long lockAndFind(IndexWriter index) {
        long key = index.key.address();
        int length = index.key.position();
        transaction.lockKey(index.keys.treeId(), key, length);
        return find(index);
    }

    private static long find(IndexWriter index) {
        boolean found = index.lookup.findLatest(index.key.address(), index.key.position());
        return found ? IndexScan.rowIdOfValue(index.lookup.address()) : -1;
    }

    private void checkNotNull() {
        for (ColumnDef column : table.def().columns()) {
            if (column.notNull() && source.isNull(column.attnum())) {
                throw ConstraintErrors.notNull(catalog, table.def(), column, source);
            }
        }
    }

    /// Gives every new vector a slot, and keeps those of the others.
    private void appendVectors(long rowId) {
        for (int attnum : table.slotColumns()) {
            if (source.isNull(attnum)) {
                slots[attnum] = 0;
            } else if (source.isSet(attnum)) {
                checkDimensions(attnum);
                slots[attnum] = writes.append(storage, attnum, rowId, source.lane(attnum));
            } else {
                slots[attnum] = source.storedSlot(attnum);
            }
        }
    }

    private void checkDimensions(int attnum) {
        int expected = storage.vectorColumn(attnum).dimensions();
        int found = source.length(attnum) / Float.BYTES;
        if (found != expected) {
            throw new UserException(SqlState.DATA_EXCEPTION, "expected " + expected + " dimensions, not " + found);
        }
    }

    private void putRow(long rowId) {
        long key = transaction.scratch();
        RowKey.write(key, rowId);
        RowLayout layout = table.layout();
        long target = transaction
                .writes()
                .reservePut(storage.storageId(), key, RowKey.BYTES, RowEncoder.size(layout, source));
        RowEncoder.write(layout, source, slots, target);
    }

    private void putIndexEntries(long rowId) {
        for (IndexWriter index : indexes) {
            if (index.changed && index.present) {
                long target = transaction
                        .writes()
                        .reservePut(
                                index.keys.treeId(),
                                index.key.address(),
                                index.key.position(),
                                index.unique ? Long.BYTES : 0);
                if (index.unique) {
                    NativeMemory.putLong(target, rowId);
                }
            }
        }
    }

    /// @param waiting SKIP answers [RowLock#LOCKED] for a lock that others hold
    RowLock lockRow(long rowId, RowLockMode mode, LockWaiting waiting) {
        long key = transaction.scratch();
        RowKey.write(key, rowId);
        WriteSet own = transaction.writesIfAny();
        if (own != null && own.find(storage.storageId(), key, RowKey.BYTES, Long.MAX_VALUE, ownVersion)) {
            if (ownVersion.sequence() > transaction.statementSequence()) {
                return RowLock.CHANGED_BY_STATEMENT;
            }
            if (ownVersion.isTombstone()) {
                return RowLock.GONE;
            }
            return takeLock(key, mode, waiting) ? RowLock.UNCHANGED : RowLock.LOCKED;
        }
        if (!takeLock(key, mode, waiting)) {
            return RowLock.LOCKED;
        }
        RowKey.write(key, rowId); // waiting may have used the scratch
        if (storage.rows().latestCommitTs(key, RowKey.BYTES, latest) <= transaction.snapshot()) {
            return rows.findRow(rowId) ? RowLock.UNCHANGED : RowLock.GONE;
        }
        boolean exists = rows.findLatestRow(rowId);
        if (exists && mode == RowLockMode.KEY_SHARE && hasKeysOfSnapshot(rowId)) {
            return RowLock.UNCHANGED;
        }
        if (transaction.isolation() != Isolation.READ_COMMITTED) {
            throw concurrentUpdate(exists ? "update" : "delete");
        }
        return exists ? RowLock.CHANGED : RowLock.GONE;
    }

    /// Takes the row's lock, waiting for its holder, whatever the snapshot sees of the row.
    void lockLatestRow(long rowId, RowLockMode mode) {
        long key = transaction.scratch();
        RowKey.write(key, rowId);
        takeLock(key, mode, LockWaiting.WAIT);
    }

    private boolean takeLock(long key, RowLockMode mode, LockWaiting waiting) {
        if (transaction.lockRow(storage.storageId(), key, table.def().oid(), mode, waiting)) {
            return true;
        }
        if (waiting == LockWaiting.SKIP) {
            return false;
        }
        throw new UserException(
                SqlState.LOCK_NOT_AVAILABLE,
                "could not obtain lock on row in relation \"" + table.def().name() + "\"");
    }

    /// Whether the newest version of a row has the unique keys that the statement sees: KEY SHARE asks
    /// for no more.
    private boolean hasKeysOfSnapshot(long rowId) {
        if (!rows.findRow(rowId)) {
            return false;
        }
        long seen = rows.address();
        rows.findLatestRow(rowId);
        source.setStored(rows.address());
        before.setStored(seen);
        for (IndexWriter index : indexes) {
            if (index.keys.index().unique() && encodesDifferently(index, rowId)) {
                return false;
            }
        }
        return true;
    }

    private static UserException concurrentUpdate(String what) {
        return new UserException(
                SqlState.SERIALIZATION_FAILURE, "could not serialize access due to concurrent " + what);
    }

    void update(long rowId, int[] attnums, Batch values, int row) {
        transaction.makeRoom();
        long stored = requireRow(rowId);
        source.setChanged(stored, attnums, values, row);
        before.setStored(stored);
        checkNotNull();
        for (IndexWriter index : indexes) {
            index.changed = index.row.isTouched(source) && encodesDifferently(index, rowId);
        }
        for (InvertedWriter index : inverted) {
            index.readChange(before, source);
        }
        lockOldKeys();
        checkUnique();
        lockKeyChange(rowId);
        appendVectors(rowId);
        for (int attnum : attnums) {
            if (table.isSlotColumn(attnum) && !before.isNull(attnum)) {
                addDeadSlot(attnum, before.storedSlot(attnum));
            }
        }
        putRow(rowId);
        for (IndexWriter index : indexes) {
            if (index.changed && index.oldPresent) {
                deleteEntry(index);
            }
        }
        putIndexEntries(rowId);
        for (SlotIndexWriter index : slotIndexes) {
            index.updated(source, rowId);
        }
        for (InvertedWriter index : inverted) {
            index.write(transaction, rowId);
        }
        table.activity().updated(changesNoIndex(attnums));
        if (events != null) {
            events.updated(before, source, rowId);
        }
    }

    private boolean changesNoIndex(int[] attnums) {
        for (IndexWriter index : indexes) {
            if (index.changed) {
                return false;
            }
        }
        for (InvertedWriter index : inverted) {
            if (index.changes()) {
                return false;
            }
        }
        for (int attnum : attnums) {
            if (table.isSlotColumn(attnum)) {
                return false; // a vector index may hold the slot
            }
        }
        return true;
    }

    /// Encodes old and new key; false = the same.
    private boolean encodesDifferently(IndexWriter index, long rowId) {
        encodeNewKey(index, rowId);
        encodeOldKey(index, rowId);
        if (!index.present || !index.oldPresent) {
            return index.present != index.oldPresent;
        }
        return !NativeMemory.equal(
                index.key.address(), index.key.position(), index.oldKey.address(), index.oldKey.position());
    }

    private void encodeNewKey(IndexWriter index, long rowId) {
        index.key.truncate(0);
        index.present = index.row.set(source);
        index.unique = index.present && index.row.encode(rowId, index.key);
    }

    private void encodeOldKey(IndexWriter index, long rowId) {
        index.oldKey.truncate(0);
        index.oldPresent = index.row.set(before);
        if (index.oldPresent) {
            index.row.encode(rowId, index.oldKey);
        }
    }

    void delete(long rowId) {
        transaction.makeRoom();
        long stored = requireRow(rowId);
        before.setStored(stored);
        for (IndexWriter index : indexes) {
            encodeOldKey(index, rowId);
            index.changed = index.oldPresent;
        }
        for (InvertedWriter index : inverted) {
            index.readOld(before);
        }
        lockOldKeys();
        for (int attnum : table.slotColumns()) {
            if (!before.isNull(attnum)) {
                addDeadSlot(attnum, before.storedSlot(attnum));
            }
        }
        for (IndexWriter index : indexes) {
            if (index.oldPresent) {
                deleteEntry(index);
            }
        }
        for (SlotIndexWriter index : slotIndexes) {
            index.deleted(rowId);
        }
        for (InvertedWriter index : inverted) {
            index.write(transaction, rowId);
        }
        long key = transaction.scratch();
        RowKey.write(key, rowId);
        transaction.writes().delete(storage.storageId(), key, RowKey.BYTES);
        writes.countRows(storage, -1);
        table.activity().deleted();
        if (events != null) {
            events.deleted(before);
        }
    }

    /// A key that goes away is locked like one that comes: who wants to insert it must wait for the
    /// outcome.
    private void lockOldKeys() {
        for (IndexWriter index : indexes) {
            IndexDef def = index.keys.index();
            if (index.changed && index.oldPresent && def.unique()) {
                // entries of an index that is not immediate end in the row id, which is no part of the value
                int length = index.oldKey.position() - (def.immediate() ? 0 : RowKey.BYTES);
                transaction.lockKey(index.keys.treeId(), index.oldKey.address(), length);
            }
        }
    }

    /// Whoever changes a key that a foreign key may refer to must wait for those who rely on it (KEY
    /// SHARE).
    private void lockKeyChange(long rowId) {
        for (IndexWriter index : indexes) {
            if (index.changed && index.keys.index().unique()) {
                long key = transaction.scratch();
                RowKey.write(key, rowId);
                transaction.lockRow(storage.storageId(), key, table.def().oid(), RowLockMode.UPDATE, LockWaiting.WAIT);
                return;
            }
        }
    }

    private void deleteEntry(IndexWriter index) {
        transaction.writes().delete(index.keys.treeId(), index.oldKey.address(), index.oldKey.position());
    }

    /// Leaves a note for vacuum, with the transaction: the slot may go once no snapshot sees this row
    /// version.
    private void addDeadSlot(int attnum, long slot) {
        long key = transaction.scratch();
        SlotKey.write(key, storage.storageId(), attnum, slot);
        transaction.writes().reservePut(SystemTrees.DEAD_SLOTS, key, SlotKey.BYTES, 0);
    }

    private long requireRow(long rowId) {
        transaction.requireStatement();
        if (!rows.findLatestRow(rowId)) {
            throw new IllegalStateException(
                    "row " + rowId + " of \"" + table.def().name() + "\" is not locked");
        }
        return rows.address();
    }
}
