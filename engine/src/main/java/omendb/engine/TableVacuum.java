package omendb.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.Catalogs;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.lsm.LsmStore;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.VersionCount;
import omendb.engine.table.IndexSlots;
import omendb.engine.table.Storages;
import omendb.engine.table.TableActivity;
import omendb.engine.table.TableStorage;
import omendb.engine.txn.TransactionManager;
import omendb.engine.type.Timestamps;

/// Takes away row versions and index entries that no snapshot can see, by merging a tree into one run.
///
/// Background compaction drops them too, but only where it merges for other reasons. A tree with fewer of them than one
/// in [#WORTH] is left alone: all of it would be written again for them.
/// Threading: any thread; the store lets one merge of a tree run at a time.
final class TableVacuum {
    private static final long WORTH = 1_000;

    /// autovacuum_vacuum_threshold and autovacuum_vacuum_scale_factor of PostgreSQL.
    private static final long THRESHOLD = 50;

    private static final double SCALE_FACTOR = 0.2;

    private final TransactionManager transactions;
    private final LsmStore lsm;
    private final Storages storages;
    private final Catalogs catalogs;
    private final Map<Long, Long> triedAt = new HashMap<>();

    TableVacuum(TransactionManager transactions, LsmStore lsm, Storages storages, Catalogs catalogs) {
        this.transactions = transactions;
        this.lsm = lsm;
        this.storages = storages;
        this.catalogs = catalogs;
    }

    /// Vacuums a table and its btree indexes, in the calling thread; the caller keeps it from being dropped.
    ///
    /// @param full whatever there is to gain
    VacuumReport vacuum(TableDef table, List<IndexDef> indexes, boolean full, TableActivity.Kind kind) {
        TableStorage storage = storages.table(table.storageId());
        LsmTree rows = lsm.tree(table.storageId());
        long deadBefore = dead(rows, storage.rowCount());
        long bytesBefore = rows.approximateBytes();
        if (full || isWorthIt(rows, storage.rowCount())) {
            lsm.compact(table.storageId());
        }
        List<VacuumReport.IndexReport> reports = new ArrayList<>();
        for (IndexDef index : indexes) {
            if (!index.isVector() || IndexSlots.has(index, table)) {
                reports.add(vacuum(index, storage.rowCount(), full));
            }
        }
        long live = storage.rowCount();
        long dead = dead(rows, live);
        storages.activity().table(table.oid()).done(kind, Timestamps.now());
        return new VacuumReport(
                Math.max(0, deadBefore - dead), live, dead, bytesBefore, rows.approximateBytes(), reports);
    }

    private VacuumReport.IndexReport vacuum(IndexDef index, long rowCount, boolean full) {
        LsmTree entries = lsm.tree(index.storageId());
        long before = entries.versions().all();
        if (full || isWorthIt(entries, rowCount)) {
            lsm.compact(index.storageId());
        }
        long left = entries.versions().all();
        return new VacuumReport.IndexReport(index.name(), Math.max(0, before - left), left);
    }

    private static long dead(LsmTree rows, long live) {
        return Math.max(0, rows.versions().values() - live);
    }

    private static boolean isWorthIt(LsmTree tree, long live) {
        VersionCount versions = tree.versions();
        return (versions.all() - live) * WORTH > versions.all();
    }

    /// Vacuums tables of which a fifth is dead, once for each oldest snapshot.
    void runDue() {
        long oldest = transactions.oldestSnapshot();
        Catalog catalog = catalogs.committed();
        for (TableDef table : catalog.tables()) {
            LsmTree rows = lsm.findTree(table.storageId());
            TableStorage storage = storages.findTable(table.storageId());
            if (rows == null || storage == null) {
                continue; // its DROP or CREATE is under way
            }
            long live = storage.rowCount();
            boolean due = dead(rows, live) > THRESHOLD + SCALE_FACTOR * live;
            if (due && triedAt.getOrDefault(table.storageId(), 0L) < oldest) {
                triedAt.put(table.storageId(), oldest);
                runDue(table, catalog.indexesOf(table.oid()));
            }
        }
    }

    private void runDue(TableDef table, List<IndexDef> indexes) {
        try {
            vacuum(table, indexes, false, TableActivity.Kind.AUTOVACUUM);
        } catch (IllegalStateException | IllegalArgumentException dropped) {
            if (lsm.findTree(table.storageId()) != null) {
                throw dropped;
            }
        }
    }
}
