package omendb.engine.error;

import org.jspecify.annotations.Nullable;

/// A defect of ours or damaged data.
public final class InternalException extends OmenException {
    private static final long serialVersionUID = 1L;

    public InternalException(SqlState sqlState, String message) {
        this(sqlState, message, null);
    }

    public InternalException(SqlState sqlState, String message, @Nullable Throwable cause) {
        super(sqlState, message, cause);
    }
}
