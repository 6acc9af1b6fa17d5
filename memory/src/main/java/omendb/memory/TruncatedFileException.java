package omendb.memory;

import org.jspecify.annotations.Nullable;

/// A file is shorter than its content says: it was cut while we were away, or under us.
public final class TruncatedFileException extends CorruptFileException {
    private static final long serialVersionUID = 1L;

    public TruncatedFileException(String path, long position, String message) {
        this(path, position, message, null);
    }

    public TruncatedFileException(String path, long position, String message, @Nullable Throwable cause) {
        super(path, position, message, cause);
    }
}
