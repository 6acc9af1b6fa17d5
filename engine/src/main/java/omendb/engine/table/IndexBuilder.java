package omendb.engine.table;

import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.IndexDef;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.LsmValue;
import omendb.engine.lsm.SortedRun;
import omendb.engine.txn.OwnVersion;
import omendb.engine.txn.Transaction;
import omendb.engine.txn.WriteCursor;
import omendb.engine.txn.WriteSet;
import omendb.engine.type.NativeBytesWriter;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// Fills the tree of a new btree or inverted index from the rows of its table, under the table's SHARE lock.
///
/// Entries of committed rows are sorted off-heap and become sorted runs of the tree, past WAL and memtables, at the
/// timestamp the build read; entries of the transaction's own rows go to its write set like any other write.
/// Threading: the transaction's thread.
final class IndexBuilder implements AutoCloseable {
    private final Transaction transaction;
    private final Catalog catalog;
    private final Table table;
    private final IndexKeys keys;
    private final IndexRow row;
    private final Storages storages;
    private final LsmTree tree;
    private final long timestamp;
    private final RowSource source;
    private final NativeBytesWriter key = new NativeBytesWriter();
    private final OwnVersion found = new OwnVersion();
    private final @Nullable InvertedKeys inverted;
    private @Nullable WriteSet sorter;

    /// @param table the table without the index
    IndexBuilder(Transaction transaction, Catalog catalog, Table table, IndexDef index, Storages storages) {
        this.transaction = transaction;
        this.catalog = catalog;
        this.table = table;
        this.keys = new IndexKeys(table.def(), index);
        this.row = new IndexRow(keys);
        this.inverted = index.isInverted() ? new InvertedKeys(keys) : null;
        this.storages = storages;
        this.tree = storages.lsm().tree(index.storageId());
        this.timestamp = transaction.latest();
        this.source = new RowSource(table);
    }

    /// Reads all rows; returns the timestamp from which on snapshots may use the index.
    long build() {
        try (MergedCursor rows =
                MergedCursor.ofLatest(transaction, table.storage().rows())) {
            while (rows.nextAlone()) {
                source.setStored(rows.valueAddress());
                add(RowKey.read(rows.keyAddress()), rows.isOwn());
                transaction.checkCancelled();
                transaction.makeRoom();
            }
        }
        writeRun();
        if (keys.index().unique() && !keys.index().immediate()) {
            requireNoDuplicates();
        }
        return timestamp;
    }

    /// Entries of an index that is not immediate differ by their row ids: rows with the same key are neighbours.
    private void requireNoDuplicates() {
        RowLookup rows = new RowLookup(transaction, table.storage().rows());
        key.truncate(0);
        try (MergedCursor entries = MergedCursor.ofLatest(transaction, tree)) {
            while (entries.nextAlone()) {
                int length = entries.keyLength() - RowKey.BYTES;
                boolean same = NativeMemory.equal(key.address(), key.position(), entries.keyAddress(), length);
                if (same && rows.findLatestRow(RowKey.read(entries.keyAddress() + length))) {
                    source.setStored(rows.address());
                    if (row.set(source) && !hasNull()) {
                        throw ConstraintErrors.cannotCreateUnique(catalog, table.def(), keys, row);
                    }
                }
                key.truncate(0);
                key.writeBytes(entries.keyAddress(), length);
                transaction.checkCancelled();
            }
        }
    }

    private boolean hasNull() {
        for (int i = 0; i < keys.columnCount(); i++) {
            if (row.isNull(i)) {
                return true;
            }
        }
        return false;
    }

    private void add(long rowId, boolean own) {
        if (!row.set(source)) {
            return;
        }
        if (inverted != null) {
            for (byte[] term : inverted.of(row)) {
                InvertedKeys.write(term, rowId, key);
                WriteSet target = own ? transaction.writes() : sorter();
                target.reservePut(keys.treeId(), key.address(), key.position(), 0);
            }
            limitSorter(own);
            return;
        }
        key.truncate(0);
        boolean unique = row.encode(rowId, key);
        if (unique && exists()) {
            throw ConstraintErrors.cannotCreateUnique(catalog, table.def(), keys, row);
        }
        WriteSet target = own ? transaction.writes() : sorter();
        long value = target.reservePut(keys.treeId(), key.address(), key.position(), unique ? Long.BYTES : 0);
        if (unique) {
            NativeMemory.putLong(value, rowId);
        }
        limitSorter(own);
    }

    private void limitSorter(boolean own) {
        if (!own && sorter().reservedBytes() > storages.options().sortBytes()) {
            writeRun();
        }
    }

    /// Whether a row read before has the key at hand: in the sorter, in a run, or among own entries.
    private boolean exists() {
        WriteSet sorting = sorter;
        if (sorting != null && sorting.find(keys.treeId(), key.address(), key.position(), Long.MAX_VALUE, found)) {
            return true;
        }
        WriteSet own = transaction.writesIfAny();
        boolean isOwn = own != null && own.find(keys.treeId(), key.address(), key.position(), Long.MAX_VALUE, found);
        if (isOwn && !found.isTombstone()) {
            return true;
        }
        return tree.get(key.address(), key.position(), Long.MAX_VALUE - 1, new LsmValue());
    }

    private WriteSet sorter() {
        WriteSet known = sorter;
        if (known == null) {
            known = new WriteSet();
            sorter = known;
        }
        return known;
    }

    private void writeRun() {
        WriteSet sorted = sorter;
        if (sorted == null) {
            return;
        }
        sorter = null;
        try (sorted;
                SortedRun run = storages.lsm().startRun(keys.treeId(), timestamp)) {
            WriteCursor entries = sorted.cursor(keys.treeId(), null, null, false, Long.MAX_VALUE);
            while (entries != null && entries.next()) {
                run.put(entries.keyAddress(), entries.keyLength(), entries.valueAddress(), entries.valueLength());
                transaction.checkCancelled();
            }
            run.finish();
        }
    }

    @Override
    public void close() {
        key.close();
        row.close();
        if (sorter != null) {
            sorter.close();
        }
    }
}
