package omendb.engine.table;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.lsm.LsmTree;
import omendb.engine.txn.LockWaiting;
import omendb.engine.txn.RowLockMode;
import omendb.engine.txn.StorageFailures;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.engine.vector.VectorColumn;
import org.jspecify.annotations.Nullable;

/// A table as it can be read and written, under one definition; obtained from `Database.table`.
///
/// Columns are named by attnum. `attnums` given to a scan or fetch say what the columns of its batches
/// are, in that order; [#ROW_ID] stands for the hidden row id (a LONG lane; type int8). Values must have
/// exactly the column's type (coerced, typmod applied). NOT NULL is checked here (23502), CHECK by the
/// caller. A statement does not see what it writes itself (`Transaction.startStatement` draws the line).
/// A write that throws may leave part of its work behind: the caller rolls back to its mark.
/// Threading: shared; what it hands out belongs to one transaction's thread.
public final class Table {
    /// Pseudo attnum of the hidden row id.
    public static final int ROW_ID = -1;

    private final TableDef def;
    private final List<IndexDef> indexDefs;
    private final List<Catalog.Reference> references;
    private final TableStorage storage;
    private final TableWriters writers;
    private final Storages storages;
    private final TableActivity activity;
    private final RowLayout[] layouts;
    private final @Nullable MissingValues missing;
    private final List<IndexKeys> btrees = new ArrayList<>();
    private final List<IndexSlots> indexSlots = new ArrayList<>();
    private final List<IndexKeys> inverted = new ArrayList<>();
    private final int[] slotColumns;

    /// @param references foreign keys that refer to the table
    Table(
            TableDef def,
            List<IndexDef> indexDefs,
            List<Catalog.Reference> references,
            Storages storages,
            TableWriters writers) {
        this.def = def;
        this.indexDefs = List.copyOf(indexDefs);
        this.references = List.copyOf(references);
        this.storages = storages;
        this.writers = writers;
        this.storage = storages.table(def.storageId());
        this.activity = storages.activity().table(def.oid());
        this.layouts = RowLayout.all(def.columns());
        this.missing = MissingValues.of(def.columns(), storage);
        for (IndexDef index : indexDefs) {
            if (index.isInverted()) {
                inverted.add(new IndexKeys(def, index));
            } else if (!index.isVector()) {
                btrees.add(new IndexKeys(def, index));
            } else if (IndexSlots.has(index, def)) {
                IndexSlots own = storages.findIndexSlots(index.storageId());
                if (own != null) { // else its files are lost, and REINDEX makes new ones
                    indexSlots.add(own);
                }
            }
        }
        this.slotColumns = def.columns().stream()
                .filter(column -> !column.dropped() && RowLayout.isSlot(column))
                .mapToInt(ColumnDef::attnum)
                .toArray();
    }

    public TableDef def() {
        return def;
    }

    /// Indexes of the table under this definition.
    public List<IndexDef> indexes() {
        return indexDefs;
    }

    /// Whether this object still describes the table in a catalog.
    boolean describes(Catalog catalog) {
        return def.equals(catalog.table(def.oid()))
                && indexDefs.equals(catalog.indexesOf(def.oid()))
                && references.equals(catalog.referencesTo(def.oid()));
    }

    /// The vectors of those hnsw indexes that keep their own.
    List<IndexSlots> indexSlots() {
        return indexSlots;
    }

    // ---- reading ----

    /// All visible rows.
    public RowScan scan(Transaction transaction, int[] attnums) {
        return new RowScan(this, transaction, attnums);
    }

    /// Rows by row id.
    public RowFetch fetch(Transaction transaction, int[] attnums) {
        return new RowFetch(this, transaction, attnums);
    }

    /// A btree index of this table by oid.
    public IndexAccess index(int indexOid) {
        IndexKeys keys = btree(indexOid);
        return new IndexAccess(keys, activity.index(indexOid), storages.lsm().tree(keys.treeId()));
    }

    /// A gin index of this table by oid.
    public InvertedIndexAccess invertedIndex(int indexOid) {
        for (IndexKeys keys : inverted) {
            if (keys.index().oid() == indexOid) {
                return new InvertedIndexAccess(
                        keys, activity.index(indexOid), storages.lsm().tree(keys.treeId()));
            }
        }
        throw new IllegalArgumentException("no gin index " + indexOid + " on " + def.name());
    }

    /// An hnsw index of this table by oid.
    public VectorIndexAccess vectorIndex(int indexOid) {
        for (IndexDef index : indexDefs) {
            if (index.oid() == indexOid && index.isVector()) {
                IndexSlots own = storages.findIndexSlots(index.storageId());
                return new VectorIndexAccess(
                        this,
                        index,
                        storages.findVectorIndex(index.storageId()),
                        own == null ? null : storages.lsm().tree(index.storageId()));
            }
        }
        throw new IllegalArgumentException("no hnsw index " + indexOid + " on " + def.name());
    }

