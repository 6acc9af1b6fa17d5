package omendb.engine.table;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import omendb.engine.catalog.StoredValue;
import omendb.engine.lsm.LsmTree;
import omendb.engine.type.NativeBytesWriter;
import omendb.engine.vector.VectorColumn;
import org.jspecify.annotations.Nullable;

/// What one table's rows lie in: the row tree, the vector columns, the next row id and the number of rows.
///
/// Threading: shared; row ids and counts are atomic, the set of columns never changes.
public final class TableStorage {
    private final long storageId;
    private final LsmTree rows;
    private final Map<Integer, VectorColumn> columns;
    private final @Nullable VectorColumn[] columnsByAttnum;
    private final AtomicLong nextRowId;
    private final AtomicLong rowCount;
    private final Map<StoredValue, NativeBytesWriter> kept = new HashMap<>();
    private volatile boolean compressedAtFirst;

    TableStorage(long storageId, LsmTree rows, Map<Integer, VectorColumn> columns, long nextRowId, long rowCount) {
        this.storageId = storageId;
        this.rows = rows;
        this.columns = new TreeMap<>(columns);
        this.nextRowId = new AtomicLong(nextRowId);
        this.rowCount = new AtomicLong(rowCount);
        int highest =
                columns.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
        this.columnsByAttnum = new @Nullable VectorColumn[highest + 1];
        columns.forEach((attnum, column) -> columnsByAttnum[attnum] = column);
    }

    public long storageId() {
        return storageId;
    }

    /// What the transaction that creates the storage says of its compression: as long as no committed definition
    /// names it, there is no other to ask.
    public boolean isCompressedAtFirst() {
        return compressedAtFirst;
    }

    void setCompressedAtFirst(boolean compressed) {
        compressedAtFirst = compressed;
    }

    LsmTree rows() {
        return rows;
    }

    /// The slots of a `vector(n)` column.
    VectorColumn vectorColumn(int attnum) {
        VectorColumn column = columnsByAttnum[attnum];
        if (column == null) {
            throw new IllegalArgumentException("column " + attnum + " has no slots");
        }
        return column;
    }

    public @Nullable VectorColumn findVectorColumn(int attnum) {
        return columns.get(attnum);
    }

    /// Vector columns by attnum.
    public Map<Integer, VectorColumn> vectorColumnsByAttnum() {
        return columns;
    }

    Collection<VectorColumn> vectorColumns() {
        return columns.values();
    }

    /// Address of a value's bytes in memory that lives as long as the storage.
    long keep(StoredValue value) {
        synchronized (kept) {
            return kept.computeIfAbsent(value, _ -> {
                        byte[] bytes = value.bytes();
                        NativeBytesWriter memory = new NativeBytesWriter(bytes.length);
                        memory.writeBytes(bytes);
                        return memory;
                    })
                    .address();
        }
    }

    /// Frees what [#keep] holds.
    void freeKept() {
        synchronized (kept) {
            kept.values().forEach(NativeBytesWriter::close);
            kept.clear();
        }
    }

    long newRowId() {
        return nextRowId.getAndIncrement();
    }

    /// Row ids below were given out.
    public long nextRowId() {
        return nextRowId.get();
    }

    void addRows(long delta) {
        rowCount.addAndGet(delta);
    }

    /// Bytes of the vector columns' files.
    public long vectorBytes() {
        return columns.values().stream().mapToLong(VectorColumn::sizeBytes).sum();
    }

    public long rowCount() {
        return Math.max(0, rowCount.get());
    }
}
