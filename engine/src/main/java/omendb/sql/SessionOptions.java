package omendb.sql;

import java.util.Map;

/// Who connects and with what start-up settings.
///
/// @param settings      the StartupMessage's run-time parameters (`client_encoding`, `application_name`,
/// `options`
/// already taken
///                      apart, ...); applied with the errors of SET
/// @param backendPid    the process id of BackendKeyData: `pg_backend_pid()`
/// @param clientAddress host of the peer as text, empty if none: `inet_client_addr()`, pg_stat_activity
public record SessionOptions(
        String user, String database, Map<String, String> settings, int backendPid, String clientAddress) {
    public SessionOptions {
        settings = Map.copyOf(settings);
    }

    public static SessionOptions of(String user, String database) {
        return new SessionOptions(user, database, Map.of(), 0, "");
    }
}
