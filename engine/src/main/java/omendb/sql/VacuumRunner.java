package omendb.sql;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import omendb.engine.VacuumReport;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.table.Table;
import omendb.engine.table.TableActivity;
import omendb.engine.txn.LockTag;
import omendb.engine.txn.LockWaiting;
import omendb.engine.txn.TableLockMode;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Timestamps;
import omendb.sql.ast.Utility;

/// VACUUM and ANALYZE.
///
/// VACUUM takes each table in a transaction of its own, under SHARE UPDATE EXCLUSIVE (FULL: ACCESS EXCLUSIVE), which
/// readers and writers do not mind. ANALYZE has little to do: rows are counted at every commit.
final class VacuumRunner {
    /// For a table that is vacuumed with all others.
    private static final String UNNAMED = "";

    private static final int PAGE_BYTES = 8192;

    private final SessionParts parts;

    VacuumRunner(SessionParts parts) {
        this.parts = parts;
    }

    /// Returns the command tag.
    String run(Utility.Vacuum statement) {
        VacuumOptions options = VacuumOptions.of(statement);
        if (statement.vacuum()) {
            parts.transactions().requireNoBlock("VACUUM");
        }
        parts.environment().refresh();
        Map<Integer, String> tables = new LinkedHashMap<>();
        for (Utility.VacuumRelation relation : statement.relations()) {
            if (!isSystemView(relation)) {
                TableDef table = parts.requireTable(relation.name());
                checkColumns(table, relation.columns());
                tables.put(table.oid(), table.name());
            }
        }
        if (statement.relations().isEmpty()) {
            parts.environment().catalog().tables().forEach(table -> tables.put(table.oid(), UNNAMED));
        }
        if (statement.vacuum()) {
            parts.transactions().sync();
            parts.database().vacuum();
        }
        tables.forEach((oid, name) -> {
            run(oid, name, statement.vacuum(), options);
            if (statement.vacuum()) {
                parts.transactions().sync();
            }
        });
        return statement.vacuum() ? "VACUUM" : "ANALYZE";
    }

    private boolean isSystemView(Utility.VacuumRelation relation) {
        String schema = relation.name().schema();
        return parts.environment()
                        .virtualTable(
                                schema == null ? "pg_catalog" : schema,
                                relation.name().name())
                != null;
    }

    private static void checkColumns(TableDef table, List<String> columns) {
        for (String name : columns) {
            if (table.columns().stream().noneMatch(column -> column.name().equals(name))) {
                throw new UserException(
                        SqlState.UNDEFINED_COLUMN,
                        "column \"" + name + "\" of relation \"" + table.name() + "\" does not exist");
            }
        }
    }

    /// @param name by which the client named it, or [#UNNAMED]: then nothing is said if it is passed over
    private void run(int oid, String name, boolean vacuum, VacuumOptions options) {
        Transaction transaction = parts.transactions().startStatement();
        try {
            parts.evaluation();
            TableLockMode mode = options.full() ? TableLockMode.ACCESS_EXCLUSIVE : TableLockMode.SHARE_UPDATE_EXCLUSIVE;
            LockWaiting waiting = options.skipLocked() ? LockWaiting.SKIP : LockWaiting.WAIT;
            boolean locked = transaction.lockNamed(new LockTag.Relation(oid), mode, waiting);
            Catalog catalog = parts.environment().refresh();
            TableDef table = catalog.table(oid);
            if (table == null) {
                skip(name, vacuum, SqlState.UNDEFINED_TABLE, "relation no longer exists");
                return;
            }
            if (!locked) {
                skip(name, vacuum, SqlState.LOCK_NOT_AVAILABLE, "lock not available");
                return;
            }
            if (vacuum) {
                vacuum(transaction, catalog, table, options);
            }
            if (options.analyze()) {
                analyze(transaction, catalog, table, options.verbose());
            }
        } finally {
            parts.transactions().endStatement();
        }
    }

    private void skip(String name, boolean vacuum, SqlState state, String reason) {
        if (!name.equals(UNNAMED)) {
            String text = "skipping " + (vacuum ? "vacuum" : "analyze") + " of \"" + name + "\" --- " + reason;
            parts.listener().notice("WARNING", state, text, null, null);
        }
    }

    private void vacuum(Transaction transaction, Catalog catalog, TableDef table, VacuumOptions options) {
        String name = parts.environment().databaseName() + "." + qualified(catalog, table);
        if (options.verbose()) {
            info("vacuuming \"" + name + "\"");
        }
        long started = System.nanoTime();
        VacuumReport report = parts.database().vacuum(transaction, table.oid(), options.full());
        if (options.verbose()) {
            double seconds = (System.nanoTime() - started) / 1e9;
            StringBuilder text = new StringBuilder();
            text.append("finished vacuuming \"").append(name).append("\": index scans: ");
            text.append(report.indexes().isEmpty() ? 0 : 1);
            long pages = pages(report.bytes());
            text.append("\npages: ")
                    .append(Math.max(0, pages(report.bytesBefore()) - pages))
                    .append(" removed, ")
                    .append(pages)
                    .append(" remain");
            text.append("\ntuples: ")
                    .append(report.removed())
                    .append(" removed, ")
                    .append(report.remaining())
                    .append(" remain, ")
                    .append(report.dead())
                    .append(" are dead but not yet removable");
            for (VacuumReport.IndexReport index : report.indexes()) {
                text.append("\nindex \"")
                        .append(index.name())
                        .append("\": ")
                        .append(index.removed())
                        .append(" entries removed, ")
                        .append(index.entries())
                        .append(" remain");
            }
            text.append(String.format(Locale.ROOT, "%nsystem usage: elapsed: %.2f s", seconds));
            info(text.toString());
        }
    }

    private static long pages(long bytes) {
        return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    }

    private void analyze(Transaction transaction, Catalog catalog, TableDef table, boolean verbose) {
        Table rows = parts.database().table(transaction, table.oid());
        if (verbose) {
            info("analyzing \"" + qualified(catalog, table) + "\"");
        }
        rows.activity().done(TableActivity.Kind.ANALYZE, Timestamps.now());
        if (verbose) {
            long pages = pages(rows.sizeBytes());
            long live = rows.estimatedRowCount();
            info("\"" + table.name() + "\": scanned " + pages + " of " + pages + " pages, containing " + live
                    + " live rows and " + rows.deadRowCount() + " dead rows; " + live + " rows in sample, " + live
                    + " estimated total rows");
        }
    }

    private static String qualified(Catalog catalog, TableDef table) {
        for (SchemaDef schema : catalog.schemas()) {
            if (schema.oid() == table.schemaOid()) {
                return schema.name() + "." + table.name();
            }
        }
        return table.name();
    }

    private void info(String message) {
        parts.listener().notice("INFO", SqlState.SUCCESSFUL_COMPLETION, message, null, null);
    }
}
