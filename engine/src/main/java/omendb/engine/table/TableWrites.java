package omendb.engine.table;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import omendb.engine.txn.CommitRecord;
import omendb.engine.txn.Transaction;
import omendb.engine.txn.TransactionParticipant;
import omendb.engine.vector.VectorColumn;
import org.jspecify.annotations.Nullable;

/// What a transaction has done to tables beside its write set: vector slots taken and rows counted.
///
/// At commit the vectors of a small transaction travel in the WAL record ([VectorLog]); those of a bulk load are
/// synced
/// in their files first, and the rows' slot numbers are all the log needs.
/// Threading: the transaction's thread.
public final class TableWrites implements TransactionParticipant {
    /// Slots a transaction took in one column.
    static final class ColumnSlots {
        private final long storageId;
        private final int attnum;
        private final VectorColumn column;
        private final SlotRanges slots = new SlotRanges();

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

        SlotRanges slots() {
            return slots;
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

    private record Position(Map<VectorColumn, Long> slots, Map<Long, Long> deltas) {}

    private final Storages storages;
    private final Map<VectorColumn, ColumnSlots> columns = new LinkedHashMap<>();
    private final Map<Long, Counts> counts = new LinkedHashMap<>();
    private long vectorBytes;

    private TableWrites(Storages storages) {
        this.storages = storages;
    }

    static TableWrites of(Transaction transaction, Storages storages) {
        return transaction.participant(TableWrites.class, () -> new TableWrites(storages));
    }

    /// Writes a vector into a new slot.
    long append(TableStorage storage, int attnum, long rowId, long vectorAddress) {
        VectorColumn column = storage.vectorColumn(attnum);
        ColumnSlots slots = columns.get(column);
        if (slots == null) {
            slots = new ColumnSlots(storage.storageId(), attnum, column);
            columns.put(column, slots);
        }
        long slot = column.append(rowId, vectorAddress);
        slots.slots.add(slot);
        vectorBytes += column.strideBytes();
        return slot;
    }

    void countRows(TableStorage storage, long delta) {
        counts.computeIfAbsent(storage.storageId(), _ -> new Counts(storage)).delta += delta;
    }

    /// Whether the transaction took a slot of a column.
    boolean owns(VectorColumn column, long slot) {
        ColumnSlots slots = columns.get(column);
        return slots != null && slots.slots.contains(slot);
    }

    @Override
    public void prepare(CommitRecord record) {
        if (vectorBytes > storages.options().bulkBytes()) {
            columns.keySet().forEach(VectorColumn::sync);
        } else if (vectorBytes > 0) {
            VectorLog.write(record, columns.values());
        }
        if (!counts.isEmpty()) {
            Map<Long, RowCountLog.Entry> entries = new LinkedHashMap<>();
            counts.forEach((storageId, count) ->
                    entries.put(storageId, new RowCountLog.Entry(count.delta, count.storage.nextRowId())));
            RowCountLog.write(record, entries);
        }
    }

    @Override
    public void committed(long commitTimestamp) {
        columns.values().forEach(slots -> slots.slots.forEach(slots.column::resolve));
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
        Map<VectorColumn, Long> slots = new HashMap<>();
        columns.forEach((column, taken) -> slots.put(column, taken.slots.size()));
        Map<Long, Long> deltas = new HashMap<>();
        counts.forEach((storageId, count) -> deltas.put(storageId, count.delta));
        return new Position(slots, deltas);
    }

    @Override
    public void rollbackTo(@Nullable Object mark) {
        Position position = mark == null ? new Position(Map.of(), Map.of()) : (Position) mark;
        columns.forEach((column, taken) -> {
            long before = taken.slots.size();
            taken.slots.truncate(position.slots().getOrDefault(column, 0L), slot -> abandon(column, slot));
            vectorBytes -= (before - taken.slots.size()) * column.strideBytes();
        });
        counts.forEach((storageId, count) -> count.delta = position.deltas().getOrDefault(storageId, 0L));
    }
}
