package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.ExtensionDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.txn.TableLockMode;
import omendb.engine.type.SqlType;
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
        for (Ddl.ObjectName object : statement.names()) {
            switch (statement.type()) {
                case INDEX, SEQUENCE -> relation(statement, object.name());
                case SCHEMA -> schema(statement, object.name().name());
                case EXTENSION -> extension(statement, object.name().name());
                case VIEW, MATERIALIZED_VIEW, FOREIGN_TABLE -> otherRelation(statement, object.name());
                default -> other(statement, object);
            }
        }
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
        Dependents dependents = new Dependents(context);
        tables.values().forEach(table -> dependents.ofTable(table, tables.keySet()));
        if (statement.names().size() == 1) {
            tables.values().forEach(table -> dependents.require("table " + names.shown(table), statement.cascade()));
        } else {
            dependents.requireAll(statement.cascade());
        }
        tables.keySet().forEach(oid -> context.editor().dropTable(oid));
    }

    private void relation(Ddl.Drop statement, QualifiedName name) {
        RelationDef relation = findChecked(statement, name);
        if (relation == null) {
            return;
        }
        requireKind(statement, relation);
        switch (relation) {
            case TableDef table -> context.editor().dropTable(table.oid());
            case IndexDef index -> index(statement, index);
            case SequenceDef sequence -> sequence(statement, sequence);
        }
    }

    /// The relation, or null after the notice of IF EXISTS.
    private @Nullable RelationDef findChecked(Ddl.Drop statement, QualifiedName name) {
        String schema = name.schema();
        if (schema != null && context.catalog().schema(schema) == null) {
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

    private void index(Ddl.Drop statement, IndexDef index) {
        ConstraintDef.Key key = RelationNames.constraintOf(context.catalog(), index);
        if (key != null) {
            TableDef table = context.catalog().table(index.tableOid());
            String owner = "constraint " + key.name() + " on table " + (table == null ? "" : table.name());
            throw DdlErrors.error(
                            SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                            "cannot drop index " + index.name() + " because " + owner + " requires it")
                    .withHint("You can drop " + owner + " instead.");
        }
        TableDef owner = context.catalog().table(index.tableOid());
        if (owner != null) {
            new Dependents(context)
                    .ofIndex(owner, index.oid())
                    .require("index " + names.shown(index), statement.cascade());
        }
        context.editor().dropIndex(index.oid());
    }

    private void sequence(Ddl.Drop statement, SequenceDef sequence) {
        TableDef table = sequence.ownerTable() == 0 ? null : context.catalog().table(sequence.ownerTable());
        ColumnDef column = table == null ? null : table.column(sequence.ownerAttnum());
        if (table != null && column != null && column.identity() != ColumnDef.Identity.NONE) {
            throw DdlErrors.error(
                            SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                            "cannot drop sequence " + sequence.name() + " because column " + column.name()
                                    + " of table " + table.name() + " requires it")
                    .withHint("You can drop column " + column.name() + " of table " + table.name() + " instead.");
        }
        if (table != null && column != null && column.defaultSql() != null) {
            if (!statement.cascade()) {
                throw DdlErrors.error(
                                SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                                "cannot drop sequence " + sequence.name() + " because other objects depend on it")
                        .withDetail("default value for column " + column.name() + " of table " + table.name()
                                + " depends on sequence " + sequence.name())
                        .withHint(Dependents.HINT);
            }
            context.editor().setColumnDefault(table.oid(), column.attnum(), null);
        }
        context.editor().dropSequence(sequence.oid());
    }

    private void schema(Ddl.Drop statement, String name) {
        SchemaDef schema = context.catalog().schema(name);
        if (schema == null) {
            missing(statement, RelationNames.noSchema(name));
            return;
        }
        List<String> depends = new ArrayList<>();
        List<String> cascades = new ArrayList<>();
        collectContent(schema, depends, cascades);
        if (!depends.isEmpty() && !statement.cascade()) {
            throw Dependents.refusal("cannot drop schema " + name + " because other objects depend on it", depends);
        }
        Dependents.notice(context, cascades);
        context.editor().dropSchema(schema.oid(), statement.cascade());
    }

    /// What is in a schema, and foreign keys of tables elsewhere that refer to it.
    private void collectContent(SchemaDef schema, List<String> depends, List<String> cascades) {
        Set<Integer> content = context.catalog().relations().stream()
                .filter(relation -> relation.schemaOid() == schema.oid())
                .map(RelationDef::oid)
                .collect(Collectors.toSet());
        for (RelationDef relation : context.catalog().relations()) {
            boolean part = relation instanceof IndexDef
                    || (relation instanceof SequenceDef sequence && sequence.ownerTable() != 0);
            if (relation.schemaOid() != schema.oid() || part) {
                continue;
            }
            String shown = RelationNames.kind(relation) + " " + names.shown(relation);
            depends.add(shown + " depends on schema " + schema.name());
            cascades.add("drop cascades to " + shown);
            if (relation instanceof TableDef table) {
                Dependents outside = new Dependents(context);
                outside.ofTable(table, content);
                depends.addAll(outside.details());
                cascades.addAll(outside.cascades());
            }
        }
    }

    private void extension(Ddl.Drop statement, String name) {
        ExtensionDef extension = context.catalog().extension(name);
        if (extension == null) {
            missing(statement, DdlErrors.error(SqlState.UNDEFINED_OBJECT, "extension \"" + name + "\" does not exist"));
            return;
        }
        List<String> dependents = vectorColumns(context.catalog(), name);
        if (!dependents.isEmpty()) {
            if (statement.cascade()) {
                throw DdlErrors.notSupported("DROP EXTENSION ... CASCADE with columns of its types");
            }
            throw DdlErrors.error(
                            SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                            "cannot drop extension " + name + " because other objects depend on it")
                    .withDetail(String.join("\n", dependents))
                    .withHint(Dependents.HINT);
        }
        context.editor().dropExtension(extension.oid());
    }

    private static List<String> vectorColumns(Catalog catalog, String extension) {
        List<String> dependents = new ArrayList<>();
        if (!extension.equals("vector")) {
            return dependents;
        }
        for (TableDef table : catalog.tables()) {
            for (ColumnDef column : table.columns()) {
                SqlType element = column.type().elementType();
                SqlType type = element == null ? column.type() : element;
                if (type.schema().equals("public")) {
                    dependents.add("column " + column.name() + " of table " + table.name() + " depends on type "
                            + type.name());
                }
            }
        }
        return dependents;
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
