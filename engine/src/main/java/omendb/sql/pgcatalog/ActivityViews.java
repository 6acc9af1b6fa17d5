package omendb.sql.pgcatalog;

import java.util.function.Predicate;
import omendb.engine.RowFigures;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.table.TableActivity;
import omendb.engine.table.TableActivity.Kind;
import omendb.engine.txn.SessionDirectory;
import omendb.engine.txn.TransactionManager;
import omendb.engine.type.Types;

/// What has been done to tables, indexes and the database: the cumulative statistics. Counted at once, so nothing
/// has to be flushed.
final class ActivityViews {
    private ActivityViews() {}

    static void register(SystemViews.Builder builder) {
        builder.add("pg_catalog.pg_stat_user_tables", ActivityViews::tables);
        builder.add("pg_catalog.pg_stat_all_tables", ActivityViews::tables);
        builder.add("pg_catalog.pg_stat_sys_tables", (_, _) -> {});
        builder.add("pg_catalog.pg_stat_user_indexes", ActivityViews::indexes);
        builder.add("pg_catalog.pg_stat_all_indexes", ActivityViews::indexes);
        builder.add("pg_catalog.pg_stat_sys_indexes", (_, _) -> {});
        builder.add("pg_catalog.pg_stat_database", ActivityViews::database);
    }

    static void functions(FunctionTable table) {
        table.text(2137, "pg_stat_force_next_flush", "", Types.VOID, _ -> "");
        table.text(2230, "pg_stat_clear_snapshot", "", Types.VOID, _ -> "");
        table.text(2274, "pg_stat_reset", "", Types.VOID, call -> {
            call.state().activity().reset();
            return "";
        });
        table.text(3776, "pg_stat_reset_single_table_counters", "oid", Types.VOID, call -> {
            call.state().activity().reset(call.oid(0));
            return "";
        });
        table.number(
                2878,
                "pg_stat_get_live_tuples",
                "oid",
                Types.INT8,
                call -> call.state().rowFigures(call.oid(0)).live());
        table.number(
                2879,
                "pg_stat_get_dead_tuples",
                "oid",
                Types.INT8,
                call -> call.state().rowFigures(call.oid(0)).dead());
    }

    private static void tables(SystemState state, NamedRows rows) {
        Catalog catalog = state.catalog();
        for (TableDef table : catalog.tables()) {
            RowFigures figures = state.rowFigures(table.oid());
            TableActivity activity = state.activity().table(table.oid());
            TableActivity.Counts counts = activity.counts();
            NamedRows row = rows.row()
                    .set("relid", table.oid())
                    .set("schemaname", NamespaceViews.name(catalog, table.schemaOid()))
                    .set("relname", table.name())
                    .set("seq_scan", counts.sequentialScans())
                    .set("seq_tup_read", counts.sequentialRows())
                    .set("n_tup_ins", counts.inserted())
                    .set("n_tup_upd", counts.updated())
                    .set("n_tup_del", counts.deleted())
                    .set("n_tup_hot_upd", counts.updatedInPlace())
                    .set("n_live_tup", figures.live())
                    .set("n_dead_tup", figures.dead())
                    .set("n_mod_since_analyze", counts.changedSinceAnalyze())
                    .set("n_ins_since_vacuum", counts.insertedSinceVacuum());
            if (!catalog.indexesOf(table.oid()).isEmpty()) {
                row.set("idx_scan", counts.indexScans()).set("idx_tup_fetch", counts.indexRows());
            }
            upkeep(row, activity, Kind.VACUUM, "vacuum");
            upkeep(row, activity, Kind.AUTOVACUUM, "autovacuum");
            upkeep(row, activity, Kind.ANALYZE, "analyze");
            upkeep(row, activity, Kind.AUTOANALYZE, "autoanalyze");
        }
    }

    private static void upkeep(NamedRows row, TableActivity activity, Kind kind, String name) {
        TableActivity.UpkeepCounts done = activity.upkeep(kind);
        row.set(name + "_count", done.count());
        if (done.last() != 0) {
            row.set("last_" + name, done.last());
        }
    }

    private static void indexes(SystemState state, NamedRows rows) {
        Catalog catalog = state.catalog();
        for (IndexDef index : catalog.indexes()) {
            TableDef table = catalog.table(index.tableOid());
            if (table == null) {
                continue;
            }
            TableActivity.IndexCounts counts =
                    state.activity().table(table.oid()).indexCounts(index.oid());
            rows.row()
                    .set("relid", table.oid())
                    .set("indexrelid", index.oid())
                    .set("schemaname", NamespaceViews.name(catalog, index.schemaOid()))
                    .set("relname", table.name())
                    .set("indexrelname", index.name())
                    .set("idx_scan", counts.scans())
                    .set("idx_tup_read", counts.entries())
                    .set("idx_tup_fetch", counts.entries());
        }
    }

    private static void database(SystemState state, NamedRows rows) {
        TransactionManager.Totals totals = state.transactionTotals();
        long returned = 0;
        long fetched = 0;
        long inserted = 0;
        long updated = 0;
        long deleted = 0;
        for (TableDef table : state.catalog().tables()) {
            TableActivity.Counts counts = state.activity().table(table.oid()).counts();
            returned += counts.sequentialRows();
            fetched += counts.indexRows();
            inserted += counts.inserted();
            updated += counts.updated();
            deleted += counts.deleted();
        }
        Predicate<SessionDirectory.Listed> here = session -> session.processId() != 0;
        rows.row()
                .set("datid", ServerViews.DATABASE_OID)
                .set("datname", state.databaseName())
                .set("numbackends", state.sessions().stream().filter(here).count())
                .set("xact_commit", totals.commits())
                .set("xact_rollback", totals.rollbacks())
                .set("tup_returned", returned)
                .set("tup_fetched", fetched)
                .set("tup_inserted", inserted)
                .set("tup_updated", updated)
                .set("tup_deleted", deleted)
                .set("conflicts", 0)
                .set("deadlocks", totals.deadlocks());
    }
}
