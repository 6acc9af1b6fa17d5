package omendb.engine.error;

import org.jspecify.annotations.Nullable;

/// Something ran out or is out of reach (disk, memory, connections, time); the operator can mend it.
public final class ResourceException extends OmenException {
    private static final long serialVersionUID = 1L;

    public ResourceException(SqlState sqlState, String message) {
        this(sqlState, message, null);
    }

    public ResourceException(SqlState sqlState, String message, @Nullable Throwable cause) {
        super(sqlState, message, cause);
    }
}
