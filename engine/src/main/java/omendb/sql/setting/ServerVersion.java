package omendb.sql.setting;

/// The PostgreSQL version whose surface we show: clients choose their catalog queries by it.
public final class ServerVersion {
    /// `server_version`.
    public static final String NUMBER = "15.13";

    /// `server_version_num`.
    public static final String NUMERIC = "150013";

    private ServerVersion() {}

    /// What `version()` answers; drivers look for `PostgreSQL <number>` at its start.
    ///
    /// @param product version of OmenDB itself
    public static String banner(String product) {
        return "PostgreSQL " + NUMBER + " (OmenDB " + product + ") on " + System.getProperty("os.arch") + ", Java "
                + Runtime.version().feature();
    }
}
