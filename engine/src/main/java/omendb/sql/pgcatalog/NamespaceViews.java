package omendb.sql.pgcatalog;

import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ExtensionDef;
import omendb.engine.catalog.SchemaDef;

/// Schemas and extensions.
final class NamespaceViews {
    static final int INFORMATION_SCHEMA_OID = 13_000;

    /// The bootstrap superuser, owner of everything so far.
    static final int OWNER = 10;

    private NamespaceViews() {}

    static void register(SystemViews.Builder builder) {
        builder.add("pg_catalog.pg_namespace", NamespaceViews::namespaces);
        builder.add("pg_catalog.pg_extension", NamespaceViews::extensions);
        builder.add("pg_catalog.pg_available_extensions", NamespaceViews::available);
    }

    /// Name of a schema, or null.
    static @org.jspecify.annotations.Nullable String name(Catalog catalog, int oid) {
        if (oid == Catalog.PG_CATALOG_OID) {
            return "pg_catalog";
        }
        if (oid == INFORMATION_SCHEMA_OID) {
            return "information_schema";
        }
        SchemaDef schema = catalog.schema(oid);
        return schema == null ? null : schema.name();
    }

    /// Oid of a schema, 0 = none.
    static int oid(Catalog catalog, String name) {
        return switch (name) {
            case "pg_catalog" -> Catalog.PG_CATALOG_OID;
            case "information_schema" -> INFORMATION_SCHEMA_OID;
            default -> {
                SchemaDef schema = catalog.schema(name);
                yield schema == null ? 0 : schema.oid();
            }
        };
    }

    private static void namespaces(SystemState state, NamedRows rows) {
        namespace(rows, Catalog.PG_CATALOG_OID, "pg_catalog");
        namespace(rows, INFORMATION_SCHEMA_OID, "information_schema");
        for (SchemaDef schema : state.catalog().schemas()) {
            namespace(rows, schema.oid(), schema.name());
        }
    }

    private static void namespace(NamedRows rows, int oid, String name) {
        rows.row().set("oid", oid).set("nspname", name).set("nspowner", OWNER);
    }

    private static void extensions(SystemState state, NamedRows rows) {
        for (ExtensionDef extension : state.catalog().extensions()) {
            rows.row()
                    .set("oid", extension.oid())
                    .set("extname", extension.name())
                    .set("extowner", OWNER)
                    .set("extnamespace", extension.schemaOid())
                    .set("extrelocatable", true)
                    .set("extversion", extension.version());
        }
    }

    private static void available(SystemState state, NamedRows rows) {
        ExtensionDef installed = state.catalog().extension("vector");
        rows.row()
                .set("name", "vector")
                .set("default_version", SystemState.VECTOR_VERSION)
                .set("installed_version", installed == null ? null : installed.version())
                .set("comment", "vector data type and hnsw access method");
    }
}
