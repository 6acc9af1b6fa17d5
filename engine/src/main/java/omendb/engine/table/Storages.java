package omendb.engine.table;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import omendb.ann.ElementType;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.InternalException;
import omendb.engine.error.SqlState;
import omendb.engine.lsm.LsmStore;
import omendb.engine.vector.VectorColumn;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import org.jspecify.annotations.Nullable;

/// Every open table and index storage by storage id, and the files they lie in.
///
/// A dropped storage leaves at once when its transaction rolled back or its files are orphans; when a DROP
/// committed it
/// is put aside ([#deferDrop]) until the commit is durable and no snapshot can use it.
/// Threading: any thread; the queue of drops is guarded by this.
public final class Storages implements AutoCloseable {
    private final LsmStore lsm;
    private final FileStore files;
    private final Epochs epochs;
    private final StorageOptions options;
    private final Map<Long, TableStorage> tables = new ConcurrentHashMap<>();
    private final Map<Long, VectorIndexStorage> vectorIndexes = new ConcurrentHashMap<>();
    private final Map<Long, IndexSlots> indexSlots = new ConcurrentHashMap<>();
    private final ActivityStatistics activity = new ActivityStatistics();
    private final Deque<DeferredDrop> drops = new ArrayDeque<>();

    private record DeferredDrop(long commitTimestamp, long storageId) {}

    /// A column of slots and its name: storage id of its table or index, and attnum.
    public record NamedColumn(long storageId, int attnum, VectorColumn column) {}

    public Storages(LsmStore lsm, FileStore files, Epochs epochs, StorageOptions options) {
        this.lsm = lsm;
        this.files = files;
        this.epochs = epochs;
        this.options = options;
    }

    /// Whether a column's vectors lie in slots.
    public boolean hasSlots(ColumnDef column) {
        return RowLayout.isSlot(column);
    }

    /// What has been done to tables.
    public ActivityStatistics activity() {
        return activity;
    }

    LsmStore lsm() {
        return lsm;
    }

    /// What readers of the trees pin.
    Epochs epochs() {
        return epochs;
    }

    StorageOptions options() {
        return options;
    }

    public TableStorage table(long storageId) {
        TableStorage storage = tables.get(storageId);
        if (storage == null) {
            throw new InternalException(SqlState.INTERNAL_ERROR, "no storage " + storageId);
        }
        return storage;
    }

    public VectorIndexStorage vectorIndex(long storageId) {
        VectorIndexStorage storage = vectorIndexes.get(storageId);
        if (storage == null) {
            throw new InternalException(SqlState.INTERNAL_ERROR, "no index storage " + storageId);
        }
        return storage;
    }

    public @Nullable TableStorage findTable(long storageId) {
        return tables.get(storageId);
    }

    public @Nullable VectorIndexStorage findVectorIndex(long storageId) {
        return vectorIndexes.get(storageId);
    }

    public Collection<TableStorage> tables() {
        return List.copyOf(tables.values());
    }

    public Collection<VectorIndexStorage> vectorIndexes() {
        return List.copyOf(vectorIndexes.values());
    }

    /// The slots of an index that has its own; null if it has none, or its files are lost.
    @Nullable
    IndexSlots findIndexSlots(long storageId) {
        return indexSlots.get(storageId);
    }

    /// A column of slots by its name, of a table or of an index ([IndexSlots]); null if there is none.
    public @Nullable VectorColumn findColumn(long storageId, int attnum) {
        if (attnum == IndexSlots.ATTNUM) {
            IndexSlots slots = indexSlots.get(storageId);
            return slots == null ? null : slots.column();
        }
        TableStorage table = tables.get(storageId);
        return table == null ? null : table.findVectorColumn(attnum);
    }

    /// All columns of slots, of tables and of indexes.
    public List<NamedColumn> columns() {
        List<NamedColumn> all = new ArrayList<>();
        tables.forEach((storageId, table) -> table.vectorColumnsByAttnum()
                .forEach((attnum, column) -> all.add(new NamedColumn(storageId, attnum, column))));
        indexSlots.forEach(
                (storageId, slots) -> all.add(new NamedColumn(storageId, IndexSlots.ATTNUM, slots.column())));
        return all;
    }

    /// Indexes over a vector column.
    public List<VectorIndexStorage> vectorIndexesOf(VectorColumn column) {
        return vectorIndexes.values().stream()
                .filter(index -> index.column() == column)
                .toList();
    }

    // ---- creating ----

    /// New, empty storage of a table: its files are on disk when this returns.
    ///
    /// @param nextRowId row ids from here on are free
    void createTable(TableDef def, long nextRowId) {
        Map<Integer, VectorColumn> columns = new HashMap<>();
        boolean complete = false;
        try {
            for (ColumnDef column : def.columns()) {
                if (RowLayout.isSlot(column)) {
                    columns.put(
                            column.attnum(),
                            VectorColumn.create(
                                    files,
                                    VectorColumn.directory(def.storageId(), column.attnum()),
                                    def.storageId(),
                                    ElementType.FLOAT32,
                                    column.typmod(),
                                    options.vectorReservedBytes()));
                }
            }
            var table = new TableStorage(def.storageId(), lsm.createTree(def.storageId()), columns, nextRowId, 0);
            table.setCompressedAtFirst(def.isCompressed());
            tables.put(def.storageId(), table);
            complete = true;
        } finally {
            if (!complete) {
                columns.forEach((attnum, column) -> {
                    column.close();
                    files.deleteDirectory(VectorColumn.directory(def.storageId(), attnum));
                });
            }
        }
    }

