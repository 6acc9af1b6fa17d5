package omendb.sql.pgcatalog;

/// `has_*_privilege` and `pg_has_role`: there is one role, the superuser, who may do everything.
final class Privileges {
    private Privileges() {}

    /// Argument lists of each function in the order of PostgreSQL's oids.
    private static final String[] WITH_USER = {
        "name,text,text", "name,oid,text", "oid,text,text", "oid,oid,text", "text,text", "oid,text"
    };

    private static final String[] OF_COLUMN = {
        "name,text,text,text",
        "name,text,int2,text",
        "name,oid,text,text",
        "name,oid,int2,text",
        "oid,text,text,text",
        "oid,text,int2,text",
        "oid,oid,text,text",
        "oid,oid,int2,text",
        "text,text,text",
        "text,int2,text",
        "oid,text,text",
        "oid,int2,text"
    };

    private static final String[] OF_ROLE = {
        "name,name,text", "name,oid,text", "oid,name,text", "oid,oid,text", "name,text", "oid,text"
    };

    static void contribute(FunctionTable table) {
        all(table, 1922, "has_table_privilege", WITH_USER);
        all(table, 2181, "has_sequence_privilege", WITH_USER);
        all(table, 2250, "has_database_privilege", WITH_USER);
        all(table, 2268, "has_schema_privilege", WITH_USER);
        all(table, 3024, "has_any_column_privilege", WITH_USER);
        all(table, 3012, "has_column_privilege", OF_COLUMN);
        all(table, 2705, "pg_has_role", OF_ROLE);
    }

    private static void all(FunctionTable table, int firstOid, String name, String[] argumentLists) {
        for (int i = 0; i < argumentLists.length; i++) {
            table.flag(firstOid + i, name, argumentLists[i], _ -> true);
        }
    }
}
