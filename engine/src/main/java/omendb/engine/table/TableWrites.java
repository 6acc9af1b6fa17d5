package omendb.engine.table;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import omendb.engine.catalog.SystemTrees;
import omendb.engine.txn.CommitRecord;
import omendb.engine.txn.PreparedImage;
import omendb.engine.txn.Transaction;
import omendb.engine.txn.TransactionParticipant;
import omendb.engine.vector.VectorColumn;
import org.jspecify.annotations.Nullable;

/// What a transaction has done to tables beside its write set: vector slots taken and rows counted.
///
/// At commit the vectors of a small transaction travel in the WAL record ([VectorLog]); those of a bulk load are
/// synced in their files first, and the rows' slot numbers are all the log needs. A slot that is written again is
/// logged in any case, or replay of its earlier owner's record would overwrite it; a load takes such slots only until
/// it is known to be one.
/// Threading: the transaction's thread.
public final class TableWrites implements TransactionParticipant {
    /// Slots a transaction took in one column.
    static final class ColumnSlots {
        private final long storageId;
        private final int attnum;
        private final VectorColumn column;
        private final SlotRanges fresh = new SlotRanges();
        private final SlotRanges reused = new SlotRanges();

        private ColumnSlots(long storageId, int attnum, VectorColumn column) {
            this.storageId = storageId;
            this.attnum = attnum;
            this.column = column;
        }

        long storageId() {
            return storageId;
        }

        int attnum() {
            return attnum;
        }

        VectorColumn column() {
            return column;
        }

        /// Those at the end of the column.
        SlotRanges fresh() {
            return fresh;
        }

        /// Those that were written before.
        SlotRanges reused() {
            return reused;
        }
    }

    /// Rows of one table.
    private static final class Counts {
        private final TableStorage storage;
        private long delta;

        private Counts(TableStorage storage) {
            this.storage = storage;
        }
    }

    private record Taken(long fresh, long reused) {
        static final Taken NOTHING = new Taken(0, 0);
    }

    private record Position(Map<VectorColumn, Taken> slots, Map<Long, Long> deltas) {}

    private final Transaction transaction;
    private final Storages storages;
    private final Map<VectorColumn, ColumnSlots> columns = new LinkedHashMap<>();
    private final Map<Long, Counts> counts = new LinkedHashMap<>();
    private long vectorBytes;

    private TableWrites(Transaction transaction, Storages storages) {
        this.transaction = transaction;
        this.storages = storages;
    }

    static TableWrites of(Transaction transaction, Storages storages) {
        return transaction.participant(TableWrites.class, () -> new TableWrites(transaction, storages));
    }

    /// Makes a prepared transaction's part again after a restart; its columns were recovered with its slots pending.
    public static void restore(Transaction transaction, Storages storages, PreparedImage image) {
        TableWrites restored = of(transaction, storages);
        image.sections((kind, content) -> {
            switch (kind) {
                case SlotLog.KIND -> SlotLog.read(content, restored::restoreSlots);
                case RowCountLog.KIND ->
                    RowCountLog.read(content, (storageId, entry) -> {
                        TableStorage storage = storages.findTable(storageId);
                        if (storage != null) { // else the transaction itself gave it up
                            restored.countRows(storage, entry.delta());
                        }
                    });
                default -> {
                    // others restore theirs
                }
            }
        });
    }

    private void restoreSlots(long storageId, int attnum, boolean reused, long first, long count) {
        VectorColumn column = storages.findColumn(storageId, attnum);
        if (column != null) {
            ColumnSlots slots = columnSlots(storageId, attnum, column);
            for (long slot = first; slot < first + count; slot++) {
                (reused ? slots.reused : slots.fresh).add(slot);
            }
            vectorBytes += count * column.strideBytes();
        }
    }

    private ColumnSlots columnSlots(long storageId, int attnum, VectorColumn column) {
        return columns.computeIfAbsent(column, _ -> new ColumnSlots(storageId, attnum, column));
    }