    void createBtree(IndexDef def) {
        lsm.createTree(def.storageId());
    }

    /// New, empty slots for an index that keeps its own, and their tree.
    VectorColumn createIndexSlots(IndexDef def, ElementType element, int dimensions) {
        String directory = VectorColumn.directory(def.storageId(), IndexSlots.ATTNUM);
        VectorColumn column = VectorColumn.create(
                files, directory, def.storageId(), element, dimensions, options.vectorReservedBytes());
        boolean complete = false;
        try {
            lsm.createTree(def.storageId());
            indexSlots.put(def.storageId(), new IndexSlots(def, column));
            complete = true;
            return column;
        } finally {
            if (!complete) {
                column.close();
                files.deleteDirectory(directory);
            }
        }
    }

    VectorIndexStorage createVectorIndex(IndexDef def, VectorColumn column) {
        VectorIndexStorage storage = VectorIndexStorage.create(def, column, files, epochs);
        column.hold();
        vectorIndexes.put(def.storageId(), storage);
        return storage;
    }

    // ---- opening ----

    /// Opens a table's storage after recovery; its vector columns were opened by the caller.
    public void openTable(TableDef def, Map<Integer, VectorColumn> columns, long nextRowId, long rowCount) {
        tables.put(
                def.storageId(),
                new TableStorage(def.storageId(), lsm.tree(def.storageId()), columns, nextRowId, rowCount));
    }

    /// Opens an hnsw index; never fails because of its files.
    ///
    /// @param resolved slots of the column below were sorted out before the last checkpoint
    /// @param own      its own slots, opened by the caller; null = it is over a column of the table
    public void openVectorIndex(IndexDef def, TableDef table, long resolved, @Nullable VectorColumn own) {
        VectorColumn column = own != null
                ? own
                : table(table.storageId()).vectorColumn(def.keys().getFirst().attnum());
        if (own != null) {
            indexSlots.put(def.storageId(), new IndexSlots(def, own));
        }
        VectorIndexStorage storage = VectorIndexStorage.open(def, column, files, epochs);
        storage.markDeadSlots(resolved);
        column.hold();
        vectorIndexes.put(def.storageId(), storage);
    }

    // ---- dropping ----

    /// Gives up a storage that no one else can have seen.
    void dropNow(long storageId) {
        VectorIndexStorage index = vectorIndexes.remove(storageId);
        if (index != null) {
            index.close();
            index.column().unhold();
            files.deleteDirectory(VectorIndexStorage.directory(storageId));
        }
        IndexSlots slots = indexSlots.remove(storageId);
        if (slots != null) {
            epochs.retire(slots.column()::close);
            files.deleteDirectory(VectorColumn.directory(storageId, IndexSlots.ATTNUM));
        }
        TableStorage table = tables.remove(storageId);
        if (table != null) {
            epochs.retire(table::freeKept);
            table.vectorColumnsByAttnum().forEach((attnum, column) -> {
                epochs.retire(column::close);
                files.deleteDirectory(VectorColumn.directory(storageId, attnum));
            });
        }
        lsm.dropTree(storageId);
    }

    /// Remembers a storage whose DROP committed.
    void deferDrop(long storageId, long commitTimestamp) {
        synchronized (drops) {
            drops.add(new DeferredDrop(commitTimestamp, storageId));
        }
    }

    /// Drops what no snapshot older than `oldestSnapshot` keeps.
    ///
    /// @param beforeDrop told the commit timestamp of a drop before its files go: makes sure that it is durable
    /// @return ids of the storages dropped
    public List<Long> dropDeferred(long oldestSnapshot, LongConsumer beforeDrop) {
        List<Long> dropped = new ArrayList<>();
        while (true) {
            DeferredDrop drop;
            synchronized (drops) {
                drop = drops.peek();
                if (drop == null || drop.commitTimestamp() > oldestSnapshot) {
                    return dropped;
                }
                drops.remove();
            }
            beforeDrop.accept(drop.commitTimestamp());
            dropNow(drop.storageId());
            dropped.add(drop.storageId());
        }
    }

    /// Closes everything; the files stay.
    @Override
    public void close() {
        vectorIndexes.values().forEach(VectorIndexStorage::close);
        vectorIndexes.clear();
        indexSlots.values().forEach(slots -> slots.column().close());
        indexSlots.clear();
        tables.values().forEach(table -> {
            table.vectorColumns().forEach(VectorColumn::close);
            table.freeKept();
        });
        tables.clear();
    }
}
