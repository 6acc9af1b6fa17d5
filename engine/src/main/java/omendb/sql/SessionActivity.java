package omendb.sql;

import omendb.engine.txn.SessionDirectory;
import omendb.engine.type.Timestamps;
import omendb.sql.setting.Settings;

/// What a session is doing, as pg_stat_activity shows it to others.
///
/// Threading: written by the session's thread, read by any.
final class SessionActivity {
    private final SessionOptions options;
    private final Settings settings;
    private final long connectedAt = Timestamps.now();
    private volatile SessionDirectory.Activity now;

    SessionActivity(SessionOptions options, Settings settings) {
        this.options = options;
        this.settings = settings;
        this.now = activity("idle", connectedAt, "", 0);
    }

    private SessionDirectory.Activity activity(String state, long changedAt, String query, long queryStart) {
        return new SessionDirectory.Activity(
                options.user(),
                options.database(),
                settings.show("application_name"),
                options.clientAddress(),
                connectedAt,
                state,
                changedAt,
                query,
                queryStart);
    }

    /// A statement begins.
    void running(String query) {
        long at = Timestamps.now();
        now = activity("active", at, query, at);
    }

    /// The session waits for its client.
    void idle(TransactionStatus status) {
        SessionDirectory.Activity last = now;
        String state = switch (status) {
            case IDLE -> "idle";
            case IN_TRANSACTION -> "idle in transaction";
            case FAILED -> "idle in transaction (aborted)";
        };
        if (!last.state().equals(state)) {
            now = activity(state, Timestamps.now(), last.query(), last.queryStart());
        }
    }

    SessionDirectory.Activity now() {
        return now;
    }
}
