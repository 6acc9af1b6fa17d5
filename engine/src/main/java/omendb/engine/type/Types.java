package omendb.engine.type;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import omendb.engine.type.SqlType.Definition;
import omendb.engine.type.SqlType.Form;
import org.jspecify.annotations.Nullable;

/// Every built-in type, by oid and by name. Oids are PostgreSQL's; the vector extension's lie in 16384..16399.
///
/// To add a type: see docs/how-to-add.md.
public final class Types {
    /// Oids of catalog objects start here; below are built-in objects and the vector extension's.
    public static final int FIRST_FREE_OID = 16400;

    private static final Map<Integer, SqlType> BY_OID = new HashMap<>();
    private static final Map<String, SqlType> BY_NAME = new HashMap<>();
    private static final List<SqlType> ALL = new ArrayList<>();

    public static final SqlType BOOL =
            define(base(16, "bool", 1, 'B').preferred().longs(1).array(1000));
    public static final SqlType BYTEA = define(base(17, "bytea", -1, 'U').array(1001));
    public static final SqlType CHAR = define(base(18, "char", 1, 'Z').longs(1).array(1002));
    public static final SqlType NAME = define(base(19, "name", 64, 'S').array(1003));
    public static final SqlType INT8 = define(base(20, "int8", 8, 'N').longs(8).array(1016));
    public static final SqlType INT2 = define(base(21, "int2", 2, 'N').longs(2).array(1005));
    public static final SqlType INT4 = define(base(23, "int4", 4, 'N').longs(4).array(1007));
    public static final SqlType REGPROC = define(oidAlias(24, "regproc", 1008));
    public static final SqlType TEXT =
            define(base(25, "text", -1, 'S').preferred().array(1009));
    public static final SqlType OID = define(oidAlias(26, "oid", 1028).preferred());
    public static final SqlType XID =
            define(base(28, "xid", 4, 'U').longs(4).unsigned().array(1011));
    public static final SqlType CID =
            define(base(29, "cid", 4, 'U').longs(4).unsigned().array(1012));
    public static final SqlType INT2VECTOR =
            define(base(22, "int2vector", -1, 'A').element(21).array(1006));
    public static final SqlType OIDVECTOR =
            define(base(30, "oidvector", -1, 'A').element(26).array(1013));
    public static final SqlType JSON = define(base(114, "json", -1, 'U').array(199));
    public static final SqlType PG_NODE_TREE = define(base(194, "pg_node_tree", -1, 'Z'));
    public static final SqlType FLOAT4 =
            define(base(700, "float4", 4, 'N').doubles(4).array(1021));
    public static final SqlType FLOAT8 =
            define(base(701, "float8", 8, 'N').preferred().doubles(8).array(1022));
    public static final SqlType UNKNOWN = define(pseudo(705, "unknown", -2, 'X'));
    public static final SqlType ACLITEM = define(base(1033, "aclitem", 12, 'U').array(1034));
    public static final SqlType BPCHAR = define(base(1042, "bpchar", -1, 'S').array(1014));
    public static final SqlType VARCHAR = define(base(1043, "varchar", -1, 'S').array(1015));
    public static final SqlType DATE =
            define(base(1082, "date", 4, 'D').longs(4).array(1182));
    public static final SqlType TIME =
            define(base(1083, "time", 8, 'D').longs(8).array(1183));
    public static final SqlType TIMESTAMP =
            define(base(1114, "timestamp", 8, 'D').longs(8).array(1115));
    public static final SqlType TIMESTAMPTZ =
            define(base(1184, "timestamptz", 8, 'D').preferred().longs(8).array(1185));
    public static final SqlType INTERVAL =
            define(base(1186, "interval", 16, 'T').preferred().array(1187));
    public static final SqlType TIMETZ = define(base(1266, "timetz", 12, 'D').array(1270));
    public static final SqlType NUMERIC = define(base(1700, "numeric", -1, 'N').array(1231));
    public static final SqlType REGPROCEDURE = define(oidAlias(2202, "regprocedure", 2207));
    public static final SqlType REGOPER = define(oidAlias(2203, "regoper", 2208));
    public static final SqlType REGCLASS = define(oidAlias(2205, "regclass", 2210));
    public static final SqlType REGTYPE = define(oidAlias(2206, "regtype", 2211));
    public static final SqlType REGROLE = define(oidAlias(4096, "regrole", 4097));
    public static final SqlType REGNAMESPACE = define(oidAlias(4089, "regnamespace", 4090));
    public static final SqlType BIT = define(base(1560, "bit", -1, 'V').array(1561));
    public static final SqlType VARBIT =
            define(base(1562, "varbit", -1, 'V').preferred().array(1563));
    public static final SqlType UUID = define(base(2950, "uuid", 16, 'U').array(2951));
    public static final SqlType TSVECTOR =
            define(base(3614, "tsvector", -1, 'U').array(3643));
    public static final SqlType TSQUERY = define(base(3615, "tsquery", -1, 'U').array(3645));
    public static final SqlType REGCONFIG = define(oidAlias(3734, "regconfig", 3735));
    public static final SqlType REGDICTIONARY = define(oidAlias(3769, "regdictionary", 3770));
    public static final SqlType JSONB = define(base(3802, "jsonb", -1, 'U').array(3807));

