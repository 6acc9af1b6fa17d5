package omendb.sql.ddl;

import java.nio.charset.StandardCharsets;
import java.util.List;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.TemporarySchemas;
import omendb.engine.catalog.ViewDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.QualifiedName;
import omendb.sql.parse.Deparser;
import omendb.sql.pgcatalog.SystemViews;
import org.jspecify.annotations.Nullable;

/// Finds relations by their written names and chooses names for those that have none, by PostgreSQL's rules.
final class RelationNames {
    /// Bytes of the longest name.
    private static final int LONGEST = 63;

    private final DdlContext context;

    RelationNames(DdlContext context) {
        this.context = context;
    }

    /// The relation of that name, or null.
    @Nullable
    RelationDef find(QualifiedName name) {
        return context.catalog().resolve(context.schemasFor(name.schema()), name.name());
    }

    /// The table of that name.
    ///
    /// @throws omendb.engine.error.UserException 42P01, 42809; 42501 for a system view
    TableDef table(QualifiedName name) {
        RelationDef relation = find(name);
        if (relation instanceof TableDef table) {
            return table;
        }
        if (relation != null) {
            throw DdlErrors.error(SqlState.WRONG_OBJECT_TYPE, "\"" + name.name() + "\" is not a table");
        }
        String schema = name.schema() == null ? "pg_catalog" : name.schema();
        if (SystemViews.find(schema, name.name()) != null) {
            throw DdlErrors.error(
                    SqlState.INSUFFICIENT_PRIVILEGE, "permission denied: \"" + name.name() + "\" is a system catalog");
        }
        throw DdlErrors.noRelation(name.toString()).withPosition(name.position());
    }

    /// The schema a new relation goes to.
    ///
    /// @throws omendb.engine.error.UserException 3F000, 42501; 42P16 if the schema is no place for the persistence
    SchemaDef creationSchema(QualifiedName name, Ddl.Persistence persistence) {
        boolean temporary = persistence == Ddl.Persistence.TEMPORARY;
        String written = name.schema();
        if (written == null) {
            written = temporary ? TemporarySchemas.ALIAS : context.creationSchema();
        }
        if (written != null && isOwnTemporary(written)) {
            if (persistence == Ddl.Persistence.UNLOGGED) {
                throw notTemporary("only temporary relations may be created in temporary schemas", name);
            }
            return context.requireTemporarySchema();
        }
        SchemaDef schema = permanentSchema(written, name);
        if (temporary) {
            throw notTemporary("cannot create temporary relation in non-temporary schema", name);
        }
        if (TemporarySchemas.isOne(schema.name())) {
            throw notTemporary("cannot create relations in temporary schemas of other sessions", name);
        }
        return schema;
    }

    private static OmenException notTemporary(String message, QualifiedName name) {
        return DdlErrors.error(SqlState.INVALID_TABLE_DEFINITION, message).withPosition(name.position());
    }

    private boolean isOwnTemporary(String schema) {
        return schema.equals(TemporarySchemas.ALIAS) || schema.equals(context.temporarySchema());
    }

    /// Whether what is created in a schema is temporary.
    static boolean isTemporary(SchemaDef schema) {
        return TemporarySchemas.isOne(schema.name());
    }

    private SchemaDef permanentSchema(@Nullable String schema, QualifiedName name) {
        if (schema == null) {
            throw DdlErrors.error(SqlState.INVALID_SCHEMA_NAME, "no schema has been selected to create in")
                    .withPosition(name.position());
        }
        if (schema.equals("pg_catalog") || schema.equals("information_schema")) {
            throw DdlErrors.error(
                            SqlState.INSUFFICIENT_PRIVILEGE,
                            "permission denied to create \"" + schema + "." + name.name() + "\"")
                    .withDetail("System catalog modifications are currently disallowed.");
        }
        return schema(schema, name.position());
    }

    SchemaDef schema(String name, int position) {
        SchemaDef schema = context.catalog().schema(context.resolve(name));
        if (schema == null) {
            throw noSchema(name).withPosition(position);
        }
        return schema;
    }

    static OmenException noSchema(String name) {
        return DdlErrors.error(SqlState.INVALID_SCHEMA_NAME, "schema \"" + name + "\" does not exist");
    }

    /// `table_column_suffix`, shortened to 63 bytes and numbered until no relation of the schema has it.
    String choose(int schemaOid, String table, @Nullable String column, String suffix) {
        Catalog catalog = context.catalog();
        for (int number = 0; ; number++) {
            String name = compose(table, column, number == 0 ? suffix : suffix + number);
            if (catalog.relation(schemaOid, name) == null) {
                return name;
            }
        }
    }

    /// The same for a constraint that is no relation.
    static String chooseConstraint(TableDef table, @Nullable String column, String suffix) {
        for (int number = 0; ; number++) {
            String name = compose(table.name(), column, number == 0 ? suffix : suffix + number);
            if (!hasConstraint(table, name)) {
                return name;
            }
        }
    }

    static boolean hasConstraint(TableDef table, String name) {
        return table.constraints().stream()
                .anyMatch(constraint -> constraint.name().equals(name));
    }

    /// Joins the parts by underscores, cutting the longer of table and column first.
    private static String compose(String table, @Nullable String column, String suffix) {
        String first = table;
        String second = column == null ? "" : column;
        int fixed = suffix.length() + 1 + (column == null ? 0 : 1);
        while (bytes(first) + bytes(second) + fixed > LONGEST) {
            if (bytes(first) > bytes(second)) {
                first = first.substring(0, first.length() - 1);
            } else {
                second = second.substring(0, second.length() - 1);
            }
        }
        return column == null ? first + "_" + suffix : first + "_" + second + "_" + suffix;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /// Names of an index's columns as its default name joins them.
    static String joined(List<String> columns) {
        StringBuilder joined = new StringBuilder();
        for (String column : columns) {
            if (!joined.isEmpty()) {
                joined.append('_');
            }
            joined.append(column);
            if (joined.length() >= LONGEST) {
                break;
            }
        }
        return joined.toString();
    }

    /// The constraint that an index enforces, or null.
    static ConstraintDef.@Nullable Key constraintOf(Catalog catalog, IndexDef index) {
        TableDef table = catalog.table(index.tableOid());
        if (table != null) {
            for (ConstraintDef constraint : table.constraints()) {
                if (constraint instanceof ConstraintDef.Key key && key.indexOid() == index.oid()) {
                    return key;
                }
            }
        }
        return null;
    }

    /// The name as messages show it: with its schema if the search path does not lead to it.
    String shown(RelationDef relation) {
        if (relation.equals(context.catalog().resolve(context.searchPath(), relation.name()))) {
            return Deparser.identifier(relation.name());
        }
        SchemaDef schema = context.catalog().schema(relation.schemaOid());
        return (schema == null ? "" : Deparser.identifier(schema.name()) + ".") + Deparser.identifier(relation.name());
    }

    /// What a relation is, in PostgreSQL's words.
    static String kind(RelationDef relation) {
        return switch (relation) {
            case TableDef _ -> "table";
            case IndexDef _ -> "index";
            case SequenceDef _ -> "sequence";
            case ViewDef _ -> "view";
        };
    }
}
