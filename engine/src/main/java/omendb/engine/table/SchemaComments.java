package omendb.engine.table;

import java.util.List;
import omendb.engine.catalog.Catalogs;
import omendb.engine.catalog.CommentDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.SchemaEditor;
import omendb.engine.catalog.SystemClasses;
import omendb.engine.catalog.TableDef;
import omendb.engine.txn.Transaction;
import org.jspecify.annotations.Nullable;

/// The comments' part of [TransactionSchema].
///
/// Threading: the transaction's thread.
final class SchemaComments {
    private final Transaction transaction;
    private final Catalogs catalogs;
    private final SchemaEditor oids;

    /// @param oids gives new comments their oids
    SchemaComments(Transaction transaction, Catalogs catalogs, SchemaEditor oids) {
        this.transaction = transaction;
        this.catalogs = catalogs;
        this.oids = oids;
    }

    void set(int classOid, int objectOid, int subId, @Nullable String text) {
        CommentDef known = catalogs.of(transaction).comment(classOid, objectOid, subId);
        if (text != null && !text.isEmpty()) {
            int oid = known == null ? oids.newOid() : known.oid();
            catalogs.changes(transaction).put(new CommentDef(oid, classOid, objectOid, subId, text));
        } else if (known != null) {
            catalogs.changes(transaction).remove(known);
        }
    }

    /// Removes those on an object that goes, and on its columns.
    void removeAll(int classOid, int objectOid) {
        for (CommentDef comment : List.copyOf(catalogs.of(transaction).comments())) {
            if (comment.classOid() == classOid && comment.objectOid() == objectOid) {
                catalogs.changes(transaction).remove(comment);
            }
        }
    }

    /// Removes those on a table that goes, its columns and its constraints.
    void removeAllOf(TableDef table) {
        removeAll(SystemClasses.RELATION, table.oid());
        for (ConstraintDef constraint : table.constraints()) {
            removeAll(SystemClasses.CONSTRAINT, constraint.oid());
        }
    }
}