    public static final SqlType JSONPATH =
            define(base(4072, "jsonpath", -1, 'U').array(4073));

    public static final SqlType CSTRING =
            define(pseudo(2275, "cstring", -2, 'P').array(1263));
    public static final SqlType ANY = define(pseudo(2276, "any", 4, 'P'));
    public static final SqlType ANYARRAY = define(pseudo(2277, "anyarray", -1, 'P'));
    public static final SqlType VOID = define(pseudo(2278, "void", 4, 'P'));
    public static final SqlType TRIGGER = define(pseudo(2279, "trigger", 4, 'P'));
    public static final SqlType INTERNAL = define(pseudo(2281, "internal", 8, 'P'));
    public static final SqlType ANYELEMENT = define(pseudo(2283, "anyelement", 4, 'P'));
    public static final SqlType ANYNONARRAY = define(pseudo(2776, "anynonarray", 4, 'P'));
    public static final SqlType ANYENUM = define(pseudo(3500, "anyenum", 4, 'P'));
    public static final SqlType ANYCOMPATIBLE = define(pseudo(5077, "anycompatible", 4, 'P'));
    public static final SqlType ANYCOMPATIBLEARRAY = define(pseudo(5078, "anycompatiblearray", -1, 'P'));
    public static final SqlType RECORD = define(pseudo(2249, "record", -1, 'P').array(2287));

    public static final SqlType VECTOR =
            define(base(16385, "vector", -1, 'U').schema("public").array(16386));
    public static final SqlType HALFVEC =
            define(base(16387, "halfvec", -1, 'U').schema("public").array(16388));
    public static final SqlType SPARSEVEC =
            define(base(16389, "sparsevec", -1, 'U').schema("public").array(16390));

    static {
        defineArrays();
    }

    private Types() {}

    private static Definition base(int oid, String name, int typlen, char category) {
        return new Definition(oid, name, typlen, category);
    }

    private static Definition pseudo(int oid, String name, int typlen, char category) {
        return base(oid, name, typlen, category).form(Form.PSEUDO);
    }

    private static Definition oidAlias(int oid, String name, int arrayOid) {
        return base(oid, name, 4, 'N').longs(4).unsigned().array(arrayOid);
    }

    private static SqlType define(Definition definition) {
        SqlType type = new SqlType(definition);
        ALL.add(type);
        BY_OID.put(type.oid(), type);
        BY_NAME.put(type.name(), type);
        return type;
    }

    private static void defineArrays() {
        for (SqlType element : List.copyOf(ALL)) {
            if (element.arrayOid() != 0) {
                Definition array = base(element.arrayOid(), "_" + element.name(), -1, element.isPseudo() ? 'P' : 'A');
                array.schema(element.schema()).element(element.oid());
                if (element.isPseudo()) {
                    array.form(Form.PSEUDO);
                }
                define(array);
            }
        }
    }

    /// The type of this oid, or null.
    public static @Nullable SqlType byOid(int oid) {
        return BY_OID.get(oid);
    }

    /// The type of this pg_type name (`int4`, `_text`, `vector`; lower case, no schema), or null.
    public static @Nullable SqlType byName(String typname) {
        return BY_NAME.get(typname);
    }

    /// The type an SQL name without modifiers means: `integer`, `double precision`, `timestamp with time zone`,
    /// `character varying`, `text[]`, `"char"`, `pg_catalog.int4`, `public.vector`; null if unknown.
    public static @Nullable SqlType parse(String sqlName) {
        return TypeNames.parse(sqlName.strip().toLowerCase(Locale.ROOT));
    }

    /// All types, in pg_type's sense, arrays included.
    public static List<SqlType> all() {
        return Collections.unmodifiableList(ALL);
    }
}
