package omendb.engine.table;

import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.Catalogs;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.TableLockMode;
import omendb.engine.txn.Transaction;

/// The foreign keys' part of [TransactionSchema].
///
/// Threading: the transaction's thread.
final class SchemaForeignKeys {
    private final Transaction transaction;
    private final Catalogs catalogs;
    private final TableWriters tables;

    SchemaForeignKeys(Transaction transaction, Catalogs catalogs, TableWriters tables) {
        this.transaction = transaction;
        this.catalogs = catalogs;
        this.tables = tables;
    }

    TableDef add(int tableOid, ConstraintDef.ForeignKey key, boolean checkRows) {
        TableDef table = lockBoth(tableOid, key.tableOid());
        requireFreeName(table, key.name());
        if (catalog().index(key.indexOid()) == null) {
            throw new UserException(SqlState.UNDEFINED_OBJECT, "index with OID " + key.indexOid() + " does not exist");
        }
        TableDef changed = table.withConstraint(key);
        put(changed);
        if (checkRows) {
            tables.constraintEvents(transaction).validate(tableOid, key);
        }
        return changed;
    }

    static void requireFreeName(TableDef table, String name) {
        if (table.constraint(name) != null) {
            throw new UserException(
                    SqlState.DUPLICATE_OBJECT,
                    "constraint \"" + name + "\" for relation \"" + table.name() + "\" already exists");
        }
    }

    /// Keeps writers away from both tables: whoever comes later finds the foreign key.
    private TableDef lockBoth(int tableOid, int referencedOid) {
        transaction.lockTable(tableOid, TableLockMode.SHARE_ROW_EXCLUSIVE);
        transaction.lockTable(referencedOid, TableLockMode.SHARE_ROW_EXCLUSIVE);
        requireTable(referencedOid);
        return requireTable(tableOid);
    }

    void validate(int tableOid, String name) {
        // new rows and keys that go are checked already by those who write them
        transaction.lockTable(tableOid, TableLockMode.SHARE_UPDATE_EXCLUSIVE);
        transaction.lockTable(requireKey(requireTable(tableOid), name).tableOid(), TableLockMode.ROW_SHARE);
        TableDef table = requireTable(tableOid);
        ConstraintDef.ForeignKey key = requireKey(table, name);
        tables.constraintEvents(transaction).validate(tableOid, key);
        put(table.withChangedConstraint(key.asValidated()));
    }

    void setTiming(int tableOid, String name, ConstraintDef.Timing timing) {
        TableDef table = lockForChange(tableOid);
        put(table.withChangedConstraint(requireKey(table, name).withTiming(timing)));
    }

    /// Drops the foreign keys that rely on an index (0 = on any of the table's).
    void dropReferences(int tableOid, int indexOid) {
        for (Catalog.Reference reference : catalog().referencesTo(tableOid)) {
            if (indexOid == 0 || reference.key().indexOid() == indexOid) {
                TableDef child = lockForChange(reference.tableOid());
                put(child.withoutConstraint(reference.key().oid()));
            }
        }
    }

    private TableDef lockForChange(int tableOid) {
        transaction.lockTable(tableOid, TableLockMode.ACCESS_EXCLUSIVE);
        return requireTable(tableOid);
    }

    private Catalog catalog() {
        return catalogs.of(transaction);
    }

    private void put(TableDef table) {
        catalogs.changes(transaction).put(table);
    }

    private TableDef requireTable(int tableOid) {
        TableDef table = catalog().table(tableOid);
        if (table == null) {
            throw new UserException(SqlState.UNDEFINED_TABLE, "relation with OID " + tableOid + " does not exist");
        }
        return table;
    }

    private static ConstraintDef.ForeignKey requireKey(TableDef table, String name) {
        if (table.constraint(name) instanceof ConstraintDef.ForeignKey key) {
            return key;
        }
        throw new UserException(
                SqlState.UNDEFINED_OBJECT,
                "constraint \"" + name + "\" of relation \"" + table.name() + "\" does not exist");
    }
}
