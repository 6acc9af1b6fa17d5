package omendb.sql.pgcatalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;

/// Access methods and operator classes: PostgreSQL's, and those of the vector extension.
final class AccessMethods {
    static final int BTREE = 403;
    static final int HASH = 405;
    static final int HNSW = 14_900;
    private static final int FIRST_VECTOR_CLASS = 14_910;

    /// Operator classes of hnsw over `vector`; the first one is the default of none (pgvector has no default).
    private static final String[] HNSW_CLASSES = {"vector_l2_ops", "vector_ip_ops", "vector_cosine_ops", "vector_l1_ops"
    };

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
            case IndexDef.HNSW -> HNSW;
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
        rows.row()
                .set("oid", HNSW)
                .set("amname", IndexDef.HNSW)
                .set("amhandler", 0)
                .set("amtype", "i");
    }

    private static List<Map<String, String>> classes() {
        List<Map<String, String>> rows = new ArrayList<>(ViewShapes.rows("pg_opclass"));
        for (int i = 0; i < HNSW_CLASSES.length; i++) {
            rows.add(vectorClass(FIRST_VECTOR_CLASS + i, HNSW, HNSW_CLASSES[i], false));
        }
        rows.add(vectorClass(FIRST_VECTOR_CLASS + HNSW_CLASSES.length, BTREE, "vector_ops", true));
        return rows;
    }

    private static Map<String, String> vectorClass(int oid, int method, String name, boolean byDefault) {
        Map<String, String> row = new LinkedHashMap<>();
        row.put("oid", Integer.toString(oid));
        row.put("opcmethod", Integer.toString(method));
        row.put("opcname", name);
        row.put("opcnamespace", "2200");
        row.put("opcowner", "10");
        row.put("opcfamily", Integer.toString(oid + 10));
        row.put("opcintype", Integer.toString(Types.VECTOR.oid()));
        row.put("opcdefault", byDefault ? "t" : "f");
        row.put("opckeytype", "0");
        return row;
    }

    private static List<Map<String, String>> families() {
        List<Map<String, String>> rows = new ArrayList<>(ViewShapes.rows("pg_opfamily"));
        for (Map<String, String> opclass : CLASSES) {
            if (Integer.toString(Types.VECTOR.oid()).equals(opclass.get("opcintype"))) {
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
