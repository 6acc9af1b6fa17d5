package omendb.engine;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.SystemTrees;
import omendb.engine.lsm.LsmCursor;
import omendb.engine.lsm.LsmStore;
import omendb.engine.lsm.WriteBatch;
import omendb.engine.table.SlotKey;
import omendb.engine.table.SlotLists;
import omendb.engine.table.Storages;
import omendb.engine.table.VectorIndexStorage;
import omendb.engine.txn.CommitRecord;
import omendb.engine.txn.TransactionManager;
import omendb.engine.vector.VectorColumn;
import omendb.memory.Epochs;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Marks vector slots dead that no snapshot can see, makes them free, and drops storages whose DROP has committed.
///
/// A transaction that deletes or replaces a vector leaves a row in [SystemTrees#DEAD_SLOTS] with its commit; slots of
/// transactions that rolled back get one here. Once the oldest snapshot has passed that commit, and it is durable,
/// the slot is marked in the column and in its indexes. Then the row moves to [SystemTrees#FREE_SLOTS]: at once if no
/// index holds the column's slots, else after the checkpoint that makes the marks in the indexes durable. A crash
/// at any point just marks the slot again. The rules of reuse are in docs/architecture/durability.md.
/// Threading: one thread at a time (`synchronized`).
final class Vacuum {
    private static final Logger LOG = LoggerFactory.getLogger(Vacuum.class);
    private static final MemoryTag TAG = MemoryTag.of("vacuum");
    private static final int BATCH = 10_000;

    private final TransactionManager transactions;
    private final LsmStore lsm;
    private final Storages storages;
    private final Epochs epochs;
    private long processed;
    private boolean loaded;

    private record Slot(VectorColumn column, long number) {}

    Vacuum(TransactionManager transactions, LsmStore lsm, Storages storages, Epochs epochs) {
        this.transactions = transactions;
        this.lsm = lsm;
        this.storages = storages;
        this.epochs = epochs;
    }

    /// Marks what has become invisible since the last run.
    ///
    /// @return slots marked
    synchronized long run() {
        loadFree();
        listAbandoned();
        long oldest = transactions.oldestSnapshot();
        List<Long> dropped = storages.dropDeferred(oldest, _ -> transactions.awaitAllDurable());
        dropped.forEach(this::forgetFree);
        if (oldest <= processed) {
            return 0;
        }
        // a mark may reach the disk at once: nothing may be marked for a commit that the log could still lose
        transactions.awaitAllDurable();
        long marked = 0;
        try (LsmCursor cursor = lsm.tree(SystemTrees.DEAD_SLOTS).scan(null, null, oldest, false)) {
            while (cursor.next()) {
                if (cursor.commitTs() > processed) {
                    mark(cursor.keyAddress());
                    marked++;
                }
            }
        }
        processed = oldest;
        if (marked > 0) {
            moveToFree(processed, false);
        }
        return marked;
    }

    private void mark(long key) {
        VectorColumn column = columnOf(key);
        long slot = SlotKey.slot(key);
        if (column != null && slot < column.publishedLimit()) {
            column.markDead(slot);
            for (VectorIndexStorage index : storages.vectorIndexesOf(column)) {
                index.markDead(slot);
            }
        }
    }

    private @Nullable VectorColumn columnOf(long key) {
        return storages.findColumn(SlotKey.storageId(key), SlotKey.attnum(key));
    }

    /// Commit timestamp up to which slots have been marked.
    synchronized long processed() {
        return processed;
    }

    // ---- slots of transactions that rolled back ----

    /// Lists slots that were given up as dead, so that a restart knows them. Those that are listed already were in
    /// a transaction that a crash cut short.
    synchronized void listAbandoned() {
        for (Storages.NamedColumn named : storages.columns()) {
            while (named.column().nextAbandoned(0) >= 0) {
                listAbandoned(named.storageId(), named.attnum(), named.column());
            }
        }
    }

    private void listAbandoned(long storageId, int attnum, VectorColumn column) {
        List<Long> listed = new ArrayList<>();
        CommitRecord record = transactions.borrowRecord();
        long key = MemoryAccount.allocate(TAG, SlotKey.BYTES);
        try (SlotLists lists = new SlotLists(lsm);
                Epochs.Pin _ = epochs.pin()) {
            long slot = column.nextAbandoned(0);
            while (slot >= 0 && listed.size() < BATCH) {
                listed.add(slot);
                if (!lists.contains(storageId, attnum, slot, transactions.visible())) {
                    SlotKey.write(key, storageId, attnum, slot);
                    record.batch().put(SystemTrees.DEAD_SLOTS, key, SlotKey.BYTES, key, 0);
                }
                slot = column.nextAbandoned(slot + 1);
            }
            if (!record.batch().isEmpty()) {
                transactions.commitInternal(record, false);
            }
        } finally {
            MemoryAccount.free(TAG, key, SlotKey.BYTES);
            transactions.returnRecord(record);
        }
        listed.forEach(column::forgetAbandoned);
    }