    /// The slots of a `vector(n)` column; null if the column's vectors lie in the rows (`vector` without
    /// dimensions).
    public @Nullable VectorColumn vectorColumn(int attnum) {
        return storage.findVectorColumn(attnum);
    }

    /// Rows, counted at commits (exact when nothing runs).
    public long estimatedRowCount() {
        return storage.rowCount();
    }

    /// Row versions that are not the newest, or are deleted, and not yet taken away.
    public long deadRowCount() {
        return Math.max(0, storage.rows().versions().values() - storage.rowCount());
    }

    /// What has been done to it.
    public TableActivity activity() {
        return activity;
    }

    /// Bytes of the row tree (pg_relation_size).
    public long sizeBytes() {
        return storage.rows().approximateBytes();
    }

    /// Bytes of the vector columns' files.
    public long vectorBytes() {
        return storage.vectorBytes();
    }

    // ---- writing ----

    /// Inserts row `row` of `values` (one column per table column, in attnum order); returns its row id.
    /// Duplicate keys: waits for a transaction that holds the key, then 23505.
    public long insert(Transaction transaction, Batch values, int row) {
        try {
            return writer(transaction).insert(values, row, null).rowId();
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    /// Inserts, unless a row with the same key exists in one of `arbiters` (oids of unique indexes; empty
    /// = all): ON CONFLICT. Duplicates in other indexes are 23505. A conflict leaves nothing written.
    public InsertOutcome insertOrFind(Transaction transaction, Batch values, int row, List<Integer> arbiters) {
        try {
            return writer(transaction).insert(values, row, arbiters);
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    /// Takes the row's lock, waiting for its holder (40P01 on deadlock), before update (NO KEY UPDATE) or
    /// delete (UPDATE), or for SELECT FOR UPDATE and its kin. At REPEATABLE READ a row changed since the
    /// snapshot is 40001.
    public RowLock lockRow(Transaction transaction, long rowId, RowLockMode mode, LockWaiting waiting) {
        try {
            return writers.locker(transaction, this).lockRow(rowId, mode, waiting);
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    /// Sets the columns `attnums` of a locked row to row `row` of `values` (columns in the order of
    /// `attnums`), on top of its newest version.
    public void update(Transaction transaction, long rowId, int[] attnums, Batch values, int row) {
        try {
            writer(transaction).update(rowId, attnums, values, row);
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    /// Deletes a locked row.
    public void delete(Transaction transaction, long rowId) {
        try {
            writer(transaction).delete(rowId);
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    private TableWriter writer(Transaction transaction) {
        return writers.writer(transaction, this);
    }

    // ---- for this package ----

    TableStorage storage() {
        return storage;
    }

    /// Layout of rows written now.
    RowLayout layout() {
        return layouts[layouts.length - 1];
    }

    /// Layouts by column count, for rows written before columns were added.
    RowLayout[] layouts() {
        return layouts;
    }

    /// Values of columns that a stored row does not have; null = NULL in all of them.
    @Nullable
    MissingValues missing() {
        return missing;
    }

    IndexKeys btree(int indexOid) {
        for (IndexKeys keys : btrees) {
            if (keys.index().oid() == indexOid) {
                return keys;
            }
        }
        throw new IllegalArgumentException("no btree index " + indexOid + " on " + def.name());
    }

    /// Entries of an index as a statement that started now would see them.
    IndexScan latestEntries(Transaction transaction, IndexKeys keys, KeyRange range) {
        LsmTree tree = storages.lsm().tree(keys.treeId());
        return IndexScan.of(
                MergedCursor.ofLatest(transaction, tree, range.from(), range.to()),
                activity.index(keys.index().oid()).entries);
    }

    /// Takes a row's lock, waiting for its holder, whatever the snapshot sees of the row.
    void lockLatestRow(Transaction transaction, long rowId, RowLockMode mode) {
        writers.locker(transaction, this).lockLatestRow(rowId, mode);
    }

    /// Foreign keys that refer to the table.
    List<Catalog.Reference> references() {
        return references;
    }

    List<IndexKeys> btrees() {
        return btrees;
    }

    List<IndexKeys> inverted() {
        return inverted;
    }

    /// Attnums of the columns that are stored as slots.
    int[] slotColumns() {
        return slotColumns;
    }

    boolean isSlotColumn(int attnum) {
        ColumnDef column = def.column(attnum);
        return !column.dropped() && RowLayout.isSlot(column);
    }
}