    /// Writes a vector into a slot that nobody uses.
    long append(TableStorage storage, int attnum, long rowId, long vectorAddress) {
        return append(storage.storageId(), attnum, storage.vectorColumn(attnum), rowId, vectorAddress);
    }

    /// Writes a vector into a slot of an index's own that nobody uses.
    long append(IndexSlots index, long rowId, long vectorAddress) {
        return append(index.index().storageId(), IndexSlots.ATTNUM, index.column(), rowId, vectorAddress);
    }

    private long append(long storageId, int attnum, VectorColumn column, long rowId, long vectorAddress) {
        ColumnSlots slots = columns.get(column);
        if (slots == null) {
            slots = columnSlots(storageId, attnum, column);
        }
        boolean bulk = vectorBytes + column.strideBytes() > storages.options().bulkBytes();
        long slot = bulk ? -1 : column.reuse(rowId, vectorAddress);
        if (slot < 0) {
            slot = column.append(rowId, vectorAddress);
            slots.fresh.add(slot);
        } else {
            slots.reused.add(slot);
            long key = transaction.scratch();
            SlotKey.write(key, storageId, attnum, slot);
            transaction.writes().delete(SystemTrees.FREE_SLOTS, key, SlotKey.BYTES);
        }
        vectorBytes += column.strideBytes();
        return slot;
    }

    void countRows(TableStorage storage, long delta) {
        counts.computeIfAbsent(storage.storageId(), _ -> new Counts(storage)).delta += delta;
    }

    /// Whether the transaction took a slot of a column.
    boolean owns(VectorColumn column, long slot) {
        ColumnSlots slots = columns.get(column);
        return slots != null && (slots.fresh.contains(slot) || slots.reused.contains(slot));
    }

    @Override
    public void prepare(CommitRecord record) {
        boolean bulk = vectorBytes > storages.options().bulkBytes();
        if (bulk) {
            columns.keySet().forEach(VectorColumn::sync);
        }
        VectorLog.write(record, columns.values(), bulk);
        if (!counts.isEmpty()) {
            Map<Long, RowCountLog.Entry> entries = new LinkedHashMap<>();
            counts.forEach((storageId, count) ->
                    entries.put(storageId, new RowCountLog.Entry(count.delta, count.storage.nextRowId())));
            RowCountLog.write(record, entries);
        }
    }

    @Override
    public void persist(CommitRecord image) {
        SlotLog.write(image, columns.values());
    }

    @Override
    public void committed(long commitTimestamp) {
        columns.values().forEach(slots -> slots.fresh.forEach(slots.column::resolve));
        counts.values().forEach(count -> count.storage.addRows(count.delta));
    }

    @Override
    public void rolledBack() {
        rollbackTo(null);
    }

    private void abandon(VectorColumn column, long slot) {
        column.abandon(slot);
        storages.vectorIndexesOf(column).forEach(index -> index.markDead(slot));
    }

    @Override
    public Object mark() {
        Map<VectorColumn, Taken> slots = new HashMap<>();
        columns.forEach((column, taken) -> slots.put(column, new Taken(taken.fresh.size(), taken.reused.size())));
        Map<Long, Long> deltas = new HashMap<>();
        counts.forEach((storageId, count) -> deltas.put(storageId, count.delta));
        return new Position(slots, deltas);
    }

    @Override
    public void rollbackTo(@Nullable Object mark) {
        Position position = mark == null ? new Position(Map.of(), Map.of()) : (Position) mark;
        columns.forEach((column, taken) -> {
            Taken kept = position.slots().getOrDefault(column, Taken.NOTHING);
            long before = taken.fresh.size() + taken.reused.size();
            taken.fresh.truncate(kept.fresh(), slot -> abandon(column, slot));
            taken.reused.truncate(kept.reused(), column::free);
            vectorBytes -= (before - taken.fresh.size() - taken.reused.size()) * column.strideBytes();
        });
        counts.forEach((storageId, count) -> count.delta = position.deltas().getOrDefault(storageId, 0L));
    }
}