    // ---- free slots ----

    /// Once after opening: what the list of free slots holds. A slot that a transaction had taken when the database
    /// went down is marked dead again.
    private void loadFree() {
        if (loaded) {
            return;
        }
        loaded = true; // a second time would free what was taken meanwhile
        try (LsmCursor cursor = lsm.tree(SystemTrees.FREE_SLOTS).scan(null, null, transactions.visible(), false)) {
            while (cursor.next()) {
                VectorColumn column = columnOf(cursor.keyAddress());
                if (column != null) {
                    column.freeListed(SlotKey.slot(cursor.keyAddress()));
                }
            }
        } catch (RuntimeException unreadable) {
            LOG.error("the list of free vector slots cannot be read: columns grow instead", unreadable);
        }
    }

    /// Frees the slots marked up to `timestamp`, whose marks are durable now.
    synchronized void freeMarked(long timestamp) {
        loadFree();
        moveToFree(timestamp, true);
    }

    /// @param held those of columns that indexes refer to, too
    private void moveToFree(long timestamp, boolean held) {
        boolean more = true;
        while (more) {
            List<Slot> freed = new ArrayList<>();
            CommitRecord record = transactions.borrowRecord();
            try {
                more = collect(timestamp, held, record.batch(), freed);
                if (!record.batch().isEmpty()) {
                    transactions.commitInternal(record, false);
                }
            } finally {
                transactions.returnRecord(record);
            }
            if (!freed.isEmpty()) { // nobody who looked at a slot before now may still do so
                epochs.retire(() -> freed.forEach(slot -> slot.column().free(slot.number())));
            }
        }
    }

    /// True if there may be more.
    private boolean collect(long timestamp, boolean held, WriteBatch batch, List<Slot> freed) {
        int count = 0;
        try (LsmCursor cursor = lsm.tree(SystemTrees.DEAD_SLOTS).scan(null, null, transactions.visible(), false)) {
            while (cursor.next()) {
                VectorColumn column = columnOf(cursor.keyAddress());
                if (cursor.commitTs() <= timestamp && (held || column == null || !column.isHeld())) {
                    batch.delete(SystemTrees.DEAD_SLOTS, cursor.keyAddress(), cursor.keyLength());
                    if (column != null) {
                        batch.put(
                                SystemTrees.FREE_SLOTS,
                                cursor.keyAddress(),
                                cursor.keyLength(),
                                cursor.keyAddress(),
                                0);
                        freed.add(new Slot(column, SlotKey.slot(cursor.keyAddress())));
                    }
                    if (++count == BATCH) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /// Removes the free slots of a storage that is gone.
    private void forgetFree(long storageId) {
        long from = MemoryAccount.allocate(TAG, SlotKey.BYTES);
        long to = MemoryAccount.allocate(TAG, SlotKey.BYTES);
        SlotKey.write(from, storageId, 0, 0);
        SlotKey.write(to, storageId + 1, 0, 0);
        try {
            boolean more = true;
            while (more) {
                more = forgetFree(from, to);
            }
        } finally {
            MemoryAccount.free(TAG, from, SlotKey.BYTES);
            MemoryAccount.free(TAG, to, SlotKey.BYTES);
        }
    }

    private boolean forgetFree(long from, long to) {
        CommitRecord record = transactions.borrowRecord();
        int count = 0;
        try (LsmCursor cursor = lsm.tree(SystemTrees.FREE_SLOTS)
                .scan(
                        NativeMemory.segment(from, SlotKey.BYTES),
                        NativeMemory.segment(to, SlotKey.BYTES),
                        transactions.visible(),
                        false)) {
            while (count < BATCH && cursor.next()) {
                record.batch().delete(SystemTrees.FREE_SLOTS, cursor.keyAddress(), cursor.keyLength());
                count++;
            }
            if (count > 0) {
                transactions.commitInternal(record, false);
            }
        } finally {
            transactions.returnRecord(record);
        }
        return count == BATCH;
    }
}
