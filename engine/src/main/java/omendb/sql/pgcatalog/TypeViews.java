package omendb.sql.pgcatalog;

import java.util.List;
import java.util.Map;
import omendb.engine.catalog.Catalog;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;

/// Types, collations, languages.
final class TypeViews {
    private TypeViews() {}

    static void register(SystemViews.Builder builder) {
        AccessMethods.register(builder);
        builder.add("pg_catalog.pg_type", (_, rows) -> types(rows));
        builder.add("pg_catalog.pg_collation", (_, rows) -> emit(ViewShapes.rows("pg_collation"), rows));
        builder.add("pg_catalog.pg_language", (_, rows) -> emit(ViewShapes.rows("pg_language"), rows));
        builder.add("pg_catalog.pg_tablespace", (_, rows) -> emit(ViewShapes.rows("pg_tablespace"), rows));
    }

    /// Recorded rows as they are.
    static void emit(List<Map<String, String>> recorded, NamedRows rows) {
        for (Map<String, String> row : recorded) {
            rows.row();
            row.forEach(rows::set);
        }
    }

    private static void types(NamedRows rows) {
        for (Map<String, String> recorded : ViewShapes.rows("pg_type")) {
            SqlType type = Types.byOid(Integer.parseInt(recorded.getOrDefault("oid", "0")));
            if (type != null) {
                rows.row();
                recorded.forEach(rows::set);
            }
        }
        for (SqlType type : Types.all()) {
            if (type.schema().equals("public")) {
                extensionType(type, rows);
            }
        }
    }

    /// A type of the vector extension, or the array over one.
    private static void extensionType(SqlType type, NamedRows rows) {
        boolean array = type.isArray();
        rows.row()
                .set("oid", type.oid())
                .set("typname", type.name())
                .set("typnamespace", Catalog.PUBLIC_OID)
                .set("typowner", NamespaceViews.OWNER)
                .set("typlen", type.typlen())
                .set("typbyval", false)
                .set("typtype", "b")
                .set("typcategory", String.valueOf(type.category()))
                .set("typispreferred", type.preferred())
                .set("typisdefined", true)
                .set("typdelim", ",")
                .set("typrelid", 0)
                .set("typsubscript", array ? "array_subscript_handler" : "-")
                .set("typelem", type.elementOid())
                .set("typarray", type.arrayOid())
                .set("typinput", array ? "array_in" : type.name() + "_in")
                .set("typoutput", array ? "array_out" : type.name() + "_out")
                .set("typreceive", array ? "array_recv" : type.name() + "_recv")
                .set("typsend", array ? "array_send" : type.name() + "_send")
                .set("typmodin", array ? "-" : type.name() + "_typmod_in")
                .set("typmodout", "-")
                .set("typanalyze", array ? "array_typanalyze" : "-")
                .set("typalign", "i")
                .set("typstorage", "e")
                .set("typnotnull", false)
                .set("typbasetype", 0)
                .set("typtypmod", -1)
                .set("typndims", 0)
                .set("typcollation", 0);
    }
}
