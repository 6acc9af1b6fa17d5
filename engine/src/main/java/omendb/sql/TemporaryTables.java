package omendb.sql;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import omendb.engine.Database;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SchemaEditor;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.Backend;
import omendb.engine.txn.Transaction;
import omendb.engine.txn.WriteSet;
import omendb.sql.ast.Ddl.OnCommit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A session's temporary tables: what COMMIT does to them, and their end.
///
/// ON COMMIT is the session's business and in no catalog. An entry whose table a rollback took back is found to have
/// none, and forgotten with the next commit.
final class TemporaryTables {
    private static final Logger LOG = LoggerFactory.getLogger(TemporaryTables.class);

    private final Database database;
    private final Backend backend;
    private final Map<Integer, OnCommit> actions = new LinkedHashMap<>();

    TemporaryTables(Database database, Backend backend) {
        this.database = database;
        this.backend = backend;
    }

    void onCommit(int tableOid, OnCommit action) {
        if (action == OnCommit.DELETE_ROWS || action == OnCommit.DROP) {
            actions.put(tableOid, action);
        }
    }

    /// What a transaction's COMMIT does: empties tables and drops others. Deferred constraints have been checked.
    void beforeCommit(Transaction transaction) {
        if (actions.isEmpty() || !transaction.usesTemporary()) {
            return;
        }
        Catalog catalog = database.catalog(transaction);
        List<TableDef> emptied = new ArrayList<>();
        List<Integer> dropped = new ArrayList<>();
        actions.forEach((oid, action) -> {
            TableDef table = catalog.table(oid);
            if (table != null && action == OnCommit.DROP) {
                dropped.add(oid);
            } else if (table != null) {
                requireNotReferenced(catalog, table);
                if (isWritten(transaction, table)) {
                    emptied.add(table);
                }
            }
        });
        if (emptied.isEmpty() && dropped.isEmpty()) {
            return;
        }
        transaction.startStatement();
        SchemaEditor editor = database.schema(transaction);
        editor.truncate(emptied.stream().map(TableDef::oid).toList());
        for (int oid : dropped) {
            if (database.catalog(transaction).table(oid) != null) {
                database.temporary().dropTable(transaction, oid);
            }
        }
        transaction.endStatement();
    }

    /// The table was empty before the transaction.
    private static boolean isWritten(Transaction transaction, TableDef table) {
        WriteSet writes = transaction.writesIfAny();
        return writes != null && writes.contains(table.storageId());
    }

    private void requireNotReferenced(Catalog catalog, TableDef table) {
        for (Catalog.Reference reference : catalog.referencesTo(table.oid())) {
            TableDef child = catalog.table(reference.tableOid());
            if (child != null && actions.get(child.oid()) != OnCommit.DELETE_ROWS) {
                throw new UserException(
                                SqlState.FEATURE_NOT_SUPPORTED, "unsupported ON COMMIT and foreign key combination")
                        .withDetail("Table \"" + child.name() + "\" references \"" + table.name()
                                + "\", but they do not have the same ON COMMIT setting.");
            }
        }
    }

    /// After a commit: forgets tables that are gone.
    void committed() {
        if (!actions.isEmpty()) {
            Catalog catalog = database.catalog();
            actions.keySet().removeIf(oid -> catalog.table(oid) == null);
        }
    }

    /// DISCARD TEMP: drops all in the session's transaction.
    void discard(Transaction transaction, Catalog catalog, String schemaName) {
        SchemaDef schema = catalog.schema(schemaName);
        if (schema != null) {
            transaction.useTemporary();
            database.temporary().dropAll(transaction, schema.oid());
        }
    }

    /// The session ends. What cannot be dropped now goes when its schema is used again, or at the next start.
    void close() {
        try {
            database.temporary().dropAll(backend);
        } catch (RuntimeException failed) {
            LOG.warn("temporary tables of an ended session are left", failed);
        }
    }
}
