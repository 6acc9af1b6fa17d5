package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.ExtensionDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.ViewDef;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.bind.StoredNames;

/// What depends on what: PostgreSQL's `pg_depend`, derived from the definitions of the moment.
///
/// An object's edges are added where its kind is listed in the constructor; a new kind of object adds its own there,
/// its name in [ObjectDescriptions] and its removal in [ObjectRemover].
final class DependencyGraph {
    /// What happens to the dependent when the other goes.
    enum Kind {
        /// Needs CASCADE.
        NORMAL,
        /// Goes along silently.
        AUTO,
        /// Is a part of the other: goes along, and cannot be dropped alone.
        INTERNAL
    }

    record Edge(ObjectAddress dependent, ObjectAddress on, Kind kind) {}

    private final Catalog catalog;
    private final List<String> searchPath;
    private final List<Edge> edges = new ArrayList<>();

    DependencyGraph(Catalog catalog, List<String> searchPath) {
        this.catalog = catalog;
        this.searchPath = searchPath;
        for (RelationDef relation : catalog.relations()) {
            switch (relation) {
                case TableDef table -> table(table);
                case IndexDef index -> index(index);
                case SequenceDef sequence -> sequence(sequence);
                case ViewDef view -> view(view);
            }
        }
    }

    List<Edge> edges() {
        return edges;
    }

    /// The edges of objects that depend on `address` or on a part of it.
    List<Edge> dependentsOf(ObjectAddress address) {
        return edges.stream().filter(edge -> edge.on().isPartOf(address)).toList();
    }

    /// The edges of what an object depends on.
    List<Edge> dependenciesOf(ObjectAddress address) {
        return edges.stream().filter(edge -> edge.dependent().equals(address)).toList();
    }

    void add(ObjectAddress dependent, ObjectAddress on, Kind kind) {
        edges.add(new Edge(dependent, on, kind));
    }

    private void inSchema(RelationDef relation) {
        if (relation.schemaOid() != Catalog.PUBLIC_OID || catalog.schema(Catalog.PUBLIC_OID) != null) {
            add(ObjectAddress.relation(relation.oid()), ObjectAddress.schema(relation.schemaOid()), Kind.NORMAL);
        }
    }

    private void table(TableDef table) {
        inSchema(table);
        for (ColumnDef column : table.liveColumns()) {
            column(table, column);
        }
        table.constraints().forEach(constraint -> constraint(table, constraint));
    }

    private void view(ViewDef view) {
        inSchema(view);
        ObjectAddress address = ObjectAddress.relation(view.oid());
        for (ViewDef.Reference reference : view.references()) {
            add(address, ObjectAddress.relation(reference.relationOid()), Kind.NORMAL);
            for (ViewDef.ReferredColumn column : reference.columns()) {
                if (column.used()) {
                    add(address, ObjectAddress.column(reference.relationOid(), column.attnum()), Kind.NORMAL);
                }
            }
        }
        view.columns().forEach(column -> onType(address, column.type()));
    }

    private void column(TableDef table, ColumnDef column) {
        ObjectAddress address = ObjectAddress.column(table.oid(), column.attnum());
        onType(address, column.type());
        if (column.generatedSql() != null) {
            for (int attnum : StoredSql.attnums(table, column.generatedSql())) {
                add(address, ObjectAddress.column(table.oid(), attnum), Kind.NORMAL);
            }
        }
        if (column.defaultSql() != null && column.identity() == ColumnDef.Identity.NONE) {
            ObjectAddress value = ObjectAddress.defaultOf(table.oid(), column.attnum());
            add(value, address, Kind.AUTO);
            for (String name : StoredSql.regclassNames(column.defaultSql())) {
                RelationDef used = StoredNames.relation(catalog, searchPath, table, name);
                if (used != null) {
                    add(value, ObjectAddress.relation(used.oid()), Kind.NORMAL);
                }
            }
        }
    }

    /// Types of a user depend on nothing else here than themselves; those of an extension on it.
    private void onType(ObjectAddress dependent, SqlType type) {
        SqlType element = type.elementType();
        SqlType base = element == null ? type : element;
        if (base.oid() >= Types.FIRST_FREE_OID) {
            add(dependent, ObjectAddress.type(base.oid()), Kind.NORMAL);
        } else if (base.schema().equals("public")) {
            ExtensionDef extension = catalog.extension("vector");
            if (extension != null) {
                add(dependent, ObjectAddress.type(base.oid()), Kind.NORMAL);
                Edge part = new Edge(
                        ObjectAddress.type(base.oid()), ObjectAddress.extension(extension.oid()), Kind.INTERNAL);
                if (!edges.contains(part)) {
                    edges.add(part);
                }
            }
        }
    }

    private void constraint(TableDef table, ConstraintDef constraint) {
        ObjectAddress address = ObjectAddress.constraint(constraint.oid());
        for (int attnum : constraint.attnums()) {
            add(address, ObjectAddress.column(table.oid(), attnum), Kind.AUTO);
        }
        if (constraint.attnums().isEmpty()) {
            add(address, ObjectAddress.relation(table.oid()), Kind.AUTO);
        }
        if (constraint instanceof ConstraintDef.ForeignKey key) {
            for (int attnum : key.keyAttnums()) {
                add(address, ObjectAddress.column(key.tableOid(), attnum), Kind.NORMAL);
            }
            add(address, ObjectAddress.relation(key.indexOid()), Kind.NORMAL);
        }
    }

    private void index(IndexDef index) {
        TableDef table = catalog.table(index.tableOid());
        if (table == null) {
            return;
        }
        ObjectAddress address = ObjectAddress.relation(index.oid());
        ConstraintDef.Key constraint = RelationNames.constraintOf(catalog, index);
        if (constraint != null) {
            add(address, ObjectAddress.constraint(constraint.oid()), Kind.INTERNAL);
            index.included()
                    .forEach(attnum -> add(
                            ObjectAddress.constraint(constraint.oid()),
                            ObjectAddress.column(table.oid(), attnum),
                            Kind.AUTO));
            return;
        }
        boolean any = false;
        for (int attnum : attnums(table, index)) {
            add(address, ObjectAddress.column(table.oid(), attnum), Kind.AUTO);
            any = true;
        }
        if (!any) {
            add(address, ObjectAddress.relation(table.oid()), Kind.AUTO);
        }
    }

    /// All columns an index has to do with.
    static List<Integer> attnums(TableDef table, IndexDef index) {
        List<Integer> attnums = new ArrayList<>();
        for (IndexDef.Key key : index.keys()) {
            if (key.attnum() > 0) {
                attnums.add(key.attnum());
            } else if (key.expressionSql() != null) {
                attnums.addAll(StoredSql.attnums(table, key.expressionSql()));
            }
        }
        attnums.addAll(index.included());
        if (index.predicateSql() != null) {
            attnums.addAll(StoredSql.attnums(table, index.predicateSql()));
        }
        return attnums;
    }

    private void sequence(SequenceDef sequence) {
        inSchema(sequence);
        TableDef table = sequence.ownerTable() == 0 ? null : catalog.table(sequence.ownerTable());
        if (table != null) {
            boolean identity = table.column(sequence.ownerAttnum()).identity() != ColumnDef.Identity.NONE;
            add(
                    ObjectAddress.relation(sequence.oid()),
                    ObjectAddress.column(sequence.ownerTable(), sequence.ownerAttnum()),
                    identity ? Kind.INTERNAL : Kind.AUTO);
        }
    }
}
