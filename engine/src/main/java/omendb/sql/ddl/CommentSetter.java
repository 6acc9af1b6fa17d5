package omendb.sql.ddl;

import java.util.List;
import java.util.Locale;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.ExtensionDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SystemClasses;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.TypeName;

/// COMMENT ON.
final class CommentSetter {
    /// pg_authid.oid of the one role there is.
    private static final int OWNER_OID = 10;

    /// pg_database.oid of the one database there is.
    private static final int DATABASE_OID = 5;

    private final DdlContext context;
    private final RelationNames names;

    CommentSetter(DdlContext context) {
        this.context = context;
        this.names = new RelationNames(context);
    }

    void comment(Ddl.Comment comment) {
        QualifiedName name = comment.name().name();
        switch (comment.type()) {
            case TABLE, INDEX, SEQUENCE, VIEW, MATERIALIZED_VIEW, FOREIGN_TABLE ->
                set(
                        comment,
                        SystemClasses.RELATION,
                        relation(comment.type(), name).oid(),
                        0);
            case COLUMN -> column(comment, name);
            case CONSTRAINT -> constraint(comment, name);
            case SCHEMA -> {
                SchemaDef schema = context.catalog().schema(name.name());
                if (schema == null) {
                    throw RelationNames.noSchema(name.name());
                }
                set(comment, SystemClasses.SCHEMA, schema.oid(), 0);
            }
            case TYPE, DOMAIN -> {
                TypeName type = new TypeName(name.parts(), List.of(), List.of(), false, false, name.position());
                set(
                        comment,
                        SystemClasses.TYPE,
                        context.binder().type(type).type().oid(),
                        0);
            }
            case EXTENSION -> {
                ExtensionDef extension = context.catalog().extension(name.name());
                if (extension == null) {
                    throw DdlErrors.error(
                            SqlState.UNDEFINED_OBJECT, "extension \"" + name.name() + "\" does not exist");
                }
                set(comment, SystemClasses.EXTENSION, extension.oid(), 0);
            }
            case DATABASE -> {
                if (!name.name().equals(context.databaseName())) {
                    throw DdlErrors.error(
                            SqlState.INVALID_CATALOG_NAME, "database \"" + name.name() + "\" does not exist");
                }
                set(comment, SystemClasses.DATABASE, DATABASE_OID, 0);
            }
            case ROLE -> {
                if (!name.name().equals(context.user())) {
                    throw DdlErrors.error(SqlState.UNDEFINED_OBJECT, "role \"" + name.name() + "\" does not exist");
                }
                set(comment, SystemClasses.ROLE, OWNER_OID, 0);
            }
            default ->
                throw DdlErrors.notSupported("COMMENT ON " + comment.type().words());
        }
    }

    private void set(Ddl.Comment comment, int classOid, int objectOid, int subId) {
        context.editor().comment(classOid, objectOid, subId, comment.text());
    }

    private RelationDef relation(Ddl.ObjectType type, QualifiedName name) {
        RelationDef relation = names.find(name);
        if (relation == null) {
            throw DdlErrors.noRelation(name.toString());
        }
        String kind = type.words().toLowerCase(Locale.ROOT);
        if (!RelationNames.kind(relation).equals(kind)) {
            throw DdlErrors.error(
                    SqlState.WRONG_OBJECT_TYPE,
                    "\"" + relation.name() + "\" is not " + (kind.startsWith("i") ? "an " : "a ") + kind);
        }
        return relation;
    }

    private void column(Ddl.Comment comment, QualifiedName name) {
        if (name.parts().size() < 2) {
            throw DdlErrors.error(SqlState.SYNTAX_ERROR, "column name must be qualified");
        }
        QualifiedName owner =
                new QualifiedName(name.parts().subList(0, name.parts().size() - 1), name.position());
        RelationDef relation = names.find(owner);
        if (relation == null) {
            throw DdlErrors.noRelation(owner.toString());
        }
        if (!(relation instanceof TableDef table)) {
            throw DdlErrors.error(
                            SqlState.WRONG_OBJECT_TYPE, "cannot set comment on relation \"" + relation.name() + "\"")
                    .withDetail("This operation is not supported for " + RelationNames.kind(relation)
                            + (RelationNames.kind(relation).equals("index") ? "es." : "s."));
        }
        ColumnDef column = ColumnAlterer.column(table, name.name());
        set(comment, SystemClasses.RELATION, table.oid(), column.attnum());
    }

    private void constraint(Ddl.Comment comment, QualifiedName name) {
        QualifiedName on = comment.name().on();
        if (on == null) {
            throw DdlErrors.notSupported("COMMENT ON CONSTRAINT ... ON DOMAIN");
        }
        TableDef table = names.table(on);
        ConstraintDef constraint = table.constraint(name.name());
        if (constraint == null) {
            throw DdlErrors.error(
                    SqlState.UNDEFINED_OBJECT,
                    "constraint \"" + name.name() + "\" for table \"" + table.name() + "\" does not exist");
        }
        set(comment, SystemClasses.CONSTRAINT, constraint.oid(), 0);
    }
}
