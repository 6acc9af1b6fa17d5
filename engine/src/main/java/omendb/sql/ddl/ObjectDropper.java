package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import omendb.engine.catalog.ExtensionDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.txn.TableLockMode;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.QualifiedName;
import org.jspecify.annotations.Nullable;

/// DROP.
final class ObjectDropper {
    private final DdlContext context;
    private final RelationNames names;

    ObjectDropper(DdlContext context) {
        this.context = context;
        this.names = new RelationNames(context);
    }

    void drop(Ddl.Drop statement) {
        if (statement.type() == Ddl.ObjectType.TABLE) {
            tables(statement);
            return;
        }
        List<ObjectAddress> together = new ArrayList<>();
        for (Ddl.ObjectName object : statement.names()) {
            switch (statement.type()) {
                case INDEX, SEQUENCE, VIEW -> relation(statement, object.name(), together);
                case SCHEMA -> schema(statement, object.name().name(), together);
                case EXTENSION -> extension(statement, object.name().name());
                case MATERIALIZED_VIEW, FOREIGN_TABLE -> otherRelation(statement, object.name());
                default -> other(statement, object);
            }
        }
        new ObjectRemover(context).drop(together.stream().distinct().toList(), statement.cascade());
    }

    /// Tables go together: a foreign key between two of them holds up neither.
    private void tables(Ddl.Drop statement) {
        Map<Integer, TableDef> tables = new LinkedHashMap<>();
        for (Ddl.ObjectName object : statement.names()) {
            RelationDef relation = findChecked(statement, object.name());
            if (relation == null) {
                continue;
            }
            requireKind(statement, relation);
            context.transaction().lockTable(relation.oid(), TableLockMode.ACCESS_EXCLUSIVE);
            if (context.catalog().relation(relation.oid()) instanceof TableDef table) {
                context.requireNotPending(table, "DROP TABLE");
                tables.put(table.oid(), table);
            } else {
                missing(statement, none(statement.type(), object.name().toString()));
            }
        }
        new ObjectRemover(context)
                .drop(tables.keySet().stream().map(ObjectAddress::relation).toList(), statement.cascade());
    }

    private void relation(Ddl.Drop statement, QualifiedName name, List<ObjectAddress> together) {
        RelationDef relation = findChecked(statement, name);
        if (relation == null) {
            return;
        }
        requireKind(statement, relation);
        if (relation instanceof IndexDef index) {
            context.transaction().lockTable(index.tableOid(), TableLockMode.ACCESS_EXCLUSIVE);
        }
        if (context.catalog().relation(relation.oid()) == null) { // another session dropped it while we waited
            missing(statement, none(statement.type(), name.toString()));
            return;
        }
        together.add(ObjectAddress.relation(relation.oid()));
    }

    /// The relation, or null after the notice of IF EXISTS.
    private @Nullable RelationDef findChecked(Ddl.Drop statement, QualifiedName name) {
        String schema = name.schema();
        if (schema != null && context.catalog().schema(context.resolve(schema)) == null) {
            missing(statement, RelationNames.noSchema(schema));
            return null;
        }
        RelationDef relation = names.find(name);
        if (relation == null) {
            missing(statement, none(statement.type(), name.toString()));
        }
        return relation;
    }

    private static OmenException none(Ddl.ObjectType type, String name) {
        boolean relation = type != Ddl.ObjectType.INDEX;
        return DdlErrors.error(
                relation ? SqlState.UNDEFINED_TABLE : SqlState.UNDEFINED_OBJECT,
                words(type) + " \"" + name + "\" does not exist");
    }

    private static String words(Ddl.ObjectType type) {
        return type.words().toLowerCase(Locale.ROOT);
    }

    private void missing(Ddl.Drop statement, OmenException error) {
        if (!statement.ifExists()) {
            throw error;
        }
        context.notice(SqlState.SUCCESSFUL_COMPLETION, error.text() + ", skipping");
    }

    private static void requireKind(Ddl.Drop statement, RelationDef relation) {
        String kind = RelationNames.kind(relation);
        if (!kind.equals(words(statement.type()))) {
            String article = statement.type() == Ddl.ObjectType.INDEX ? "an" : "a";
            throw DdlErrors.error(
                            SqlState.WRONG_OBJECT_TYPE,
                            "\"" + relation.name() + "\" is not " + article + " " + words(statement.type()))
                    .withHint("Use DROP " + kind.toUpperCase(Locale.ROOT) + " to remove "
                            + (kind.equals("index") ? "an index" : "a " + kind) + ".");
        }
    }

    private void schema(Ddl.Drop statement, String name, List<ObjectAddress> together) {
        SchemaDef schema = context.catalog().schema(name);
        if (schema == null) {
            missing(statement, RelationNames.noSchema(name));
            return;
        }
        together.add(ObjectAddress.schema(schema.oid()));
    }

    private void extension(Ddl.Drop statement, String name) {
        ExtensionDef extension = context.catalog().extension(name);
        if (extension == null) {
            missing(statement, DdlErrors.error(SqlState.UNDEFINED_OBJECT, "extension \"" + name + "\" does not exist"));
            return;
        }
        new ObjectRemover(context).drop(List.of(ObjectAddress.extension(extension.oid())), statement.cascade());
    }

    /// A view or the like: there are none, so its name is free or means something else.
    private void otherRelation(Ddl.Drop statement, QualifiedName name) {
        RelationDef relation = findChecked(statement, name);
        if (relation != null) {
            requireKind(statement, relation);
        }
    }

    private void other(Ddl.Drop statement, Ddl.ObjectName object) {
        switch (statement.type()) {
            case TYPE,
                    DOMAIN,
                    FUNCTION,
                    PROCEDURE,
                    ROUTINE,
                    AGGREGATE,
                    TRIGGER,
                    POLICY,
                    RULE,
                    ROLE,
                    COLLATION,
                    STATISTICS ->
                missing(
                        statement,
                        DdlErrors.error(
                                SqlState.UNDEFINED_OBJECT,
                                words(statement.type()) + " \"" + object.name() + "\" does not exist"));
            default -> throw DdlErrors.notSupported("DROP " + statement.type().words());
        }
    }
}
