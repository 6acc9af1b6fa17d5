package omendb.sql;

import omendb.engine.error.SqlState;
import org.jspecify.annotations.Nullable;

/// What a session tells its client besides results; called on the session's own thread while a call into
/// it is running.
public interface SessionListener {
    /// A NoticeResponse. `severity` is WARNING, NOTICE, INFO, LOG or DEBUG.
    void notice(String severity, SqlState state, String message, @Nullable String detail, @Nullable String hint);

    /// A ParameterStatus: a setting that clients are told about has a new value (application_name,
    /// DateStyle, TimeZone, ...).
    void parameterStatus(String name, String value);

    /// DEALLOCATE, DISCARD ALL: the statements of Parse messages share their names with those of PREPARE,
    /// and the protocol keeps them.
    ///
    /// @param name null = all
    /// @return whether there was one of that name
    default boolean deallocate(@Nullable String name) {
        return false;
    }

    /// Another session asks this one to end (pg_terminate_backend). Any thread.
    default void terminate() {}

    /// A notification came ([SqlSession#nextNotification]). Any thread.
    default void notified() {}

    /// What the session does from here on until the end of its message may take long, and not only wait: it
    /// computes, or reads and writes files. Called at most a few times for a statement.
    default void takesLong() {}

    /// Whether nobody else is carried by the session's thread: it may wait inside the operating system, which
    /// saves handing its work to another thread and back.
    default boolean isAlone() {
        return false;
    }

    /// Ignores everything.
    SessionListener NONE = new SessionListener() {
        @Override
        public void notice(
                String severity, SqlState state, String message, @Nullable String detail, @Nullable String hint) {}

        @Override
        public void parameterStatus(String name, String value) {}
    };
}
