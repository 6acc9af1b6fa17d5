package omendb.engine.catalog;

/// Oids of PostgreSQL's system catalogs, which say what kind of object an oid names.
public final class SystemClasses {
    public static final int TYPE = 1247;
    public static final int RELATION = 1259;
    public static final int CONSTRAINT = 2606;
    public static final int DEFAULT = 2604;
    public static final int SCHEMA = 2615;
    public static final int EXTENSION = 3079;
    public static final int DATABASE = 1262;
    public static final int ROLE = 1260;
    public static final int FUNCTION = 1255;
    public static final int RULE = 2618;

    private SystemClasses() {}
}
