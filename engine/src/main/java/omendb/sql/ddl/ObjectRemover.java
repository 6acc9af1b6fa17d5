package omendb.sql.ddl;

import java.util.List;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.SystemClasses;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.ViewDef;

/// Drops objects together with all that depends on them.
final class ObjectRemover {
    private final DdlContext context;

    ObjectRemover(DdlContext context) {
        this.context = context;
    }

    /// @throws omendb.engine.error.UserException 2BP01 if others depend on them and `cascade` is false
    void drop(List<ObjectAddress> objects, boolean cascade) {
        List<ObjectAddress> plan = DropPlan.of(context, objects, cascade);
        for (ObjectAddress object : plan) {
            if (!goesWithTable(object, plan)) {
                remove(object);
            }
        }
    }

    /// Whether dropping a table takes it along.
    private boolean goesWithTable(ObjectAddress object, List<ObjectAddress> plan) {
        Catalog catalog = context.catalog();
        int tableOid = switch (object.classOid()) {
            case SystemClasses.DEFAULT -> object.oid();
            case SystemClasses.RELATION ->
                switch (catalog.relation(object.oid())) {
                    case IndexDef index -> index.tableOid();
                    case SequenceDef sequence -> sequence.ownerTable();
                    case null, default -> 0;
                };
            default -> 0;
        };
        return tableOid != 0 && plan.contains(ObjectAddress.relation(tableOid));
    }

    /// Removes one object; it may have gone with another already.
    private void remove(ObjectAddress object) {
        Catalog catalog = context.catalog();
        switch (object.classOid()) {
            case SystemClasses.RELATION -> {
                RelationDef relation = catalog.relation(object.oid());
                if (object.subId() > 0) {
                    dropColumn(relation, object.subId());
                } else if (relation != null) {
                    dropRelation(relation);
                }
            }
            case SystemClasses.CONSTRAINT -> dropConstraint(catalog, object.oid());
            case SystemClasses.DEFAULT -> {
                TableDef table = catalog.table(object.oid());
                if (table != null && !table.column(object.subId()).dropped()) {
                    context.editor().setColumnDefault(table.oid(), object.subId(), null);
                }
            }
            case SystemClasses.SCHEMA -> context.editor().dropSchema(object.oid(), false);
            case SystemClasses.EXTENSION -> context.editor().dropExtension(object.oid());
            case SystemClasses.TYPE -> {} // an extension's: they are always here
            default -> throw new IllegalArgumentException("no kind of object: " + object);
        }
    }

    private void dropRelation(RelationDef relation) {
        switch (relation) {
            case TableDef table -> {
                context.requireNotPending(table, "DROP TABLE");
                context.editor().dropTable(table.oid());
            }
            case IndexDef index -> {
                if (RelationNames.constraintOf(context.catalog(), index) == null) { // else it goes with the constraint
                    context.editor().dropIndex(index.oid());
                }
            }
            case SequenceDef sequence -> context.editor().dropSequence(sequence.oid());
            case ViewDef view -> context.editor().dropView(view.oid());
        }
    }

    private void dropConstraint(Catalog catalog, int oid) {
        for (TableDef table : catalog.tables()) {
            for (var constraint : table.constraints()) {
                if (constraint.oid() == oid) {
                    context.editor().dropConstraint(table.oid(), constraint.name());
                    return;
                }
            }
        }
    }

    private void dropColumn(@org.jspecify.annotations.Nullable RelationDef relation, int attnum) {
        if (relation instanceof TableDef table) {
            ColumnDef column = table.column(attnum);
            if (!column.dropped()) {
                context.editor().comment(SystemClasses.RELATION, table.oid(), attnum, null);
                context.editor().changeTable(table.withColumn(column.asDropped()));
            }
        }
    }
}
