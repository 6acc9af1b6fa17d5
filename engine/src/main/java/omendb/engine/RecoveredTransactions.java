package omendb.engine;

import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.Catalogs;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.WriteBatch;
import omendb.engine.table.StorageChanges;
import omendb.engine.table.Storages;
import omendb.engine.table.TableWrites;
import omendb.engine.txn.PreparedImage;
import omendb.engine.txn.PreparedRows;
import omendb.engine.txn.PreparedTransactions;
import omendb.engine.txn.SpillLog;
import omendb.engine.txn.Transaction;

/// Prepared transactions on their way from the system tree to life: locks, writes and catalog changes first, so that it
/// is known which storages they made, then, once these are open, the rest.
///
/// Threading: one thread, before anything else runs.
final class RecoveredTransactions implements AutoCloseable {
    private final Catalogs catalogs;
    private final Arena arena = Arena.ofConfined();
    private final Map<PreparedImage, Transaction> transactions = new LinkedHashMap<>();

    RecoveredTransactions(LsmTree tree, long timestamp, PreparedTransactions prepared, Catalogs catalogs) {
        this.catalogs = catalogs;
        boolean complete = false;
        try {
            for (PreparedImage image : PreparedRows.read(tree, timestamp, arena)) {
                Transaction transaction = prepared.restore(image);
                try (WriteBatch batch = image.batch()) {
                    catalogs.changes(transaction).restore(batch);
                }
                transactions.put(image, transaction);
            }
            complete = true;
        } finally {
            if (!complete) {
                arena.close();
            }
        }
    }

    List<PreparedImage> images() {
        return List.copyOf(transactions.keySet());
    }

    /// Spills that prepared transactions wait with.
    Set<Long> spills() {
        Set<Long> spills = new HashSet<>();
        images().forEach(image -> image.sections((kind, content) -> {
            if (kind == SpillLog.KIND) {
                spills.add(SpillLog.read(content));
            }
        }));
        return spills;
    }

    /// Visits the tables whose storage a prepared transaction made, with the catalog as it sees it.
    void createdTables(BiConsumer<Catalog, TableDef> visitor) {
        forEachCreated((view, created) -> view.tables().stream()
                .filter(table -> created.contains(table.storageId()))
                .forEach(table -> visitor.accept(view, table)));
    }

    /// As [#createdTables].
    void createdIndexes(BiConsumer<Catalog, IndexDef> visitor) {
        forEachCreated((view, created) -> view.indexes().stream()
                .filter(index -> created.contains(index.storageId()))
                .forEach(index -> visitor.accept(view, index)));
    }

    private void forEachCreated(BiConsumer<Catalog, Set<Long>> visitor) {
        transactions.forEach((image, transaction) ->
                visitor.accept(catalogs.of(transaction), new HashSet<>(StorageChanges.createdBy(image))));
    }

    /// Once all storages are open.
    void restoreParticipants(Storages storages) {
        transactions.forEach((image, transaction) -> {
            TableWrites.restore(transaction, storages, image);
            StorageChanges.restore(transaction, storages, image);
        });
    }

    @Override
    public void close() {
        arena.close();
    }
}
