package omendb.sql.pgcatalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.VectorClasses;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;

/// Access methods and operator classes: PostgreSQL's, and those of the vector extension.
final class AccessMethods {
    static final int BTREE = 403;
    static final int HASH = 405;
    static final int GIN = 2742;
    static final int BRIN = 3580;
    static final int HNSW = 14_900;
    static final int IVFFLAT = 14_901;
    private static final int FIRST_VECTOR_CLASS = 14_910;
    private static final int FAMILY_DISTANCE = 50;
    private static final List<SqlType> VECTOR_TYPES = List.of(Types.VECTOR, Types.HALFVEC, Types.SPARSEVEC);

    private static final List<Map<String, String>> CLASSES = classes();

    private AccessMethods() {}

    static void register(SystemViews.Builder builder) {
        builder.add("pg_catalog.pg_am", (_, rows) -> methods(rows));
        builder.add("pg_catalog.pg_opclass", (_, rows) -> TypeViews.emit(CLASSES, rows));
        builder.add("pg_catalog.pg_opfamily", (_, rows) -> TypeViews.emit(families(), rows));
    }

    static int oid(String method) {
        return switch (method) {
            case IndexDef.BTREE -> BTREE;
            case IndexDef.HASH -> HASH;
            case IndexDef.GIN -> GIN;
            case IndexDef.BRIN -> BRIN;
            case IndexDef.HNSW -> HNSW;
            case IndexDef.IVFFLAT -> IVFFLAT;
            default -> throw new IllegalStateException("unknown access method " + method);
        };
    }

    /// Oid of the operator class that an index key uses, 0 if PostgreSQL has none for its type.
    static int operatorClass(IndexDef index, IndexDef.Key key, TableDef table) {
        int method = oid(index.method());
        SqlType type =
                key.attnum() > 0 ? table.column(key.attnum()).type() : key.type() == null ? Types.TEXT : key.type();
        for (Map<String, String> row : CLASSES) {
            boolean named = key.operatorClass() != null
                    ? key.operatorClass().equals(row.get("opcname"))
                    : "t".equals(row.get("opcdefault")) && accepts(row, type);
            if (named && Integer.toString(method).equals(row.get("opcmethod"))) {
                return Integer.parseInt(row.getOrDefault("oid", "0"));
            }
        }
        return 0;
    }

    private static boolean accepts(Map<String, String> row, SqlType type) {
        // varchar has no class of its own: it is binary-coercible to text
        int input = type == Types.VARCHAR ? Types.TEXT.oid() : type.isArray() ? Types.ANYARRAY.oid() : type.oid();
        return Integer.toString(input).equals(row.get("opcintype"));
    }

    private static void methods(NamedRows rows) {
        TypeViews.emit(ViewShapes.rows("pg_am"), rows);
        for (String method : List.of(IndexDef.HNSW, IndexDef.IVFFLAT)) {
            rows.row()
                    .set("oid", oid(method))
                    .set("amname", method)
                    .set("amhandler", 0)
                    .set("amtype", "i");
        }
    }

    private static List<Map<String, String>> classes() {
        List<Map<String, String>> rows = new ArrayList<>(ViewShapes.rows("pg_opclass"));
        int oid = FIRST_VECTOR_CLASS;
        for (VectorClasses.VectorClass each : VectorClasses.list()) {
            rows.add(vectorClass(oid++, HNSW, each.name(), each.type(), false));
        }
        for (VectorClasses.VectorClass each : VectorClasses.list()) {
            if (each.lists()) {
                boolean byDefault = each.name().equals(VectorClasses.IVFFLAT_DEFAULT);
                rows.add(vectorClass(oid++, IVFFLAT, each.name(), each.type(), byDefault));
            }
        }
        for (SqlType type : VECTOR_TYPES) {
            rows.add(vectorClass(oid++, BTREE, type.name() + "_ops", type, true));
        }
        return rows;
    }

    private static Map<String, String> vectorClass(int oid, int method, String name, SqlType type, boolean byDefault) {
        Map<String, String> row = new LinkedHashMap<>();
        row.put("oid", Integer.toString(oid));
        row.put("opcmethod", Integer.toString(method));
        row.put("opcname", name);
        row.put("opcnamespace", "2200");
        row.put("opcowner", "10");
        row.put("opcfamily", Integer.toString(oid + FAMILY_DISTANCE));
        row.put("opcintype", Integer.toString(type.oid()));
        row.put("opcdefault", byDefault ? "t" : "f");
        row.put("opckeytype", "0");
        return row;
    }

    private static List<Map<String, String>> families() {
        List<Map<String, String>> rows = new ArrayList<>(ViewShapes.rows("pg_opfamily"));
        for (Map<String, String> opclass : CLASSES) {
            if (Integer.parseInt(opclass.getOrDefault("oid", "0")) >= FIRST_VECTOR_CLASS
                    && "2200".equals(opclass.get("opcnamespace"))) {
                Map<String, String> row = new LinkedHashMap<>();
                row.put("oid", opclass.getOrDefault("opcfamily", "0"));
                row.put("opfmethod", opclass.getOrDefault("opcmethod", "0"));
                row.put("opfname", opclass.getOrDefault("opcname", ""));
                row.put("opfnamespace", "2200");
                row.put("opfowner", "10");
                rows.add(row);
            }
        }
        return rows;
    }
}
