package omendb.engine.catalog;

/// Names of the schemas that hold temporary relations: `pg_temp_N`, where N numbers the sessions that have any.
///
/// The schemas stay when their sessions end, as in PostgreSQL; what is in them goes.
public final class TemporarySchemas {
    /// What every session calls its own.
    public static final String ALIAS = "pg_temp";

    private static final String PREFIX = "pg_temp_";

    private TemporarySchemas() {}

    /// Name of the schema of number `number`, from 1.
    public static String name(int number) {
        return PREFIX + number;
    }

    /// Whether a schema holds temporary relations, whoever's.
    public static boolean isOne(String name) {
        return name.startsWith(PREFIX);
    }
}
