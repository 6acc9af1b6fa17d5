package omendb.engine.table;

import java.util.HashMap;
import java.util.Map;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.Catalogs;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.CommitRecord;
import omendb.engine.txn.TableLockMode;
import omendb.engine.txn.Transaction;
import omendb.engine.txn.TransactionParticipant;
import org.jspecify.annotations.Nullable;

/// Makes [Table]s and their writers under the locks they need.
///
/// Threading: any thread.
public final class TableWriters {
    private final Catalogs catalogs;
    private final Storages storages;
    private final Map<Integer, Table> cache = new java.util.concurrent.ConcurrentHashMap<>();

    public TableWriters(Catalogs catalogs, Storages storages) {
        this.catalogs = catalogs;
        this.storages = storages;
    }

    /// The writers of one transaction by table.
    private static final class Open implements TransactionParticipant {
        private final Map<Integer, TableWriter> writers = new HashMap<>();
        private long catalogVersion;

        @Override
        public void prepare(CommitRecord record) {}

        @Override
        public void committed(long commitTimestamp) {}

        @Override
        public void rolledBack() {}

        @Override
        public Object mark() {
            return this;
        }

        @Override
        public void rollbackTo(@Nullable Object mark) {}
    }

    /// A table as the transaction sees it, kept from being dropped by others.
    ///
    /// @throws UserException 42P01 if it is gone
    public Table table(Transaction transaction, int tableOid) {
        transaction.lockTable(tableOid, TableLockMode.ACCESS_SHARE);
        Catalog catalog = catalogs.of(transaction);
        Table table = describe(catalog, tableOid);
        if (catalog.isTemporary(table.def())) {
            transaction.useTemporary();
        }
        return table;
    }

    /// The events of a transaction's constraints, from here on kept.
    public ConstraintEvents constraintEvents(Transaction transaction) {
        return transaction.participant(
                ConstraintEvents.class, () -> new ConstraintEvents(transaction, this, catalogs, storages));
    }

    /// A table as a catalog describes it.
    Table describe(Catalog catalog, int tableOid) {
        Table known = cache.get(tableOid);
        if (known != null && known.describes(catalog)) {
            return known;
        }
        TableDef def = catalog.table(tableOid);
        if (def == null) {
            cache.remove(tableOid);
            throw new UserException(SqlState.UNDEFINED_TABLE, "relation with OID " + tableOid + " does not exist");
        }
        Table table = new Table(def, catalog.indexesOf(tableOid), catalog.referencesTo(tableOid), storages, this);
        if (catalog.version() == catalogs.committed().version()) {
            cache.put(tableOid, table);
        }
        return table;
    }

    /// The transaction's writer of a table, for locks on rows alone.
    TableWriter locker(Transaction transaction, Table table) {
        return writer(transaction, table, TableLockMode.ROW_SHARE);
    }

    /// The transaction's writer of a table.
    TableWriter writer(Transaction transaction, Table table) {
        return writer(transaction, table, TableLockMode.ROW_EXCLUSIVE);
    }

    private TableWriter writer(Transaction transaction, Table table, TableLockMode mode) {
        Open open = transaction.participant(Open.class, Open::new);
        Catalog catalog = catalogs.of(transaction);
        int oid = table.def().oid();
        if (open.catalogVersion != catalog.version()) {
            // someone's DDL, or our own: writers of unchanged tables live on
            open.writers.values().removeIf(writer -> !writer.table().describes(catalog));
            open.catalogVersion = catalog.version();
        }
        TableWriter writer = open.writers.get(oid);
        transaction.writes(); // 25006 before any lock
        // a rollback to a savepoint may have given the lock back
        if (transaction.lockTable(oid, mode) || writer == null) {
            Catalog locked = catalogs.of(transaction);
            writer = new TableWriter(describe(locked, oid), locked, transaction, storages, this);
            open.writers.put(oid, writer);
        }
        return writer;
    }
}
