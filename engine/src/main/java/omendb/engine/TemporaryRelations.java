package omendb.engine;

import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SchemaEditor;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.TemporarySchemas;
import omendb.engine.catalog.ViewDef;
import omendb.engine.txn.Backend;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Schemas of temporary relations, and how these go: with their session, or, after a crash, at the next start.
///
/// Temporary relations are stored and logged as all others are: what a killed server left is found in the catalog.
/// Threading: any thread; a session's schema belongs to its thread.
public final class TemporaryRelations {
    private static final Logger LOG = LoggerFactory.getLogger(TemporaryRelations.class);

    private final Database database;

    TemporaryRelations(Database database) {
        this.database = database;
    }

    /// The schema of a session's temporary relations, made and emptied at its first use.
    public SchemaDef schemaOf(Backend backend) {
        boolean isNew = backend.temporaryNumber() == 0;
        int number = isNew ? database.sessions().takeTemporaryNumber(backend) : backend.temporaryNumber();
        String name = TemporarySchemas.name(number);
        if (isNew) {
            prepare(name);
        }
        SchemaDef schema = database.catalog().schema(name);
        if (schema == null) {
            throw new IllegalStateException("schema " + name + " is gone");
        }
        return schema;
    }

    private void prepare(String name) {
        SchemaDef known = database.catalog().schema(name);
        if (known == null) {
            inTransaction(transaction -> database.schema(transaction).createSchema(name));
        } else {
            drop(known);
        }
    }

    /// Drops what is left of a session that ends, in a transaction of its own.
    public void dropAll(Backend backend) {
        SchemaDef schema = backend.temporaryNumber() == 0
                ? null
                : database.catalog().schema(TemporarySchemas.name(backend.temporaryNumber()));
        if (schema != null) {
            drop(schema);
        }
    }

    /// Drops what sessions left that ended with the server.
    void dropOrphans() {
        for (SchemaDef schema : database.catalog().schemas()) {
            if (TemporarySchemas.isOne(schema.name())) {
                drop(schema);
            }
        }
    }

    private void drop(SchemaDef schema) {
        if (hasContent(database.catalog(), schema.oid())) {
            LOG.debug("dropping the temporary relations in {}", schema.name());
            inTransaction(transaction -> dropAll(transaction, schema.oid()));
        }
    }

    private static boolean hasContent(Catalog catalog, int schemaOid) {
        return catalog.relations().stream().anyMatch(relation -> relation.schemaOid() == schemaOid);
    }

    /// Drops all relations of a schema.
    public void dropAll(Transaction transaction, int schemaOid) {
        SchemaEditor editor = database.schema(transaction);
        for (RelationDef relation : database.catalog(transaction).relations()) {
            // what has gone with its table is passed over
            if (relation.schemaOid() == schemaOid
                    && database.catalog(transaction).relation(relation.oid()) != null) {
                switch (relation) {
                    case TableDef table -> dropTable(transaction, table.oid());
                    case ViewDef view -> dropView(transaction, view.oid());
                    case SequenceDef sequence -> editor.dropSequence(sequence.oid());
                    case IndexDef _ -> {} // goes with its table
                }
            }
        }
    }

    /// Drops a temporary table and the views that read it, which are temporary too.
    public void dropTable(Transaction transaction, int tableOid) {
        dropViewsOf(transaction, tableOid);
        database.schema(transaction).dropTable(tableOid);
    }

    private void dropView(Transaction transaction, int viewOid) {
        dropViewsOf(transaction, viewOid);
        database.schema(transaction).dropView(viewOid);
    }

    private void dropViewsOf(Transaction transaction, int relationOid) {
        for (ViewDef view : database.catalog(transaction).views()) {
            if (database.catalog(transaction).view(view.oid()) != null
                    && view.references().stream().anyMatch(reference -> reference.relationOid() == relationOid)) {
                dropView(transaction, view.oid());
            }
        }
    }

    private interface Work {
        void run(Transaction transaction);
    }

    /// Not waited for: what a crash undoes is done again at the next start.
    private void inTransaction(Work work) {
        Transaction transaction = database.begin(Isolation.READ_COMMITTED, false);
        try {
            transaction.startStatement();
            work.run(transaction);
            transaction.endStatement();
            transaction.commit(false);
        } catch (RuntimeException | Error e) {
            transaction.rollback();
            throw e;
        }
    }
}
