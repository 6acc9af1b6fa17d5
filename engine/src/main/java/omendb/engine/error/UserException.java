package omendb.engine.error;

import org.jspecify.annotations.Nullable;

/// The statement or its input is at fault; the user can mend it.
public final class UserException extends OmenException {
    private static final long serialVersionUID = 1L;

    public UserException(SqlState sqlState, String message) {
        this(sqlState, message, null);
    }

    public UserException(SqlState sqlState, String message, @Nullable Throwable cause) {
        super(sqlState, message, cause);
    }
}
